"""Taking away what was typed in a checklist about someone who is forgotten: who did what and when stays, counted."""

from sqlalchemy import ColumnElement, delete, select, update

from cptsapp.audit.erasure import blank_changes
from cptsapp.checklists.models import Commitment, Evidence, EvidenceKind, JournalEntry
from cptsapp.core.db import session

OWN = "Engagement propre à ce plan"  # what is left of words that were nobody else's


def blank(checklist_id: int) -> None:
    """Blank comments, notes, the words of commitments that are not standard ones, links and labels of evidence."""
    theirs = Commitment.checklist_id == checklist_id
    numbers = list(session.scalars(select(Commitment.id).where(theirs)))
    _blank_commitments(theirs)
    session.execute(update(JournalEntry).where(JournalEntry.checklist_id == checklist_id).values(note=None))
    shown = Evidence.commitment_id.in_(numbers)
    session.execute(delete(Evidence).where(shown, Evidence.kind == EvidenceKind.LINK))
    session.execute(update(Evidence).where(shown).values(label=""))
    blank_changes(Commitment.__tablename__, numbers)


def _blank_commitments(theirs: ColumnElement[bool]) -> None:
    session.execute(update(Commitment).where(theirs).values(comment=None))
    own = update(Commitment).where(theirs, Commitment.code.is_(None))
    session.execute(own.values(label=OWN, expected=""))
