"""A coordinator's morning: import, review, call, approve, renew, and a rate whose two numbers open what they count."""

from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.directory.models import Membership, Person
from cptsapp.imports import generator
from cptsapp.imports.actions import turns
from cptsapp.membership.models import Application
from cptsapp.outreach.models import Call
from tests.tools.factories import make_application, make_membership

NAME = "PS_LibreAcces_Personne_activite_202607060815.txt"
COMMUNES = ("85194", "85288")
PERSONS = 240  # more than a page of the lists


@pytest.fixture
def extract(tmp_path) -> Path:
    """The generated extract of the territory, oddities included."""
    path = tmp_path / NAME
    with path.open("wb") as output:
        generator.generate(output, generator.Options(1_500, communes=COMMUNES, persons=PERSONS))
    return path


@pytest.fixture
def page(cast, open_as) -> Page:
    """The coordinator at her desk; an application waits."""
    make_application(last_name="Ferrandière", first_name="Maud", rpps=None)
    session.commit()
    return open_as(session.merge(cast.coordinator))


def imported(page: Page, extract: Path) -> None:
    """Send the file, let the worker's function read it, decide what is doubtful, apply."""
    page.goto("/annuaire/imports/extrait")
    page.locator("#file").set_input_files(extract)
    page.get_by_role("button", name="Envoyer et lire").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Lecture")
    assert turns.read_waiting(clock.now())
    session.remove()
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Revue de l’extrait")
    decided(page)
    page.get_by_role("link", name="Appliquer").click()
    page.get_by_role("button", name="Appliquer").click()
    expect(page.get_by_text("d’un seul coup.")).to_be_visible()


def decided(page: Page) -> None:
    """Leave each doubtful item for later, one after the other, with the keyboard."""
    page.get_by_role("link", name="Douteux").click()
    waiting = page.locator("tr[data-row]", has_text="à décider")
    expect(waiting.first).to_be_visible()
    doubtful = waiting.count()
    waiting.first.get_by_role("link").click()
    for done in range(1, doubtful + 1):
        page.locator("label.person", has_text="Plus tard").click()
        page.keyboard.press("Enter")
        expect(page.locator("tr[data-row]", has_text="Décidé : plus tard")).to_have_count(done)
    expect(page.get_by_role("link", name="Appliquer")).to_be_visible()


def called(page: Page) -> None:
    """Open a campaign over the nurses of two communes; three outcomes, the last a wish to join."""
    page.goto("/appels/nouvelle")
    page.get_by_label("Nom", exact=True).fill("Infirmiers, deux communes")
    for name in ("Infirmiers", "Les Sables-d’Olonne", "Talmont-Saint-Hilaire"):
        page.locator("label.chip", has_text=name).click()
    page.get_by_role("button", name="Ouvrir la campagne").click()
    page.get_by_role("button", name="Appeler la personne suivante").click()
    for key in ("1", "3"):
        before = page.locator("#qui").inner_text()
        page.keyboard.press(key)
        expect(page.locator("#qui")).not_to_have_text(before)
    who = page.locator("#qui").inner_text()
    page.keyboard.press("5")
    expect(page.get_by_label("Nom", exact=True)).to_have_value(who.split(" ", 1)[1])


def approved(page: Page) -> None:
    """Approve the application that came in by the page."""
    page.goto("/adhesions/demandes")
    page.get_by_role("link", name="Maud Ferrandière").click()
    page.get_by_role("button", name="Approuver").click()
    expect(page.get_by_text("approuvée.")).to_be_visible()


def renewed(page: Page) -> None:
    """Renew ten members of the list at once."""
    page.goto("/adhesions")
    for box in page.locator("tbody input[type=checkbox]").all()[:10]:
        box.check()
    page.get_by_role("button", name="Renouveler…").click()
    page.get_by_role("button", name="Renouveler 10 adhésions").click()
    expect(page.get_by_text("10 adhésions renouvelées")).to_be_visible()


def listed(page: Page) -> int:
    """How many rows the list has, to its last page."""
    count = page.locator("tbody tr").count()
    while page.get_by_role("link", name="Suivants").count():
        page.get_by_role("link", name="Suivants").click()
        page.wait_for_load_state()
        count += page.locator("tbody tr").count()
    return count


def opened(page: Page, rank: int) -> tuple[int, int]:
    """A number of the rate, and how many rows the list it opens has."""
    page.goto("/adhesions/taux")
    link = page.locator(".fraction a").nth(rank)
    number = int(link.locator("b").inner_text())
    link.click()
    expect(page.get_by_role("link", name="‹ Taux d’adhésion")).to_be_visible()
    return number, listed(page)


@pytest.mark.database
def test_from_the_extract_to_a_rate_that_opens_what_it_counts(page, extract):
    imported(page, extract)
    called(page)
    assert session.query(Call).count() == 3
    for person in session.query(Person).filter(Person.rpps.is_not(None)).order_by(Person.id).limit(30):
        make_membership(person, ends_on=date(2026, 12, 31))
    session.commit()
    approved(page)
    assert session.query(Application).filter(Application.decided_on.is_not(None)).count() == 1
    session.rollback()
    renewed(page)
    assert session.query(Membership).filter(Membership.starts_on == date(2027, 1, 1)).count() == 10
    session.rollback()
    members, rows = opened(page, 0)
    assert members == rows > 0
    professionals, rows = opened(page, 1)
    assert professionals == rows > members
