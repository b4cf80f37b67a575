"""Pure rules of the ledger: which state a line may go to, and what the cap of a year leaves."""

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from cptsapp.ledger.models import LineState, Nature

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

NATURE_WORDS = MappingProxyType({Nature.INCOME_LOSS: "perte de ressources", Nature.MISSION_PAY: "mission"})
NATURE_MARKS = MappingProxyType({Nature.INCOME_LOSS: "IPR", Nature.MISSION_PAY: "RPMSP"})

# The ceiling of the Sécurité sociale (PASS), published each year by order (§2.7), in cents: proposed, never imposed.
KNOWN_CAPS = MappingProxyType({2023: 43_992_00, 2025: 47_100_00, 2026: 48_060_00})


class Step(enum.StrEnum):
    """What is done to lines: both ways."""

    APPROVE = "approve"
    PAY = "pay"
    WITHDRAW_APPROVAL = "withdraw_approval"
    WITHDRAW_PAYMENT = "withdraw_payment"


STEPS: Mapping[Step, tuple[LineState, LineState]] = MappingProxyType(
    {
        Step.APPROVE: (LineState.OWED, LineState.APPROVED),
        Step.PAY: (LineState.APPROVED, LineState.PAID),
        Step.WITHDRAW_APPROVAL: (LineState.APPROVED, LineState.OWED),
        Step.WITHDRAW_PAYMENT: (LineState.PAID, LineState.APPROVED),
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

    @property
    def settled(self) -> int:
        """What counts against the cap: approved or paid."""
        return self.approved + self.paid

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


def room(cap: int | None, settled: int) -> int | None:
    """What may still be approved for someone in a year, in cents, never below zero; None without a cap."""
    return None if cap is None else max(cap - settled, 0)


def beyond(cap: int | None, settled: int, more: int) -> int:
    """By how many cents approving `more` would pass the cap of the year (§2.7); 0 when it does not."""
    return 0 if cap is None or more <= 0 else max(settled + more - cap, 0)
