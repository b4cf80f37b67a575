"""Which days of a convention are told ahead, and when: ninety days before, then thirty, each once."""

import enum
from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from cptsapp.conventions.models import Renewal
from cptsapp.core.text import fold

AHEAD = (30, 90)  # days, the nearest first
# What comes every month is not told ninety days ahead; nor is what is no meeting.
REVIEW_MONTHS = 6
REVIEW_WORDS = frozenset({"bilan", "bilans", "reunion", "reunions", "revue"})


class Milestone(enum.StrEnum):
    """What falls on the day."""

    NOTICE = "notice"
    DECISION = "decision"
    END = "end"
    REVIEW = "review"


WORDS = MappingProxyType(
    {
        Milestone.NOTICE: "dernier jour pour donner le préavis",
        Milestone.DECISION: "dernier jour pour décider du renouvellement",
        Milestone.END: "fin de la convention",
    }
)


@dataclass(frozen=True, slots=True)
class Told:
    """A day told ahead: of what, which day, how many days before, of which commitment when it is a review."""

    milestone: Milestone
    on: date
    ahead: int
    commitment_id: int | None = None


def is_review(label: str, every_months: int | None) -> bool:
    """Whether a commitment is a meeting to prepare: « Réunion de bilan », « Bilan annuel », seldom enough."""
    is_seldom = every_months is None or every_months >= REVIEW_MONTHS
    return is_seldom and not REVIEW_WORDS.isdisjoint(fold(label).split())


def milestones(
    renewal: Renewal, ends_on: date | None, decision_on: date | None, *, has_notice: bool
) -> Iterator[tuple[Milestone, date]]:
    """The days of a term that are told: to give notice or to decide, and the last one when nothing renews it."""
    if ends_on is None:
        return
    if has_notice or renewal is Renewal.NONE:
        yield Milestone.END, ends_on
        return
    if decision_on is not None:
        yield (Milestone.NOTICE if renewal is Renewal.TACIT else Milestone.DECISION), decision_on
    if renewal is Renewal.EXPRESS:
        yield Milestone.END, ends_on


def to_tell(
    milestone: Milestone, on: date, today: date, told: Container[Told], commitment_id: int | None = None
) -> Told | None:
    """What is to be told today of a day; None when it is far, past, or was told. A worker that slept catches up."""
    left = (on - today).days
    if left < 0:
        return None
    ahead = next((days for days in AHEAD if left <= days), None)
    if ahead is None:
        return None
    found = Told(milestone, on, ahead, commitment_id)
    return None if found in told else found
