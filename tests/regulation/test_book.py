"""From the list to the script: a click, one key, three short fields, Enter."""

from datetime import timedelta

import pytest

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.http.fields import RESUME_FIELD
from cptsapp.snp.models import Booking, Seat, Slot
from cptsapp.territory.models import Cpts, IdentityMode
from tests.regulation.conftest import FRAGMENT, TYPED
from tests.tools.factories import make_slot


def post(client, url, data=None, status=200, **headers) -> str:
    response = client.post(url, data=data or {}, headers=headers)
    assert response.status_code == status, response.get_data(as_text=True)[:2000]
    return response.get_data(as_text=True)


def test_one_click_holds_and_unfolds(desk, slot):
    html = post(desk, f"/creneaux/{slot}/retenir", **FRAGMENT)
    assert f'id="c{slot}"' in html
    assert "data-hold-until" in html
    assert "12, rue des Écoliers" in html
    assert session.query(Seat.held_by_id).scalar() is not None


def test_a_plage_opens_at_the_hour_of_the_seat_that_is_held(desk, other_desk, later):
    post(other_desk, f"/creneaux/{later}/retenir", **FRAGMENT)
    html = post(desk, f"/creneaux/{later}/retenir", **FRAGMENT)
    assert "<time>17h47</time>" in html


def test_without_javascript_the_page_opens_around_it(desk, slot):
    response = desk.post(f"/creneaux/{slot}/retenir", data={"q": "tal"})
    assert response.status_code == 303
    html = desk.get(response.location).get_data(as_text=True)
    assert "data-hold-until" in html
    assert "Maintenant → ce soir" in html
    assert 'value="tal"' in html


def test_looking_holds_nothing(desk, slot):
    html = desk.get(f"/creneaux/{slot}").get_data(as_text=True)
    assert "Retenir deux minutes" in html
    assert session.query(Seat.held_by_id).scalar() is None


def test_the_question_has_no_default(desk, slot):
    html = post(desk, f"/creneaux/{slot}/retenir", **FRAGMENT)
    assert "checked" not in html


def test_giving_back_folds_the_row(desk, slot):
    post(desk, f"/creneaux/{slot}/retenir", **FRAGMENT)
    html = post(desk, f"/creneaux/{slot}/rendre", **FRAGMENT)
    assert "data-slot-row" in html
    assert session.query(Seat.held_by_id).scalar() is None


def test_opening_another_folds_the_first(desk, slot, later):
    post(desk, f"/creneaux/{slot}/retenir", **FRAGMENT)
    html = post(desk, f"/creneaux/{later}/retenir", **FRAGMENT)
    assert f'hx-target="#c{slot}"' in html


def test_confirming_gives_the_script(desk, slot):
    html = post(desk, f"/creneaux/{slot}/reserver", TYPED, **FRAGMENT)
    reference = session.query(Booking.reference).scalar()
    assert f"Votre référence est <b>{reference}</b>" in html
    assert "aujourd’hui à 16h32" in html
    assert "Prenez votre carte Vitale" in html
    assert "02\u00a061\u00a091\u00a040\u00a027" in html
    assert "Guérineau, 1947, sans médecin traitant" in html
    assert "Dans moins d’une heure" not in html


def test_without_javascript_the_script_has_its_page(desk, slot):
    response = desk.post(f"/creneaux/{slot}/reserver", data=TYPED)
    html = desk.get(response.location).get_data(as_text=True)
    assert "Votre référence est" in html
    assert "Guérineau" not in html


def test_under_an_hour_the_surgery_is_rung(desk, cast):
    soon = make_slot(cast.gp_practice, starts_at=clock.now() + timedelta(minutes=59))
    session.commit()
    assert "Appelez le cabinet" in post(desk, f"/creneaux/{soon.id}/reserver", TYPED, **FRAGMENT)


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("regular_doctor", "", "Posez d’abord la question"),
        ("name", "", "Indiquez le nom"),
        ("name", "x" * 10_000, "80 caractères"),
        ("name", "1 47 07 85 194 023 45", "sécurité sociale"),
        ("birth_year", "47", "Quatre chiffres"),
        ("birth_year", "2030", "Quatre chiffres"),
        ("phone", "", "Indiquez un téléphone"),
        ("phone", "12", "n’existe pas en France"),
    ],
)
def test_what_is_missing_is_said_and_the_rest_stays(desk, slot, field, value, sentence):
    html = post(desk, f"/creneaux/{slot}/reserver", {**TYPED, field: value}, 422, **FRAGMENT)
    assert sentence in html
    assert "1947" in html or field == "birth_year"
    assert session.query(Booking).count() == 0


def test_a_lost_race_keeps_what_was_typed(desk, other_desk, slot, later):
    post(other_desk, f"/creneaux/{slot}/reserver", TYPED, **FRAGMENT)
    html = post(desk, f"/creneaux/{slot}/reserver", {**TYPED, "name": "Rivière"}, 409, **FRAGMENT)
    assert "Pris à 14h32 par Théo Baudry." in html
    assert 'value="Rivière"' in html
    assert f'formaction="/creneaux/{later}/reserver"' in html


def test_the_next_slot_is_one_click_away(desk, other_desk, slot, later):
    post(other_desk, f"/creneaux/{slot}/reserver", TYPED, **FRAGMENT)
    html = post(desk, f"/creneaux/{later}/reserver", {**TYPED, "place": str(slot), "seen": "1"}, **FRAGMENT)
    assert f'id="c{slot}"' in html
    assert "Votre référence est" in html


def test_a_held_slot_is_said_to_be(desk, other_desk, slot):
    post(other_desk, f"/creneaux/{slot}/retenir", **FRAGMENT)
    assert "retenu par Théo Baudry" in post(desk, f"/creneaux/{slot}/retenir", None, 409, **FRAGMENT)


def test_a_retry_gives_the_same_answer(desk, later):
    first = post(desk, f"/creneaux/{later}/reserver", TYPED, **FRAGMENT)
    again = post(desk, f"/creneaux/{later}/reserver", {**TYPED, "seen": "1"}, **FRAGMENT)
    assert session.query(Booking).count() == 1
    reference = session.query(Booking.reference).scalar()
    assert reference in first
    assert reference in again


def test_a_probable_duplicate_is_shown_once(desk, slot, later):
    post(desk, f"/creneaux/{slot}/reserver", TYPED, **FRAGMENT)
    html = post(desk, f"/creneaux/{later}/reserver", {**TYPED, "once": "k2"}, 422, **FRAGMENT)
    assert "même nom et même année" in html
    assert session.query(Booking.reference).scalar() in html
    post(desk, f"/creneaux/{later}/reserver", {**TYPED, "once": "k2", "seen": "1"}, **FRAGMENT)
    assert session.query(Booking).count() == 2


def test_the_duplicate_appears_while_typing(desk, slot):
    post(desk, f"/creneaux/{slot}/reserver", TYPED, **FRAGMENT)
    html = post(desk, "/creneaux/doublons", {**TYPED, "name": "GUERINEAU", "phone": ""}, **FRAGMENT)
    assert "Peut-être déjà inscrit" in html
    assert "Guérineau" not in html


def test_nobody_is_like_a_stranger(desk, slot):
    post(desk, f"/creneaux/{slot}/reserver", TYPED, **FRAGMENT)
    html = post(desk, "/creneaux/doublons", {"name": "Papin", "birth_year": "1955"}, **FRAGMENT)
    assert "déjà inscrit" not in html


def test_a_form_that_comes_back_after_signing_in_is_not_sent(desk, slot):
    html = post(desk, f"/creneaux/{slot}/reserver", {**TYPED, RESUME_FIELD: "1"}, **FRAGMENT)
    assert 'value="Guérineau"' in html
    assert session.query(Booking).count() == 0


def test_initials_only(desk, slot):
    session.get(Cpts, 1).identity_mode = IdentityMode.INITIALS
    session.commit()
    html = post(desk, f"/creneaux/{slot}/retenir", **FRAGMENT)
    assert "Initiales" in html
    assert "Téléphone" not in html
    post(desk, f"/creneaux/{slot}/reserver", {**TYPED, "phone": ""}, **FRAGMENT)


def test_nothing_kept(desk, slot):
    session.get(Cpts, 1).identity_mode = IdentityMode.NOTHING
    session.commit()
    assert "Nom" not in post(desk, f"/creneaux/{slot}/retenir", **FRAGMENT)
    assert "Votre référence est" in post(
        desk, f"/creneaux/{slot}/reserver", {"regular_doctor": "no", "once": "a"}, **FRAGMENT
    )


def test_undo_gives_the_seat_back(desk, slot):
    post(desk, f"/creneaux/{slot}/reserver", TYPED, **FRAGMENT)
    booking_id = session.query(Booking.id).scalar()
    html = post(desk, f"/reservations/{booking_id}/defaire", **FRAGMENT)
    assert "data-slot-row" in html
    assert session.get(Slot, slot).free_count == 1


def test_a_slot_of_nowhere(desk, cast):
    assert desk.get("/creneaux/999").status_code == 404
    assert desk.get("/creneaux/99999999999999999999").status_code == 404
    assert desk.post("/creneaux/999/retenir").status_code == 404


def test_a_practitioner_does_not_book(sign_in, cast, slot):
    client = sign_in(cast.gp)
    assert client.post(f"/creneaux/{slot}/retenir").status_code == 403
    assert client.get(f"/creneaux/{slot}").status_code == 200
