"""Callers sent elsewhere: one click, counted once, taken back; never a name."""

from datetime import UTC, datetime, timedelta

import pytest

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.regulation.models import Orientation
from cptsapp.snp.models import Seat
from tests.regulation.conftest import FRAGMENT


def count() -> int:
    return session.query(Orientation).filter_by(cancelled_at=None).count()


def note(client, kind="regular_doctor", once="a", **more):
    return client.post("/orientations", data={"kind": kind, "once": once, **more}, headers=FRAGMENT)


def test_one_click_counts(desk):
    html = note(desk).get_data(as_text=True)
    assert "adressé à son médecin traitant" in html
    assert count() == 1


def test_a_double_click_counts_once(desk):
    note(desk)
    note(desk)
    assert count() == 1


def test_the_next_caller_counts_from_the_same_page(desk, set_clock):
    note(desk)
    set_clock(clock.now() + timedelta(seconds=30))
    note(desk)
    assert count() == 2


def test_noted_again_after_taking_back(desk):
    note(desk)
    desk.post(f"/orientations/{session.query(Orientation.id).scalar()}/retirer")
    note(desk)
    assert count() == 1


def test_overbook_names_the_doctor(desk, cast):
    note(desk, "overbook", person=str(cast.gp_person.id))
    html = desk.get("/orientations").get_data(as_text=True)
    assert "Médecin appelé, en sus" in html
    assert "Dr Hélène Renaudin" in html


def test_it_is_taken_back(desk):
    note(desk)
    number = session.query(Orientation.id).scalar()
    assert desk.post(f"/orientations/{number}/retirer").status_code == 303
    assert count() == 0
    assert "retirée" in desk.get("/orientations").get_data(as_text=True)


def test_by_its_author_alone(desk, other_desk):
    note(desk)
    number = session.query(Orientation.id).scalar()
    assert other_desk.post(f"/orientations/{number}/retirer").status_code == 409


def test_from_an_open_row_the_slot_is_given_back(desk, slot):
    desk.post(f"/creneaux/{slot}/retenir", headers=FRAGMENT)
    html = note(desk, place=str(slot)).get_data(as_text=True)
    assert f'id="c{slot}"' in html
    assert session.query(Seat.held_by_id).scalar() is None


@pytest.mark.parametrize(("kind", "more", "status"), [("nowhere", {}, 409), ("overbook", {"person": "999"}, 404)])
def test_odd_ones_are_refused(desk, kind, more, status):
    assert note(desk, kind, **more).status_code == status
    assert count() == 0


def test_without_javascript_it_leads_to_the_day(desk):
    assert desk.post("/orientations", data={"kind": "regular_doctor", "once": "a"}).location == "/orientations"


def test_within_hours_the_desk_answers(desk):
    assert "jusqu’à <b>20h00</b>" in desk.get("/hors-horaires").get_data(as_text=True)


def test_out_of_hours_the_pdsa_answers(cast, sign_in, set_clock):
    set_clock(datetime(2026, 7, 20, 19, 0, tzinfo=UTC))
    html = sign_in(cast.regulator).get("/hors-horaires").get_data(as_text=True)
    assert "La permanence des soins répond" in html
    assert "La régulation reprend demain à 8h00" in html
    assert "Noter l’orientation" in html


def test_on_a_holiday_too(cast, sign_in, set_clock):
    set_clock(datetime(2026, 7, 14, 10, 0, tzinfo=UTC))
    assert "La permanence des soins répond" in sign_in(cast.regulator).get("/hors-horaires").get_data(as_text=True)


@pytest.mark.parametrize("who", ["regulator", "gp", "coordinator", "treasurer"])
def test_the_definition_is_for_everyone(sign_in, cast, who):
    html = sign_in(getattr(cast, who)).get("/soins-non-programmes").get_data(as_text=True)
    assert "ne relève pas d’un service d’urgence" in html
