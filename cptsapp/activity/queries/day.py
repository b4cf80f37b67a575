"""The day on paper: the seats of a practice, with the patients its reader may know."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import literal_column, select
from sqlalchemy.orm import contains_eager, joinedload

from cptsapp.accounts.identity import CurrentUser
from cptsapp.core.db import session
from cptsapp.directory.models import Place, Practice
from cptsapp.snp.models import Booking, BookingState, Seat, Slot
from cptsapp.snp.patients import Patient, read_patient
from cptsapp.snp.permissions import noted_by, own_identities
from cptsapp.territory import queries as territory

NOON, EVENING = 12, 17  # hours at which the sheet begins a new part


@dataclass(frozen=True, slots=True)
class DayRow:
    """A seat of the day on the sheet: whose, where, and its patient when it is taken and the reader may know."""

    at: datetime
    practitioner: str
    place: str
    address: str
    letter: str
    booking_id: int | None
    reference: str
    state: BookingState | None
    patient: Patient | None


def day_sheet(user: CurrentUser, day: date, person_id: int | None = None) -> list[DayRow]:
    """The seats of a day, open or taken, of those whose patients the user notes; only their own are named."""
    live = Booking.state != BookingState.CANCELLED
    found = (
        select(Seat, Booking, own_identities(user).label("is_readable"))
        .join(Seat.slot)
        .outerjoin(Booking, (Booking.seat_id == Seat.id) & live)
        .where(Slot.day_on == day, noted_by(user), (Slot.state == literal_column("'open'")) | Booking.id.is_not(None))
        .options(
            contains_eager(Seat.slot)
            .joinedload(Slot.practice)
            .options(joinedload(Practice.person), joinedload(Practice.place).joinedload(Place.commune)),
            joinedload(Booking.identity),
        )
        .order_by(Seat.starts_at, Slot.person_id, Seat.id)
    )
    if person_id is not None:
        found = found.where(Slot.person_id == person_id)
    return [_day_row(seat, booking, is_readable) for seat, booking, is_readable in session.execute(found)]


def _day_row(seat: Seat, booking: Booking | None, is_readable: bool) -> DayRow:
    place = seat.slot.practice.place
    identity = booking.identity if booking and is_readable else None
    return DayRow(
        at=territory.local(seat.starts_at),
        practitioner=seat.slot.practice.person.full_name,
        place=place.commune.name,
        address=place.address,
        letter=seat.slot.modality.value,
        booking_id=booking.id if booking else None,
        reference=booking.reference if booking else "",
        state=booking.state if booking else None,
        patient=read_patient(identity) if identity else None,
    )


def parts(rows: list[DayRow]) -> list[tuple[str, int, list[DayRow]]]:
    """The rows by part of the day, each with its number of free seats."""
    named: dict[str, list[DayRow]] = {}
    for row in rows:
        named.setdefault(_part(row.at.hour), []).append(row)
    return [(name, sum(row.booking_id is None for row in found), found) for name, found in named.items()]


def _part(hour: int) -> str:
    if hour < NOON:
        return "Matin"
    return "Après-midi" if hour < EVENING else "Soir"
