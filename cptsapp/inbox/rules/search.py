"""« Y a-t-il une recherche en cours ? » (A40): what matches, how many questions a day, when so many « non » alert."""

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from cptsapp.core.french import NBSP
from cptsapp.core.text import fold
from cptsapp.inbox.models import SearchAnswer

A_DAY = 20  # questions of a user
A_DAY_TOGETHER = 60  # questions of an organisation
IN_A_ROW = 10  # « non » of one user, one after the other: someone may be trying names


class Near(enum.StrEnum):
    """What of the name and birth date is the same, when not all is."""

    LAST = "last"
    FIRST = "first"
    YEAR = "year"


NEAR_WORDS = MappingProxyType(
    {
        Near.LAST: "même nom et même date de naissance, autre prénom",
        Near.FIRST: "même prénom et même date de naissance, autre nom",
        Near.YEAR: "même nom et prénom, même année, autre jour",
    }
)
ANSWER_LABELS = MappingProxyType(
    {SearchAnswer.YES: "Oui", SearchAnswer.NO: "Non", SearchAnswer.CHECKING: "La CPTS vérifie"}
)


@dataclass(frozen=True, slots=True)
class Found:
    """A search that matches: the request or none (a partner's word), who searches, since when, what is the same."""

    request_id: int | None
    by: str
    since_on: date
    near: Near | None = None


def best(found: Iterable[Found]) -> tuple[SearchAnswer, Found | None]:
    """The answer: a whole match, the oldest, is yes; else a near one is to be checked; else no."""
    whole: list[Found] = []
    near: list[Found] = []
    for one in found:
        (near if one.near else whole).append(one)
    if whole:
        return SearchAnswer.YES, min(whole, key=lambda one: (one.since_on, one.request_id or 0))
    if near:
        return SearchAnswer.CHECKING, min(near, key=lambda one: (one.since_on, one.request_id or 0))
    return SearchAnswer.NO, None


def why_not_ask(own: int, together: int) -> str | None:
    """Why no more may be asked today, or None; the counts are of those already asked."""
    if own >= A_DAY:
        return f"Vous avez posé {A_DAY} questions aujourd’hui{NBSP}: appelez la CPTS."
    if together >= A_DAY_TOGETHER:
        return f"Votre service a posé {A_DAY_TOGETHER} questions aujourd’hui{NBSP}: appelez la CPTS."
    return None


def is_alarming(last: Sequence[SearchAnswer]) -> bool:
    """Whether the last answers to someone are ten « non » in a row; the latest first."""
    return len(last) >= IN_A_ROW and all(answer is SearchAnswer.NO for answer in last[:IN_A_ROW])


def initials(last_name: str, first_name: str, birth: date) -> str:
    """« J. G., 1947 »: all that is kept of whom a question was about."""
    letters = [fold(name)[:1].upper() for name in (first_name, last_name)]
    return f"{' '.join(f'{letter}.' for letter in letters if letter)}, {birth.year}"
