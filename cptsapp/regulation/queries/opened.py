"""What an open row shows: the slot's facts, the hold, possible duplicates, and other slots when it is lost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import contains_eager, joinedload

from cptsapp.accounts.identity import CurrentUser
from cptsapp.core import clock, french
from cptsapp.core.db import session
from cptsapp.core.french import NBSP
from cptsapp.core.text import spell
from cptsapp.directory.models import Practice
from cptsapp.regulation.queries.listing import Line, Listing
from cptsapp.snp import rules, words
from cptsapp.snp.models import Booking, BookingIdentity, BookingState, Modality, Seat, Slot
from cptsapp.snp.patients import Patient, identity_index, phone_index
from cptsapp.snp.permissions import visible_bookings
from cptsapp.territory import queries as territory

OTHERS_MAX = 3
TWINS_MAX = 3


@dataclass(frozen=True, slots=True)
class Facts:
    """A slot in words."""

    id: int
    moment: datetime
    time: str
    day: str
    doctor: str
    spoken_doctor: str
    commune: str
    letter: str
    word: str
    is_surgery: bool
    address: str
    phone: str
    detail: str
    is_late: bool
    must_ring: bool


def facts(slot: Slot, starts_at: datetime | None = None) -> Facts:
    """The facts of a slot, or of one of its seats when `starts_at` is that seat's."""
    now, begins = clock.now(), starts_at or slot.starts_at
    moment = territory.local(begins)
    person, place = slot.practice.person, slot.practice.place
    return Facts(
        id=slot.id,
        moment=moment,
        time=french.hour(moment),
        day=french.relative_day(moment.date(), territory.today()),
        doctor=person.full_name,
        spoken_doctor=_spoken(person.title, person.full_name),
        commune=place.commune.name,
        letter=slot.modality.value,
        word=words.MODALITIES[slot.modality],
        is_surgery=slot.modality is Modality.SURGERY,
        address=place.address,
        phone=french.phone(place.phone or person.phone or ""),
        detail=_detail(slot),
        is_late=not rules.is_within_sas_clock(now, begins),
        must_ring=rules.must_ring(begins, now),
    )


def _spoken(title: str, full_name: str) -> str:
    return full_name.replace(f"{title} ", "le docteur ", 1) if title == "Dr" else full_name


def _detail(slot: Slot) -> str:
    place = slot.practice.place
    parts = (
        place.address if slot.modality is Modality.SURGERY else words.MODALITIES[slot.modality].lower(),
        words.profession(slot.profession),
        f"{slot.duration_minutes}{NBSP}min",
        "accessible en fauteuil roulant" if place.is_accessible and slot.modality is Modality.SURGERY else "",
        words.conditions(slot.conditions),
    )
    return " · ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Held:
    """The user's hold on a slot, in milliseconds of the server's clock."""

    until_ms: int
    now_ms: int
    starts_at: datetime | None = None


def held_by(user: CurrentUser, slot_id: int) -> Held | None:
    """The user's live hold on this slot, with the hour of the seat it keeps."""
    now = clock.now()
    seat = session.execute(
        select(Seat.held_until, Seat.starts_at).where(
            Seat.held_by_id == user.id, Seat.slot_id == slot_id, Seat.held_until > now
        )
    ).first()
    return Held(milliseconds(seat.held_until), milliseconds(now), seat.starts_at) if seat else None


def held_until(until: datetime) -> Held:
    """A hold as the countdown wants it."""
    return Held(milliseconds(until), milliseconds(clock.now()))


def milliseconds(instant: datetime) -> int:
    """Milliseconds since 1970, for the page's countdowns."""
    return int(instant.timestamp() * 1000)


@dataclass(frozen=True, slots=True)
class Twin:
    """A live booking that may be the same patient's: the least that tells them apart."""

    booking_id: int
    reference: str
    moment: str
    doctor: str
    why: str


def twins(user: CurrentUser, patient: Patient | None, *, except_id: int | None = None) -> list[Twin]:
    """Bookings of today and later with the same name and year, or the same phone; by blind indexes alone."""
    if patient is None:
        return []
    by_name, by_phone = identity_index(patient), phone_index(patient.phone)
    same = [
        column == index
        for column, index in ((BookingIdentity.identity_index, by_name), (BookingIdentity.phone_index, by_phone))
        if index is not None
    ]
    if not same:
        return []
    found = session.scalars(
        select(Booking)
        .join(Booking.identity)
        .join(Booking.slot)
        .join(Slot.practice)
        .where(
            or_(*same),
            Booking.state == BookingState.BOOKED,
            Booking.id != (except_id or 0),
            Slot.day_on >= territory.today(),
            visible_bookings(user),
        )
        .options(
            contains_eager(Booking.identity),
            joinedload(Booking.seat),
            contains_eager(Booking.slot).contains_eager(Slot.practice).joinedload(Practice.person),
        )
        .order_by(Slot.starts_at, Booking.id)
        .limit(TWINS_MAX)
    ).all()
    return [_twin(booking, by_name) for booking in found]


def _twin(booking: Booking, by_name: bytes | None) -> Twin:
    moment = territory.local(booking.seat.starts_at)
    assert booking.identity is not None  # joined
    is_name = by_name is not None and booking.identity.identity_index == by_name
    day = french.relative_day(moment.date(), territory.today())
    return Twin(
        booking.id,
        booking.reference,
        f"{day} {french.hour(moment)}",
        booking.slot.practice.person.full_name,
        "même nom et même année" if is_name else "même téléphone",
    )


def others(found: Listing, lost: Facts, letter: str | None = None) -> Sequence[Line]:
    """The free slots to offer instead: at the same hour or after, nearest first, then the ones before."""
    free = [line for day in found.days for group in day.groups for line in group.rows if line.state == "free"]
    free = [line for line in free if line.id != lost.id and letter in (None, line.letter)]
    return sorted(free, key=lambda line: (line.moment < lost.moment, line.moment.date(), line.band, line.moment))[
        :OTHERS_MAX
    ]


@dataclass(frozen=True, slots=True)
class Script:
    """What is read aloud once the seat is taken."""

    booking_id: int
    reference: str
    spelled: str
    facts: Facts
    noted_at: str
    regular_doctor: str
    undo_until_ms: int
    now_ms: int
    can_undo: bool


NOTED = {"yes": "avec médecin traitant", "no": "sans médecin traitant", "unknown": "médecin traitant inconnu"}


def script(booking: Booking) -> Script:
    """The script of a booking whose slot and seat are loaded."""
    now = clock.now()
    return Script(
        booking_id=booking.id,
        reference=booking.reference,
        spelled=spell(booking.reference),
        facts=facts(booking.slot, booking.seat.starts_at),
        noted_at=french.hour(territory.local(booking.booked_at)),
        regular_doctor=NOTED[booking.regular_doctor.value],
        undo_until_ms=milliseconds(booking.booked_at + rules.UNDO),
        now_ms=milliseconds(now),
        can_undo=rules.can_undo(booking.booked_at, now) and booking.state is BookingState.BOOKED,
    )
