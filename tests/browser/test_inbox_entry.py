"""« Trouver un médecin traitant » on a telephone: no script, no fault, nothing overflows; the poster, the settings."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.inbox.actions import outside
from cptsapp.inbox.models import Request
from cptsapp.inbox.patients import names_of
from cptsapp.territory.models import Neighbour
from tests.browser.conftest import LOOKS
from tests.tools import axe
from tests.tools.factories import make_commune


def faultless(page: Page) -> None:
    assert axe.violations(page) == [], page.url
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), page.url


def say(page: Page, question: str, answer: str, *, among: int = 0) -> None:
    """Choose an answer of a group."""
    page.get_by_role("group", name=question).nth(among).get_by_role("radio", name=answer, exact=True).check()


def go_on(page: Page) -> None:
    page.get_by_role("button", name="Continuer").click()


def fill_person(page: Page, among: int, first: str, birth: str) -> None:
    page.get_by_label("Prénom").nth(among).fill(first)
    page.get_by_label("Nom", exact=True).nth(among).fill("Guérineau")
    page.get_by_label("Date de naissance").nth(among).fill(birth)
    say(page, "Affection de longue durée", "Oui", among=among)
    say(page, "Complémentaire santé", "Non", among=among)


def test_a_couple_asks_on_a_telephone_without_a_script(open_as, cast, set_clock, picture):
    page = open_as(None, phone=True, javascript=False)
    page.goto("/medecin-traitant")
    page.get_by_label("Dans quelle commune").fill("85440")
    go_on(page)
    page.get_by_text("Talmont-Saint-Hilaire").click()
    picture(page, "form-commune-choix-360", full=True)
    go_on(page)
    say(page, "Qui cherche un médecin", "Moi, ou mon foyer")
    say(page, "Pourquoi", "Le médecin a pris sa retraite ou a cessé")
    go_on(page)
    fill_person(page, 0, "Jeanne", "04/03/1947")
    page.get_by_role("button", name="Ajouter une personne").click()
    fill_person(page, 1, "Paul", "02/01/1945")
    picture(page, "form-foyer-360", full=True)
    go_on(page)
    page.get_by_label("Téléphone").fill("06 39 98 14")
    say(page, "Suivi par d’autres", "Non")
    go_on(page)
    expect(page.get_by_text("vérifiez les dix chiffres")).to_be_visible()
    page.get_by_label("Téléphone").fill("06 39 98 14 27")
    go_on(page)
    page.get_by_label("à des médecins").check()
    set_clock(clock.now() + timedelta(minutes=3))
    picture(page, "form-accords-360", full=True)
    page.get_by_role("button", name="Envoyer la demande").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Demande reçue")
    picture(page, "form-recue-360", full=True)
    made = session.query(Request).one()
    assert (names_of(made), made.suspected_at) == ("Jeanne et Paul Guérineau", None)
    assert page.get_by_text(made.reference).count() == 1


@pytest.fixture
def challans(cast) -> None:
    """A commune of the CPTS next door."""
    neighbour = Neighbour(name="CPTS Loire Vendée Océan", phone="+33261916060", website="https://lvo.example")
    session.add(neighbour)
    session.flush()
    make_commune(code="85047", name="Challans", is_own=False, neighbour_id=neighbour.id)
    session.commit()


def at_the_gate(page: Page, picture) -> None:
    """From elsewhere first, then from here; the second page sent empty."""
    page.goto("/medecin-traitant")
    faultless(page)
    page.get_by_label("Dans quelle commune").fill("Challans")
    page.get_by_label("Dans quelle commune").press("Enter")
    expect(page.get_by_role("link", name="Aller sur son site")).to_be_visible()
    faultless(page)
    picture(page, "form-commune-ailleurs", full=True)
    page.get_by_role("link", name="Indiquer une autre commune").click()
    expect(page.get_by_label("Dans quelle commune")).to_be_focused()
    page.get_by_label("Dans quelle commune").fill("Talmont-Saint-Hilaire")
    for _ in range(2):
        go_on(page)
        faultless(page)
    expect(page.get_by_text("Choisissez une réponse").first).to_be_visible()


def as_a_nurse(page: Page) -> None:
    """For a patient whose situation is complex."""
    say(page, "Qui cherche un médecin", "Un patient : je suis professionnel")
    say(page, "Pourquoi", "Jamais eu de médecin traitant")
    go_on(page)
    fill_person(page, 0, "Jeanne", "04/03/1947")
    faultless(page)
    go_on(page)
    page.get_by_label("Votre nom").fill("Anne Roy")
    page.get_by_label("Votre profession").fill("infirmière")
    page.get_by_label("Votre téléphone").fill("06 39 98 22 22")
    say(page, "Suivi par d’autres", "Oui")
    for label in ("J’atteste", "Un problème de santé", "Une difficulté sociale", "Le besoin que quelqu’un"):
        page.get_by_label(label).check()
    faultless(page)
    go_on(page)
    expect(page.get_by_text("Le DAC peut vous aider")).to_be_visible()
    faultless(page)


@pytest.mark.parametrize(("phone", "dark"), LOOKS)
def test_its_pages_have_no_fault(open_as, challans, set_clock, picture, phone, dark):
    page = open_as(None, phone=phone, dark=dark)
    name = "360-sombre" if phone else "1280"
    at_the_gate(page, picture)
    as_a_nurse(page)
    picture(page, f"form-accords-{name}", full=True)
    set_clock(clock.now() + timedelta(minutes=3))
    page.get_by_role("button", name="Envoyer la demande").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Demande reçue")
    faultless(page)
    picture(page, f"form-recue-{name}", full=True)
    for path in ("donnees", "affiche", "depliant"):
        page.goto(f"/medecin-traitant/{path}")
        faultless(page)
        picture(page, f"form-{path}-{name}", full=True)


def test_the_settings_have_no_fault(open_as, cast, picture):
    outside.count("35238", "192.0.2.1")
    session.commit()
    for phone, dark in ((True, True), (False, False)):
        page = open_as(session.merge(cast.coordinator), phone=phone, dark=dark)
        for path in ("reglages", "hors-territoire"):
            page.goto(f"/demandes/{path}")
            faultless(page)
            picture(page, f"demandes-{path}-{'360-sombre' if phone else '1280'}", full=True)
