"""Moving a booking: reference, identity and clocks stay, both slots are counted right."""

from datetime import date

import pytest

from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.snp.actions import book, move_booking
from cptsapp.snp.models import Booking, BookingIdentity, CancelReason, RegularDoctor, Slot
from cptsapp.snp.patients import read_patient
from tests.snp.conftest import GUERINEAU
from tests.tools.factories import acting, make_slot


@pytest.fixture
def booking(slot, regulator) -> Booking:
    """A booking at Dr Renaudin's."""
    made = book(slot, GUERINEAU, RegularDoctor.NO, by=regulator, key="a")
    session.commit()
    return made


@pytest.mark.database
def test_the_reference_the_identity_and_the_clocks_stay(booking, later, regulator):
    moved = move_booking(booking, later, by=regulator)
    session.commit()
    assert (moved.reference, moved.booked_at) == (booking.reference, booking.booked_at)
    assert read_patient(session.query(BookingIdentity).filter_by(booking_id=moved.id).one()) == GUERINEAU


@pytest.mark.database
def test_the_former_seat_is_free_and_the_new_one_taken(booking, slot, later, regulator):
    move_booking(booking, later, by=regulator)
    session.commit()
    assert session.get(Slot, slot).free_count == 1
    assert session.get(Slot, later).free_count == 1
    assert session.get(Booking, booking.id).cancel_reason is CancelReason.MOVED


def test_the_identity_goes_later_when_the_day_is_later(booking, cast, regulator):
    from datetime import timedelta

    from cptsapp.core import clock

    tomorrow = make_slot(cast.other_gp_practice, starts_at=clock.now() + timedelta(days=1))
    move_booking(booking, tomorrow.id, by=regulator)
    assert session.query(BookingIdentity.erase_on).scalar() == date(2026, 10, 21)


@pytest.mark.database
def test_a_full_slot_is_refused_and_nothing_changes(booking, slot, cast, regulator):
    full = make_slot(cast.other_gp_practice)
    book(full.id, GUERINEAU, RegularDoctor.NO, by=regulator, key="b")
    session.commit()
    with pytest.raises(Refusal, match="Pris"):
        move_booking(booking, full.id, by=regulator)
    session.rollback()
    assert session.get(Slot, slot).free_count == 0


def test_the_same_slot_is_refused(booking, slot, regulator):
    with pytest.raises(Refusal, match="déjà sur ce créneau"):
        move_booking(booking, slot, by=regulator)


def test_a_practitioner_moves_among_their_own(booking, cast):
    own = make_slot(cast.gp_practice, starts_at=booking.slot.ends_at)
    assert move_booking(booking, own.id, by=acting(cast.gp)).slot_id == own.id


def test_but_not_to_another_s(booking, later, cast):
    with pytest.raises(Refusal, match="pas à vous"):
        move_booking(booking, later, by=acting(cast.gp))
