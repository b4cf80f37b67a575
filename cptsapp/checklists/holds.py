"""Who may read the files of checklists: the evidence of commitments, what was joined to a line of the journal."""

from sqlalchemy import select, union_all

from cptsapp.accounts.identity import CurrentUser
from cptsapp.checklists.models import Checklist, Commitment, Evidence, JournalEntry
from cptsapp.checklists.sources import source_of
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible


def may_read_file(file_id: int, user: CurrentUser) -> bool:
    """Whether the user sees a checklist that shows the file; withdrawn or struck, it is for those who manage it."""
    evidence = (
        select(Commitment.checklist_id, Evidence.withdrawn_at.label("gone_at"))
        .join(Commitment, Commitment.id == Evidence.commitment_id)
        .where(Evidence.file_id == file_id)
    )
    entries = select(JournalEntry.checklist_id, JournalEntry.cancelled_at.label("gone_at")).where(
        JournalEntry.file_id == file_id
    )
    held = session.execute(union_all(evidence, entries)).all()
    return any(_shows(checklist_id, gone_at is not None, user) for checklist_id, gone_at in held)


def _shows(checklist_id: int, is_gone: bool, user: CurrentUser) -> bool:
    checklist = session.get_one(Checklist, checklist_id)
    try:
        source = source_of(checklist)
    except Invisible:
        return False
    return source.can_see(checklist, user) and (not is_gone or source.why_not_manage(checklist, user) is None)
