"""The CPTS's own time, for layers that know no CPTS: `territory` says at start where the zone is read."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_zone: Callable[[], str] = lambda: "Europe/Paris"


def use(zone: Callable[[], str]) -> None:
    """Say who knows the zone's name."""
    global _zone  # one CPTS a process
    _zone = zone


def local(instant: datetime) -> datetime:
    """The instant as the CPTS's wall clock shows it."""
    return instant.astimezone(ZoneInfo(_zone()))


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """The first instant of the local day and that of the next, in UTC: 23 or 25 hours apart twice a year."""
    zone = ZoneInfo(_zone())
    first = datetime.combine(day, time(), zone)
    last = datetime.combine(day + timedelta(days=1), time(), zone)
    return first.astimezone(UTC), last.astimezone(UTC)
