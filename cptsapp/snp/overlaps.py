"""What a new slot of a practitioner would run into: whoever posts one, and a broadcast's answer, ask here."""

from datetime import datetime, timedelta

from sqlalchemy import Select, exists, or_, select

from cptsapp.core.db import session
from cptsapp.snp.models import SEATS_MAX, Booking, BookingState, Slot, SlotState

Span = tuple[datetime, datetime]

LONGEST = timedelta(minutes=240 * SEATS_MAX, days=1)  # a slot, and a zone's difference with UTC
_LIVE = Booking.state != BookingState.CANCELLED


def overlapping(person_id: int, span: Span, *, except_id: int | None = None) -> Slot | None:
    """The first slot in the way: an open one, or a withdrawn one whose patient still comes."""
    return session.scalar(
        _in_the_way(person_id, *span).where(Slot.id != (except_id or 0)).order_by(Slot.starts_at, Slot.id).limit(1)
    )


def taken_spans(person_id: int, first: datetime, last: datetime) -> list[Span]:
    """The spans of the slots in the way between two instants, in order."""
    return sorted((slot.starts_at, slot.ends_at) for slot in session.scalars(_in_the_way(person_id, first, last)))


def _in_the_way(person_id: int, first: datetime, last: datetime) -> Select[Slot]:
    has_guest = exists().where(Booking.slot_id == Slot.id, _LIVE)
    return select(Slot).where(
        Slot.person_id == person_id,
        Slot.day_on >= (first - LONGEST).date(),  # so that the years before are not walked
        Slot.day_on <= last.date() + timedelta(days=1),
        Slot.starts_at < last,
        Slot.ends_at > first,
        or_(Slot.state == SlotState.OPEN, has_guest),
    )
