"""Booking a seat: one winner, one answer a key, an identity sealed as the CPTS wishes."""

from datetime import date, timedelta

import pytest

from cptsapp.audit.models import AuditEvent
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible, Refusal
from cptsapp.snp.actions import book, hold_seat
from cptsapp.snp.models import AgendaVersion, Booking, BookingIdentity, RegularDoctor, Slot, SlotState
from cptsapp.snp.patients import Patient, read_patient
from cptsapp.territory.models import Cpts, IdentityMode
from tests.snp.conftest import GUERINEAU
from tests.tools.factories import acting


def test_a_booking_takes_the_seat_and_gives_a_reference(slot, regulator):
    booking = book(slot, GUERINEAU, RegularDoctor.NO, by=regulator, key="a")
    session.commit()
    assert len(booking.reference) == 4
    assert session.get(Slot, slot).free_count == 0


def test_the_identity_is_sealed_and_opens_again(slot, regulator):
    booking = book(slot, GUERINEAU, RegularDoctor.NO, by=regulator, key="a")
    session.commit()
    identity = session.query(BookingIdentity).one()
    assert b"Gu" not in identity.name
    assert read_patient(identity) == GUERINEAU
    assert identity.erase_on == date(2026, 10, 20)
    assert booking.identity is identity


def test_the_trail_says_so_without_the_name(slot, regulator):
    booking = book(slot, GUERINEAU, RegularDoctor.NO, by=regulator, key="a")
    session.commit()
    trace = session.query(AuditEvent).filter_by(kind="booking.created").one()
    assert trace.data == {"reference": booking.reference}


def test_the_version_rises_once(slot, regulator):
    before = session.query(AgendaVersion.version).scalar()
    book(slot, GUERINEAU, RegularDoctor.NO, by=regulator, key="a")
    session.commit()
    assert session.query(AgendaVersion.version).scalar() == before + 1


@pytest.mark.database
def test_the_same_key_gives_the_same_booking(later, regulator):
    first = book(later, GUERINEAU, RegularDoctor.NO, by=regulator, key="a")
    session.commit()
    again = book(later, GUERINEAU, RegularDoctor.NO, by=regulator, key="a")
    session.commit()
    assert again.id == first.id
    assert session.query(Booking).count() == 1


@pytest.mark.database
def test_a_full_slot_says_who_took_it(slot, regulator, other):
    book(slot, GUERINEAU, RegularDoctor.NO, by=other, key="a")
    session.commit()
    with pytest.raises(Refusal, match="Pris à 14h32 par Théo Baudry"):
        book(slot, GUERINEAU, RegularDoctor.NO, by=regulator, key="b")


@pytest.mark.database
def test_a_range_never_takes_more_than_its_places(later, regulator):
    for key in "ab":
        book(later, GUERINEAU, RegularDoctor.NO, by=regulator, key=key)
    session.commit()
    with pytest.raises(Refusal):
        book(later, GUERINEAU, RegularDoctor.NO, by=regulator, key="c")


def test_a_seat_held_by_another_is_not_taken(slot, regulator, other):
    hold_seat(slot, by=other)
    session.commit()
    with pytest.raises(Refusal, match="retenu par Théo Baudry"):
        book(slot, GUERINEAU, RegularDoctor.NO, by=regulator, key="a")


def test_the_holder_books_the_seat_they_hold(later, regulator):
    seat_id = hold_seat(later, by=regulator).id
    booking = book(later, GUERINEAU, RegularDoctor.NO, by=regulator, key="a")
    assert booking.seat_id == seat_id


def test_an_expired_hold_stops_nobody(slot, regulator, other, set_clock):
    hold_seat(slot, by=other)
    session.commit()
    set_clock(clock.now() + timedelta(minutes=2))
    assert book(slot, GUERINEAU, RegularDoctor.NO, by=regulator, key="a").reference


def test_a_withdrawn_slot_is_refused(slot, regulator):
    session.get(Slot, slot).state = SlotState.WITHDRAWN
    with pytest.raises(Refusal, match="retiré"):
        book(slot, GUERINEAU, RegularDoctor.NO, by=regulator, key="a")


def test_a_past_slot_is_refused(slot, regulator, set_clock):
    set_clock(clock.now() + timedelta(hours=2))
    with pytest.raises(Refusal, match="passé"):
        book(slot, GUERINEAU, RegularDoctor.NO, by=regulator, key="a")


def test_a_range_that_has_begun_gives_its_later_places(later, regulator, set_clock):
    set_clock(clock.now() + timedelta(hours=2, minutes=5))
    booking = book(later, GUERINEAU, RegularDoctor.NO, by=regulator, key="a")
    assert booking.seat.rank == 1


def test_a_slot_that_does_not_exist_is_invisible(cast, regulator):
    with pytest.raises(Invisible):
        book(404, GUERINEAU, RegularDoctor.NO, by=regulator, key="a")


def test_a_practitioner_does_not_book(slot, cast):
    with pytest.raises(Refusal, match="rôle"):
        book(slot, GUERINEAU, RegularDoctor.NO, by=acting(cast.gp), key="a")


@pytest.mark.parametrize("name", ["1 47 07 85 194 023 45", "2A 1470785194023", "147078519402345"])
def test_a_social_security_number_is_refused(slot, regulator, name):
    with pytest.raises(Refusal) as refusal:
        book(slot, Patient(f"Dupont {name}"), RegularDoctor.NO, by=regulator, key="a")
    assert refusal.value.field == "name"


def test_initials_only(slot, regulator):
    session.get(Cpts, 1).identity_mode = IdentityMode.INITIALS
    session.flush()
    booking = book(slot, Patient("Jean-Paul Guérineau", 1947, "+33639981427"), RegularDoctor.NO, by=regulator, key="a")
    assert read_patient(booking.identity) == Patient("J. P. G.", 1947, None)
    assert booking.identity.phone_index is None


def test_nothing_at_all(slot, regulator):
    session.get(Cpts, 1).identity_mode = IdentityMode.NOTHING
    session.flush()
    assert book(slot, None, RegularDoctor.NO, by=regulator, key="a").identity is None


def test_a_name_is_asked_for(slot, regulator):
    with pytest.raises(Refusal, match="nom"):
        book(slot, Patient(" "), RegularDoctor.NO, by=regulator, key="a")


def test_a_recent_reference_is_not_given_again(later, regulator, monkeypatch):
    drawn = iter(["K7F3", "K7F4", "K7F6", "K7F7", "K7F3", "C3D4", "C3D6", "C3D7"])
    monkeypatch.setattr("cptsapp.snp.actions.new_reference", lambda: next(drawn))
    first = book(later, GUERINEAU, RegularDoctor.NO, by=regulator, key="a")
    session.flush()
    second = book(later, GUERINEAU, RegularDoctor.NO, by=regulator, key="b")
    assert (first.reference, second.reference) == ("K7F3", "C3D4")
