"""Who may read the files of checklists: the evidence of commitments, what was joined to a line of the journal."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Integer, literal, select, union_all

from cptsapp.accounts.identity import CurrentUser
from cptsapp.checklists.models import Checklist, Commitment, Evidence, JournalEntry
from cptsapp.checklists.permissions import can_read
from cptsapp.checklists.sources import source_of
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible


def may_read_file(file_id: int, user: CurrentUser) -> bool:
    """Whether the user reads the line that shows the file; withdrawn or struck, it is for those who manage the list."""
    evidence = (
        select(Commitment.checklist_id, Commitment.owner_id, Evidence.withdrawn_at.label("gone_at"))
        .join(Commitment, Commitment.id == Evidence.commitment_id)
        .where(Evidence.file_id == file_id)
    )
    entries = select(
        JournalEntry.checklist_id, literal(None, Integer).label("owner_id"), JournalEntry.cancelled_at.label("gone_at")
    ).where(JournalEntry.file_id == file_id)
    held: Sequence[Any] = session.execute(union_all(evidence, entries)).all()
    return any(_shows(checklist_id, owner_id, gone_at is not None, user) for checklist_id, owner_id, gone_at in held)


def _shows(checklist_id: int, owner_id: int | None, is_gone: bool, user: CurrentUser) -> bool:
    checklist = session.get_one(Checklist, checklist_id)
    try:
        source = source_of(checklist)
    except Invisible:
        return False
    return can_read(checklist, owner_id, user) and (not is_gone or source.why_not_manage(checklist, user) is None)
