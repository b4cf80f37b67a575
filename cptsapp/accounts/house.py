"""What accounts needs to know of the CPTS, whose settings belong to `territory`, above.

The row is read by the name of its table: no import runs upward, and a request still costs one statement.
"""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Integer, String, column, select, table

from cptsapp.core import clock
from cptsapp.core.db import session

CPTS = table(
    "cpts",
    column("name", String),
    column("phone", String),
    column("zone", String),
    column("desk_lock_minutes", Integer),
)
DEFAULT_ZONE = "Europe/Paris"  # before the first visit
DEFAULT_LOCK_MINUTES = 3


@dataclass(frozen=True, slots=True)
class House:
    """Name, telephone, time zone, and how long a desk stays open without a gesture."""

    name: str
    phone: str | None
    zone: str
    lock_minutes: int

    def local(self, instant: datetime) -> datetime:
        """The instant on the CPTS's wall clock."""
        return instant.astimezone(ZoneInfo(self.zone))

    def today(self) -> date:
        """The present day where the CPTS is."""
        return self.local(clock.now()).date()


def house() -> House:
    """The CPTS as accounts needs it, with defaults before the first visit."""
    row = session.execute(select(CPTS)).first()
    if row is None:
        return House("CPTS", None, DEFAULT_ZONE, DEFAULT_LOCK_MINUTES)
    return House(row.name, row.phone, row.zone, row.desk_lock_minutes)


def day_at(instant: datetime, zone: str | None) -> date:
    """The day of an instant in a zone; the default zone before the first visit."""
    return instant.astimezone(ZoneInfo(zone or DEFAULT_ZONE)).date()
