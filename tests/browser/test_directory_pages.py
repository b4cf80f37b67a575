"""The directory and the settings: no violation by axe, nothing that overflows, light and dark, desk and phone."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from cptsapp.core.db import session
from cptsapp.directory.models import Person
from tests.browser.conftest import LOOKS
from tests.tools import axe

PAGES = (
    "/annuaire",
    "/annuaire/{person}",
    "/annuaire/nouveau",
    "/annuaire/{person}/exercices/nouveau",
    "/annuaire/{person}/delegations/nouvelle",
    "/annuaire/structures",
    "/reglages",
    "/reglages/cpts",
    "/reglages/horaires",
    "/reglages/patients",
    "/reglages/communes",
    "/reglages/voisines/nouvelle",
)


@pytest.mark.parametrize(("phone", "dark"), LOOKS)
def test_no_violation_and_nothing_overflows(open_as, cast, picture, phone, dark):
    person_id = session.scalars(select(Person.id).where(Person.last_name == "Renaudin")).one()
    session.remove()
    page = open_as(cast.coordinator, phone=phone, dark=dark)
    for path in PAGES:
        page.goto(path.format(person=person_id))
        assert axe.violations(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    page.goto("/reglages")
    picture(page, f"reglages-{'360-sombre' if phone else '1280'}", full=True)


def test_the_list_follows_the_typing(open_as, cast, picture):
    page = open_as(cast.regulator)
    page.goto("/annuaire/medecins")
    page.keyboard.type("helene", delay=40)
    expect(page.get_by_role("status").filter(has_text="professionnel")).to_have_text("1\u00a0professionnel")
    expect(page.get_by_role("link", name="02 61 91 40 27")).to_have_attribute("href", "tel:+33261914027")
    assert axe.violations(page) == []
    picture(page, "medecins-1280")


def test_without_javascript_the_search_is_a_button(open_as, cast):
    page = open_as(cast.coordinator, javascript=False)
    page.goto("/annuaire")
    page.get_by_label("Nom, profession, commune").fill("sables")
    page.get_by_role("button", name="Chercher").click()
    expect(page.get_by_role("link", name="Dr Sarah Benali")).to_be_visible()
    expect(page.get_by_role("link", name="Dr Hélène Renaudin")).to_have_count(0)
