"""The list of the directory in a browser: typing, facets, keyboard, and the page of filters of a phone."""

import re
from datetime import date

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from cptsapp.core.db import session
from cptsapp.directory.models import OrganisationKind, Person, Profession
from tests.browser.conftest import LOOKS
from tests.tools import axe
from tests.tools.factories import make_membership, make_organisation, make_person, make_place, make_practice

PAGES = (
    "/annuaire?q=olon",
    "/annuaire?profession=nurse",
    "/annuaire?q=zzz",
    "/annuaire/exporter?q=olon",
    "/annuaire/etiquettes",
    "/annuaire/filtres?q=olon",
)
PAGE_OF_PDF = re.compile(rb"/Type\s*/Page\b")
NURSES = ("Jolly Carole", "Gautret Florian", "Moal Inès", "Audureau Marc", "Bironneau Léna")


@pytest.fixture
def town(app, cast):
    """A few people and two structures in Les Sables-d’Olonne."""
    for rank, name in enumerate(NURSES):
        last, first = name.split()
        person = make_person(last_name=last, first_name=first, title="", profession=Profession.NURSE)
        make_practice(person, make_place(commune_code="85194", address=f"{rank + 3}, rue Nationale"))
    for profession in (Profession.DENTIST, Profession.MIDWIFE, Profession.PHARMACIST, Profession.PHYSIOTHERAPIST):
        make_practice(make_person(profession=profession, title=""), make_place(commune_code="85194"))
    house = make_organisation(name="MSP des Olonnes", kind=OrganisationKind.GROUP_PRACTICE, phone="+33261916030")
    make_place(organisation_id=house.id, commune_code="85194", address="1, rue du Moulin")
    make_organisation(name="EHPAD Les Tamaris", kind=OrganisationKind.CARE_HOME)
    benali = session.scalars(select(Person).where(Person.last_name == "Benali")).one()
    make_membership(benali)
    benali.verified_on = date(2026, 7, 9)
    session.commit()
    session.remove()
    return cast


@pytest.mark.parametrize(("phone", "dark"), LOOKS)
def test_no_violation_and_nothing_overflows(open_as, town, picture, phone, dark):
    page = open_as(town.coordinator, phone=phone, dark=dark)
    for path in PAGES:
        page.goto(path)
        assert axe.violations(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    size = "360" if phone else "1280"
    picture(page, f"annuaire-filtres-{size}")
    page.goto("/annuaire/exporter?q=olon")
    picture(page, f"annuaire-exporter-{size}")
    page.goto("/annuaire/etiquettes")
    picture(page, f"annuaire-etiquettes-{size}")
    page.goto(PAGES[0])
    picture(page, f"annuaire-{size}{'-sombre' if dark else ''}")


def test_the_list_and_its_counts_follow_the_typing(open_as, town):
    page = open_as(town.coordinator)
    page.goto("/annuaire")
    page.keyboard.type("olon", delay=40)
    expect(page.locator("#trouves b")).to_have_text("11")
    expect(page.locator("tbody tr").first).to_contain_text("MSP des Olonnes")
    expect(page.locator("tbody mark").first).to_have_text("Olon")
    expect(page.get_by_role("link", name="Exporter 11")).to_be_visible()
    assert page.url.endswith("?q=olon")
    expect(page.get_by_label("Nom, profession")).to_have_value("olon")


def test_a_facet_is_a_link_that_keeps_what_was_typed(open_as, town):
    page = open_as(town.coordinator)
    page.goto("/annuaire?q=olon")
    page.get_by_role("link", name="Infirmiers 5").click()
    expect(page.locator("#trouves b")).to_have_text("5")
    page.get_by_role("link", name="Infirmiers 5").click()
    expect(page.locator("#trouves b")).to_have_text("11")


def test_arrows_go_from_the_search_to_the_rows(open_as, town):
    page = open_as(town.coordinator)
    page.goto("/annuaire?q=benali")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Dr Sarah Benali")


def test_on_a_phone_boxes_are_ticked_on_their_own_page(open_as, town):
    page = open_as(town.coordinator, phone=True)
    page.goto("/annuaire?q=olon")
    page.get_by_role("button", name="Filtrer").click()
    page.get_by_text("Infirmiers").click()
    expect(page.get_by_role("button", name="Voir 5 fiches")).to_be_visible()
    page.get_by_role("button", name="Voir").click()
    expect(page.locator("#trouves b")).to_have_text("5")


def test_on_paper_the_list_stands_alone(open_as, town):
    page = open_as(town.coordinator)
    page.goto("/annuaire?q=olon")
    page.emulate_media(media="print")
    assert page.locator("#trouves").is_visible()
    assert page.locator("tbody tr").count() == 11
    for hidden in (".facets", ".sections", "#q", "#sorties"):
        assert page.locator(hidden).is_hidden(), hidden


def test_labels_fill_their_sheets_three_by_eight(open_as, town):
    for _ in range(24 - 12):
        make_practice()
    session.commit()
    session.remove()
    page = open_as(town.coordinator)
    page.goto("/annuaire/etiquettes")
    expect(page.locator(".labels > li")).to_have_count(24)
    page.emulate_media(media="print")
    assert page.locator(".sheet-head").is_hidden()
    assert len(PAGE_OF_PDF.findall(page.pdf(format="A4", prefer_css_page_size=True))) == 1


def test_without_javascript_the_search_is_a_button(open_as, town):
    page = open_as(town.coordinator, javascript=False)
    page.goto("/annuaire")
    page.get_by_label("Nom, profession, commune").fill("benali")
    page.get_by_role("button", name="Chercher").last.click()
    expect(page.get_by_role("link", name="Dr Sarah Benali")).to_be_visible()
    expect(page.get_by_role("link", name="Dr Hélène Renaudin")).to_have_count(0)
