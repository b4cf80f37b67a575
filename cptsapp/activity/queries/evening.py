"""The practitioner's evening: whose outcome is still to note, and what was noted lately."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Row, Select, and_, func, literal_column, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from cptsapp.accounts.identity import CurrentUser
from cptsapp.activity.rules import DONE_DAYS, OUTCOME_WORDS
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible
from cptsapp.directory.models import Person, Practice
from cptsapp.snp import words
from cptsapp.snp.models import Booking, BookingState, Campaign, Seat, Slot
from cptsapp.snp.patients import Patient, read_patient
from cptsapp.snp.permissions import acts_for, is_own_only, noted_by, own_identities
from cptsapp.snp.rules import ASK_DAYS
from cptsapp.territory import queries as territory

# Written in the statement, not bound: only so does SQLite see that the partial index of bookings to come holds them.
_BOOKED: ColumnElement[bool] = Booking.state == literal_column("'booked'")


@dataclass(frozen=True, slots=True)
class Act:
    """A patient of a time that has begun: local hour, practitioner, reference, state, identity while it is kept.

    `is_own` says that the reader acts for the practitioner; else they note by the reference alone.
    """

    booking_id: int
    at: datetime
    person_id: int
    practitioner: str
    reference: str
    state: BookingState
    patient: Patient | None
    modality: str
    is_own: bool

    @property
    def who(self) -> str:
        """The patient's name, or the reference once there is none."""
        return self.patient.name if self.patient else f"Réf. {self.reference}"

    @property
    def word(self) -> str:
        """The outcome in one word."""
        return OUTCOME_WORDS[self.state]


@dataclass(frozen=True, slots=True)
class Evening:
    """What is still to note, by day, and what was noted lately."""

    days: tuple[tuple[date, tuple[Act, ...]], ...]
    done: tuple[Act, ...]

    @property
    def count(self) -> int:
        """Patients still to note."""
        return sum(len(acts) for _day, acts in self.days)

    def next_after(self, booking_id: int) -> int:
        """What to note after an act: itself when it waits again, else the next by time, else the first; 0 for none."""
        waiting = [act for _day, acts in self.days for act in acts]
        if any(act.booking_id == booking_id for act in waiting):
            return booking_id
        noted = next((act.at for act in self.done if act.booking_id == booking_id), None)
        later = [act for act in waiting if noted is not None and act.at >= noted]
        return next((act.booking_id for act in (*later, *waiting)), 0)


def _awaiting(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Still to note. A day bound keeps the cost of the page the same as years go by."""
    since = territory.today() - timedelta(days=ASK_DAYS)
    return (_BOOKED, Seat.starts_at <= now, Slot.day_on >= since)


def _done(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Noted lately: still in sight, to be corrected."""
    since = territory.today() - timedelta(days=DONE_DAYS)
    return (Booking.outcome_at.is_not(None), Slot.day_on >= since, Seat.starts_at <= now)


def _acts(user: CurrentUser, person_id: int | None) -> Select[Booking, bool]:
    found = (
        select(Booking, own_identities(user).label("is_own"))
        .join(Booking.slot)
        .join(Booking.seat)
        .where(noted_by(user))
        .options(
            contains_eager(Booking.slot).joinedload(Slot.practice).joinedload(Practice.person),
            contains_eager(Booking.seat),
            joinedload(Booking.identity),
        )
    )
    return found if person_id is None else found.where(Slot.person_id == person_id)


def evening(user: CurrentUser, now: datetime, person_id: int | None = None) -> Evening:
    """What the user has to note, for all they act for or for one of them."""
    waiting = session.execute(_acts(user, person_id).where(*_awaiting(now))).all()
    noted = session.execute(_acts(user, person_id).where(*_done(now))).all()
    latest_first = sorted(noted, key=_by_time, reverse=True)
    return Evening(
        _by_day([act_of(row.Booking, is_own=row.is_own) for row in sorted(waiting, key=_by_time)]),
        tuple(act_of(row.Booking, is_own=row.is_own) for row in latest_first),
    )


def _by_time(row: Row[Booking, bool]) -> tuple[datetime, int]:
    return row.Booking.seat.starts_at, row.Booking.seat_id


def _by_day(acts: Sequence[Act]) -> tuple[tuple[date, tuple[Act, ...]], ...]:
    days: dict[date, list[Act]] = {}
    for act in acts:
        days.setdefault(act.at.date(), []).append(act)
    return tuple((day, tuple(found)) for day, found in days.items())


def act_of(booking: Booking, *, is_own: bool) -> Act:
    """A booking as the evening's list shows it, its patient read for whoever acts for the practitioner alone."""
    return Act(
        booking_id=booking.id,
        at=territory.local(booking.seat.starts_at),
        person_id=booking.slot.person_id,
        practitioner=booking.slot.practice.person.full_name,
        reference=booking.reference,
        state=booking.state,
        patient=read_patient(booking.identity) if is_own and booking.identity else None,
        modality=words.MODALITIES[booking.slot.modality].lower(),
        is_own=is_own,
    )


def waiting_count(user: CurrentUser, now: datetime, person_id: int | None = None) -> int:
    """How many patients the user has to note, for all they act for or for one of them."""
    found = select(func.count()).select_from(Booking).join(Booking.slot).join(Booking.seat)
    if person_id is not None:
        found = found.where(Slot.person_id == person_id)
    return session.scalar(found.where(noted_by(user), *_awaiting(now))) or 0


def waiting_by_person(now: datetime, since: date) -> dict[int, int]:
    """How many patients each practitioner has to note, of acts since a day: person id → count."""
    found = select(Slot.person_id, func.count()).select_from(Booking).join(Booking.slot).join(Booking.seat)
    rows = session.execute(found.where(*_awaiting(now), Slot.day_on >= since).group_by(Slot.person_id))
    return {row.person_id: row[1] for row in rows}


def booking_to_record(user: CurrentUser, booking_id: int) -> Booking:
    """A booking the user may note, its slot locked until the end. Raises Invisible for any other."""
    slot_id = session.scalar(
        select(Slot.id).join(Booking, Booking.slot_id == Slot.id).where(Booking.id == booking_id, noted_by(user))
    )
    if slot_id is None:
        raise Invisible
    session.scalar(select(Slot).where(Slot.id == slot_id).with_for_update().execution_options(populate_existing=True))
    return session.get_one(Booking, booking_id, options=[joinedload(Booking.seat)], populate_existing=True)


def assisted(user: CurrentUser, now: datetime) -> Sequence[Person]:
    """The practitioners the user acts for, by name; themselves among them when they practise.

    Of those without an account, who may be many, the ones with someone to note or noted lately.
    """
    own = and_(Person.id.in_(acts_for(user)), Person.id.in_(select(Practice.person_id)))
    seen = select(Slot.person_id).join(Booking, Booking.slot_id == Slot.id).join(Booking.seat)
    seen = seen.where(noted_by(user), or_(and_(*_awaiting(now)), and_(*_done(now))))
    wanted = own if is_own_only(user) else or_(own, Person.id.in_(seen))
    return sorted(session.scalars(select(Person).where(wanted)), key=lambda person: (person.folded, person.id))


def pay_cents(person_ids: Sequence[int], today: date) -> int | None:
    """The pay per act, when the recent acts of these practitioners all have the same; else None."""
    since = today - timedelta(days=DONE_DAYS)
    found = (
        select(Campaign.pay_per_act_cents)
        .join(Slot, Slot.campaign_id == Campaign.id)
        .where(Slot.person_id.in_(person_ids), Slot.day_on >= since, Slot.day_on <= today)
        .distinct()
    )
    cents = session.scalars(found).all()
    return cents[0] if len(cents) == 1 and cents[0] else None
