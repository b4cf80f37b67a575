"""The desk's bookings: mine of the day, those to ring back, one found by its reference, and its story."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import Row, select, text

from cptsapp.accounts.identity import CurrentUser
from cptsapp.accounts.models import Desk, User
from cptsapp.core import clock, french
from cptsapp.core.db import session
from cptsapp.core.text import REFERENCE_PATTERN
from cptsapp.directory.models import Person, Place, Practice
from cptsapp.snp import rules, words
from cptsapp.snp.models import Booking, BookingState, CancelledBy, CancelReason, Seat, Slot
from cptsapp.snp.permissions import visible_bookings
from cptsapp.territory import queries as territory
from cptsapp.territory.models import Commune
from cptsapp.territory.rules import local_instant

LIST_MAX = 200
FOUND_MAX = 20
SEARCHED = timedelta(days=120)
TO_RECALL = text("booking.needs_recall")  # as its partial index says

STATES = {
    BookingState.BOOKED: "réservé",
    BookingState.HONOURED: "venu",
    BookingState.NO_SHOW: "absent",
    BookingState.CANCELLED: "annulé",
}
SIDES = {
    CancelledBy.PATIENT: "par le patient",
    CancelledBy.PRACTITIONER: "par le cabinet",
    CancelledBy.REGULATION: "par la régulation",
}
REASONS = {
    CancelReason.NO_LONGER_NEEDED: "n’en a plus besoin",
    CancelReason.CANNOT_COME: "ne peut pas venir",
    CancelReason.SENT_ELSEWHERE: "orienté ailleurs",
    CancelReason.PRACTITIONER_AWAY: "médecin absent",
    CancelReason.EMERGENCY: "urgence au cabinet",
    CancelReason.ENTRY_ERROR: "erreur de saisie",
    CancelReason.UNDONE: "repris aussitôt",
    CancelReason.MOVED: "déplacé",
}


@dataclass(frozen=True, slots=True)
class Booked:
    """One booking in a list: never an identity."""

    id: int
    reference: str
    day: str
    time: str
    doctor: str
    commune: str
    phone: str
    letter: str
    word: str
    state: str
    is_cancelled: bool
    booked_at: str
    needs_recall: bool


def _bookings(user: CurrentUser, *narrowed: Any) -> Any:
    return (
        select(
            Booking.id,
            Booking.reference,
            Booking.state,
            Booking.booked_at,
            Booking.needs_recall,
            Booking.cancel_reason,
            Seat.starts_at,
            Slot.modality,
            Person.title,
            Person.first_name,
            Person.last_name,
            Commune.name,
            Place.phone,
        )
        .join(Seat, Seat.id == Booking.seat_id)
        .join(Slot, Slot.id == Booking.slot_id)
        .join(Practice, Practice.id == Slot.practice_id)
        .join(Person, Person.id == Slot.person_id)
        .join(Place, Place.id == Practice.place_id)
        .join(Commune, Commune.code == Place.commune_code)
        .where(visible_bookings(user), *narrowed)
    )


def mine(user: CurrentUser) -> Sequence[Booked]:
    """What the user booked today, latest first; a booking moved elsewhere shows once, where it is now."""
    midnight = local_instant(territory.today(), time(), territory.zone())
    rows = session.execute(
        _bookings(user, Booking.booked_by_id == user.id, Booking.booked_at >= midnight)
        .order_by(Booking.booked_at.desc(), Booking.id.desc())
        .limit(LIST_MAX)
    )
    return [_booked(row) for row in rows if row.cancel_reason is not CancelReason.MOVED]


def to_recall(user: CurrentUser) -> Sequence[Booked]:
    """Patients whose doctor has withdrawn, for the desk to ring back; oldest first."""
    rows = session.execute(_bookings(user, TO_RECALL).order_by(Booking.booked_at, Booking.id).limit(LIST_MAX))
    return [_booked(row) for row in rows]


def by_reference(user: CurrentUser, typed: str) -> Sequence[Booked]:
    """Bookings of the last months with this reference, latest first."""
    reference = typed.strip().upper()
    if not REFERENCE_PATTERN.fullmatch(reference):
        return []
    rows = session.execute(
        _bookings(user, Booking.reference == reference, Booking.booked_at > clock.now() - SEARCHED)
        .order_by(Booking.booked_at.desc(), Booking.id.desc())
        .limit(FOUND_MAX)
    )
    return [_booked(row) for row in rows if row.cancel_reason is not CancelReason.MOVED]


def _booked(row: Row[Any]) -> Booked:
    moment = territory.local(row.starts_at)
    return Booked(
        id=row.id,
        reference=row.reference,
        day=french.relative_day(moment.date(), territory.today()),
        time=french.hour(moment),
        doctor=" ".join(filter(None, (row.title, row.first_name, row.last_name))),
        commune=row.name,
        phone=french.phone(row.phone or ""),
        letter=row.modality.value,
        word=words.MODALITIES[row.modality],
        state=STATES[row.state],
        is_cancelled=row.state is BookingState.CANCELLED,
        booked_at=french.hour(territory.local(row.booked_at)),
        needs_recall=row.needs_recall,
    )


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a booking's story."""

    at: datetime
    sentence: str
    is_struck: bool = False

    @property
    def when(self) -> str:
        """Day and hour: "lun. 20 juil. à 14h34"."""
        moment = territory.local(self.at)
        return f"{french.day_short(moment.date())} à {french.hour(moment)}"


def story(booking: Booking) -> list[Event]:
    """What happened to a booking, oldest first, along its moves."""
    found: list[Event] = []
    current: Booking | None = booking
    while current is not None:
        found[:0] = _events(current)
        current = session.get(Booking, current.moved_from_id) if current.moved_from_id else None
    return found


def _events(booking: Booking) -> list[Event]:
    where = f"{french.hour(territory.local(booking.seat.starts_at))}, {booking.slot.practice.person.full_name}"
    day = french.day_short(territory.local(booking.seat.starts_at).date())
    is_cancelled = booking.state is BookingState.CANCELLED
    verb = "Déplacé au" if booking.moved_from_id else "Réservé pour le"
    events = [
        Event(
            booking.booked_at,
            f"{verb} {day} à {where}, par {_author(booking.booked_by_id, booking.desk_id)}",
            is_cancelled,
        )
    ]
    if booking.cancelled_at and booking.cancel_reason is not CancelReason.MOVED:
        assert booking.cancelled_by is not None  # written together
        assert booking.cancel_reason is not None
        reason = REASONS[booking.cancel_reason]
        events.append(Event(booking.cancelled_at, f"Annulé {SIDES[booking.cancelled_by]} : {reason}"))
    return events


def _author(user_id: int, desk_id: int | None) -> str:
    name = session.get_one(User, user_id).display_name
    desk = session.get(Desk, desk_id) if desk_id else None
    return f"{name} ({desk.name})" if desk else name


@dataclass(frozen=True, slots=True)
class Clocks:
    """The two clocks of a booking, in words (§3.1)."""

    cpts: str
    sas: str


def clocks(booking: Booking) -> Clocks:
    """Whether the patient is seen within the 24 h of the CPTS and the 48 h of the SAS."""
    span = (booking.booked_at, booking.seat.starts_at)
    is_cpts, is_sas = rules.is_within_cpts_clock(*span), rules.is_within_sas_clock(*span)
    hours = french.NBSP + "h"
    return Clocks(
        f"{'dans' if is_cpts else 'au-delà'} {'les' if is_cpts else 'des'} 24{hours} de la CPTS",
        f"dans les 48{hours} du SAS" if is_sas else "hors délai SAS",
    )
