"""Reading again the calendars due for it: the address is taken, fetched with no transaction open, then noted."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, update

from cptsapp.calendars import actions, apart, rules
from cptsapp.calendars.fetch import Network, NotFetched, fetch
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.seal import ring
from cptsapp.snp.models import CalendarSource
from cptsapp.territory import queries as territory

AT_ONCE_MAX = 20  # the rest at the worker's next turn


@dataclass(frozen=True, slots=True)
class Due:
    """A calendar in hand."""

    source_id: int
    address: str


def refresh_due(network: Network | None = None) -> None:
    """Read every calendar that is due; one that fails keeps its hours and says so to its owner."""
    for _ in range(AT_ONCE_MAX):
        due = _take()
        session.commit()
        if due is None:
            return
        _refresh(due, network)
        session.commit()


def _take() -> Due | None:
    """Take the calendar due for longest; nobody else takes it for an hour."""
    now = clock.now()
    source = session.scalars(
        select(CalendarSource)
        .where(CalendarSource.next_at <= now, CalendarSource.address.is_not(None))
        .order_by(CalendarSource.next_at, CalendarSource.id)
        .limit(1)
    ).first()
    if source is None or source.address is None:
        return None
    taken = session.scalars(
        update(CalendarSource)
        .where(CalendarSource.id == source.id, CalendarSource.next_at == source.next_at)
        .values(next_at=now + rules.REFRESH_EVERY)
        .returning(CalendarSource.id)
    ).all()
    return Due(source.id, ring().unseal(source.address, source.seal_id, "address")) if taken else None


def _refresh(due: Due, network: Network | None) -> None:
    now, zone = clock.now(), territory.zone()
    session.rollback()  # the network comes next: no transaction stays open
    try:
        hours = apart.busy_hours(
            fetch(due.address, network), now - timedelta(days=1), now + rules.ADDRESS_HORIZON, zone
        )
    except (NotFetched, rules.NotACalendar):
        actions.note_failure(due.source_id)
    else:
        actions.keep_hours(due.source_id, hours)
