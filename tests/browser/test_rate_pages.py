"""The rate of adhesion: its pages on a desk and on a phone, light and dark; a number opens its list; paper."""

from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from cptsapp.core.db import session
from cptsapp.directory.models import College, PracticeMode
from cptsapp.membership.models import MembershipSettings
from cptsapp.membership.queries.settings import defaults
from cptsapp.membership.rules.rate import USUAL_PROFESSIONS
from tests.browser.conftest import DARK
from tests.membership.rate import PEOPLE, URL, know_since
from tests.tools import axe
from tests.tools.factories import make_membership, make_organisation, make_person, make_place, make_practice

FIRST = date(2022, 1, 12)
PAGES = {
    "taux": URL,
    "taux-mois": f"{URL}?pas=mois&par=commune",
    "taux-college": f"{URL}?par=college&depuis=un-an",
    "taux-inconnu": f"{URL}?jour=2020-01-01",
    "taux-demain": f"{URL}?jour=2027-01-01",
    "taux-liste": f"{PEOPLE}?qui=adherents&jour=2026-07-20",
    "taux-hors": f"{PEOPLE}?qui=hors-calcul&jour=2026-07-20",
    "taux-regles": f"{URL}/regles",
    "taux-papier": f"{URL}/imprimer",
}


@pytest.fixture
def territory(cast):
    """Sixty professionals, more and more of them members since 2022; a structure, salaried people, a target."""
    know_since(FIRST)
    places = [make_place(), make_place(commune_code="85194", address="1, quai Garnier")]
    for number in range(60):
        person = make_person(profession=USUAL_PROFESSIONS[number * number % 9], title="")
        make_practice(person, places[number % 2], starts_on=FIRST + timedelta(days=number * 9))
        if number % 5 < 3:
            for year in range(2022 + number % 5, 2027):
                make_membership(person, starts_on=date(year, 1, 10 + number % 9), ends_on=date(year, 12, 31))
    for number in range(4):
        salaried = make_practice(make_person(title=""), places[0], mode=PracticeMode.SALARIED)
        if number == 0:
            make_membership(session.get_one(type(salaried.person), salaried.person_id))
    make_membership(organisation=make_organisation(), college=College.STRUCTURES)
    make_person(profession=USUAL_PROFESSIONS[2])
    hidden = make_practice(place=places[0])
    hidden.person.objected_on = date(2026, 6, 1)
    chosen: MembershipSettings = defaults()
    chosen.target_percent = 60
    session.add(chosen)
    session.commit()


@pytest.mark.parametrize("dark", DARK)
@pytest.mark.parametrize("phone", [False, True])
def test_no_violation_and_nothing_overflows(open_as, cast, territory, picture, phone, dark):
    page = open_as(cast.coordinator, phone=phone, dark=dark)
    for name, url in PAGES.items():
        page.goto(url)
        picture(page, f"{name}-{'360' if phone else '1280'}{'-sombre' if dark else ''}", full=True)
        assert axe.violations(page) == [], url
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), url


def test_a_number_opens_its_list_and_the_way_back_keeps_the_day(open_as, cast, territory):
    page = open_as(cast.board_member)
    page.goto(f"{URL}?jour=2026-06-30")
    link = page.locator(".fraction a").first
    number = link.locator("b").inner_text()
    link.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(number)
    page.get_by_role("link", name="‹ Taux d’adhésion").click()
    expect(page.get_by_label("Au", exact=True)).to_have_value("2026-06-30")


def test_the_last_points_of_the_curve_are_in_sight_on_a_phone(open_as, cast, territory):
    page = open_as(cast.coordinator, phone=True)
    page.goto(URL)
    box = page.get_by_role("columnheader", name="20 juil.").bounding_box()
    assert box is not None
    assert 0 <= box["x"] < box["x"] + box["width"] <= 360


def test_rules_are_changed_once_their_effect_is_shown_without_javascript(open_as, cast, territory):
    page = open_as(cast.coordinator, javascript=False)
    page.goto(f"{URL}/regles")
    page.get_by_label("Salariés").check()
    page.get_by_role("button", name="Voir ce que cela change").click()
    expect(page.locator(".consequence")).to_contain_text("63 → 67\u00a0professionnels")
    page.get_by_role("button", name="Enregistrer ces règles").click()
    expect(page.locator(".fraction")).to_contain_text("67")
