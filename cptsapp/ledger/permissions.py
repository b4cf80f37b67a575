"""Who reads which statement; why a line may not be touched now: French reasons, or None."""

from typing import Protocol

from cptsapp.accounts.identity import CurrentUser
from cptsapp.core.refusals import Invisible
from cptsapp.directory.merged import roots
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


def reads_all(user: CurrentUser) -> bool:
    """Whether the user reads everyone's statement."""
    return "all" in user.scopes("ledger.read")


def readable_person(user: CurrentUser, wanted: int | None = None) -> int | None:
    """Whose statement the user reads, under the number they have now: everyone's (None) or one's.

    Raises Invisible for another's.
    """
    now_called = roots()
    person_id = None if wanted is None else now_called.get(wanted, wanted)
    if reads_all(user):
        return person_id
    own = None if user.person_id is None else now_called.get(user.person_id, user.person_id)
    if own is None or person_id not in (None, own):
        raise Invisible
    return own
