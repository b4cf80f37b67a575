"""Reading the settings of the CPTS: once a request, kept with the session's other reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from cptsapp.accounts.models import SetupCode
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.prepared import Prepared
from cptsapp.core.refusals import Invisible
from cptsapp.territory import national, rules
from cptsapp.territory.models import Commune, Cpts, DaytimeHours, IdentityMode, Neighbour
from cptsapp.territory.national import NationalCommune

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


_READ = Prepared(
    lambda: select(Cpts.__table__, DaytimeHours.weekday, DaytimeHours.opens_at, DaytimeHours.closes_at).select_from(
        Cpts.__table__.outerjoin(DaytimeHours.__table__, Cpts.__table__.c.id == 1)
    )
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
    rows = _READ.all()
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


# -- choosing communes, from the national list ------------------------------------------------------------------------

SHOWN_MAX = 60
NEAR_KM = 10.0


@dataclass(frozen=True, slots=True)
class CommuneChoice:
    """The panel where communes are ticked: those chosen so far and those on show."""

    typed: str
    show: str
    chosen: Sequence[NationalCommune]
    shown: Sequence[NationalCommune]
    found_count: int
    near_count: int
    departments: Sequence[national.Department]
    groups: Sequence[tuple[str, str]]
    unknown: Sequence[str] = ()

    @property
    def codes(self) -> frozenset[str]:
        """The INSEE codes chosen."""
        return frozenset(commune.code for commune in self.chosen)

    @property
    def out_of_sight(self) -> list[str]:
        """The codes chosen that the panel does not show: they travel as hidden fields."""
        return sorted(self.codes - {commune.code for commune in self.shown})

    @property
    def population(self) -> int:
        """Inhabitants of the communes chosen; a big city and its arrondissements are not counted twice."""
        codes = self.codes
        whole = {commune.parent_code for commune in self.chosen} & codes
        return sum(commune.population for commune in self.chosen if commune.code not in whole)

    @property
    def size_tier(self) -> int:
        """The tier suggested (§2.2); the contract decides."""
        return rules.size_tier(self.population)


def choose(codes: Sequence[str], typed: str = "", show: str = "") -> CommuneChoice:
    """The panel for these codes; `show` is "chosen", "near" or a department, and what is typed goes first."""
    chosen = _known(codes)
    near = _near(chosen)
    found = _by_name(_found(typed, show, chosen, near))
    groups = {c.epci_code: c.epci_name for c in found if c.epci_code and c.epci_name} if typed.strip() else {}
    return CommuneChoice(
        typed=typed.strip(),
        show="" if typed.strip() else show or "chosen",
        chosen=_by_name(chosen),
        shown=found[:SHOWN_MAX],
        found_count=len(found),
        near_count=len(near),
        departments=_departments(chosen),
        groups=list((dict(national.search_epci(typed)) | groups).items())[:6],
    )


def _known(codes: Sequence[str]) -> list[NationalCommune]:
    return [found for code in dict.fromkeys(codes) if (found := national.commune(code))]


def _by_name(communes: Sequence[NationalCommune]) -> list[NationalCommune]:
    return sorted(communes, key=lambda commune: (commune.folded, commune.code))


def _departments(chosen: Sequence[NationalCommune]) -> list[national.Department]:
    codes = sorted({commune.department for commune in chosen})
    return [found for code in codes if (found := national.department(code))]


def _found(
    typed: str, show: str, chosen: Sequence[NationalCommune], near: Sequence[NationalCommune]
) -> Sequence[NationalCommune]:
    if typed.strip():
        return national.search(typed, SHOWN_MAX)
    if show == "near":
        return near
    return national.by_department(show) or chosen


def _near(chosen: Sequence[NationalCommune]) -> list[NationalCommune]:
    """Communes not chosen, within ten kilometres of one that is, in its department or the next."""
    codes = {commune.code for commune in chosen}
    around = {commune.department for commune in chosen}
    around |= {next_to for code in around for next_to in national.neighbouring_departments(code)}
    positions = [commune.position for commune in chosen if commune.position]
    return [
        commune
        for department in sorted(around)
        for commune in national.by_department(department)
        if commune.code not in codes and _is_near(commune.position, positions)
    ]


def _is_near(position: rules.Position | None, positions: Sequence[rules.Position]) -> bool:
    # A tenth of a degree of latitude is 11 km: most communes are dismissed without trigonometry.
    return position is not None and any(
        abs(position[0] - other[0]) < 0.1 and rules.distance_km(position, other) <= NEAR_KM for other in positions
    )


# -- the first visit --------------------------------------------------------------------------------------------------


def setup_code() -> SetupCode | None:
    """The code that opens the first visit, as it is stored."""
    return session.get(SetupCode, 1)


# -- the settings pages -----------------------------------------------------------------------------------------------


def neighbours() -> Sequence[Neighbour]:
    """The neighbouring CPTS with their communes, by name. Two statements."""
    return session.scalars(select(Neighbour).options(selectinload(Neighbour.communes)).order_by(Neighbour.name)).all()


def neighbour(neighbour_id: int) -> Neighbour:
    """One of them; raises Invisible."""
    found = session.get(Neighbour, neighbour_id)
    if found is None:
        raise Invisible
    return found


def holidays_of(year: int, region: str) -> list[tuple[date, str]]:
    """The legal holidays of a year in a region, in order."""
    return sorted(rules.legal_holidays(year, region).items())
