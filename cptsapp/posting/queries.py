"""Reads of the practitioner's screens: whose slots, which ones, around what, and from which habits."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from cptsapp.accounts.identity import CurrentUser
from cptsapp.accounts.models import User
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible
from cptsapp.core.text import fold
from cptsapp.directory.models import Person, Place, Practice, Profession
from cptsapp.posting import permissions
from cptsapp.posting.rules.chips import Habit
from cptsapp.posting.rules.draft import Hours, Span
from cptsapp.posting.rules.series import Days
from cptsapp.snp.models import (
    Absence,
    Booking,
    BookingState,
    BusyTime,
    Campaign,
    Series,
    Slot,
    SlotOrigin,
    SlotState,
)
from cptsapp.snp.patients import Patient, read_patient
from cptsapp.territory import queries as territory
from cptsapp.territory.models import Commune

PAGE = 60
HABIT_DAYS = timedelta(days=60)
HABITS_READ = 60
ID_MAX = 2**31 - 1
_LIVE = Booking.state != BookingState.CANCELLED


# -- whose slots ------------------------------------------------------------------------------------------------------


def hours() -> Hours:
    """The daytime window, zone and holidays of the CPTS."""
    found = territory.settings()
    return Hours(found.window, found.zone, found.holiday_region)


def _open_practice(today: date) -> ColumnElement[bool]:
    is_open = or_(Practice.ends_on.is_(None), Practice.ends_on >= today)
    return and_(Practice.starts_on <= today, is_open, Practice.profession != Profession.STAFF)


def _posting_persons(user: CurrentUser) -> ColumnElement[bool]:
    """Those a user may post for who exercise somewhere, and the user themselves."""
    exercises = exists().where(Practice.person_id == Person.id, _open_practice(territory.today()))
    mine = Person.id == user.person_id
    return and_(permissions.postable(user), Person.merged_into_id.is_(None), or_(exercises, mine))


def people(user: CurrentUser, words: str = "") -> Sequence[Person]:
    """The practitioners a user may post for, by name, those whose name begins with the words."""
    wanted = select(Person).where(_posting_persons(user), Person.profession != Profession.STAFF)
    for word in fold(words[:80]).split():
        wanted = wanted.where(or_(Person.folded.startswith(word), Person.folded.contains(f" {word}")))
    return session.scalars(wanted.order_by(Person.folded, Person.id)).all()


def person_for(user: CurrentUser, person_id: int) -> Person:
    """One of them. Raises Invisible for anyone else."""
    found = session.scalar(select(Person).where(Person.id == person_id, permissions.postable(user)))
    if found is None or person_id > ID_MAX:
        raise Invisible
    return found


def default_person_id(user: CurrentUser) -> int | None:
    """Whose slots open without a choice: one's own, or the only practitioner one assists."""
    if "own" in user.scopes("snp.post") and user.person_id is not None:
        return user.person_id
    if "all" in user.scopes("snp.post"):
        return None
    assisted = people(user)
    return assisted[0].id if len(assisted) == 1 else None


def practices(person_id: int) -> Sequence[Practice]:
    """Where a person exercises today, the oldest first."""
    return session.scalars(
        select(Practice)
        .options(joinedload(Practice.place))
        .where(Practice.person_id == person_id, _open_practice(territory.today()))
        .order_by(Practice.id)
    ).all()


def practice_for(user: CurrentUser, practice_id: int) -> Practice:
    """A practice one may post at today. Raises Invisible otherwise."""
    found = session.scalar(
        select(Practice)
        .join(Person, Person.id == Practice.person_id)
        .where(Practice.id == practice_id, permissions.postable(user), _open_practice(territory.today()))
    )
    if found is None:
        raise Invisible
    return found


def commune_names(codes: Iterable[str]) -> dict[str, str]:
    """Names of communes by code."""
    rows = session.execute(select(Commune.code, Commune.name).where(Commune.code.in_(set(codes))))
    return {row.code: row.name for row in rows}


def place_words(place: Place) -> str:
    """ "12, rue des Écoliers", or the name the place goes by."""
    return place.name or place.address


# -- slots ------------------------------------------------------------------------------------------------------------


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
    def is_open(self) -> bool:
        """Whether free places are still offered."""
        return self.slot.state is SlotState.OPEN


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


def booking_row(booking_id: int) -> Booking:
    """A booking by its number, for the trail of who opened it."""
    return session.get_one(Booking, booking_id)


def user_name(user_id: int) -> str:
    """Who posted a slot, as screens name them."""
    return session.scalar(select(User.display_name).where(User.id == user_id)) or ""


def campaign_name(campaign_id: int | None) -> str:
    """The campaign's name, or nothing."""
    return session.scalar(select(Campaign.name).where(Campaign.id == campaign_id)) or ""


def has_history(seat_ids: Iterable[int]) -> set[int]:
    """Those of the seats that a booking names, were it cancelled."""
    return set(session.scalars(select(Booking.seat_id).where(Booking.seat_id.in_(list(seat_ids)))))


# -- around a new slot ------------------------------------------------------------------------------------------------


def overlapping(person_id: int, span: Span, *, except_id: int | None = None) -> Slot | None:
    """The first slot in the way: an open one, or a withdrawn one whose patient still comes."""
    return session.scalar(
        _in_the_way(person_id, *span).where(Slot.id != (except_id or 0)).order_by(Slot.starts_at, Slot.id).limit(1)
    )


def taken_spans(person_id: int, first: datetime, last: datetime) -> list[Span]:
    """The spans of the slots in the way between two instants, in order."""
    rows = session.scalars(_in_the_way(person_id, first, last).order_by(Slot.starts_at, Slot.id))
    return [(slot.starts_at, slot.ends_at) for slot in rows]


def _in_the_way(person_id: int, first: datetime, last: datetime) -> Select[Slot]:
    has_guest = exists().where(Booking.slot_id == Slot.id, _LIVE)
    return select(Slot).where(
        Slot.person_id == person_id,
        Slot.starts_at < last,
        Slot.ends_at > first,
        or_(Slot.state == SlotState.OPEN, has_guest),
    )


def busy_spans(person_id: int, first: datetime, last: datetime) -> list[Span]:
    """Busy times of the practitioner's own calendar between two instants (B31)."""
    rows = session.execute(
        select(BusyTime.starts_at, BusyTime.ends_at)
        .where(BusyTime.person_id == person_id, BusyTime.starts_at < last, BusyTime.ends_at > first)
        .order_by(BusyTime.starts_at, BusyTime.id)
    )
    return [(starts, ends) for starts, ends in rows]


# -- habits -----------------------------------------------------------------------------------------------------------


def last_posted(person_id: int, *, is_range: bool | None = None) -> Slot | None:
    """The slot posted last for a person, of whatever kind or only a plage (or only a single one)."""
    wanted = select(Slot).where(Slot.person_id == person_id, Slot.origin == SlotOrigin.POSTED)
    if is_range is not None:
        wanted = wanted.where(Slot.capacity > 1 if is_range else Slot.capacity == 1)
    return session.scalar(wanted.order_by(Slot.posted_at.desc(), Slot.id.desc()).limit(1))


def habits(person_id: int) -> list[Habit]:
    """Weekday and wall time of what was posted in the last two months, the latest first."""
    since = clock.now() - HABIT_DAYS
    rows = session.scalars(
        select(Slot.starts_at)
        .where(Slot.person_id == person_id, Slot.posted_at >= since, Slot.capacity == 1)
        .order_by(Slot.posted_at.desc(), Slot.id.desc())
        .limit(HABITS_READ)
    )
    local_starts = [territory.local(starts_at) for starts_at in rows]
    return [(starts.weekday(), starts.time()) for starts in local_starts]


# -- absences, series -------------------------------------------------------------------------------------------------


def absences(person_id: int) -> Sequence[Absence]:
    """The absences of a person that last or are to come, in order."""
    return session.scalars(
        select(Absence)
        .where(
            Absence.person_id == person_id,
            Absence.ended_at.is_(None),
            or_(Absence.until_on.is_(None), Absence.until_on >= territory.today()),
        )
        .order_by(Absence.from_on, Absence.id)
    ).all()


def absence_days(person_id: int) -> list[Days]:
    """Their first and last days."""
    return [(absence.from_on, absence.until_on) for absence in absences(person_id)]


def absence_for(user: CurrentUser, absence_id: int) -> Absence:
    """An absence one may end. Raises Invisible otherwise."""
    found = session.scalar(
        select(Absence)
        .join(Person, Person.id == Absence.person_id)
        .where(Absence.id == absence_id, permissions.postable(user))
    )
    if found is None:
        raise Invisible
    return found


def hidden_by(absence_id: int, *, lock: bool = False) -> list[Slot]:
    """The slots an absence has hidden, in order."""
    return in_order(select(Slot).where(Slot.absence_id == absence_id), lock=lock)


def withdrawn_together(slot: Slot) -> list[Slot]:
    """The slot and those of its repetition withdrawn in the same gesture that are still to come, locked."""
    if slot.series_id is None:
        return [slot]
    wanted = select(Slot).where(
        Slot.series_id == slot.series_id,
        Slot.state == SlotState.WITHDRAWN,
        Slot.withdrawn_at == slot.withdrawn_at,
        Slot.starts_at > clock.now(),
    )
    return in_order(wanted, lock=True) or [slot]


def hidden_counts(absence_ids: Iterable[int]) -> dict[int, int]:
    """Places hidden by each absence."""
    rows = session.execute(
        select(Slot.absence_id, func.sum(Slot.free_count))
        .where(Slot.absence_id.in_(list(absence_ids)), Slot.state == SlotState.ABSENT)
        .group_by(Slot.absence_id)
    )
    return {absence_id: places for absence_id, places in rows if absence_id is not None}


def series_for(user: CurrentUser, series_id: int) -> Series:
    """A repetition one may act on. Raises Invisible otherwise."""
    found = session.scalar(
        select(Series)
        .join(Practice, Practice.id == Series.practice_id)
        .join(Person, Person.id == Practice.person_id)
        .where(Series.id == series_id, permissions.postable(user))
    )
    if found is None:
        raise Invisible
    return found


def open_of_series(series_id: int, since: date, *, lock: bool = False) -> list[Slot]:
    """The open slots of a repetition from a day on that are not past, in order."""
    wanted = select(Slot).where(
        Slot.series_id == series_id,
        Slot.day_on >= since,
        Slot.state == SlotState.OPEN,
        Slot.starts_at > clock.now(),
    )
    return in_order(wanted, lock=lock)


def in_order(wanted: Select[Slot], *, lock: bool) -> list[Slot]:
    """Slots by time. Locks are taken by number, as everywhere, so that two transactions never wait for each other."""
    wanted = wanted.order_by(Slot.id)
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    return sorted(session.scalars(wanted), key=lambda slot: (slot.starts_at, slot.id))


# -- what goes with them ----------------------------------------------------------------------------------------------


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
