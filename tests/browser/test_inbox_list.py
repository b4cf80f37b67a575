"""The coordinator's morning in the inbox: axe, nothing overflows, the keys, and the main acts without a script."""

from datetime import date

import pytest
from playwright.sync_api import expect

from cptsapp.core.db import session
from cptsapp.inbox.actions import sorting
from cptsapp.inbox.models import HomeVisit
from cptsapp.inbox.patients import Identity
from tests.browser.conftest import LOOKS
from tests.tools import axe
from tests.tools.factories import acting
from tests.tools.inbox import make_request, make_seeker

PEOPLE = (
    ("Moinard", "Lucas", date(2022, 3, 1), {"social_cover": True}),
    ("Barbeau", "Yvette", date(1940, 5, 2), {"home_visit": HomeVisit.EXCLUSIVELY}),
    ("Cherif", "Nadia", date(1992, 4, 3), {}),
    ("Thibaud", "Gérard", date(1955, 1, 9), {"long_term_illness": True}),
    ("Praud", "Chloé", date(2006, 2, 12), {}),
)


@pytest.fixture
def inbox(cast) -> list[str]:
    """Five files searched for and one new; the references of the five, by deadline."""
    references = []
    for last, first, born, answers in PEOPLE:
        given = {"long_term_illness": False, **answers}
        found = make_request("searching", seekers=(make_seeker(who=Identity(last, first, born), **given),))
        references.append(found.reference)
    make_request()
    by = acting(cast.coordinator)
    for rank, found in enumerate(references):
        row = session.query(type(make_request())).filter_by(reference=found).one()
        row.due_on = date(2026, 7, 17 + rank)
        if rank < 2:
            sorting.take(row.id, by=by)
    session.commit()
    return references


def overflows(page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth > innerWidth")


@pytest.mark.parametrize(("phone", "dark"), LOOKS)
def test_the_pages_have_no_fault(inbox, open_as, cast, phone, dark, picture):
    page = open_as(session.merge(cast.coordinator), phone=phone, dark=dark)
    ticked = "&".join(f"choix={reference}" for reference in inbox)
    for path, name in (
        ("/demandes", "demandes-files"),
        ("/demandes?file=en-recherche", "demandes"),
        ("/demandes?file=a-declarer", "demandes-vide"),
        ("/demandes/filtres?file=en-recherche", "demandes-filtres"),
        (f"/demandes/lot?file=en-recherche&acte=etiqueter&{ticked}", "demandes-lot"),
        ("/demandes/etiquettes", "demandes-etiquettes"),
    ):
        page.goto(path)
        assert axe.violations(page) == [], path
        assert not overflows(page), path
        picture(page, f"{name}-{'360-sombre' if phone else '1280'}", full=True)


def test_a_morning_under_the_keys(inbox, open_as, cast):
    """j and k go down and up, Entrée opens, Échap comes back to the same row; then two files are labelled."""
    page = open_as(session.merge(cast.coordinator))
    page.goto("/demandes?file=en-recherche")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(page.locator(f"#{inbox[1]}")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Yvette Barbeau")
    page.keyboard.press("j")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Nadia Cherif")
    page.keyboard.press("Escape")
    expect(page.locator(f"#{inbox[2]}")).to_be_focused()
    late = page.get_by_role("group", name="Filtres").get_by_role("link", name="En retard")
    late.click()
    expect(late).to_have_attribute("aria-current", "true")
    page.get_by_label("Les 3 qui répondent").check()
    page.get_by_role("button", name="Étiqueter…").press("Enter")
    page.get_by_label("Étiquette").fill("rappeler")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="traitées")).to_contain_text("3\u00a0demandes traitées")
    page.get_by_placeholder("Nom, commune ou référence").fill("praud")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Recherche « praud »")
    expect(page.get_by_role("link", name="Chloé Praud")).to_be_visible()
    assert "praud" not in page.url


def test_a_file_is_searched_taken_and_put_aside_on_a_telephone_without_a_script(inbox, open_as, cast):
    page = open_as(session.merge(cast.coordinator), phone=True, javascript=False)
    page.goto("/demandes")
    page.get_by_role("link", name="En recherche").click()
    page.get_by_placeholder("Nom, commune ou référence").fill("cherif")
    page.get_by_role("button", name="Chercher").last.click()
    page.get_by_role("button", name="Prendre").click()
    expect(page.get_by_role("status").filter(has_text="Vous suivez")).to_be_visible()
    page.get_by_role("link", name="Nadia Cherif").click()
    page.get_by_label("Reporter au").fill("2026-08-03")
    page.get_by_role("button", name="Reporter").click()
    expect(page.get_by_text("Reportée au lundi 3 août 2026")).to_be_visible()
    page.goto("/demandes?file=reportees")
    expect(page.get_by_text("reportée au 03/08/2026")).to_be_visible()
    assert not overflows(page)
