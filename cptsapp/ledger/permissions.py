"""Why a line may not be touched now: French reasons, or None."""

from typing import Protocol

from cptsapp.ledger.models import LedgerLine, LineState
from cptsapp.ledger.rules import may_go


class Reader(Protocol):
    """Whoever acts, as permissions see them."""

    def can(self, permission: str) -> bool: ...


def why_not_settle(user: Reader) -> str | None:
    """Why the user may not approve or note as paid, or None."""
    return None if user.can("ledger.approve") else "Seules la trésorerie et la coordination approuvent un paiement."


def why_not_cancel(line: LedgerLine) -> str | None:
    """Why an amount may no longer be taken back, or None."""
    if may_go(line.state, LineState.CANCELLED):
        return None
    return "Cet acte est déjà approuvé pour paiement\u00a0: voyez la coordination pour le corriger."
