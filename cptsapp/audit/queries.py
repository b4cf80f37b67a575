"""Reading the trail: filtered, newest first, page by page by key."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import Select, func, select, tuple_

from cptsapp.audit import actors
from cptsapp.audit.models import AuditEvent, Category
from cptsapp.core.addresses import row_number
from cptsapp.core.db import session
from cptsapp.core.local import day_bounds

PAGE_SIZE = 50
EXPORT_MAX = 20_000


@dataclass(frozen=True, slots=True)
class Filter:
    """What of the trail is asked for; empty means everything. Days are local and both included."""

    category: Category | None = None
    user_id: int | None = None
    subject_type: str | None = None
    subject_id: int | None = None
    from_on: date | None = None
    until_on: date | None = None


@dataclass(frozen=True, slots=True)
class Trace:
    """An event with the names of who acted and of the desk they were at."""

    event: AuditEvent
    who: str
    desk: str


def page(wanted: Filter, after: str | None) -> Sequence[Trace]:
    """One page and one more row, after a key that `key_of` gave."""
    statement = _statement(wanted)
    if place := _place(after):
        statement = statement.where(tuple_(AuditEvent.at, AuditEvent.id) < place)
    return _named(session.scalars(statement.limit(PAGE_SIZE + 1)).all())


def export(wanted: Filter) -> Iterator[Trace]:
    """What the screen's filter shows, all pages of it up to `EXPORT_MAX` rows."""
    yield from _named(session.scalars(_statement(wanted).limit(EXPORT_MAX)).all())


def counts(subject_type: str, subject_id: int) -> dict[Category | None, int]:
    """How many events of each category one thing has, and under None how many in all."""
    rows = session.execute(
        select(AuditEvent.category, func.count())
        .where(AuditEvent.subject_type == subject_type, AuditEvent.subject_id == subject_id)
        .group_by(AuditEvent.category)
    )
    found = {row[0]: row[1] for row in rows}
    return {None: sum(found.values()), **{category: found.get(category, 0) for category in Category}}


def key_of(trace: Trace) -> str:
    """The place of a row in the order of the trail, for the address of the next page."""
    return f"{trace.event.at.strftime('%Y%m%dT%H%M%S.%f')}-{trace.event.id}"


def _place(key: str | None) -> tuple[datetime, int] | None:
    """The place a key names; a key that was tampered with names none."""
    at, _, digits = (key or "").partition("-")
    number = row_number(digits)
    if number is None:
        return None
    try:
        return datetime.strptime(at, "%Y%m%dT%H%M%S.%f").replace(tzinfo=UTC), number
    except ValueError:
        return None


def _statement(wanted: Filter) -> Select[AuditEvent]:
    statement = select(AuditEvent).order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
    equal = {
        AuditEvent.category: wanted.category,
        AuditEvent.user_id: wanted.user_id,
        AuditEvent.subject_type: wanted.subject_type,
        AuditEvent.subject_id: wanted.subject_id,
    }
    statement = statement.where(*(column == value for column, value in equal.items() if value is not None))
    if wanted.from_on:
        statement = statement.where(AuditEvent.at >= day_bounds(wanted.from_on)[0])
    if wanted.until_on:
        statement = statement.where(AuditEvent.at < day_bounds(wanted.until_on)[1])
    return statement


def _named(events: Sequence[AuditEvent]) -> list[Trace]:
    people = actors.names(event.user_id for event in events)
    desks = actors.desk_names(event.desk_id for event in events)
    return [
        Trace(event, people.get(event.user_id or 0, "Le logiciel"), desks.get(event.desk_id or 0, ""))
        for event in events
    ]
