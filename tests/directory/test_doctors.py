"""Whom the desk may ring."""

import pytest

from cptsapp.core.db import session
from tests.tools.factories import make_person, make_place, make_practice


@pytest.fixture
def desk(cast, sign_in):
    return sign_in(cast.regulator)


def test_the_practice_telephone_is_a_link(desk):
    assert 'href="tel:+33261914027"' in desk.get("/annuaire/medecins").text


def test_a_practice_without_telephone_is_left_out(desk):
    make_practice(make_person(last_name="Muet"), make_place(phone=None))
    session.commit()
    assert "Muet" not in desk.get("/annuaire/medecins").text


def test_only_who_accepts_more(desk, cast):
    make_practice(make_person(last_name="Volontaire", accepts_overbook=True, overbook_note="après 18 h"))
    session.commit()
    page = desk.get("/annuaire/medecins?ensus=1").text
    assert "après 18 h" in page
    assert "Renaudin" not in page


def test_the_search_is_the_same(desk):
    page = desk.get("/annuaire/medecins?q=sables").text
    assert "Benali" in page
    assert "Renaudin" not in page


def test_a_merged_sheet_gives_its_practice_to_the_one_that_stays(desk):
    kept = make_person(last_name="Moal")
    make_practice(make_person(merged_into_id=kept.id), make_place(phone="+33261914099"))
    session.commit()
    page = desk.get("/annuaire/medecins?q=moal").text
    assert 'href="tel:+33261914099"' in page


def test_it_is_for_the_desk(sign_in, cast):
    assert sign_in(cast.gp).get("/annuaire/medecins").status_code == 403
