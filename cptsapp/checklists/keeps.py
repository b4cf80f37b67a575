"""What checklists keep of persons, told to the directory: who owes what. What was kept stays counted."""

from sqlalchemy import select

from cptsapp.checklists.models import Checklist, Commitment
from cptsapp.checklists.rules import OPEN
from cptsapp.core.db import session
from cptsapp.directory.keepers import Keeper, Kept


def _why_not_object(numbers: set[int]) -> str | None:
    """What someone owes today is given to someone else first: nobody would keep it."""
    owed = (
        select(Commitment.id)
        .join(Checklist, Checklist.id == Commitment.checklist_id)
        .where(Commitment.owner_id.in_(numbers), Commitment.state.in_(OPEN), Checklist.is_live)
    )
    if session.scalar(owed.limit(1)) is None:
        return None
    return "Des engagements lui sont confiés\u00a0: confiez-les d’abord à quelqu’un d’autre."


KEEPER = Keeper((Kept(Commitment.owner_id, "engagement", "engagements"),), _why_not_object)
