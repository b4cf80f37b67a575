"""Duplicates, merges and objections in a browser: at the desk and on a telephone, light and dark, with the keyboard."""

import pytest
from playwright.sync_api import expect

from cptsapp.core.db import session
from cptsapp.directory.models import Profession
from tests.browser.conftest import LOOKS
from tests.tools import axe
from tests.tools.factories import make_person, make_place, make_practice

PAGES = (
    "/annuaire/doublons",
    "/annuaire/doublons?sorte=structures",
    "/annuaire/doublons/personnes/{low}/{high}",
    "/annuaire/doublons/distinctes",
    "/annuaire/reunions",
    "/annuaire/{low}/opposition",
    "/annuaire/oppositions",
    "/annuaire/oppositions/lever",
)


@pytest.fixture
def twins(app, cast):
    """Two sheets of one nurse."""
    place = make_place(commune_code="85194", address="3, rue Nationale")
    who = {"first_name": "Carole", "title": "", "profession": Profession.NURSE}
    pair = [make_person(last_name="Jolly", rpps="10001234567", **who), make_person(last_name="Jolli", **who)]
    pair[1].phone, pair[1].mail = "+33639980077", "carole.jolly@cabinet-des-olonnes.example"
    for person in pair:
        make_practice(person, place)
    ids = [person.id for person in pair]
    session.commit()
    session.remove()
    return ids


@pytest.mark.parametrize(("phone", "dark"), LOOKS)
def test_no_violation_and_nothing_overflows(open_as, cast, twins, picture, phone, dark):
    page = open_as(cast.coordinator, phone=phone, dark=dark)
    size = "360-sombre" if phone else "1280"
    for path in PAGES:
        page.goto(path.format(low=twins[0], high=twins[1]))
        assert axe.violations(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        if path == PAGES[0]:
            picture(page, f"doublons-{size}", full=True)
        if path == PAGES[2]:
            picture(page, f"reunir-{size}", full=True)
        if path == PAGES[5]:
            picture(page, f"opposition-{size}", full=True)


def test_two_sheets_are_made_one_and_parted_again(open_as, cast, twins):
    page = open_as(cast.coordinator)
    page.goto("/annuaire/doublons")
    page.get_by_role("link", name="Même personne").click()
    expect(page.get_by_role("radio", name=f"Téléphone direct, fiche n° {twins[1]}")).to_be_checked()
    page.get_by_role("button", name="Réunir les deux fiches").click()
    expect(page.get_by_role("row", name="Carole Jolly")).to_contain_text("Téléphone direct, Mail")
    page.get_by_role("button", name="Défaire").click()
    expect(page.get_by_text("défaite par Sophie Arnaud")).to_be_visible()


def test_two_persons_leave_the_list(open_as, cast, twins):
    page = open_as(cast.coordinator, phone=True)
    page.goto("/annuaire/doublons")
    page.get_by_role("button", name="Deux personnes").click()
    expect(page.get_by_role("heading", name="Aucun doublon à examiner")).to_be_visible()


def test_an_objection_is_noted_with_the_keyboard(open_as, cast, twins):
    page = open_as(cast.coordinator)
    page.goto(f"/annuaire/{twins[0]}/opposition")
    page.get_by_label("J’ai lu ce qui sera effacé").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 personne a demandé à ne pas figurer")).to_be_visible()
