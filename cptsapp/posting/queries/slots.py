"""The slots of one practitioner, with their patients, and what withdrawing them takes away."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import exists, or_, select, true
from sqlalchemy.orm import contains_eager, joinedload

from cptsapp.accounts.identity import CurrentUser
from cptsapp.accounts.models import User
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible
from cptsapp.directory.models import Person, Practice
from cptsapp.posting import permissions
from cptsapp.posting.queries.around import in_order
from cptsapp.posting.rules import words
from cptsapp.snp import words as agenda_words
from cptsapp.snp.models import (
    Booking,
    BookingState,
    Campaign,
    Seat,
    Slot,
    SlotState,
)
from cptsapp.snp.patients import Patient, read_patient
from cptsapp.snp.permissions import noted_by
from cptsapp.snp.rules import ASK_DAYS
from cptsapp.territory import queries as territory

PAGE = 60
_LIVE = Booking.state != BookingState.CANCELLED


@dataclass(frozen=True, slots=True)
class Guest:
    """A patient expected, or who was: the booking, its local time, and who it is when the reader may know."""

    booking: Booking
    starts: datetime
    patient: Patient | None

    @property
    def is_live(self) -> bool:
        """Whether the seat is still theirs."""
        return self.booking.state is not BookingState.CANCELLED

    @property
    def name(self) -> str:
        """The name, or the reference when that is all one may see or all that is kept."""
        return self.patient.name if self.patient else f"Réf. {self.booking.reference}"


@dataclass(frozen=True, slots=True)
class Entry:
    """A slot as the lists show it, in local time, with the patients expected."""

    slot: Slot
    starts: datetime
    ends: datetime
    guests: tuple[Guest, ...]

    @property
    def is_range(self) -> bool:
        """Whether it is a plage."""
        return self.slot.capacity > 1

    @property
    def places(self) -> str:
        """ "4 places : 1 prise, 3 libres"."""
        return words.places(self.slot.capacity, self.slot.free_count)

    @property
    def length(self) -> str:
        """ "15 min", for each patient."""
        return words.minutes(self.slot.duration_minutes)

    @property
    def modality(self) -> str:
        """ "cabinet"."""
        return agenda_words.MODALITIES[self.slot.modality].lower()

    @property
    def is_open(self) -> bool:
        """Whether free places are still offered."""
        return self.slot.state is SlotState.OPEN


def has_visits_to_note(user: CurrentUser, person_id: int | None = None) -> bool:
    """Whether a patient's time has come and the user still has to say whether they came."""
    since = territory.today() - timedelta(days=ASK_DAYS)
    found = (
        select(Booking.id)
        .join(Booking.slot)
        .join(Booking.seat)
        .where(
            Booking.state == BookingState.BOOKED,
            noted_by(user),
            Slot.person_id == person_id if person_id is not None else true(),
            Slot.day_on >= since,
            Seat.starts_at <= clock.now(),
        )
        .limit(1)
    )
    return session.scalar(found) is not None


def upcoming(user: CurrentUser, person_id: int, since: date | None = None) -> tuple[list[Entry], date | None]:
    """What is to come, by whole days, and the day the next page begins at.

    Withdrawn or hidden slots show only while a patient still comes.
    """
    has_guest = exists().where(Booking.slot_id == Slot.id, _LIVE)
    wanted = (
        select(Slot)
        .where(
            Slot.person_id == person_id,
            Slot.day_on >= (since or territory.today()),
            Slot.ends_at > clock.now(),
            or_(Slot.state == SlotState.OPEN, has_guest),
        )
        .order_by(Slot.day_on, Slot.starts_at, Slot.id)
        .limit(PAGE + 1)
    )
    rows, next_day = _whole_days(session.scalars(wanted).all())
    return entries(user, person_id, rows), next_day


def past(user: CurrentUser, person_id: int, until: date | None = None) -> tuple[list[Entry], date | None]:
    """What is over, the latest day first, and the day the next page begins at."""
    wanted = (
        select(Slot)
        .where(
            Slot.person_id == person_id,
            Slot.day_on <= (until or territory.today()),
            Slot.ends_at <= clock.now(),
        )
        .order_by(Slot.day_on.desc(), Slot.starts_at, Slot.id)
        .limit(PAGE + 1)
    )
    rows, next_day = _whole_days(session.scalars(wanted).all())
    return entries(user, person_id, rows), next_day


def _whole_days(rows: Sequence[Slot]) -> tuple[Sequence[Slot], date | None]:
    """A page that never cuts a day in two."""
    if len(rows) <= PAGE:
        return rows, None
    cut = rows[-1].day_on
    kept = [slot for slot in rows if slot.day_on != cut]
    return (kept, cut) if kept else (rows[:PAGE], None)


def entries(user: CurrentUser, person_id: int, slots: Sequence[Slot], *, with_cancelled: bool = False) -> list[Entry]:
    """The slots with their patients, by name when the reader may."""
    expected = guests(user, person_id, [slot.id for slot in slots], with_cancelled=with_cancelled)
    local = territory.local
    return [Entry(s, local(s.starts_at), local(s.ends_at), tuple(expected.get(s.id, ()))) for s in slots]


def guests(
    user: CurrentUser, person_id: int, slot_ids: Sequence[int], *, with_cancelled: bool = False
) -> dict[int, list[Guest]]:
    """The bookings of slots of one practitioner, by slot, in order of time."""
    wanted = (
        select(Booking)
        .join(Booking.seat)
        .options(contains_eager(Booking.seat), joinedload(Booking.identity))
        .where(Booking.slot_id.in_(slot_ids), *(() if with_cancelled else (_LIVE,)))
        .order_by(Booking.slot_id, Booking.seat_id, Booking.id)
    )
    is_named = permissions.sees_names(user, person_id)
    found: dict[int, list[Guest]] = {}
    for booking in session.scalars(wanted) if slot_ids else ():
        patient = read_patient(booking.identity) if is_named and booking.identity else None
        found.setdefault(booking.slot_id, []).append(Guest(booking, territory.local(booking.seat.starts_at), patient))
    return found


def slot_for(user: CurrentUser, slot_id: int, *, lock: bool = False) -> Slot:
    """A slot one may act on. Raises Invisible for someone else's, or one that does not exist."""
    wanted = (
        select(Slot)
        .join(Person, Person.id == Slot.person_id)
        .where(Slot.id == slot_id, permissions.postable(user))
        .options(joinedload(Slot.practice).joinedload(Practice.place))
    )
    if lock:
        wanted = wanted.with_for_update(of=Slot).execution_options(populate_existing=True)
    found = session.scalar(wanted)
    if found is None:
        raise Invisible
    return found


def live_bookings(slot_ids: Iterable[int]) -> Sequence[Booking]:
    """The bookings that keep a seat of these slots, in order of time."""
    return session.scalars(
        select(Booking)
        .join(Booking.seat)
        .options(contains_eager(Booking.seat))
        .where(Booking.slot_id.in_(list(slot_ids)), _LIVE)
        .order_by(Booking.slot_id, Booking.seat_id)
    ).all()


def user_name(user_id: int) -> str:
    """Who posted a slot, as screens name them."""
    return session.scalar(select(User.display_name).where(User.id == user_id)) or ""


def campaign_name(campaign_id: int | None) -> str:
    """The campaign's name, or nothing."""
    return session.scalar(select(Campaign.name).where(Campaign.id == campaign_id)) or ""


def has_history(seat_ids: Iterable[int]) -> set[int]:
    """Those of the seats that a booking names, were it cancelled."""
    return set(session.scalars(select(Booking.seat_id).where(Booking.seat_id.in_(list(seat_ids)))))


@dataclass(frozen=True, slots=True)
class Consequence:
    """What withdrawing some slots does: their free places go, and each patient needs a choice."""

    slots: tuple[Slot, ...]
    places: tuple[tuple[datetime, int], ...]
    guests: tuple[Guest, ...]

    @property
    def free_count(self) -> int:
        """Free places that go."""
        return sum(free for _, free in self.places)

    @property
    def digest(self) -> str:
        """What the confirming page carries: when it no longer matches, the panel is shown again."""
        booked = "-".join(str(guest.booking.id) for guest in self.guests)
        return f"{len(self.slots)}/{self.free_count}/{booked}"


def consequence(user: CurrentUser, person_id: int, slots: Sequence[Slot]) -> Consequence:
    """What withdrawing these slots of one practitioner does."""
    now = clock.now()
    expected = guests(user, person_id, [slot.id for slot in slots])
    coming = [g for slot in slots for g in expected.get(slot.id, ()) if g.booking.seat.starts_at > now]
    places = tuple((territory.local(slot.starts_at), slot.free_count) for slot in slots)
    return Consequence(tuple(slots), places, tuple(g for g in coming if g.booking.state is BookingState.BOOKED))


def to_hide(person_id: int, first: date, last: date | None, *, lock: bool = False) -> list[Slot]:
    """The open slots of a person on the days of an absence that are not over, in order."""
    wanted = select(Slot).where(
        Slot.person_id == person_id,
        Slot.day_on >= first,
        Slot.state == SlotState.OPEN,
        Slot.ends_at > clock.now(),
    )
    if last is not None:
        wanted = wanted.where(Slot.day_on <= last)
    return in_order(wanted, lock=lock)
