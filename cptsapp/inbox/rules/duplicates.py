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
    mine, theirs = _name(a), _name(b)
    is_same_name = mine.is_whole and mine.words == theirs.words
    is_same_day = a.birth_date is not None and a.birth_date == b.birth_date
    if not (is_same_name or is_same_day or shares_phone):
        return None  # nothing is left that could say so: the letters need not be compared
    last, first, turned = _near(mine.last, theirs.last), _near_first(mine.first, theirs.first), _turned(mine, theirs)
    is_near_name = is_same_name or (last >= NEAR_LAST and first >= NEAR_FIRST) or turned >= NEAR_FIRST
    score = 100.0 if is_same_name else max((last + first) / 2, turned)
    if is_same_day:
        return _same_date(is_same_name, is_near_name, first, score)
    if a.birth_date is None or b.birth_date is None:
        return _without_date(is_same_name, score) if shares_phone and is_near_name else None
    is_close = is_slip(a.birth_date, b.birth_date)
    if is_same_name and (shares_phone or is_close):
        return Likeness(SLIPPED if is_close else NAMESAKE_PHONE, 85.0 if is_close else 70.0)
    if is_near_name and shares_phone and is_close:
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


# -- names ------------------------------------------------------------------------------------------------------------

_Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Name:
    """The folded words of a name; `words` in no order: either may stand first, a particle fall on either side."""

    last: _Words
    first: _Words
    words: list[str]

    @property
    def is_whole(self) -> bool:
        return bool(self.last and self.first)


def _name(who: Said) -> _Name:
    last, first = tuple(fold(who.last_name).split()), tuple(fold(who.first_name).split())
    return _Name(last, first, sorted(last + first))


def _turned(a: _Name, b: _Name) -> float:
    """How near two names are when one was written the other way round."""
    return min(_near(a.last, b.first), _near(b.last, a.first))


def likeness(a: str, b: str) -> float:
    """How near two names are, blanks and accents left out: 0 to 100; 0 when one is not said."""
    return _near(tuple(fold(a).split()), tuple(fold(b).split()))


def _near(a: _Words, b: _Words) -> float:
    from rapidfuzz import fuzz  # a heavy library that few requests need

    if not a or not b:
        return 0.0
    x, y = "".join(a), "".join(b)
    # A double name of which one half was given: « Martin-Garnier » and « Martin ».
    is_half = x != y and any(len(word) > 3 for word in {*a} & {*b})
    return 95.0 if is_half else fuzz.ratio(x, y)


def first_likeness(a: str, b: str) -> float:
    """The same for first names, where an initial stands for the whole: « J.-P. » and « Jean-Pierre »."""
    return _near_first(tuple(fold(a).split()), tuple(fold(b).split()))


def _near_first(a: _Words, b: _Words) -> float:
    from rapidfuzz import fuzz

    if not a or not b:
        return 0.0
    x, y = "".join(a), "".join(b)
    if x == y:
        return 100.0
    return 90.0 if _are_initials(a, b) or _are_initials(b, a) else fuzz.ratio(x, y)


def _are_initials(short: _Words, whole: _Words) -> bool:
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
