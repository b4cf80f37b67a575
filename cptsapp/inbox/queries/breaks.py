"""The register of breaks in care: lists, one, what may leave."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType

from sqlalchemy import ColumnElement, and_, func, select, true

from cptsapp.accounts.models import User
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible
from cptsapp.directory.models import Organisation
from cptsapp.inbox.models import BreakCause, CareBreak, Request
from cptsapp.inbox.patients import read_contact, read_seeker, read_text
from cptsapp.inbox.rules.breaks import ExportRow
from cptsapp.inbox.rules.words import BREAK_CAUSES, PATHWAYS
from cptsapp.territory import queries as territory
from cptsapp.territory.models import Commune

PAGE = 50
_OPEN = CareBreak.bilateral_on.is_not(None) & CareBreak.bilateral_note.is_(None)
QUEUES: MappingProxyType[str, tuple[str, ColumnElement[bool]]] = MappingProxyType(
    {
        "a-relire": ("À relire", CareBreak.reviewed_at.is_(None)),
        "a-exporter": ("À exporter", CareBreak.reviewed_at.is_not(None) & CareBreak.exported_at.is_(None)),
        "bilaterale": ("Bilatérale ARS", _OPEN),
        "exportes": ("Exportés", CareBreak.exported_at.is_not(None)),
        "tous": ("Tous", true()),
    }
)


@dataclass(frozen=True, slots=True)
class BreakLine:
    """A break in the register: no name, no free text."""

    id: int
    reference: str
    commune: str
    happened_on: date
    cause: BreakCause
    cause_label: str
    pathway_label: str
    organisation: str
    reported_at: datetime
    reported_by: str
    text: str
    reviewed_at: datetime | None
    exported_at: datetime | None
    bilateral_on: date | None
    bilateral_note: str


def queue_counts() -> dict[str, int]:
    """How many breaks stand in each queue. One statement."""
    counted = [func.count().filter(where).label(code.replace("-", "_")) for code, (_, where) in QUEUES.items()]
    row = session.execute(select(*counted).select_from(CareBreak)).one()
    return dict(zip(QUEUES, row, strict=True))


def of_queue(code: str, before: int | None = None) -> list[BreakLine]:
    """A page of a queue, the latest first, and one more line when another page follows."""
    where = QUEUES[code][1]
    key = CareBreak.id < before if before is not None else true()
    return _lines(and_(where, key), limit=PAGE + 1)


def on_agenda(day: date) -> list[BreakLine]:
    """What the bilateral of a day looks at."""
    return _lines(CareBreak.bilateral_on == day, limit=500)


def agendas() -> Sequence[date]:
    """The days of bilaterals that something is on, the latest first."""
    days = select(CareBreak.bilateral_on).where(CareBreak.bilateral_on.is_not(None)).distinct()
    return [day for day in session.scalars(days.order_by(CareBreak.bilateral_on.desc()).limit(12)) if day is not None]


def line(break_id: int) -> BreakLine:
    """One break; raises Invisible when there is none."""
    found = _lines(CareBreak.id == break_id, limit=1)
    if not found:
        raise Invisible
    return found[0]


def _lines(where: ColumnElement[bool], limit: int) -> list[BreakLine]:
    rows = session.execute(
        select(CareBreak, Commune.name, Organisation.name, User.display_name, Request.reference)
        .join(Commune, Commune.code == CareBreak.commune_code)
        .outerjoin(Organisation, Organisation.id == CareBreak.organisation_id)
        .outerjoin(User, User.id == CareBreak.reported_by_id)
        .outerjoin(Request, Request.id == CareBreak.request_id)
        .where(where)
        .order_by(CareBreak.id.desc())
        .limit(limit)
    )
    return [_line(*row) for row in rows]


def _line(found: CareBreak, commune: str, house: str | None, user: str | None, reference: str | None) -> BreakLine:
    return BreakLine(
        id=found.id,
        reference=reference or "",
        commune=commune,
        happened_on=found.happened_on,
        cause=found.cause,
        cause_label=BREAK_CAUSES[found.cause],
        pathway_label=PATHWAYS[found.pathway],
        organisation=house or territory.settings().name,
        reported_at=found.reported_at,
        reported_by=user or "",
        text=found.reviewed_text or "",
        reviewed_at=found.reviewed_at,
        exported_at=found.exported_at,
        bilateral_on=found.bilateral_on,
        bilateral_note=found.bilateral_note or "",
    )


def care_break(break_id: int) -> CareBreak:
    """The row itself; raises Invisible when there is none."""
    found = session.get(CareBreak, break_id)
    if found is None:
        raise Invisible
    return found


def written(found: CareBreak) -> str:
    """What was written when it was documented."""
    return read_text(found.note, found.seal_id, "note")


def names_around(found: CareBreak) -> list[str]:
    """Every name that its words may not hold: the people of the file, who asked for them, their doctor as typed."""
    request = session.get(Request, found.request_id) if found.request_id is not None else None
    if request is None:
        return []
    contact = read_contact(request)
    people = [who.full_name for who in map(read_seeker, request.seekers) if who is not None]
    return [*people, *filter(None, (contact.asker_name, contact.doctor_name))]


def to_export(since: date, until: date, *, again: bool) -> list[CareBreak]:
    """What was read again and happened between two days, both included; `again`: even what has left already."""
    where = [CareBreak.reviewed_at.is_not(None), CareBreak.happened_on >= since, CareBreak.happened_on <= until]
    if not again:
        where.append(CareBreak.exported_at.is_(None))
    return list(session.scalars(select(CareBreak).where(*where).order_by(CareBreak.happened_on, CareBreak.id)))


def export_rows(found: Sequence[CareBreak]) -> list[ExportRow]:
    """The same as they leave."""
    communes = {row.code: row.name for row in session.execute(select(Commune.code, Commune.name))}
    return [
        ExportRow(
            territory.local(one.reported_at).date(),
            communes.get(one.commune_code, ""),
            one.happened_on,
            one.cause,
            one.pathway,
            one.reviewed_text or "",
        )
        for one in found
    ]
