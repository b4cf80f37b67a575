"""What the ledger keeps of persons, told to the directory: sums stay under a number for ten years (§6.4)."""

from sqlalchemy import select

from cptsapp.core.db import session
from cptsapp.directory.keepers import Keeper, Kept
from cptsapp.ledger.models import LedgerLine, LineState


def _why_not_object(numbers: set[int]) -> str | None:
    due = LedgerLine.person_id.in_(numbers), LedgerLine.state.in_((LineState.OWED, LineState.APPROVED))
    if session.scalar(select(LedgerLine.id).where(*due).limit(1)) is None:
        return None
    return "Des sommes lui sont dues : payez-les ou reprenez-les d’abord, le relevé ne porterait plus de nom."


KEEPER = Keeper((Kept(LedgerLine.person_id, "somme due", "sommes dues"),), _why_not_object)
