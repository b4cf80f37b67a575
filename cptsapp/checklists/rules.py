"""Pure rules of commitments: the table of states, what is late, when a recurring one falls again."""

import calendar
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Protocol

from cptsapp.checklists.models import CommitmentState

S = CommitmentState

TRANSITIONS: Mapping[CommitmentState, frozenset[CommitmentState]] = MappingProxyType(
    {
        S.TODO: frozenset({S.DOING, S.DONE, S.DROPPED}),
        S.DOING: frozenset({S.TODO, S.DONE, S.DROPPED}),
        S.DONE: frozenset({S.TODO, S.DOING}),
        S.DROPPED: frozenset({S.TODO}),
    }
)

STATE_WORDS = MappingProxyType(
    {S.TODO: "À faire", S.DOING: "En cours", S.DONE: "Fait", S.DROPPED: "Abandonné"},
)
LATE = "En retard"
OPEN = frozenset({S.TODO, S.DOING})


class Owed(Protocol):
    """A commitment as these rules see it."""

    @property
    def state(self) -> CommitmentState: ...
    @property
    def due_on(self) -> date | None: ...


def may_go(before: CommitmentState, after: CommitmentState) -> bool:
    """Whether a commitment in one state may take the other."""
    return after in TRANSITIONS[before]


def is_late(owed: Owed, today: date) -> bool:
    """Whether it is still owed after its day; what is owed « en continu » is never late."""
    return owed.state in OPEN and owed.due_on is not None and owed.due_on < today


def days_late(owed: Owed, today: date) -> int:
    """How many days ago it was owed; 0 when it is not late."""
    return (today - owed.due_on).days if is_late(owed, today) and owed.due_on is not None else 0


def add_months(day: date, months: int) -> date:
    """The same day some months later (or earlier); the last of the month when that month is shorter.

    Count from the first day, never month by month: 31 January + 2 months is 31 March.
    """
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(years, month + 1)[1]
    return date(years, month + 1, min(day.day, last))
