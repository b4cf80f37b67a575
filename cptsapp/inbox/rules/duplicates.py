"""Whether two persons may be the same: spelled otherwise, a slipped date; twins and couples told apart (§ Sorting).

A wrong « yes » costs a click, two files for one person cost a search made twice: in doubt the question is asked.
What never asks: a phone shared by people of different first names, twins of different first names.
"""

from dataclasses import dataclass
from datetime import date

from cptsapp.core.text import fold

NEAR_LAST = 80.0
# Twins share the rest: only what reads as a spelling of the same first name is near (« Léa » and « Léo » are two).
NEAR_FIRST = 84.0

SAME = "même nom, même date de naissance"
SPELLED = "nom écrit autrement, même date de naissance"
OTHER_LAST_NAME = "même prénom, même date de naissance, autre nom"
SLIPPED = "même nom, date de naissance proche"
BOTH = "nom écrit autrement, date de naissance proche, même téléphone"
NAMESAKE_PHONE = "même nom, même téléphone"
SPELLED_PHONE = "nom écrit autrement, même téléphone"


@dataclass(frozen=True, slots=True)
class Said:
    """Someone as far as a call has told: any part may be missing yet."""

    last_name: str
    first_name: str
    birth_date: date | None = None


@dataclass(frozen=True, slots=True)
class Likeness:
    """Why two persons may be the same, and how much (0 to 100) so that the likeliest is shown first."""

    why: str
    score: float
    is_exact: bool = False


def compare(a: Said, b: Said, *, shares_phone: bool) -> Likeness | None:
    """Why two persons may be the same, or None when nothing says so. The order of the two does not count."""
    last, first = likeness(a.last_name, b.last_name), first_likeness(a.first_name, b.first_name)
    is_same_name = bool(_words(a)) and _words(a) == _words(b)
    score = 100.0 if is_same_name else max((last + first) / 2, _turned(a, b))
    is_near_name = is_same_name or (last >= NEAR_LAST and first >= NEAR_FIRST) or _turned(a, b) >= NEAR_FIRST
    if a.birth_date is None or b.birth_date is None:
        return _without_date(is_same_name, score) if shares_phone and is_near_name else None
    if a.birth_date == b.birth_date:
        return _same_date(is_same_name, is_near_name, first, score)
    if is_same_name and (shares_phone or is_slip(a.birth_date, b.birth_date)):
        is_close = is_slip(a.birth_date, b.birth_date)
        return Likeness(SLIPPED if is_close else NAMESAKE_PHONE, 85.0 if is_close else 70.0)
    if is_near_name and shares_phone and is_slip(a.birth_date, b.birth_date):
        return Likeness(BOTH, 0.75 * score)
    return None


def _same_date(is_same_name: bool, is_near_name: bool, first: float, score: float) -> Likeness | None:
    if is_same_name:
        return Likeness(SAME, 100.0, is_exact=True)
    if is_near_name:
        return Likeness(SPELLED, 0.95 * score)
    # A birth name and a married one: no two people of a few thousand share a first name and a day of birth by chance.
    return Likeness(OTHER_LAST_NAME, 80.0) if first >= 100.0 else None


def _without_date(is_same_name: bool, score: float) -> Likeness:
    return Likeness(NAMESAKE_PHONE if is_same_name else SPELLED_PHONE, 0.8 * score)


def _words(who: Said) -> list[str]:
    """The words of a name in no order: either may stand first, a particle fall on either side."""
    if not fold(who.last_name) or not fold(who.first_name):
        return []
    return sorted(f"{fold(who.last_name)} {fold(who.first_name)}".split())


def _turned(a: Said, b: Said) -> float:
    """How near two names are when one was written the other way round."""
    return min(likeness(a.last_name, b.first_name), likeness(b.last_name, a.first_name))


def likeness(a: str, b: str) -> float:
    """How near two names are, blanks and accents left out: 0 to 100; 0 when one is not said."""
    from rapidfuzz import fuzz  # a heavy library that few requests need

    x, y = fold(a).replace(" ", ""), fold(b).replace(" ", "")
    if not x or not y:
        return 0.0
    # A double name of which one half was given: « Martin-Garnier » and « Martin ».
    halves = {*fold(a).split()} & {*fold(b).split()}
    return 95.0 if x != y and any(len(word) > 3 for word in halves) else fuzz.ratio(x, y)


def first_likeness(a: str, b: str) -> float:
    """The same for first names, where an initial stands for the whole: « J.-P. » and « Jean-Pierre »."""
    from rapidfuzz import fuzz

    x, y = fold(a).split(), fold(b).split()
    if not x or not y:
        return 0.0
    if x == y or "".join(x) == "".join(y):
        return 100.0
    if _are_initials(x, y) or _are_initials(y, x):
        return 90.0
    return fuzz.ratio("".join(x), "".join(y))


def _are_initials(short: list[str], whole: list[str]) -> bool:
    """Whether each word of `short` begins the one at its place, one of them by its first letter alone."""
    if len(short) > len(whole) or not any(len(word) == 1 for word in short):
        return False
    return all(
        given == word or (len(given) == 1 and word[0] == given) for given, word in zip(short, whole, strict=False)
    )


def is_slip(a: date, b: date) -> bool:
    """Whether one date may be the other slipped: a digit, two neighbours turned round, day and month taken over."""
    if a == b:
        return False
    if a.year == b.year and (a.day, a.month) == (b.month, b.day):
        return True
    x, y = f"{a:%d%m}{a.year:04d}", f"{b:%d%m}{b.year:04d}"
    wrong = [i for i in range(8) if x[i] != y[i]]
    if len(wrong) == 1:
        return True
    return len(wrong) == 2 and wrong[1] == wrong[0] + 1 and x[wrong[0]] == y[wrong[1]] and x[wrong[1]] == y[wrong[0]]
