"""Campaigns: the list, one of them, and the slots that a change of days attaches."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from cptsapp.activity.queries.statement import account_of
from cptsapp.activity.rules import campaign_of
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible
from cptsapp.ledger.queries import has_settled_lines
from cptsapp.snp.models import Booking, BookingState, Campaign, Seat, Slot


def campaigns() -> Sequence[Campaign]:
    """All of them, the latest first."""
    return sorted(session.scalars(select(Campaign)), key=lambda found: (found.starts_on, found.id), reverse=True)


def campaign(campaign_id: int) -> Campaign:
    """One campaign. Raises Invisible."""
    found = session.get(Campaign, campaign_id)
    if found is None:
        raise Invisible
    return found


def name_is_taken(name: str, except_id: int | None) -> bool:
    """Whether another campaign has this name."""
    found = select(Campaign.id).where(Campaign.name == name)
    if except_id is not None:
        found = found.where(Campaign.id != except_id)
    return session.scalar(found) is not None


@dataclass(frozen=True, slots=True)
class Missing:
    """Bookings of a campaign without an outcome: of times past, and of times to come."""

    awaiting: int
    to_come: int

    @property
    def count(self) -> int:
        """Both."""
        return self.awaiting + self.to_come


def missing(campaign_id: int, now: datetime) -> Missing:
    """How many outcomes a campaign still lacks."""
    found = (
        select(func.count().filter(Seat.starts_at <= now), func.count().filter(Seat.starts_at > now))
        .select_from(Booking)
        .join(Booking.slot)
        .join(Booking.seat)
        .where(Booking.state == BookingState.BOOKED, Slot.campaign_id == campaign_id)
    )
    return Missing(*session.execute(found).one())


def moves(first: date, last: date | None) -> dict[int | None, list[int]]:
    """The slots from a day to a day that belong elsewhere than they say: target campaign id (or None) → slot ids.

    Slots of a campaign that is closed, or partly approved for payment, stay where they were counted.
    """
    open_ones = [c for c in campaigns() if c.closed_at is None]
    unsettled = [c.id for c in open_ones if not has_settled_lines(account_of(c.id))]
    free = or_(Slot.campaign_id.is_(None), Slot.campaign_id.in_(unsettled))
    found = select(Slot.id, Slot.day_on, Slot.campaign_id).where(Slot.day_on >= first, free).order_by(Slot.id)
    if last is not None:
        found = found.where(Slot.day_on <= last)
    moved: dict[int | None, list[int]] = {}
    for slot_id, day, present in session.execute(found):
        target = campaign_of(day, open_ones)
        target_id = target.id if target else None
        if target_id != present:
            moved.setdefault(target_id, []).append(slot_id)
    return moved


def honoured_of(slot_ids: Sequence[int]) -> Sequence[Booking]:
    """The honoured bookings of some slots."""
    found = select(Booking).where(Booking.slot_id.in_(slot_ids), Booking.state == BookingState.HONOURED)
    return session.scalars(found.options(joinedload(Booking.slot)).order_by(Booking.id)).all()


def honoured_in(campaign_id: int) -> Sequence[Booking]:
    """The honoured bookings of a campaign."""
    found = select(Booking).join(Booking.slot).where(Slot.campaign_id == campaign_id)
    return session.scalars(
        found.where(Booking.state == BookingState.HONOURED).options(joinedload(Booking.slot)).order_by(Booking.id)
    ).all()
