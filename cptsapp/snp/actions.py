"""The acts on a seat that several screens share: hold, book, cancel, undo, move.

Locks are taken in one order, so that PostgreSQL never deadlocks: the slot's row, its seats, and at the very end of the
transaction the agenda's version. The database decides races: counted UPDATEs, one live booking a seat, one hold a user.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, Update, event, insert, or_, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from cptsapp.accounts.identity import CurrentUser
from cptsapp.audit.actions import record
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible, Refusal, refuse_if
from cptsapp.core.submissions import kept, remember, result_for
from cptsapp.core.text import new_reference
from cptsapp.snp import patients, permissions, queries, rules, seats
from cptsapp.snp.mail import tell_practice
from cptsapp.snp.models import (
    AgendaVersion,
    Booking,
    BookingIdentity,
    BookingState,
    CancelledBy,
    CancelReason,
    RegularDoctor,
    Seat,
    Slot,
    SlotOrigin,
    SlotState,
)
from cptsapp.snp.patients import Patient
from cptsapp.territory import queries as territory

KIND = "booking"  # of a submission
_CHANGED = "agenda_changed"


# -- version ----------------------------------------------------------------------------------------------------------


def bump_version() -> None:
    """Say that the list has changed: the version rises once, as the last act of the transaction.

    Raised earlier, its row would be locked while the transaction still waits for slots, and two of them could meet.
    """
    session.info[_CHANGED] = True


@event.listens_for(Session, "before_commit")
def _raise_version(current: Session) -> None:
    if current.in_nested_transaction() or not current.info.pop(_CHANGED, False):
        return
    current.flush()
    if current.connection().execute(seats.RAISE_VERSION).rowcount == 0:  # the first change since the first visit
        current.execute(insert(AgendaVersion).values(id=1, version=1))


@event.listens_for(Session, "after_rollback")
def _forget_change(current: Session) -> None:
    current.info.pop(_CHANGED, None)


# -- hold -------------------------------------------------------------------------------------------------------------


def hold_seat(slot_id: int, *, by: CurrentUser) -> Seat:
    """Keep a seat two minutes for the user, who gives back any other. Raises Invisible or Refusal."""
    now = clock.now()
    slot = _lock(slot_id)
    refuse_if(permissions.why_not_hold(by, slot, now))
    release_hold(by=by)
    # A seat that another transaction is giving back is passed over: waiting for it could close a ring of waits.
    seat = session.scalar(seats.to_hold(), {"slot_id": slot_id, "now": now, "user_id": by.id})
    if seat is None or not _keep(seat, by.id, now):
        raise Refusal(why_none(slot, now, by.id))
    record("hold.taken", slot, by=by)
    bump_version()
    return seat


def _keep(seat: Seat, user_id: int, now: datetime) -> bool:
    return _changed_one(
        update(Seat)
        .where(Seat.id == seat.id, or_(Seat.held_by_id.is_(None), Seat.held_until <= now))
        .values(held_by_id=user_id, held_until=now + rules.HOLD)
    )


def release_hold(*, by: CurrentUser) -> None:
    """Give back the seat the user holds, if any."""
    if _changed_one(update(Seat).where(Seat.held_by_id == by.id).values(held_by_id=None, held_until=None)):
        bump_version()


# -- book -------------------------------------------------------------------------------------------------------------


class PossibleTwin(Refusal):
    """A live booking of today or later may be the same patient's; who books has not been shown it yet."""


def book(
    slot_id: int,
    patient: Patient | None,
    regular_doctor: RegularDoctor,
    *,
    by: CurrentUser,
    key: str,
    twins_seen: bool = True,
) -> Booking:
    """Take a seat for a patient: the one the user holds, else a free one. The same `key` gives the same booking.

    Raises Invisible, or Refusal: lost race, withdrawn or past slot, what looks like a NIR; PossibleTwin unless
    `twins_seen`.
    """
    slot, done, has_twin = _lock_to_book(slot_id, patient, by, key)
    if done is not None:
        return session.get_one(Booking, done)
    if has_twin and not twins_seen:
        raise PossibleTwin("Ce patient a peut-être déjà un rendez-vous.")
    refuse_if(permissions.why_not_book(by, slot, clock.now()))
    try:
        booking = take_seat(slot, regular_doctor, by=by)
    except Refusal:
        # The same form, sent twice at once: the other one has just been done while this one waited for the slot.
        if (done := result_for(by.id, key, KIND)) is None:
            raise
        return session.get_one(Booking, done)
    session.add_all(filter(None, [booking, patients.seal_patient(booking, patient)]))
    session.flush()
    record("booking.created", booking, by=by, reference=booking.reference)
    remember(by.id, key, KIND, booking.id)
    tell_practice("booked", booking, by=by)
    bump_version()
    return booking


def _lock_to_book(slot_id: int, patient: Patient | None, by: CurrentUser, key: str) -> tuple[Slot, int | None, bool]:
    """The slot, locked; what this key led to already; whether another booking may be the same patient's."""
    asked = {
        "slot_id": slot_id,
        "by_id": by.id,
        "key": kept(key),
        "identity_index": patients.identity_index(patient) if patient else None,
        "phone_index": patients.phone_index(patient.phone) if patient else None,
        "today": territory.today(),
    }
    found = session.execute(seats.to_book(), asked).first()
    if found is None:
        raise Invisible
    slot, done, has_twin = found
    return slot, done, bool(has_twin)


def take_seat(slot: Slot, regular_doctor: RegularDoctor, *, by: CurrentUser) -> Booking:
    """A booking of a free seat of a locked slot, not yet in the session; the slot's count says so. Raises Refusal."""
    now = clock.now()
    asked = {"slot_id": slot.id, "now": now, "user_id": by.id, "rested_since": now - rules.REFERENCE_RESTS}
    drawn = {name: new_reference() for name in seats.DRAWN}
    found = session.execute(seats.to_take(), asked | drawn).first()
    if found is None or not _count_down(slot, now):
        raise Refusal(why_none(slot, now, by.id))
    seat, reference = found
    if reference is None:
        raise Refusal("Aucune référence n’est libre à l’instant : recommencez.")
    return Booking(
        seat=seat,
        slot=slot,
        reference=reference,
        state=BookingState.BOOKED,
        regular_doctor=regular_doctor,
        booked_at=now,
        booked_by_id=by.id,
        desk_id=by.desk_id,
    )


def _count_down(slot: Slot, now: datetime) -> bool:
    session.flush()
    if session.connection().execute(seats.COUNT_DOWN, {"number": slot.id, "now": now}).rowcount != 1:
        return False
    for name, value in (("free_count", slot.free_count - 1), ("last_taken_at", now), ("sequence", slot.sequence + 1)):
        set_committed_value(slot, name, value)  # the row was locked: these are its values now
    return True


def why_none(slot: Slot, now: datetime, user_id: int) -> str:
    """The sentence for whoever comes too late: who took or holds it, and when."""
    if slot.free_count > 0 and (name := queries.holder(slot.id, now, except_user_id=user_id)):
        return f"Ce créneau est retenu par {name} : il se libère dans deux minutes au plus."
    taker = queries.last_taker(slot.id)
    return f"Pris {taker.words}." if taker else permissions.GONE


# -- cancel, undo, move -----------------------------------------------------------------------------------------------


def cancel_booking(
    booking: Booking,
    *,
    cancelled_by: CancelledBy,
    reason: CancelReason,
    by: CurrentUser,
    needs_recall: bool = False,
) -> None:
    """Cancel a booking and give its seat back to the pool. Raises Refusal."""
    slot = _lock(booking.slot_id)
    session.refresh(booking, with_for_update={"of": Booking})
    refuse_if(permissions.why_not_cancel(by, booking))
    _cancel(booking, slot, cancelled_by, reason, by, needs_recall)
    record("booking.cancelled", booking, by=by, reference=booking.reference, reason=reason, side=cancelled_by)
    tell_practice("cancelled", booking, by=by)


def _cancel(
    booking: Booking,
    slot: Slot,
    cancelled_by: CancelledBy,
    reason: CancelReason,
    by: CurrentUser,
    needs_recall: bool = False,
) -> None:
    ended = _changed_one(
        update(Booking)
        .where(Booking.id == booking.id, Booking.state == BookingState.BOOKED)
        .values(
            state=BookingState.CANCELLED,
            cancelled_at=clock.now(),
            cancelled_by_id=by.id,
            cancelled_by=cancelled_by,
            cancel_reason=reason,
            needs_recall=needs_recall,
        )
    )
    if not ended:
        raise Refusal(f"La réservation {booking.reference} est déjà annulée.")
    _give_back(booking.seat_id, slot)


def _give_back(seat_id: int, slot: Slot) -> None:
    """A seat returns to the pool, except that of a broadcast: its time was given for one patient alone."""
    session.execute(update(Seat).where(Seat.id == seat_id).values(held_by_id=None, held_until=None))
    state = SlotState.WITHDRAWN if slot.origin is SlotOrigin.BROADCAST else slot.state
    session.execute(
        update(Slot)
        .where(Slot.id == slot.id)
        .values(free_count=Slot.free_count + 1, sequence=Slot.sequence + 1, state=state)
    )
    bump_version()


def undo_booking(booking: Booking, *, by: CurrentUser) -> None:
    """Take back a booking made less than a minute ago by the user. Raises Refusal."""
    refuse_if(permissions.why_not_undo(by, booking, clock.now()))
    cancel_booking(booking, cancelled_by=CancelledBy.REGULATION, reason=CancelReason.UNDONE, by=by)


def move_booking(booking: Booking, slot_id: int, *, by: CurrentUser) -> Booking:
    """Give the patient another seat: the reference, the identity and both clocks stay. Raises Invisible or Refusal."""
    now = clock.now()
    slots = {i: _lock(i) for i in sorted({booking.slot_id, slot_id})}
    session.refresh(booking, with_for_update={"of": Booking})
    refuse_if(permissions.why_not_move(by, booking, slots[slot_id], now))
    if booking.slot_id == slot_id:
        raise Refusal("La réservation est déjà sur ce créneau : choisissez-en un autre.")
    moved = take_seat(slots[slot_id], booking.regular_doctor, by=by)
    _cancel(booking, slots[booking.slot_id], CancelledBy.REGULATION, CancelReason.MOVED, by)
    moved.reference, moved.booked_at, moved.moved_from_id = booking.reference, booking.booked_at, booking.id
    session.add(moved)
    session.flush()
    _carry_identity(booking, moved)
    record("booking.moved", moved, by=by, reference=moved.reference, former=booking.id)
    tell_practice("moved", moved, by=by)
    return moved


def _carry_identity(former: Booking, moved: Booking) -> None:
    """The sealed row follows the patient: its seal is bound to the row, not to the booking."""
    months = territory.settings().retention_months
    session.execute(
        update(BookingIdentity)
        .where(BookingIdentity.booking_id == former.id)
        .values(booking_id=moved.id, erase_on=rules.erase_on(moved.slot.day_on, months))
        .execution_options(synchronize_session=False)
    )
    session.expire(former, ["identity"])
    session.expire(moved, ["identity"])


# -- shared -----------------------------------------------------------------------------------------------------------


def _lock(slot_id: int) -> Slot:
    """The slot's row, locked until the end, with its practice. Raises Invisible."""
    found = session.scalar(seats.locked(), {"slot_id": slot_id})
    if found is None:
        raise Invisible
    return found


def _changed_one(statement: Update) -> bool:
    """Whether a counted UPDATE found its row: that count is what decides a race."""
    done: CursorResult[Any] = session.execute(statement)  # type: ignore[assignment]  # an UPDATE's result has a count
    return done.rowcount == 1
