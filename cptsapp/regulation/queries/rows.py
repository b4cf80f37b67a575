"""The statements behind the list: free slots, those taken a moment ago, and the desk's pulse. Rows, never entities."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    Float,
    Integer,
    Row,
    Select,
    String,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal_column,
    null,
    select,
    text,
    union_all,
)

from cptsapp.accounts.identity import CurrentUser
from cptsapp.core.db import Instant, session
from cptsapp.core.prepared import Prepared
from cptsapp.directory.models import Person, Place, Practice
from cptsapp.regulation.rules.match import Town
from cptsapp.snp.models import AgendaVersion, Booking, BookingState, Seat, Slot
from cptsapp.territory.models import Commune

SHOWN_AFTER = timedelta(minutes=10)  # a slot just taken stays on the list, struck, so that the eye follows
LONGEST_DAY = timedelta(hours=12)  # a range begun earlier today is over

# Written out, not bound: SQLite uses a partial index only when it reads the index's own condition.
ON_LIST = text("slot.state = 'open' AND slot.free_count > 0")
FULL = text("slot.state = 'open' AND slot.free_count = 0")

_NOW = bindparam("now", type_=Instant())
_IS_TAKEN = exists().where(Booking.seat_id == Seat.id, Booking.state != BookingState.CANCELLED)
_LEFT = (Seat.slot_id == Slot.id, Seat.starts_at > _NOW, ~_IS_TAKEN)


def _once_begun(before: Any, left: Any) -> Any:
    """What the slot says, until it has begun: from then on what its seats say, for those gone by are lost."""
    return case((Slot.starts_at > _NOW, before), else_=select(left).where(*_LEFT).correlate(Slot).scalar_subquery())


_COLUMNS = (
    Slot.id,
    Slot.starts_at,
    Slot.duration_minutes,
    Slot.capacity,
    Slot.free_count,
    Slot.modality,
    Slot.profession,
    Slot.conditions,
    Slot.day_on,
    Slot.person_id,
    Person.title,
    Person.first_name,
    Person.last_name,
    Commune.code.label("commune_code"),
    Commune.name.label("commune_name"),
    Commune.latitude,
    Commune.longitude,
    _once_begun(Slot.starts_at, func.min(Seat.starts_at)).label("next_at"),
    _once_begun(Slot.free_count, func.count(Seat.id)).label("left_count"),
)


def slots() -> Any:
    """Slots with their doctor, their commune, the hour and the number of places that can still be taken at `now`."""
    return (
        select(*_COLUMNS)
        .join(Practice, Practice.id == Slot.practice_id)
        .join(Person, Person.id == Slot.person_id)
        .join(Place, Place.id == Practice.place_id)
        .join(Commune, Commune.code == Place.commune_code)
    )


_LISTED = Prepared(
    lambda: union_all(
        slots().where(ON_LIST, Slot.starts_at > bindparam("since"), Slot.starts_at < bindparam("until")),
        slots().where(FULL, Slot.last_taken_at > bindparam("taken_since")),
    ),
    remembers=True,
)
_NEXT = select(func.min(Seat.starts_at)).join(Slot, Slot.id == Seat.slot_id).where(*_LEFT)
_FREE_LATER = (
    select(Slot.starts_at).where(ON_LIST, Slot.starts_at >= bindparam("after")).order_by(Slot.starts_at).limit(1)
)


def listed(now: datetime, first: datetime, until: datetime) -> Sequence[Row[Any]]:
    """Free slots that start between `first` and `until`, ranges already begun, and those just taken; unordered."""
    since = first if first > now else now - LONGEST_DAY
    return _LISTED.all(now=now, since=since, until=until, taken_since=now - SHOWN_AFTER)


def next_hour(slot_id: int, now: datetime) -> datetime | None:
    """When the first place of a slot that can still be taken starts, or None."""
    return session.scalar(_NEXT.where(Slot.id == slot_id), {"now": now})


def left_of_day(day: date, now: datetime) -> dict[int, tuple[int, datetime]]:
    """Places that can still be taken on a day, and the hour of the first, by slot; none for a slot without any."""
    found = select(Seat.slot_id, func.count(Seat.id), func.min(Seat.starts_at)).join(Slot, Slot.id == Seat.slot_id)
    rows = session.execute(found.where(*_LEFT, Slot.day_on == day).group_by(Seat.slot_id), {"now": now})
    return {slot_id: (count, first) for slot_id, count, first in rows}


def next_free(after: datetime) -> datetime | None:
    """When the first free slot from an instant on starts, or None."""
    return session.scalar(_FREE_LATER, {"after": after})


@dataclass(frozen=True, slots=True)
class Hold:
    """A seat kept for someone until an instant."""

    slot_id: int
    user_id: int
    until: datetime


@dataclass(frozen=True, slots=True)
class Pulse:
    """What changes around the list: its version, the user's bookings of the day, the holds, and the communes."""

    version: int
    mine_count: int
    holds: Sequence[Hold]
    towns: Sequence[Town]


def _branch(kind: str, a: Any, b: Any = None, at: Any = None, *place: Any) -> Select[Any]:
    """One kind of line of the pulse, in the columns they all share."""
    code, name, latitude, longitude = place or (None, None, None, None)
    return select(
        literal_column(f"'{kind}'", String).label("kind"),
        cast(null() if a is None else a, Integer).label("a"),
        cast(null() if b is None else b, Integer).label("b"),
        (cast(null(), Instant()) if at is None else at).label("at"),
        cast(null() if code is None else code, String).label("code"),
        cast(null() if name is None else name, String).label("name"),
        cast(null() if latitude is None else latitude, Float).label("latitude"),
        cast(null() if longitude is None else longitude, Float).label("longitude"),
    )


def _branches() -> tuple[Select[Any], ...]:
    return (
        _branch("version", AgendaVersion.version).where(AgendaVersion.id == 1),
        _branch("mine", func.count(Booking.id)).where(
            Booking.booked_by_id == bindparam("user_id"),
            Booking.booked_at >= bindparam("midnight", type_=Instant()),
            Booking.state != BookingState.CANCELLED,
        ),
        _branch("hold", Seat.slot_id, Seat.held_by_id, Seat.held_until).where(
            Seat.held_by_id.is_not(None), Seat.held_until > bindparam("now", type_=Instant()), ~_IS_TAKEN
        ),
    )


def _towns() -> Select[Any]:
    town = _branch("town", None, None, None, Commune.code, Commune.name, Commune.latitude, Commune.longitude)
    return town.where(Commune.is_own)


_PULSE = Prepared(lambda: union_all(*_branches()))
_PULSE_AND_TOWNS = Prepared(lambda: union_all(*_branches(), _towns()))


def pulse(user: CurrentUser, now: datetime, midnight: datetime, *, with_towns: bool) -> Pulse:
    """The pulse, in one statement."""
    rows = (_PULSE_AND_TOWNS if with_towns else _PULSE).all(user_id=user.id, midnight=midnight, now=now)
    by_kind: dict[str, list[Row[Any]]] = {"version": [], "mine": [], "hold": [], "town": []}
    for row in rows:
        by_kind[row.kind].append(row)
    return Pulse(
        version=by_kind["version"][0].a if by_kind["version"] else 0,
        mine_count=by_kind["mine"][0].a,
        holds=[Hold(row.a, row.b, row.at) for row in by_kind["hold"]],
        towns=sorted((town_of(row.code, row) for row in by_kind["town"]), key=lambda town: town.name),
    )


def town_of(code: str, row: Row[Any], name: str | None = None) -> Town:
    """The commune of a row that bears its position."""
    position = None if row.latitude is None else (row.latitude, row.longitude)
    return Town(code, name if name is not None else row.name, position)


def held_slot(user: CurrentUser) -> int | None:
    """The slot in which the user holds a seat, live or just expired."""
    return session.scalar(select(Seat.slot_id).where(Seat.held_by_id == user.id))
