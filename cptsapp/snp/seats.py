"""The statements behind the acts on a seat, written once: building them anew cost more than running them.

Their parameters: slot_id, now, user_id; for a booking by_id, key, today, the two blind indexes, the references drawn.
"""

from typing import Any

from sqlalchemy import Integer, Select, bindparam, case, exists, or_, select, update
from sqlalchemy.orm import aliased

from cptsapp.core.db import Instant
from cptsapp.core.submissions import Submission
from cptsapp.snp import queries
from cptsapp.snp.models import Booking, BookingIdentity, BookingState, Seat, Slot, SlotState

DRAWN = ("reference_1", "reference_2", "reference_3", "reference_4")
_NOW = bindparam("now", type_=Instant())
_USER = bindparam("user_id", type_=Integer())

# -- the slot, locked -------------------------------------------------------------------------------------------------

LOCKED: Select[Slot] = (
    select(Slot)
    .where(Slot.id == bindparam("slot_id"))
    .options(*queries.WITH_PRACTICE)
    .with_for_update(of=Slot)
    .execution_options(populate_existing=True)
)


def _done() -> Any:
    """What this user's key led to already."""
    found = select(Submission.result_id).where(
        Submission.user_id == bindparam("by_id"), Submission.key == bindparam("key"), Submission.kind == "booking"
    )
    return found.scalar_subquery()


def _has_twin() -> Any:
    """Whether a live booking of today or later has the same name and year, or the same phone."""
    other, its = aliased(Booking), aliased(Slot)
    who = or_(
        BookingIdentity.identity_index == bindparam("identity_index"),
        BookingIdentity.phone_index == bindparam("phone_index"),
    )
    found = (
        select(BookingIdentity.id)
        .join(other, other.id == BookingIdentity.booking_id)
        .join(its, its.id == other.slot_id)
    )
    return found.where(who, other.state == BookingState.BOOKED, its.day_on >= bindparam("today")).exists()


TO_BOOK: Select[Any] = LOCKED.add_columns(_done(), _has_twin())

# -- a free seat ------------------------------------------------------------------------------------------------------


def _free() -> Select[Seat]:
    """The first seat to come that is free for the user, the one they hold before any other."""
    other = aliased(Booking)
    is_taken = exists().where(other.seat_id == Seat.id, other.state != BookingState.CANCELLED)
    return (
        select(Seat)
        .where(
            Seat.slot_id == bindparam("slot_id"),
            Seat.starts_at > _NOW,
            or_(Seat.held_by_id.is_(None), Seat.held_until <= _NOW, Seat.held_by_id == _USER),
            ~is_taken,
        )
        .order_by(case((Seat.held_by_id == _USER, 0), else_=1), Seat.rank)
        .limit(1)
        .execution_options(populate_existing=True)
    )


def _unheard() -> Any:
    """The first of a few drawn references that no live or recent booking bears, or NULL."""
    other = aliased(Booking)
    in_use = or_(other.state == BookingState.BOOKED, other.booked_at > bindparam("rested_since", type_=Instant()))
    drawn = [bindparam(name, type_=Booking.reference.type) for name in DRAWN]
    return case(*((~exists().where(other.reference == reference, in_use), reference) for reference in drawn))


TO_HOLD: Select[Seat] = _free().with_for_update(of=Seat, skip_locked=True)
TO_TAKE: Select[Any] = _free().add_columns(_unheard()).with_for_update(of=Seat)

# A counted update: of two that come at once for the last place, one finds no row.
COUNT_DOWN = (
    update(Slot)
    .where(Slot.id == bindparam("slot_id"), Slot.state == SlotState.OPEN, Slot.free_count > 0)
    .values(free_count=Slot.free_count - 1, last_taken_at=_NOW, sequence=Slot.sequence + 1)
    .execution_options(synchronize_session=False)
)
