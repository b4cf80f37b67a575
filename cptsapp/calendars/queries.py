"""Reading calendars: whose they are, their addresses, and what a feed shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload

from cptsapp.accounts.identity import CurrentUser
from cptsapp.accounts.models import User
from cptsapp.calendars import rules
from cptsapp.calendars.permissions import answering, practitioners_of
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible
from cptsapp.core.tokens import token_hash
from cptsapp.directory.merged import same_person
from cptsapp.directory.models import Person, Practice, Profession
from cptsapp.snp.models import (
    Booking,
    BookingState,
    BusyTime,
    CalendarFeed,
    CalendarSource,
    NotificationChoice,
    NotificationLevel,
    Slot,
    SlotState,
)

Row = TypeVar("Row", Person, CalendarFeed, CalendarSource)
Linked = TypeVar("Linked", CalendarFeed, CalendarSource)


@dataclass(frozen=True, slots=True)
class Maker:
    """The delegate who made an address, and whether it still answers."""

    name: str
    is_answering: bool


@dataclass(frozen=True, slots=True)
class Owner:
    """A practitioner with the calendars linked both ways; `makers` by address, of those that a delegate made."""

    person: Person
    feeds: Sequence[CalendarFeed]
    makers: dict[int, Maker]
    sources: Sequence[CalendarSource]
    busy_counts: dict[int, int]


@dataclass(frozen=True, slots=True)
class Agenda:
    """What a feed shows: slots, and their bookings by slot."""

    slots: Sequence[Slot]
    bookings: dict[int, list[Booking]]


def owners(user: CurrentUser) -> list[Owner]:
    """The practitioners whose calendars the user may link, by name."""
    people = session.scalars(
        select(Person)
        .where(practitioners_of(user), Person.merged_into_id.is_(None), Person.profession != Profession.STAFF)
        .order_by(Person.last_name, Person.id)
    ).all()
    ids = [person.id for person in people]
    live = _live_feeds(ids)
    feeds, makers = _by_person(live), _makers([feed.id for feed in live])
    sources = _by_person(
        session.scalars(
            select(CalendarSource).where(CalendarSource.person_id.in_(ids)).order_by(CalendarSource.id)
        ).all()
    )
    busy = _busy_counts(ids)
    return [Owner(person, feeds.get(person.id, []), makers, sources.get(person.id, []), busy) for person in people]


def _by_person(rows: Sequence[Linked]) -> dict[int, list[Linked]]:
    found: dict[int, list[Linked]] = {}
    for row in rows:
        found.setdefault(row.person_id, []).append(row)
    return found


def _live_feeds(person_ids: Sequence[int]) -> Sequence[CalendarFeed]:
    return session.scalars(
        select(CalendarFeed)
        .where(
            CalendarFeed.person_id.in_(person_ids),
            CalendarFeed.revoked_at.is_(None),
            CalendarFeed.expires_at > clock.now(),
        )
        .order_by(CalendarFeed.id)
    ).all()


def _makers(feed_ids: Sequence[int]) -> dict[int, Maker]:
    rows = session.execute(
        select(CalendarFeed.id, User.display_name, answering())
        .join(User, User.id == CalendarFeed.created_by_id)
        .where(CalendarFeed.id.in_(feed_ids))
    )
    return {row[0]: Maker(row[1], row[2]) for row in rows}


def _busy_counts(person_ids: Sequence[int]) -> dict[int, int]:
    rows = session.execute(
        select(BusyTime.source_id, func.count()).where(BusyTime.person_id.in_(person_ids)).group_by(BusyTime.source_id)
    )
    return {row[0]: row[1] for row in rows}


def practitioner(user: CurrentUser, person_id: int) -> Person:
    """One of them; raises Invisible."""
    return _one(select(Person).where(Person.id == person_id, practitioners_of(user)))


def feed(user: CurrentUser, feed_id: int) -> CalendarFeed:
    """A feed of one of them; raises Invisible."""
    return _one(
        select(CalendarFeed)
        .join(Person, Person.id == CalendarFeed.person_id)
        .where(CalendarFeed.id == feed_id, practitioners_of(user))
    )


def source(user: CurrentUser, source_id: int) -> CalendarSource:
    """A linked calendar of one of them; raises Invisible."""
    return _one(
        select(CalendarSource)
        .join(Person, Person.id == CalendarSource.person_id)
        .where(CalendarSource.id == source_id, practitioners_of(user))
    )


def _one(statement: Select[Row]) -> Row:
    found = session.scalars(statement).one_or_none()
    if found is None:
        raise Invisible
    return found


def live_feed_count(person_id: int) -> int:
    """How many addresses of one practitioner still work."""
    return len(_live_feeds([person_id]))


def source_count(person_id: int) -> int:
    """How many calendars one practitioner has linked."""
    return (
        session.scalar(select(func.count()).select_from(CalendarSource).where(CalendarSource.person_id == person_id))
        or 0
    )


def feed_of_token(token: str) -> CalendarFeed:
    """The feed a private address opens; raises Invisible when there is none, or no longer."""
    return _one(
        select(CalendarFeed).where(
            CalendarFeed.token_hash == token_hash(token),
            CalendarFeed.revoked_at.is_(None),
            CalendarFeed.expires_at > clock.now(),
            answering(),
        )
    )


def agenda(person_id: int) -> Agenda:
    """A practitioner's slots around now, with their bookings; what was cancelled lately is there to be struck out."""
    now = clock.now()
    persons = same_person({person_id})
    lately = now - rules.CANCELLED_SHOWN
    slots = session.scalars(
        select(Slot)
        .where(
            Slot.person_id.in_(persons),
            Slot.starts_at.between(now - rules.SHOWN_BEFORE, now + rules.SHOWN_AFTER),
            or_(Slot.state != SlotState.WITHDRAWN, Slot.withdrawn_at > lately),
        )
        .options(joinedload(Slot.practice).joinedload(Practice.place))
        .order_by(Slot.starts_at, Slot.id)
    ).all()
    return Agenda(slots, _bookings([slot.id for slot in slots], lately))


def _bookings(slot_ids: Sequence[int], lately: datetime) -> dict[int, list[Booking]]:
    rows = session.scalars(
        select(Booking)
        .where(
            Booking.slot_id.in_(slot_ids),
            or_(Booking.state != BookingState.CANCELLED, Booking.cancelled_at > lately),
        )
        .options(joinedload(Booking.seat))
        .order_by(Booking.id)
    )
    found: dict[int, list[Booking]] = {}
    for booking in rows:
        found.setdefault(booking.slot_id, []).append(booking)
    return found


def notification_level(user_id: int) -> NotificationLevel:
    """What a user wants to be told of; everything until they say otherwise."""
    found = session.get(NotificationChoice, user_id)
    return found.level if found else NotificationLevel.ALL
