"""Reads that several screens of the agenda share."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from cptsapp.accounts.identity import CurrentUser
from cptsapp.accounts.models import Desk, User
from cptsapp.core import french
from cptsapp.core.db import session
from cptsapp.core.periods import months_later
from cptsapp.core.prepared import Prepared
from cptsapp.core.refusals import Invisible
from cptsapp.directory.models import Person, Place, Practice
from cptsapp.directory.rules.finder import Entry
from cptsapp.snp.models import AgendaVersion, Booking, BookingState, Campaign, Seat, Slot
from cptsapp.snp.permissions import visible_bookings, visible_slots
from cptsapp.territory import queries as territory


@lru_cache(maxsize=1)
def with_practice() -> tuple[Any, ...]:
    """A slot loaded with its practice, person, place and commune."""
    return (
        joinedload(Slot.practice).joinedload(Practice.person),
        joinedload(Slot.practice).joinedload(Practice.place).joinedload(Place.commune),
    )


@dataclass(frozen=True, slots=True)
class Taker:
    """Who took or holds a seat, and when."""

    at: datetime
    desk_name: str | None
    user_name: str

    @property
    def words(self) -> str:
        """When and by whom: "à 14h33 par le poste 1"."""
        at = french.hour(territory.local(self.at))
        name = self.desk_name
        return f"à {at} par {f'le {name[0].lower()}{name[1:]}' if name else self.user_name}"


_VERSION = Prepared(lambda: select(AgendaVersion.version).where(AgendaVersion.id == 1))


def version() -> int:
    """The agenda's version as it was last committed, raised by each change of the list."""
    found: int | None = _VERSION.scalar()
    return found or 0


def slot_for(user: CurrentUser, slot_id: int) -> Slot:
    """A slot with its practice, person, place and commune. Raises Invisible."""
    found = session.scalar(select(Slot).where(Slot.id == slot_id, visible_slots(user)).options(*with_practice()))
    if found is None:
        raise Invisible
    return found


def slot_on_screen(slot_id: int) -> Slot:
    """A slot a form was opened on, even withdrawn since: what was typed must not go with it. Raises Invisible."""
    found = session.scalar(select(Slot).where(Slot.id == slot_id).options(*with_practice()))
    if found is None:
        raise Invisible
    return found


def booking_for(user: CurrentUser, booking_id: int) -> Booking:
    """A booking with its seat, slot, practice and sealed identity, in one statement. Raises Invisible."""
    found = session.scalar(
        select(Booking)
        .join(Booking.slot)
        .where(Booking.id == booking_id, visible_bookings(user))
        .options(
            contains_eager(Booking.slot).options(*with_practice()),
            joinedload(Booking.seat),
            joinedload(Booking.identity),
        )
    )
    if found is None:
        raise Invisible
    return found


def last_taker(slot_id: int) -> Taker | None:
    """Who took the last seat of a slot, for whoever comes too late."""
    row = session.execute(
        select(Booking.booked_at, Desk.name, User.display_name)
        .join(User, User.id == Booking.booked_by_id)
        .outerjoin(Desk, Desk.id == Booking.desk_id)
        .where(Booking.slot_id == slot_id, Booking.state != BookingState.CANCELLED)
        .order_by(Booking.booked_at.desc(), Booking.id.desc())
        .limit(1)
    ).first()
    return Taker(*row) if row else None


def holder(slot_id: int, now: datetime, *, except_user_id: int) -> str | None:
    """The name of whoever holds a seat of this slot now, other than the user."""
    return session.scalar(
        select(User.display_name)
        .join(Seat, Seat.held_by_id == User.id)
        .where(Seat.slot_id == slot_id, Seat.held_until > now, Seat.held_by_id != except_user_id)
        .order_by(Seat.held_until)
        .limit(1)
    )


def posting_entries() -> list[Entry]:
    """Who has published a slot of these twelve months or of the days to come, for the directory's list."""
    since = months_later(territory.today(), -12)
    posted = exists().where(Slot.person_id == Person.id, Slot.day_on >= since)
    return [Entry(False, person_id) for person_id in session.scalars(select(Person.id).where(posted))]


def campaign_for(day: date) -> Campaign | None:
    """The campaign a slot of this day belongs to: of the open ones that cover it, the one that began last (B44)."""
    return session.scalar(
        select(Campaign)
        .where(
            Campaign.closed_at.is_(None),
            Campaign.starts_on <= day,
            or_(Campaign.ends_on.is_(None), Campaign.ends_on >= day),
        )
        .order_by(Campaign.starts_on.desc(), Campaign.id.desc())
        .limit(1)
    )
