"""Making a checklist, adding what is owed, changing its state; and the journal, where each act leaves a line."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select

from cptsapp.audit.actions import Actor, record
from cptsapp.checklists.models import (
    Checklist,
    ChecklistKind,
    Commitment,
    CommitmentState,
    JournalEntry,
    Side,
)
from cptsapp.checklists.rules import STATE_WORDS, add_months, may_go
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible, Refusal, refuse_if
from cptsapp.core.seal import ring
from cptsapp.core.text import NIR_REFUSED, looks_like_nir


@dataclass(frozen=True, slots=True)
class Owed:
    """A commitment before it is written; see `models.Commitment` for each field."""

    label: str
    side: Side
    number: str = ""
    heading: str = ""
    expected: str = ""
    owner_id: int | None = None
    due_on: date | None = None
    due_months: int | None = None
    every_months: int | None = None
    is_continuous: bool = False
    code: str | None = None


def open_checklist(kind: ChecklistKind, *, is_live: bool) -> Checklist:
    """A new empty checklist."""
    checklist = Checklist(kind=kind, is_live=is_live)
    session.add(checklist)
    session.flush()
    return checklist


def add(checklist_id: int, owed: Owed, *, by: Actor | None, renewed_from_id: int | None = None) -> Commitment:
    """Add a commitment at the end of its article. Raises Refusal for a text that looks like a NIR."""
    refuse_nir(owed.label, owed.expected)
    last = session.scalar(select(func.max(Commitment.position)).where(Commitment.checklist_id == checklist_id))
    commitment = Commitment(
        checklist_id=checklist_id,
        position=(last or 0) + 1,
        label=owed.label.strip(),
        side=owed.side,
        number=owed.number,
        heading=owed.heading,
        expected=owed.expected.strip(),
        owner_id=owed.owner_id,
        due_on=owed.due_on,
        due_months=owed.due_months,
        every_months=owed.every_months,
        is_continuous=owed.is_continuous,
        code=owed.code,
        changed_at=clock.now(),
        changed_by_id=by.id if by else None,
        renewed_from_id=renewed_from_id,
    )
    session.add(commitment)
    session.flush()
    record("commitment.added", commitment, by=by)
    return commitment


def locked(commitment_id: int) -> Commitment:
    """The commitment, its row held until the end of the transaction; raises Invisible when there is none."""
    wanted = select(Commitment).where(Commitment.id == commitment_id)
    found = session.scalar(wanted.with_for_update().execution_options(populate_existing=True))
    if found is None:
        raise Invisible
    return found


def set_state(
    commitment: Commitment, after: CommitmentState, *, by: Actor | None, on: date, comment: str = ""
) -> Commitment | None:
    """Change the state of a commitment locked by the caller; gives the next occurrence when it comes again.

    `on`: the local day it was done. Raises Refusal when the table has no such change, or for what looks like a NIR.
    """
    if not may_go(commitment.state, after):
        raise Refusal(f"C’est déjà «\u00a0{STATE_WORDS[commitment.state]}\u00a0»\u202f: la page a changé entre-temps.")
    commitment.state = after
    commitment.done_on = on if after is CommitmentState.DONE else None
    if comment.strip():
        commitment.comment = sealed(comment, commitment, "comment")
    touch(commitment, by)
    kind = f"commitment.{after}"
    note_event(commitment.checklist_id, kind, by=by, commitment_id=commitment.id)
    record(kind, commitment, by=by)
    return _renew(commitment, by) if after is CommitmentState.DONE else None


def _renew(done: Commitment, by: Actor | None) -> Commitment | None:
    """The next occurrence, once; a day counted from the one it was owed, so that it does not drift."""
    if done.every_months is None or done.due_on is None:
        return None
    if session.scalar(select(Commitment.id).where(Commitment.renewed_from_id == done.id)) is not None:
        return None
    again = Owed(
        label=done.label,
        side=done.side,
        number=done.number,
        heading=done.heading,
        expected=done.expected,
        owner_id=done.owner_id,
        due_on=add_months(done.due_on, done.every_months),
        every_months=done.every_months,
        code=done.code,
    )
    return add(done.checklist_id, again, by=by, renewed_from_id=done.id)


def touch(commitment: Commitment, by: Actor | None) -> None:
    """Say who changed it last, and raise its version."""
    commitment.changed_at = clock.now()
    commitment.changed_by_id = by.id if by else None
    commitment.version += 1
    session.flush()


def note_event(
    checklist_id: int,
    kind: str,
    *,
    by: Actor | None,
    commitment_id: int | None = None,
    file_id: int | None = None,
    happened_on: date | None = None,
    note: str = "",
    **data: Any,
) -> JournalEntry:
    """Write a line of the journal: `kind` has a sentence in `wording`, `data` harmless values, `note` is sealed."""
    entry = JournalEntry(
        checklist_id=checklist_id,
        at=clock.now(),
        kind=kind,
        data=data,
        commitment_id=commitment_id,
        file_id=file_id,
        happened_on=happened_on,
        user_id=by.id if by else None,
    )
    session.add(entry)
    session.flush()
    if note.strip():
        entry.note = sealed(note, entry, "note")
        session.flush()
    return entry


def sealed(text: str, row: Commitment | JournalEntry, column: str) -> bytes:
    """A free text as the base keeps it. Raises Refusal for what looks like a NIR (§6.2)."""
    refuse_nir(text)
    return ring().seal(text.strip(), row.seal_id, column)


def refuse_nir(*texts: str) -> None:
    """Raise Refusal when one of the texts looks like a social-security number (§6.2)."""
    refuse_if(NIR_REFUSED if any(looks_like_nir(text) for text in texts) else None)
