"""The desk's bookings: found, read, cancelled, moved, rung back."""

from datetime import timedelta

import pytest

from cptsapp.audit.models import AuditEvent
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.snp.models import Booking, BookingState, CancelReason, Slot
from tests.regulation.conftest import FRAGMENT, TYPED


@pytest.fixture
def booking(desk, slot) -> int:
    """A booking made by Léa Moreau."""
    desk.post(f"/creneaux/{slot}/reserver", data=TYPED, headers=FRAGMENT)
    return session.query(Booking.id).scalar()


def reference() -> str:
    return session.query(Booking.reference).limit(1).scalar()


def readings() -> int:
    return session.query(AuditEvent).filter_by(kind="booking.read").count()


def text(client, url, status=200) -> str:
    response = client.get(url)
    assert response.status_code == status
    return response.get_data(as_text=True)


def test_mine_of_the_day(desk, booking):
    html = text(desk, "/reservations")
    assert f"Réf. {reference()}" in html
    assert "Guérineau" not in html


def test_mine_are_those_noted_today_whatever_their_day(desk, booking):
    assert "Mes réservations notées aujourd’hui" in text(desk, "/reservations")
    assert "Mes réservations notées aujourd’hui\u00a0: 1" in text(desk, "/creneaux")


def test_another_s_are_not_mine(other_desk, booking):
    assert reference() not in text(other_desk, "/reservations")


def test_a_reference_finds_it_in_any_case(other_desk, booking):
    assert "Dr Hélène Renaudin" in text(other_desk, f"/reservations?ref={reference().lower()}")


@pytest.mark.parametrize("typed", ["C3D4", "%", "é", "x" * 500])
def test_an_unknown_reference_says_so(desk, cast, typed):
    assert "Aucune réservation récente" in text(desk, f"/reservations?ref={typed}")


def test_opening_one_is_a_recorded_reading(desk, booking):
    assert "Guérineau, 1947" in text(desk, f"/reservations/{booking}")
    assert readings() == 1


def test_the_coordination_sees_no_name(sign_in, cast, booking):
    html = text(sign_in(cast.coordinator), f"/reservations/{booking}")
    assert "identité non affichée" in html
    assert "Guérineau" not in html
    assert readings() == 0


def test_another_practitioner_sees_nothing(sign_in, cast, booking):
    text(sign_in(cast.other_gp), f"/reservations/{booking}", 404)


def test_the_practitioner_sees_theirs(sign_in, cast, booking):
    assert "Guérineau" in text(sign_in(cast.gp), f"/reservations/{booking}")


def test_both_clocks_are_said(desk, booking):
    assert "dans les 24\u00a0h de la CPTS, dans les 48\u00a0h du SAS" in text(desk, f"/reservations/{booking}")


def test_cancelling_asks_who_and_why(desk, booking):
    response = desk.post(f"/reservations/{booking}/annuler", data={})
    assert response.status_code == 422
    assert "Dites pourquoi" in response.get_data(as_text=True)


def test_cancelling_gives_the_seat_back(desk, booking, slot):
    answer = desk.post(f"/reservations/{booking}/annuler", data={"side": "patient", "reason": "cannot_come"})
    assert answer.status_code == 303
    assert session.get(Slot, slot).free_count == 1
    assert "par le patient : ne peut pas venir" in text(desk, f"/reservations/{booking}")


def test_cancelling_twice_is_refused(desk, booking):
    data = {"side": "patient", "reason": "cannot_come"}
    desk.post(f"/reservations/{booking}/annuler", data=data)
    assert desk.post(f"/reservations/{booking}/annuler", data=data).status_code == 409


def test_moving_shows_the_list_without_its_own_slot(desk, booking, later):
    html = text(desk, f"/reservations/{booking}/deplacer")
    assert f'name="slot" value="{later}"' in html


def test_moving_keeps_the_reference(desk, booking, later):
    before = reference()
    answer = desk.post(f"/reservations/{booking}/deplacer", data={"slot": str(later)})
    html = text(desk, answer.location)
    assert f"Réservation {before}" in html
    assert "Guérineau" in html
    assert session.get(Booking, booking).cancel_reason is CancelReason.MOVED


@pytest.mark.parametrize(("typed", "status"), [("", 409), ("x", 409), ("999", 404), ("9" * 40, 409)])
def test_moving_nowhere(desk, booking, typed, status):
    assert desk.post(f"/reservations/{booking}/deplacer", data={"slot": typed}).status_code == status
    assert session.get(Booking, booking).state is BookingState.BOOKED


def test_undo_after_a_minute_is_refused(desk, booking, set_clock):
    set_clock(clock.now() + timedelta(seconds=61))
    assert desk.post(f"/reservations/{booking}/defaire").status_code == 409


def test_a_patient_to_ring_back_is_queued_until_rung(desk, other_desk, booking):
    session.get(Booking, booking).needs_recall = True
    session.commit()
    assert "À rappeler" in text(other_desk, "/reservations")
    assert other_desk.post(f"/reservations/{booking}/rappele").status_code == 303
    assert "À rappeler" not in text(other_desk, "/reservations")
    assert other_desk.post(f"/reservations/{booking}/rappele").status_code == 409


def test_the_same_number_of_statements_for_one_and_thirty(desk, cast):
    from tests.regulation.test_follow import statements
    from tests.tools.factories import make_booking, make_slot

    practice, author = session.merge(cast.gp_practice), session.merge(cast.regulator).id
    make_booking(make_slot(practice), booked_by_id=author)
    session.commit()
    text(desk, "/reservations")
    one = statements(desk, lambda c: c.get("/reservations"))
    for i in range(29):
        at = clock.now() + timedelta(minutes=20 * i + 300)
        make_booking(make_slot(session.merge(practice), starts_at=at), booked_by_id=author)
    session.commit()
    assert statements(desk, lambda c: c.get("/reservations")) == one
