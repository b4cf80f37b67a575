"""Pure rules of the ledger: which state a line may go to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from cptsapp.ledger.models import LineState

TRANSITIONS: Mapping[LineState, frozenset[LineState]] = MappingProxyType(
    {
        LineState.OWED: frozenset({LineState.APPROVED, LineState.CANCELLED}),
        LineState.APPROVED: frozenset({LineState.PAID, LineState.OWED}),
        LineState.PAID: frozenset({LineState.APPROVED}),
        LineState.CANCELLED: frozenset(),
    }
)

STATE_WORDS = MappingProxyType(
    {
        LineState.OWED: "à approuver",
        LineState.APPROVED: "approuvé, à payer",
        LineState.PAID: "payé",
        LineState.CANCELLED: "annulé",
    }
)


@dataclass(frozen=True, slots=True)
class Balance:
    """What one person has on one account, in cents, by state; cancelled lines count for nothing."""

    owed: int = 0
    approved: int = 0
    paid: int = 0

    def __add__(self, other: "Balance") -> "Balance":
        return Balance(self.owed + other.owed, self.approved + other.approved, self.paid + other.paid)

    @property
    def total(self) -> int:
        """All of it, in cents."""
        return self.owed + self.approved + self.paid

    def word(self) -> str:
        """The least advanced state that holds money, in French; empty without any line."""
        parts = ((self.owed, LineState.OWED), (self.approved, LineState.APPROVED), (self.paid, LineState.PAID))
        return next((STATE_WORDS[state] for cents, state in parts if cents), "")


def balance(sums: Iterable[tuple[LineState, int]]) -> Balance:
    """The balance of (state, cents) pairs."""
    totals = dict.fromkeys(LineState, 0)
    for state, cents in sums:
        totals[state] += cents
    return Balance(totals[LineState.OWED], totals[LineState.APPROVED], totals[LineState.PAID])


def may_go(before: LineState, after: LineState) -> bool:
    """Whether a line in one state may take the other."""
    return after in TRANSITIONS[before]
