"""What must hold of the agenda after any storm, asked of the database itself: each function gives what breaks it."""

from collections.abc import Callable

from sqlalchemy import func, select

from cptsapp.audit.models import AuditEvent
from cptsapp.core.db import session
from cptsapp.core.submissions import Submission
from cptsapp.snp.actions import KIND
from cptsapp.snp.models import Booking, BookingIdentity, BookingState, CancelReason, Seat, Slot

LIVE = Booking.state != BookingState.CANCELLED


def doubled_seats() -> list[int]:
    """Seats with two live bookings."""
    return list(session.scalars(select(Booking.seat_id).where(LIVE).group_by(Booking.seat_id).having(func.count() > 1)))


def wrong_counts() -> list[tuple[int, int, int, int]]:
    """(slot, capacity, free_count, live bookings) of slots whose count is not capacity less live bookings."""
    live = select(Booking.slot_id, func.count().label("live")).where(LIVE).group_by(Booking.slot_id).subquery()
    taken = func.coalesce(live.c.live, 0)
    rows = session.execute(
        select(Slot.id, Slot.capacity, Slot.free_count, taken)
        .outerjoin(live, live.c.slot_id == Slot.id)
        .where(Slot.free_count != Slot.capacity - taken)
    )
    return [tuple(row) for row in rows]


def wrong_seats() -> list[tuple[int, int, int]]:
    """(slot, capacity, seats) of slots that have another number of seats than they say."""
    rows = session.execute(
        select(Slot.id, Slot.capacity, func.count(Seat.id))
        .join(Seat, Seat.slot_id == Slot.id)
        .group_by(Slot.id, Slot.capacity)
        .having(func.count(Seat.id) != Slot.capacity)
    )
    return [tuple(row) for row in rows]


def strayed_bookings() -> list[int]:
    """Bookings whose seat is another slot's."""
    return list(session.scalars(select(Booking.id).join(Booking.seat).where(Seat.slot_id != Booking.slot_id)))


def shared_references() -> list[str]:
    """References that two patients who still come would both be told."""
    live = Booking.state == BookingState.BOOKED
    return list(
        session.scalars(select(Booking.reference).where(live).group_by(Booking.reference).having(func.count() > 1))
    )


def greedy_holders() -> list[int]:
    """Users who hold more than one seat."""
    held = select(Seat.held_by_id).where(Seat.held_by_id.is_not(None))
    return list(session.scalars(held.group_by(Seat.held_by_id).having(func.count() > 1)))


def half_cancelled() -> list[int]:
    """Cancelled bookings that do not say when, by whom and why; live ones that do."""
    told = Booking.cancelled_at.is_not(None) & Booking.cancelled_by.is_not(None) & Booking.cancel_reason.is_not(None)
    return list(session.scalars(select(Booking.id).where((Booking.state == BookingState.CANCELLED) != told)))


def torn_bookings() -> list[int]:
    """Live bookings without their sealed identity, their line in the trail or, unless moved, their key."""
    traced = select(AuditEvent.subject_id).where(AuditEvent.kind.in_(("booking.created", "booking.moved")))
    answered = select(Submission.result_id).where(Submission.kind == KIND)
    is_whole = (
        Booking.id.in_(select(BookingIdentity.booking_id))
        & Booking.id.in_(traced)
        & (Booking.moved_from_id.is_not(None) | Booking.id.in_(answered))
    )
    return list(session.scalars(select(Booking.id).where(LIVE, ~is_whole)))


def stray_traces() -> list[int]:
    """Lines « réservé » of the trail without their booking: the other half of a torn one."""
    return list(
        session.scalars(
            select(AuditEvent.subject_id).where(
                AuditEvent.kind == "booking.created", AuditEvent.subject_id.not_in(select(Booking.id))
            )
        )
    )


def broken_moves() -> list[int]:
    """Moves whose former booking still lives, or bears another reference."""
    former = select(Booking.id, Booking.state, Booking.cancel_reason, Booking.reference).subquery()
    return list(
        session.scalars(
            select(Booking.id)
            .join(former, former.c.id == Booking.moved_from_id)
            .where(
                (former.c.state != BookingState.CANCELLED)
                | (former.c.cancel_reason != CancelReason.MOVED)
                | (former.c.reference != Booking.reference)
            )
        )
    )


CHECKS: tuple[Callable[[], list], ...] = (
    doubled_seats,
    wrong_counts,
    wrong_seats,
    strayed_bookings,
    shared_references,
    greedy_holders,
    half_cancelled,
    torn_bookings,
    stray_traces,
    broken_moves,
)


def broken() -> dict[str, list]:
    """Everything that is not as it must be, by the name of its check; empty when all is well."""
    session.expire_all()
    found = {check.__name__: check() for check in CHECKS}
    return {name: rows for name, rows in found.items() if rows}
