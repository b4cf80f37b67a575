"""Reading the settings of the CPTS: once a request, kept with the session's other reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.territory import rules
from cptsapp.territory.models import Commune, Cpts, DaytimeHours, IdentityMode

_KEY = "cpts"


@dataclass(frozen=True, slots=True)
class CptsSettings:
    """The CPTS as screens and rules need it."""

    name: str
    mark: str
    phone: str | None
    zone: str
    holiday_region: str
    size_tier: int
    identity_mode: IdentityMode
    out_of_hours_name: str
    out_of_hours_phone: str
    desk_lock_minutes: int
    retention_months: int
    window: rules.DaytimeWindow


class NotSetUp(RuntimeError):
    """The first visit has not taken place: there is no CPTS yet."""


_READ = select(Cpts.__table__, DaytimeHours.weekday, DaytimeHours.opens_at, DaytimeHours.closes_at).select_from(
    Cpts.__table__.outerjoin(DaytimeHours.__table__, Cpts.__table__.c.id == 1)
)


def current() -> CptsSettings | None:
    """The CPTS, or None before the first visit. One statement a request."""
    if _KEY not in session.info:
        session.info[_KEY] = _read()
    found: CptsSettings | None = session.info[_KEY]
    return found


def forget() -> None:
    """Read again: the settings have just been changed."""
    session.info.pop(_KEY, None)


def settings() -> CptsSettings:
    """The CPTS; raises NotSetUp before the first visit."""
    found = current()
    if found is None:
        raise NotSetUp
    return found


def _read() -> CptsSettings | None:
    rows = session.execute(_READ).all()
    if not rows:
        return None
    first = rows[0]
    hours = {row.weekday: (row.opens_at, row.closes_at) for row in rows if row.weekday is not None}
    return CptsSettings(
        name=first.name,
        mark=first.mark,
        phone=first.phone,
        zone=first.zone,
        holiday_region=first.holiday_region,
        size_tier=first.size_tier,
        identity_mode=first.identity_mode,
        out_of_hours_name=first.out_of_hours_name,
        out_of_hours_phone=first.out_of_hours_phone,
        desk_lock_minutes=first.desk_lock_minutes,
        retention_months=first.retention_months,
        window=rules.DaytimeWindow(hours),
    )


def zone() -> str:
    """The name of the CPTS's time zone."""
    return settings().zone


def today() -> date:
    """The present day where the CPTS is."""
    return rules.day_of(clock.now(), zone())


def local(instant: datetime) -> datetime:
    """The instant as the CPTS's wall clock shows it."""
    return rules.local(instant, zone())


def own_communes() -> Sequence[Commune]:
    """The communes of the territory, by name."""
    return session.scalars(select(Commune).where(Commune.is_own).order_by(Commune.name)).all()
