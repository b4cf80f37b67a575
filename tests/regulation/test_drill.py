"""Practice mode: false slots of one's own, counted nowhere, erased on leaving."""

import pytest

from cptsapp.core.db import session
from cptsapp.outbox.models import Message
from cptsapp.regulation.models import DrillSlot, Orientation
from cptsapp.snp.models import Booking
from tests.regulation.conftest import FRAGMENT, TYPED


@pytest.fixture
def started(desk):
    """Léa Moreau, in the exercise."""
    assert desk.post("/entrainement").status_code == 303
    return desk


def slot_of(doctor: str) -> int:
    return session.query(DrillSlot.id).filter_by(doctor_name=doctor).order_by(DrillSlot.id).limit(1).scalar()


def book(client, doctor):
    return client.post(f"/entrainement/{slot_of(doctor)}/reserver", data=TYPED, headers=FRAGMENT)


def test_it_begins_with_a_door(desk):
    assert "Commencer" in desk.get("/entrainement").get_data(as_text=True)


def test_false_doctors_in_an_amber_frame(started):
    html = started.get("/entrainement").get_data(as_text=True)
    assert "Dr Alpha" in html
    assert "Faux médecins, faux patients" in html
    assert 'class="practice"' in html


def test_opening_shows_the_same_row(started):
    html = started.post(f"/entrainement/{slot_of('Dr Alpha')}/retenir", headers=FRAGMENT).get_data(as_text=True)
    assert "data-hold-until" in html
    assert "Médecin traitant" in html


def test_booking_is_for_fun(started):
    html = book(started, "Dr Alpha").get_data(as_text=True)
    assert "Votre référence est" in html
    assert session.query(Booking).count() == 0
    assert session.query(Message).count() == 0


def test_nothing_of_the_false_patient_is_kept(started):
    book(started, "Dr Alpha")
    row = session.query(DrillSlot).filter(DrillSlot.reference.is_not(None)).one()
    assert "Guérineau" not in str(vars(row))


def test_what_is_missing_is_said(started):
    response = started.post(f"/entrainement/{slot_of('Dr Alpha')}/reserver", data={}, headers=FRAGMENT)
    assert response.status_code == 422


def test_one_race_is_always_lost(started):
    html = book(started, "Dr Golf").get_data(as_text=True)
    assert "Pris à 14h33 par le poste 1" in html
    assert 'value="Guérineau"' in html


def test_orienting_counts_nowhere(started):
    started.post("/entrainement/adresse", headers=FRAGMENT)
    assert session.query(Orientation).count() == 0


def test_the_three_exercises(started):
    book(started, "Dr Alpha")
    started.post("/entrainement/adresse", headers=FRAGMENT)
    book(started, "Dr Golf")
    assert "Les trois exercices sont faits" in started.get("/entrainement").get_data(as_text=True)


def test_another_s_false_slot_is_invisible(started, other_desk):
    assert other_desk.get(f"/entrainement/{slot_of('Dr Alpha')}").status_code == 404


def test_leaving_erases(started):
    assert started.post("/entrainement/quitter").location == "/creneaux"
    assert session.query(DrillSlot).count() == 0


def test_without_javascript(started):
    answer = started.post(f"/entrainement/{slot_of('Dr Alpha')}/retenir")
    assert "Confirmer" in started.get(answer.location).get_data(as_text=True)
