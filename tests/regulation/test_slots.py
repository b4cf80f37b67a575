"""The list of free slots."""

from datetime import timedelta

import pytest

from cptsapp.core import clock
from cptsapp.core.db import session
from tests.regulation.conftest import FRAGMENT
from tests.tools.factories import make_commune, make_person, make_place, make_practice, make_slot


def page(client, url="/creneaux", **headers) -> str:
    response = client.get(url, headers=headers)
    assert response.status_code == 200
    return response.get_data(as_text=True)


def test_the_list_is_open_at_once(desk, slot, later):
    html = page(desk)
    assert "Maintenant → ce soir" in html
    assert "Dr Hélène Renaudin" in html
    assert "3\u00a0libres" in html


@pytest.mark.parametrize("typed", ["legoff", "le go", "LE GOFF yann", "goff", "yann le"])
def test_letters_find_a_doctor(desk, slot, cast, typed):
    make_slot(make_practice(make_person(last_name="Le Goff", first_name="Yann")))
    session.commit()
    html = page(desk, f"/creneaux?q={typed}")
    assert "Le Goff" in html
    assert "Renaudin" not in html


def test_an_apostrophe_does_not_matter(desk, cast):
    make_slot(make_practice(make_person(last_name="D’Angelo", first_name="Rita")))
    session.commit()
    assert "D’Angelo" in page(desk, "/creneaux?q=dangelo")


def test_a_commune_brings_bands_nearest_first(desk, slot, later, cast):
    far = make_commune(code="85047", name="Challans", folded="challans", latitude=46.84, longitude=-1.88)
    make_slot(make_practice(place=make_place(commune_code=far.code)))
    session.commit()
    html = page(desk, "/creneaux?q=talm")
    assert html.index("Sur place") < html.index("Plus loin") < html.index("Sans déplacement")
    assert "Challans" in html


def test_a_letter_filters(desk, slot, later):
    html = page(desk, "/creneaux?ou=T")
    assert "Benali" in html
    assert "Renaudin" not in html


def test_beyond_48_hours_says_so(desk, cast):
    make_slot(cast.gp_practice, starts_at=clock.now() + timedelta(hours=48, minutes=1))
    session.commit()
    assert "hors délai SAS" in page(desk)


def test_within_48_hours_does_not(desk, cast):
    make_slot(cast.gp_practice, starts_at=clock.now() + timedelta(hours=48))
    session.commit()
    html = page(desk)
    assert "hors délai SAS" not in html
    assert "Au-delà des 24\u00a0h de la CPTS" in html


def test_an_empty_window_jumps_to_the_next_slot(desk, cast):
    make_slot(cast.gp_practice, starts_at=clock.now() + timedelta(days=5))
    session.commit()
    html = page(desk)
    assert "Prochaine disponibilité\u00a0: samedi 25 juillet à 14h32" in html
    assert "Renaudin" in page(desk, "/creneaux?depuis=2026-07-25")


def test_a_profession_is_named(desk, cast):
    from cptsapp.directory.models import Profession

    make_slot(make_practice(make_person(last_name="Roux", title="", profession=Profession.MIDWIFE)))
    session.commit()
    assert "Roux, sage-femme" in page(desk)


def test_the_coordination_sees_without_booking(sign_in, cast, slot):
    html = page(sign_in(cast.coordinator))
    assert "Renaudin" in html
    assert "retenir" not in html


def test_a_filter_answers_htmx_with_the_list_alone(desk, slot):
    html = page(desk, "/creneaux?q=tal", **FRAGMENT)
    assert "<html" not in html
    assert 'id="liste"' in html


def test_a_filter_that_finds_nothing_says_so(desk, slot):
    html = page(desk, "/creneaux?q=zzz")
    assert "Rien ne correspond à ce filtre" in html


def test_nothing_left_tells_whom_to_ring(desk, cast):
    cast.gp_person.accepts_overbook = True
    cast.gp_person.overbook_note = "Jusqu’à 19h30"
    session.merge(cast.gp_person)
    session.commit()
    html = page(desk)
    assert "Appeler un médecin qui accepte en sus" in html
    assert 'href="tel:0261914027"' in html
    assert "Jusqu’à 19h30" in html
    assert "Diffuser la demande" in html
    assert "la PDSA" in html


@pytest.mark.parametrize(
    "url", ["/creneaux?depuis=9999-99-99", "/creneaux?depuis=9999-12-31", "/creneaux?ou=X", "/creneaux?q=" + "a" * 9000]
)
def test_odd_addresses(desk, slot, url):
    assert desk.get(url).status_code == 200


def test_a_filter_whose_slots_are_all_held_does_not_say_that_nothing_matches(desk, other_desk, slot):
    other_desk.post(f"/creneaux/{slot}/retenir")
    make_slot(starts_at=clock.now() + timedelta(hours=3))
    session.commit()
    html = desk.get("/creneaux?q=renaudin").get_data(as_text=True)
    assert "Plus rien de libre pour ce filtre." in html


def test_effacer_shows_only_with_a_filter(desk, slot):
    assert ">Effacer<" not in page(desk)
    assert ">Effacer<" in page(desk, "/creneaux?q=ren")
    assert ">Effacer<" in page(desk, "/creneaux?q=ren", **FRAGMENT)


def test_the_keys_are_told_to_whoever_may_book(desk, sign_in, cast, slot):
    coordinator = session.merge(cast.coordinator)
    assert "</kbd> choisir" in page(desk)
    assert "</kbd> choisir" not in page(sign_in(coordinator))
