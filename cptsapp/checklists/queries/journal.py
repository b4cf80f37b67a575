"""The journal of a checklist: what happened, newest first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, or_, select

from cptsapp.accounts.identity import CurrentUser
from cptsapp.accounts.models import User
from cptsapp.checklists import wording
from cptsapp.checklists.models import Checklist, Commitment, Evidence, JournalEntry
from cptsapp.checklists.permissions import why_not_write
from cptsapp.checklists.queries.rows import file_url
from cptsapp.checklists.sources import source_of
from cptsapp.core.db import session
from cptsapp.core.local import local
from cptsapp.core.seal import ring
from cptsapp.directory.merged import roots
from cptsapp.directory.models import Organisation, Person
from cptsapp.files.models import StoredFile
from cptsapp.territory import queries as territory

JOURNAL_SHOWN = 12
JOURNAL_PAGE = 50


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a journal; `at` and `struck_at` are local. `file_url` is empty without a file."""

    id: int
    kind: str
    at: datetime
    sentence: str
    note: str
    file_url: str
    file_name: str
    struck_at: datetime | None
    struck_by: str
    can_strike: bool


@dataclass(frozen=True, slots=True)
class Journal:
    """The newest lines of a journal, first; `older_than` is the line to ask the next ones from, None at the end."""

    checklist_id: int
    lines: tuple[Line, ...]
    older_than: int | None
    can_write: bool
    takes_files: bool
    year: int  # today's: that of a line is said when it is another


_Writer, _Striker = User.__table__.alias(), User.__table__.alias()


def journal(
    checklist_id: int,
    user: CurrentUser,
    *,
    limit: int = JOURNAL_SHOWN,
    older_than: int | None = None,
    commitment_id: int | None = None,
) -> Journal:
    """The newest lines of a journal, or those older than a line, of one commitment if told.

    The caller has seen to it that the user may read it.
    """
    kept = session.get_one(Checklist, checklist_id)
    wanted = _entries(checklist_id, older_than).limit(limit + 1)
    if commitment_id is not None:
        wanted = wanted.where(JournalEntry.commitment_id == commitment_id)
    found = session.execute(wanted).all()
    shown, can_write = found[:limit], why_not_write(kept, user) is None
    people = _people({one.data.get("person_id") for one in shown})
    houses = _organisations({one.data.get("organisation_id") for one in shown})
    proofs = _proofs({one.data.get("evidence_id") for one in shown})
    return Journal(
        checklist_id,
        tuple(_line(one, people, houses, proofs, can_write) for one in shown),
        shown[-1].id if len(found) > limit else None,
        can_write,
        source_of(kept).takes_files,
        territory.today().year,
    )


def _entries(checklist_id: int, older_than: int | None) -> Select[Any]:
    wanted = (
        select(
            *JournalEntry.__table__.columns,
            Commitment.label.label("commitment"),
            StoredFile.name.label("file_name"),
            _Writer.c.display_name.label("who"),
            _Striker.c.display_name.label("struck_by"),
        )
        .outerjoin(Commitment, Commitment.id == JournalEntry.commitment_id)
        .outerjoin(StoredFile, StoredFile.id == JournalEntry.file_id)
        .outerjoin(_Writer, _Writer.c.id == JournalEntry.user_id)
        .outerjoin(_Striker, _Striker.c.id == JournalEntry.cancelled_by_id)
        .where(JournalEntry.checklist_id == checklist_id)
        .order_by(JournalEntry.at.desc(), JournalEntry.id.desc())
    )
    last = session.get(JournalEntry, older_than) if older_than is not None else None
    if last is None or last.checklist_id != checklist_id:
        return wanted
    earlier = or_(JournalEntry.at < last.at, and_(JournalEntry.at == last.at, JournalEntry.id < last.id))
    return wanted.where(earlier)


def _line(
    one: Any, people: Mapping[int, str], houses: Mapping[int, str], proofs: Mapping[int, str], can_write: bool
) -> Line:
    return Line(
        one.id,
        one.kind,
        local(one.at),
        wording.sentence(
            one.kind,
            one.data,
            who=one.who or "",
            commitment=one.commitment or "",
            person=people.get(one.data.get("person_id"), ""),
            organisation=houses.get(one.data.get("organisation_id"), ""),
            proof=proofs.get(one.data.get("evidence_id"), ""),
            happened_on=one.happened_on,
        ),
        ring().unseal(one.note, one.seal_id, "note") if one.note else "",
        file_url(one.file_id),
        one.file_name or "",
        local(one.cancelled_at) if one.cancelled_at else None,
        one.struck_by or "",
        can_write and one.cancelled_at is None and one.kind in wording.WRITTEN,
    )


def _people(person_ids: set[Any]) -> dict[int, str]:
    """The names behind these numbers, merged sheets under that of the one kept."""
    asked = {number for number in person_ids if isinstance(number, int)}
    if not asked:
        return {}
    merged = roots()
    kept = {merged.get(number, number) for number in asked}
    names = {person.id: person.full_name for person in session.scalars(select(Person).where(Person.id.in_(kept)))}
    return {number: names.get(merged.get(number, number), "") for number in asked}


def _organisations(numbers: set[Any]) -> dict[int, str]:
    asked = {number for number in numbers if isinstance(number, int)}
    if not asked:
        return {}
    found = session.execute(select(Organisation.id, Organisation.name).where(Organisation.id.in_(asked)))
    return {one.id: one.name for one in found}


def _proofs(numbers: set[Any]) -> dict[int, str]:
    """What each piece of evidence is called: its label, else the name of its file or its address."""
    asked = {number for number in numbers if isinstance(number, int)}
    if not asked:
        return {}
    wanted = select(Evidence.id, Evidence.label, Evidence.url, StoredFile.name).outerjoin(
        StoredFile, StoredFile.id == Evidence.file_id
    )
    found = session.execute(wanted.where(Evidence.id.in_(asked)))
    return {one.id: one.label or one.name or one.url or "" for one in found}
