"""The journal, where each act leaves a line; what people write in it, and strike through."""

from datetime import date
from typing import Any

from sqlalchemy import select

from cptsapp.accounts.identity import CurrentUser
from cptsapp.audit.actions import Actor, record
from cptsapp.checklists.models import Checklist, Commitment, JournalEntry
from cptsapp.checklists.permissions import why_not_file, why_not_write
from cptsapp.checklists.wording import WRITTEN
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible, Refusal, refuse_if
from cptsapp.core.seal import ring
from cptsapp.core.text import NIR_REFUSED, looks_like_nir
from cptsapp.territory import queries as territory

EMPTY = "Écrivez une phrase."
NOT_YET = "Ce jour n’est pas encore venu."


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


def write(
    checklist_id: int,
    kind: str,
    text: str,
    *,
    happened_on: date | None,
    by: CurrentUser,
    file_id: int | None = None,
) -> JournalEntry:
    """Write a meeting, a decision or a note (`wording.WRITTEN`), the day it happened, a file where one is taken.

    Raises Refusal when the user may not, for a day to come, an empty text or what looks like a NIR.
    """
    kept = session.get_one(Checklist, checklist_id)
    refuse_if(why_not_write(kept, by))
    if kind not in WRITTEN:
        raise ValueError(f"nobody writes {kind}")
    if not text.strip():
        raise Refusal(EMPTY, field="text")
    if happened_on is not None and happened_on > territory.today():
        raise Refusal(NOT_YET, field="happened_on")
    if file_id is not None:
        refuse_if(why_not_file(kept))
    entry = note_event(kept.id, kind, by=by, file_id=file_id, happened_on=happened_on, note=text)
    record("journal_entry.added", entry, by=by)
    return entry


def strike(checklist_id: int, entry_id: int, *, by: CurrentUser) -> None:
    """Strike through a line that someone wrote: it stays, said struck. Done twice, it does nothing.

    Raises Invisible for a line of another journal or one that tells of an act, Refusal when the user may not.
    """
    wanted = select(JournalEntry).where(JournalEntry.id == entry_id)
    entry = session.scalar(wanted.with_for_update().execution_options(populate_existing=True))
    if entry is None or entry.checklist_id != checklist_id or entry.kind not in WRITTEN:
        raise Invisible
    refuse_if(why_not_write(session.get_one(Checklist, checklist_id), by))
    if entry.cancelled_at is None:
        cross(entry, by)
        record("journal_entry.struck", entry, by=by)


def cross(entry: JournalEntry, by: Actor | None) -> None:
    """Say that a line no longer counts, since when and by whom."""
    entry.cancelled_at, entry.cancelled_by_id = clock.now(), by.id if by else None
    session.flush()


def sealed(text: str, row: Commitment | JournalEntry, column: str) -> bytes:
    """A free text as the base keeps it. Raises Refusal for what looks like a NIR (§6.2)."""
    refuse_nir(text)
    return ring().seal(text.strip(), row.seal_id, column)


def refuse_nir(*texts: str) -> None:
    """Raise Refusal when one of the texts looks like a social-security number (§6.2)."""
    refuse_if(NIR_REFUSED if any(looks_like_nir(text) for text in texts) else None)
