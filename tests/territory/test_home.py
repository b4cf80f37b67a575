"""What `/` opens for whom, and which links the bar holds."""

import re

import pytest

from tests.tools.factories import make_user


@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("regulator", "/creneaux"),
        ("gp", "/mes-creneaux"),
        ("secretary", "/mes-creneaux"),
        ("coordinator", "/demandes"),
        ("administrator", "/reglages"),
        ("treasurer", "/campagnes"),
        ("board_member", "/campagnes"),
        ("outsider", "/compte"),
    ],
)
def test_home_opens_the_first_page_of_the_work(cast, sign_in, who, path):
    answer = sign_in(getattr(cast, who)).get("/")
    assert (answer.status_code, answer.location) == (303, path)


def test_home_asks_who_is_there(client, cast):
    answer = client.get("/")
    assert answer.status_code == 401
    assert "Se connecter" in answer.text


def menu_of(client, path):
    page = client.get(path).text
    nav = page[page.index('<nav class="menu"') : page.index("</nav>")]
    return re.findall(r"<a[^>]*>\s*([^<]+?)\s*</a>", nav), re.findall(r"<a[^>]*aria-current[^>]*>\s*([^<]+?)\s*<", nav)


def test_the_bar_of_the_desk(cast, sign_in):
    labels, current = menu_of(sign_in(cast.regulator), "/annuaire/medecins")
    assert labels == ["Créneaux", "Journée", "Orientations du jour", "Médecins"]
    assert current == ["Médecins"]


def test_the_bar_of_the_coordination(cast, sign_in):
    labels, current = menu_of(sign_in(cast.coordinator), f"/annuaire/{cast.gp_person.id}")
    assert {"Créneaux", "Campagnes", "Annuaire", "Réglages"} <= set(labels)
    assert current == ["Annuaire"]


def test_whoever_has_no_role_has_an_empty_bar(cast, sign_in):
    labels, _ = menu_of(sign_in(make_user()), "/compte")
    assert labels == []


def test_every_page_names_the_cpts(cast, sign_in):
    page = sign_in(cast.coordinator).get("/annuaire").text
    assert "<title>Annuaire — CPTS Littoral d’Essai</title>" in page
    assert '<span class="mark" aria-hidden="true">LE</span>' in page
