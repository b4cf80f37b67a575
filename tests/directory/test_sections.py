"""The bar of the directory's pages stands above the heading, and its room is the current one of the menu."""

import pytest

from cptsapp.accounts.models import Role
from tests.tools.factories import make_user

ROOMS = (
    "/annuaire",
    "/annuaire/structures",
    "/annuaire/mouvements",
    "/annuaire/doublons",
    "/annuaire/imports",
    "/annuaire/nouveau",
    "/adhesions",
    "/adhesions/demandes",
    "/adhesions/reglages",
    "/adhesions/taux",
    "/appels",
    "/appels/nouvelle",
)


@pytest.mark.parametrize("address", ROOMS)
def test_the_sections_come_before_the_heading(cast, sign_in, address):
    reader = sign_in(cast.coordinator)
    page = reader.get(address).text
    assert 0 < page.index('<nav class="sections') < page.index("<h1")


@pytest.mark.parametrize("address", ["/annuaire", "/adhesions", "/adhesions/taux", "/appels", "/appels/nouvelle"])
def test_the_directory_is_current_in_the_menu_in_all_its_rooms(cast, sign_in, address):
    reader = sign_in(cast.coordinator)
    assert '<a href="/annuaire" aria-current="page">Annuaire</a>' in reader.get(address).text


def test_the_directory_is_not_current_elsewhere(cast, sign_in):
    reader = sign_in(cast.coordinator)
    assert '<a href="/annuaire">Annuaire</a>' in reader.get("/campagnes").text


def test_the_assistance_finds_the_applications(cast, sign_in):
    reader = sign_in(make_user(Role.ASSISTANT))
    assert '<a href="/adhesions/demandes">Demandes</a>' in reader.get("/annuaire").text
    assert reader.get("/adhesions/demandes").status_code == 200
