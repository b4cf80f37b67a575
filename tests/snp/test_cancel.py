"""Cancelling and undoing: the seat returns to the pool, once."""

from datetime import timedelta

import pytest

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.snp.actions import book, cancel_booking, undo_booking
from cptsapp.snp.models import (
    Booking,
    BookingState,
    CancelledBy,
    CancelReason,
    RegularDoctor,
    Slot,
    SlotOrigin,
    SlotState,
)
from tests.snp.conftest import GUERINEAU
from tests.tools.factories import acting


@pytest.fixture
def booking(slot, regulator) -> Booking:
    """A booking made just now."""
    made = book(slot, GUERINEAU, RegularDoctor.NO, by=regulator, key="a")
    session.commit()
    return made


def cancel(booking, by, reason=CancelReason.CANNOT_COME, side=CancelledBy.PATIENT, **more):
    cancel_booking(booking, cancelled_by=side, reason=reason, by=by, **more)
    session.commit()


@pytest.mark.database
def test_the_seat_returns_to_the_pool(booking, slot, regulator):
    cancel(booking, regulator)
    assert session.get(Slot, slot).free_count == 1
    assert book(slot, GUERINEAU, RegularDoctor.NO, by=regulator, key="b").id != booking.id


def test_who_and_why_are_kept(booking, regulator):
    cancel(booking, regulator)
    kept = session.get(Booking, booking.id)
    assert (kept.state, kept.cancelled_by, kept.cancel_reason) == (
        BookingState.CANCELLED,
        CancelledBy.PATIENT,
        CancelReason.CANNOT_COME,
    )


@pytest.mark.database
def test_a_second_cancellation_is_refused(booking, regulator):
    cancel(booking, regulator)
    with pytest.raises(Refusal, match="déjà annulée"):
        cancel(booking, regulator)


def test_an_outcome_stands(booking, regulator):
    booking.state = BookingState.HONOURED
    session.commit()
    with pytest.raises(Refusal, match="venue est déjà notée"):
        cancel(booking, regulator)


def test_the_practitioner_and_their_secretary_may(booking, cast):
    cancel(booking, acting(cast.secretary), side=CancelledBy.PRACTITIONER, needs_recall=True)
    assert session.get(Booking, booking.id).needs_recall


def test_another_practitioner_may_not(booking, cast):
    with pytest.raises(Refusal, match="pas à vous"):
        cancel(booking, acting(cast.other_gp))


def test_the_seat_of_a_broadcast_does_not_come_on_the_list(booking, slot, regulator):
    session.get(Slot, slot).origin = SlotOrigin.BROADCAST
    cancel(booking, regulator)
    assert session.get(Slot, slot).state is SlotState.WITHDRAWN


def test_undo_within_a_minute(booking, slot, regulator, set_clock):
    set_clock(clock.now() + timedelta(seconds=59))
    undo_booking(booking, by=regulator)
    session.commit()
    assert session.get(Booking, booking.id).cancel_reason is CancelReason.UNDONE
    assert session.get(Slot, slot).free_count == 1


def test_undo_after_a_minute_is_refused(booking, regulator, set_clock):
    set_clock(clock.now() + timedelta(seconds=60))
    with pytest.raises(Refusal, match="Plus d’une minute"):
        undo_booking(booking, by=regulator)


def test_only_the_author_undoes(booking, other):
    with pytest.raises(Refusal, match="vient de réserver"):
        undo_booking(booking, by=other)
