"""The statements behind the acts on a seat, written once: building them anew cost more than running them.

Their parameters: slot_id, now, user_id; for a booking by_id, key, today, the two blind indexes, the references drawn.
"""

from functools import lru_cache
from typing import Any

from sqlalchemy import Integer, Select, and_, bindparam, case, exists, func, or_, select, update
from sqlalchemy.orm import aliased

from cptsapp.core.db import Instant
from cptsapp.core.submissions import Submission
from cptsapp.snp import queries
from cptsapp.snp.models import SEATS_MAX, AgendaVersion, Booking, BookingIdentity, BookingState, Seat, Slot, SlotState

DRAWN = ("reference_1", "reference_2", "reference_3", "reference_4")
_NOW = bindparam("now", type_=Instant())
_USER = bindparam("user_id", type_=Integer())

# -- the slot, locked -------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def locked() -> Select[Slot]:
    """The slot `slot_id` with its practice, its row held."""
    return (
        select(Slot)
        .where(Slot.id == bindparam("slot_id"))
        .options(*queries.with_practice())
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


@lru_cache(maxsize=1)
def to_book() -> Select[Any]:
    """The same with what the key led to already, and whether a booking has a twin."""
    return locked().add_columns(_done(), _has_twin())


# -- a free seat ------------------------------------------------------------------------------------------------------


def _is_free(seat: Any) -> Any:
    """Whether nobody else holds or has taken it, and its time has not come."""
    other = aliased(Booking)
    is_taken = exists().where(other.seat_id == seat.id, other.state != BookingState.CANCELLED)
    is_loose = or_(seat.held_by_id.is_(None), seat.held_until <= _NOW, seat.held_by_id == _USER)
    return and_(seat.slot_id == bindparam("slot_id"), seat.starts_at > _NOW, is_loose, ~is_taken)


def _turn(seat: Any) -> Any:
    """The order in which seats are given: the one the user holds before any other, then by time."""
    return case((seat.held_by_id == _USER, seat.rank - SEATS_MAX), else_=seat.rank)


def _first() -> Select[Seat]:
    """The free seat whose turn it is, found without sorting; none when another transaction has just taken it."""
    one = aliased(Seat)
    least = select(func.min(_turn(one))).where(_is_free(one)).scalar_subquery()
    return select(Seat).where(_is_free(Seat), _turn(Seat) == least).execution_options(populate_existing=True)


def _unheard() -> Any:
    """The first of a few drawn references that no live or recent booking bears, or NULL."""
    other = aliased(Booking)
    in_use = or_(other.state == BookingState.BOOKED, other.booked_at > bindparam("rested_since", type_=Instant()))
    drawn = [bindparam(name, type_=Booking.reference.type) for name in DRAWN]
    return case(*((~exists().where(other.reference == reference, in_use), reference) for reference in drawn))


@lru_cache(maxsize=1)
def to_hold() -> Select[Seat]:
    """A seat to hold; one that another transaction is giving back is passed over: any that is left will do."""
    return (
        select(Seat)
        .where(_is_free(Seat))
        .order_by(_turn(Seat))
        .limit(1)
        .with_for_update(of=Seat, skip_locked=True)
        .execution_options(populate_existing=True)
    )


@lru_cache(maxsize=1)
def to_take() -> Select[Any]:
    """The seat to take, and a reference for it."""
    return _first().add_columns(_unheard()).with_for_update(of=Seat)


# -- counted updates, of tables: what they change is known, no object has to be searched for ---------------------------

_SLOT: Any = Slot.__table__
_VERSION: Any = AgendaVersion.__table__

# Of two that come at once for the last place, one finds no row.
COUNT_DOWN = (
    update(_SLOT)
    .where(_SLOT.c.id == bindparam("number"), _SLOT.c.state == SlotState.OPEN, _SLOT.c.free_count > 0)
    .values(free_count=_SLOT.c.free_count - 1, last_taken_at=_NOW, sequence=_SLOT.c.sequence + 1)
)
RAISE_VERSION = update(_VERSION).where(_VERSION.c.id == 1).values(version=_VERSION.c.version + 1)
