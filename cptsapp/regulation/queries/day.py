"""The day with many doctors: columns up to eight, one row a doctor beyond, hours on a phone, and its sheet of paper."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from cptsapp.accounts.identity import CurrentUser
from cptsapp.core import clock, french
from cptsapp.core.db import session
from cptsapp.core.french import NBSP, count
from cptsapp.regulation.queries import rows as statements
from cptsapp.regulation.queries.elsewhere import Doctor, doctors
from cptsapp.regulation.queries.listing import Line, etag, lines_of, next_change
from cptsapp.regulation.rules import window
from cptsapp.snp.models import Booking, BookingState, Slot, SlotState
from cptsapp.snp.patients import Patient, read_patient
from cptsapp.snp.permissions import readable_identities, visible_bookings, visible_slots
from cptsapp.snp.queries import with_practice
from cptsapp.territory import queries as territory
from cptsapp.territory.rules import holiday_name, local_instant

COLUMNS_MAX = 8
PARTS = (("Matin", 0, 12), ("Après-midi", 12, 17), ("Soir", 17, 24))


@dataclass(slots=True)
class DoctorDay:
    """One doctor's day."""

    person_id: int
    name: str
    short: str
    commune: str
    free_count: int
    capacity: int
    lines: list[Line]

    @property
    def free(self) -> str:
        """How many places are free: "5 libres"."""
        return count(self.free_count, "libre")

    @property
    def ids(self) -> set[int]:
        """The numbers of their slots."""
        return {line.id for line in self.lines}

    @property
    def has_past(self) -> bool:
        """Whether some of them went by without a patient."""
        return any(line.state == "past" for line in self.lines)

    @property
    def taken(self) -> str:
        """For a full day: "complet, 4 pris"."""
        return f"complet, {self.capacity}{NBSP}pris"

    def between(self, first: int, last: int) -> list[Line]:
        """The slots that start in these hours."""
        return [line for line in self.lines if first <= line.moment.hour < last]

    def at(self, moment: time) -> list[Line]:
        """The slots of a half-hour."""
        return [line for line in self.lines if half_hour(line.moment) == moment]


@dataclass(slots=True)
class Part:
    """Morning, afternoon or evening: its free places, in all and by hour."""

    title: str
    first: int
    last: int
    free: str
    hours: list[tuple[int, int]]


@dataclass(slots=True)
class DayBoard:
    """A day."""

    day: date
    today: date
    title: str
    holiday: str
    doctors: list[DoctorDay]
    half_hours: list[time]
    parts: list[Part]
    hours: list[tuple[int, int, int]]
    by_hour: list[tuple[str, list[Line]]]
    free_count: int
    capacity: int
    without: Sequence[Doctor]
    is_flipped: bool
    note: str
    etag: str
    seen: str

    @property
    def free(self) -> str:
        """How many places are free: "14 libres"."""
        return count(self.free_count, "libre")

    def days_ahead(self, days: int) -> date:
        """The day so many days after today."""
        return self.today + timedelta(days=days)

    def holds(self, slot_id: int, moment: time) -> bool:
        """Whether a slot stands in this half-hour."""
        return any(line.id == slot_id for person in self.doctors for line in person.at(moment))


def half_hour(moment: datetime) -> time:
    """The half-hour a moment falls in."""
    return time(moment.hour, 30 if moment.minute >= 30 else 0)


def board(user: CurrentUser, day: date) -> DayBoard:
    """A day for a user."""
    now, settings, today = clock.now(), territory.settings(), territory.today()
    midnight = local_instant(today, time(), settings.zone)
    beat = statements.pulse(user, now, midnight, with_towns=False)
    found = session.execute(
        statements.slots().where(Slot.day_on == day, Slot.state == SlotState.OPEN, visible_slots(user)), {"now": now}
    ).all()
    lines = lines_of(found, beat, user, now, ZoneInfo(settings.zone), with_past=True)
    people = _doctors(lines)
    busy = {person.person_id for person in people}
    hours = _hours(lines)
    return DayBoard(
        day=day,
        today=today,
        title=french.day_long(day).capitalize(),
        holiday=holiday_name(day, settings.holiday_region) or "",
        doctors=people,
        half_hours=sorted({half_hour(line.moment) for line in lines}),
        parts=[_part(part, lines) for part in PARTS],
        hours=hours,
        by_hour=_by_hour(lines),
        free_count=sum(free for _hour, free, _id in hours),
        capacity=sum(line.capacity for line in lines),
        without=[doctor for doctor in doctors() if doctor.person_id not in busy],
        is_flipped=len(people) > COLUMNS_MAX,
        note=_note(day),
        etag=etag(beat.version, next_change(now, beat.holds)),
        seen=french.hour(territory.local(now)),
    )


def _doctors(lines: Iterable[Line]) -> list[DoctorDay]:
    """Those with something that day, the freest first, the full ones last."""
    by_person: dict[int, list[Line]] = {}
    for line in lines:
        by_person.setdefault(line.person_id, []).append(line)
    people = [_doctor_day(person_id, own) for person_id, own in by_person.items()]
    return sorted(people, key=lambda person: (-person.free_count, person.name, person.person_id))


def _doctor_day(person_id: int, own: list[Line]) -> DoctorDay:
    head = own[0]
    free = sum(line.places for line in own)
    capacity = sum(line.capacity for line in own)
    return DoctorDay(person_id, head.name, head.short, head.commune, free, capacity, own)


def _hours(lines: Iterable[Line]) -> list[tuple[int, int, int]]:
    """(hour, free, first free slot) of the hours that have one."""
    free = [line for line in lines if line.places]
    counts = window.by_hour((line.moment, line.places) for line in free)
    first = {line.moment.hour: line.id for line in reversed(free)}
    return [(hour, counts[hour], first[hour]) for hour in sorted(first)]


def _by_hour(lines: Iterable[Line]) -> list[tuple[str, list[Line]]]:
    found = []
    for hour, group in groupby(lines, key=lambda line: line.moment.hour):
        own = list(group)
        free = count(sum(line.places for line in own), "libre")
        found.append((f"{hour}{NBSP}h — {free}", own))
    return found


def _part(part: tuple[str, int, int], lines: Iterable[Line]) -> Part:
    title, first, last = part
    own = [line for line in lines if first <= line.moment.hour < last]
    counts = window.by_hour((line.moment, line.places) for line in own)
    return Part(title, first, last, count(sum(counts.values()), "libre"), sorted(counts.items()))


def _note(day: date) -> str:
    """The hours the desk answers for that weekday."""
    hours = territory.settings().window.hours.get(day.weekday())
    weekday = french.WEEKDAYS[day.weekday()]
    if hours is None:
        return f"Le {weekday}, la permanence des soins répond."
    return f"Le {weekday}, la régulation propose les créneaux de {french.hour(hours[0])} à {french.hour(hours[1])}."


# -- the sheet --------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class SheetLine:
    """One seat, taken or still to write in by hand."""

    time: str
    hour: int
    doctor: str
    commune: str
    address: str
    phone: str
    letter: str
    free_count: int
    reference: str = ""
    patient: Patient | None = None
    booking_id: int | None = None


def sheet(user: CurrentUser, day: date) -> list[SheetLine]:
    """The day on paper: what can still be taken, with room to write, and each booking, by time."""
    found = session.scalars(
        select(Slot)
        .where(Slot.day_on == day, Slot.state == SlotState.OPEN, visible_slots(user))
        .options(*with_practice())
        .order_by(Slot.starts_at, Slot.id)
    ).all()
    readable, left = _readable(user, day), statements.left_of_day(day, clock.now())
    lines = [line for slot in found for line in _sheet_lines(slot, readable.get(slot.id, []), left.get(slot.id))]
    return sorted(lines, key=lambda line: (line.hour, line.time.zfill(5), line.doctor))


def _readable(user: CurrentUser, day: date) -> dict[int, list[tuple[Booking, bool]]]:
    """The live bookings of a day by slot, each with whether the user may see whose it is."""
    rows = session.execute(
        select(Booking, readable_identities(user))
        .join(Slot, Slot.id == Booking.slot_id)
        .where(Slot.day_on == day, Booking.state != BookingState.CANCELLED, visible_bookings(user))
        .options(joinedload(Booking.identity), joinedload(Booking.seat))
        .order_by(Booking.id)
    ).all()
    found: dict[int, list[tuple[Booking, bool]]] = {}
    for booking, may_read in rows:
        found.setdefault(booking.slot_id, []).append((booking, bool(may_read)))
    return found


def _sheet_lines(slot: Slot, booked: list[tuple[Booking, bool]], left: tuple[int, datetime] | None) -> list[SheetLine]:
    lines = [_sheet_line(slot, left[1], left[0])] if left else []
    return lines + [_booked_line(slot, booking, may_read) for booking, may_read in booked]


def _sheet_line(slot: Slot, starts_at: datetime, free_count: int) -> SheetLine:
    moment = territory.local(starts_at)
    person, place = slot.practice.person, slot.practice.place
    return SheetLine(
        time=french.hour(moment),
        hour=moment.hour,
        doctor=person.full_name,
        commune=place.commune.name,
        address=place.address,
        phone=french.phone(place.phone or person.phone or ""),
        letter=slot.modality.value,
        free_count=free_count,
    )


def _booked_line(slot: Slot, booking: Booking, may_read: bool) -> SheetLine:
    line = _sheet_line(slot, booking.seat.starts_at, 0)
    line.reference = booking.reference
    line.booking_id = booking.id
    if may_read and booking.identity is not None:
        line.patient = read_patient(booking.identity)
    return line
