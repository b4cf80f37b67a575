"""The regulator's list: one object with the rows, their counts, the letters, the strips and the bands."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row

from cptsapp.accounts.identity import CurrentUser
from cptsapp.core import clock
from cptsapp.core.french import NBSP, count, day_long, hour, relative_day
from cptsapp.regulation.queries import rows as statements
from cptsapp.regulation.queries.rows import Hold, Pulse
from cptsapp.regulation.rules import match, window
from cptsapp.regulation.rules.bands import LABELS, Band, band_of, kilometres
from cptsapp.regulation.rules.match import Town
from cptsapp.snp import words
from cptsapp.snp.models import Modality
from cptsapp.snp.rules import CPTS_CLOCK, SAS_CLOCK
from cptsapp.territory import queries as territory
from cptsapp.territory.queries import CptsSettings
from cptsapp.territory.rules import local_instant


@dataclass(frozen=True, slots=True)
class Filter:
    """What the address says: letters typed, a modality, the first day."""

    typed: str = ""
    modality: Modality | None = None
    since: date | None = None

    @property
    def squashed(self) -> str:
        """The letters as they are compared."""
        return match.squashed(self.typed)


@dataclass(slots=True)
class Line:
    """One row as the template writes it; its strings are ready."""

    id: int
    starts_at: datetime
    moment: datetime
    time: str
    name: str
    short: str
    commune: str
    letter: str
    word: str
    places: int
    town: Town
    modality: Modality
    capacity: int
    person_id: int
    state: str = "free"
    mark: str = ""
    km: str = ""
    is_late: bool = False
    names: tuple[str, str] = ("", "")
    band: Band = Band.HERE
    detail: str = ""

    @property
    def when(self) -> str:
        """The day, as the open row says it: "aujourd’hui", "demain", "mer. 22 juil."."""
        return relative_day(self.moment.date(), territory.today())


@dataclass(slots=True)
class Group:
    """Rows under one grey heading: a band of distance, or an hour."""

    title: str
    free: str
    is_hour: bool
    rows: list[Line]


@dataclass(slots=True)
class HourCell:
    """One hour of a strip."""

    label: str
    count: int
    url: str


@dataclass(slots=True)
class Day:
    """One column."""

    id: str
    day: date
    title: str
    subtitle: str
    tab: str
    free_count: int
    free: str
    strip: list[HourCell]
    groups: list[Group]
    clock_note: str = ""
    is_today: bool = False
    has_others: bool = False

    @property
    def next_day(self) -> date:
        """The day after."""
        return self.day + timedelta(days=1)


@dataclass(slots=True)
class Listing:
    """The whole list."""

    filter: Filter
    days: list[Day]
    letters: dict[Modality, int]
    town: Town | None
    mine_count: int
    etag: str
    now: datetime
    seen: str
    free_count: int
    total_count: int
    first: date
    today: date
    settings: CptsSettings
    next_free: str = ""
    next_free_day: date | None = None
    guesses: list[Town] = field(default_factory=list)

    @property
    def now_hour(self) -> int:
        """The hour on the CPTS's wall clock."""
        return territory.local(self.now).hour


def listing(user: CurrentUser, asked: Filter) -> Listing:
    """The list for a user: four statements with the user's own and the settings, whatever the filter."""
    now, settings = clock.now(), territory.settings()
    today = territory.today()
    first = window.first_day(asked.since, today)
    instants = [local_instant(first + timedelta(days=i), time(), settings.zone) for i in (0, window.DAYS)]
    midnight = local_instant(today, time(), settings.zone)
    beat = statements.pulse(user, now, midnight, with_towns=bool(asked.squashed))
    found = statements.listed(now, max(instants[0], now) if first > today else now, instants[1])
    lines = lines_of(found, beat, user, now, ZoneInfo(settings.zone))
    lines = [line for line in lines if first <= line.moment.date() < first + timedelta(days=window.DAYS)]
    return _arranged(lines, beat, asked, first, today, now, settings)


def lines_of(
    found: Sequence[Row[Any]], beat: Pulse, user: CurrentUser, now: datetime, zone: ZoneInfo, *, with_past: bool = False
) -> list[Line]:
    """Rows of slots as lines, by time; `with_past` keeps those nobody can take any more."""
    held: Counter[int] = Counter(hold.slot_id for hold in beat.holds if hold.user_id != user.id)
    homonyms = _homonyms(found)
    lines = [_line(row, held[row.id], homonyms, now, zone) for row in found]
    kept = [line for line in lines if with_past or line.state != "past"]
    return sorted(kept, key=lambda line: (line.starts_at, line.name, line.id))


def _homonyms(found: Iterable[Row[Any]]) -> set[str]:
    """Last names that several doctors of the list bear: these keep their first name everywhere."""
    names: dict[str, set[int]] = {}
    for row in found:
        names.setdefault(row.last_name, set()).add(row.person_id)
    return {name for name, persons in names.items() if len(persons) > 1}


def _line(row: Row[Any], held: int, homonyms: set[str], now: datetime, zone: ZoneInfo) -> Line:
    places = row.left_count
    is_past = not places and (row.free_count > 0 or row.starts_at <= now)
    left = places - held
    starts_at = row.next_at or row.starts_at
    moment = starts_at.astimezone(zone)
    job = words.profession(row.profession)
    suffix = f", {job}" if job else ""
    full = " ".join(filter(None, (row.title, row.first_name, row.last_name)))
    is_short = row.title and row.last_name not in homonyms
    return Line(
        id=row.id,
        starts_at=starts_at,
        moment=moment,
        time=hour(moment),
        name=full + suffix,
        short=(f"{row.title} {row.last_name}" if is_short else full) + suffix,
        commune=row.commune_name,
        letter=row.modality.value,
        word=words.MODALITIES[row.modality],
        places=max(left, 0),
        town=statements.town_of(row.commune_code, row, row.commune_name),
        modality=row.modality,
        state="past" if is_past else "free" if left > 0 else "held" if places else "taken",
        capacity=row.capacity,
        person_id=row.person_id,
        mark=f"×{left}" if left > 1 else "",
        is_late=starts_at - now > SAS_CLOCK,
        names=(f"{row.first_name} {row.last_name}", f"{row.last_name} {row.first_name}"),
        detail=words.conditions(row.conditions) if row.conditions else "",
    )


def _arranged(
    lines: list[Line],
    beat: Pulse,
    asked: Filter,
    first: date,
    today: date,
    now: datetime,
    settings: CptsSettings,
) -> Listing:
    typed = asked.squashed
    towns = _all_towns(beat.towns, lines) if typed else []
    town = match.the_town(typed, towns, {n for line in lines for n in line.names}) if typed else None
    kept = lines if not typed or town else [line for line in lines if match.finds(typed, *line.names, line.commune)]
    shown = [line for line in kept if asked.modality in (None, line.modality)]
    _mark_distances(shown, town)
    days = [_day(i, first + timedelta(days=i), shown, lines, town, today, now, settings) for i in range(window.DAYS)]
    free = sum(day.free_count for day in days)
    found = Listing(
        filter=asked,
        days=days,
        letters={m: sum(line.places for line in kept if line.modality is m) for m in Modality},
        town=town,
        mine_count=beat.mine_count,
        etag=etag(beat.version, next_change(now, beat.holds)),
        now=now,
        seen=hour(territory.local(now)),
        free_count=free,
        total_count=sum(line.places for line in lines),
        first=first,
        today=today,
        settings=settings,
        guesses=match.towns_for(typed, towns)[:4] if typed and not town else [],
    )
    return found if free or lines else _with_next(found, now)


def _all_towns(own: Sequence[Town], lines: Iterable[Line]) -> list[Town]:
    return list({town.code: town for town in (*own, *(line.town for line in lines))}.values())


def _mark_distances(lines: Iterable[Line], town: Town | None) -> None:
    if town is None:
        return
    for line in lines:
        line.band = band_of(line.modality, town, line.town)
        if line.band is Band.NEAR:
            line.km = f"{kilometres(town, line.town)}{NBSP}km"


def _day(
    index: int,
    day: date,
    shown: Iterable[Line],
    every: Iterable[Line],
    town: Town | None,
    today: date,
    now: datetime,
    settings: CptsSettings,
) -> Day:
    own = [line for line in shown if line.moment.date() == day]
    free = sum(line.places for line in own)
    is_today = day == today
    return Day(
        id=f"jour-{index}",
        day=day,
        title=window.title(day, today),
        subtitle=window.subtitle(day, today, settings.holiday_region),
        tab={0: "Auj.", 1: "Demain"}.get((day - today).days, window.subtitle(day, today, "metropole")),
        free_count=free,
        free=count(free, "libre"),
        strip=_strip(own, day, now if is_today else None, settings),
        groups=_groups(own, town),
        clock_note=_clock_note(own, day, now, settings.zone),
        is_today=is_today,
        has_others=any(line.places and line.moment.date() == day for line in every),
    )


def _strip(own: list[Line], day: date, now: datetime | None, settings: CptsSettings) -> list[HourCell]:
    local_now = now.astimezone(ZoneInfo(settings.zone)) if now else None
    counts = window.by_hour((line.moment, line.places) for line in own if line.places)
    first = {line.moment.hour: line.id for line in reversed(own) if line.places}
    unit = f"{NBSP}h" if now else ""
    return [
        HourCell(f"{h}{unit}", free, f"#c{first[h]}" if free else "")
        for h, free in window.strip(counts, day, settings.window, local_now)
    ]


def _groups(own: list[Line], town: Town | None) -> list[Group]:
    """By band once a commune is known, by hour otherwise (headings that only a phone shows)."""
    if town is None:
        by_hour = groupby(own, key=lambda line: line.moment.hour)
        return [_group(f"{h}{NBSP}h", list(lines), is_hour=True) for h, lines in by_hour]
    in_bands = sorted(own, key=lambda line: (line.band, line.starts_at, line.name, line.id))
    return [_group(LABELS[b], list(lines), is_hour=False) for b, lines in groupby(in_bands, key=lambda line: line.band)]


def _group(title: str, lines: list[Line], *, is_hour: bool) -> Group:
    return Group(title, count(sum(line.places for line in lines), "libre"), is_hour, lines)


def _clock_note(own: list[Line], day: date, now: datetime, zone: str) -> str:
    """From which hour on a day's slots fall beyond the 24 h of the CPTS (§3.1), said once and quietly."""
    beyond = (now + CPTS_CLOCK).astimezone(ZoneInfo(zone))
    if day < beyond.date() or not any(line.starts_at > now + CPTS_CLOCK for line in own):
        return ""
    limit = f"au-delà des 24{NBSP}h de la CPTS"
    return f"A{limit[1:]}" if day > beyond.date() else f"Après {hour(beyond)}, {limit}"


def _with_next(found: Listing, now: datetime) -> Listing:
    """Nothing in the window: where the next free slot is."""
    after = local_instant(found.first + timedelta(days=window.DAYS), time(), found.settings.zone)
    start = statements.next_free(max(after, now))
    if start is not None:
        moment = territory.local(start)
        found.next_free_day = moment.date()
        found.next_free = f"{day_long(moment.date())} à {hour(moment)}"
    return found


# -- following --------------------------------------------------------------------------------------------------------


def next_change(now: datetime, holds: Iterable[Hold]) -> datetime:
    """When the list changes by time alone: a hold ends, or the minute turns and a slot begins."""
    minute = now.replace(second=0, microsecond=0) + timedelta(minutes=1)
    return min([minute, *(hold.until for hold in holds)])


def etag(version: int, until: datetime) -> str:
    """What a poll gives back to say what it has: the version, and until when it holds by itself."""
    return f"{version}.{int(until.timestamp() * 1000)}"


def is_fresh(known: str, version: int, now: datetime) -> bool:
    """Whether what a poll has is still the list."""
    known_version, _, until = known.strip('W/"').partition(".")
    if known_version != str(version) or not (until.isascii() and until.isdigit() and len(until) < 20):
        return False
    return now.timestamp() * 1000 < int(until)
