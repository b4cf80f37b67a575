"""A request from a telephone to a doctor found, and another through the partners to a break in care, all on screen."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from cptsapp.accounts.models import User
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.directory.models import OrganisationKind
from cptsapp.inbox.models import Outcome, Request, State
from cptsapp.outbox.models import Message
from tests.browser.test_inbox_entry import fill_person, go_on, say
from tests.tools.inbox import make_offer, make_partner, make_request


@pytest.fixture
def people(cast) -> dict[str, int]:
    """Two doctors who take patients, an adviser of the MiSAS and one of the DAC; users by their word."""
    for person in (cast.gp_person, cast.other_gp_person):
        make_offer(person)
    misas, _house = make_partner()
    dac, _house = make_partner(OrganisationKind.DAC, display_name="Karine Besson")
    session.commit()
    return {"office": cast.coordinator.id, "misas": misas.id, "dac": dac.id}


@pytest.fixture
def desk(people, open_as):
    """`desk(word)` → a page of that user."""
    return lambda word: open_as(session.get_one(User, people[word]))


def link_in(kind: str, path: str) -> str:
    """The private link of the last mail of a kind."""
    session.rollback()
    mail = session.query(Message).filter_by(kind=kind).order_by(Message.id.desc()).first()
    assert mail is not None, kind
    found = re.search(rf"{path}/[\w-]+", mail.text)
    assert found is not None, mail.text
    session.rollback()  # a transaction left open here would make the server wait
    return found[0]


def applied(page: Page, set_clock) -> str:
    """Ask for a doctor on a telephone; gives the reference."""
    page.goto("/medecin-traitant")
    page.get_by_label("Dans quelle commune").fill("Talmont-Saint-Hilaire")
    go_on(page)
    say(page, "Qui cherche un médecin", "Moi, ou mon foyer")
    say(page, "Pourquoi", "Le médecin a pris sa retraite ou a cessé")
    go_on(page)
    fill_person(page, 0, "Jeanne", "04/03/1947")
    go_on(page)
    page.get_by_label("Téléphone").fill("06 39 98 14 27")
    page.get_by_label("Mail").fill("jeanne.guerineau@courriel.example")
    say(page, "Suivi par d’autres", "Non")
    go_on(page)
    for label in ("à des médecins", "à la MiSAS", "au DAC"):
        page.get_by_label(label).check()
    set_clock(clock.now() + timedelta(minutes=3))
    page.get_by_role("button", name="Envoyer la demande").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Demande reçue")
    return page.get_by_text(re.compile(r"^D-\w{8}$")).inner_text()


def triaged(page: Page) -> None:
    """Three acts from the inbox: open, complete, propose to the doctors advised."""
    page.goto("/")
    page.locator("tbody a", has_text="Jeanne Guérineau").first.click()
    page.get_by_role("button", name="Demande complète").click()
    expect(page.locator("input[name=medecin]:checked")).to_have_count(2)
    page.get_by_role("button", name="Envoyer").click()
    expect(page.get_by_text("Proposée", exact=True).first).to_be_visible()


def taken(page: Page) -> None:
    """A doctor takes the patient from the mail; nothing of who it is is written there."""
    page.goto(link_in("request.proposal", "/proposition"))
    expect(page.get_by_text("Guérineau")).to_have_count(0)
    page.get_by_role("button", name="Je prends").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Vous prenez ce patient")


def chosen(page: Page) -> None:
    """The person opens their page with their birth date, reads the doctor's name, has an appointment, then declares."""
    page.goto(link_in("request.choice", "/suivi"))
    page.get_by_label("Date de naissance").fill("04/03/1947")
    page.get_by_role("button", name="Ouvrir ma page").click()
    expect(page.get_by_role("link", name="Appeler le")).to_be_visible()
    page.locator("label", has_text="J’ai un rendez-vous").first.click()
    page.get_by_role("button", name="Envoyer ma réponse").click()
    page.locator("label", has_text="Oui, c’est fait").click()
    page.get_by_role("button", name="Envoyer ma réponse").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Vous avez un médecin traitant")


def outcome_of(reference: str) -> tuple[State, Outcome | None]:
    """Where the request ended."""
    session.rollback()
    found = session.query(Request.state, Request.outcome).filter_by(reference=reference).one()
    session.rollback()
    return tuple(found)


@pytest.mark.database
def test_from_a_telephone_to_a_doctor_found(desk, open_as, set_clock):
    reference = applied(open_as(None, phone=True), set_clock)
    triaged(desk("office"))
    taken(open_as(None, phone=True))
    chosen(open_as(None, phone=True))
    assert outcome_of(reference) == (State.CLOSED, Outcome.FOUND)


def referred(page: Page, reference: str) -> None:
    """The coordination sends the request to the MiSAS."""
    page.goto(f"/demandes/{reference}")
    page.get_by_role("link", name="Passer à la MiSAS", exact=True).click()
    page.get_by_label("Ce qu’on lui demande").fill("Chercher au-delà de 15 km.")
    page.get_by_role("button", name="Transmettre").click()
    expect(page.get_by_text("Chez un partenaire").first).to_be_visible()


def handed_to_dac(page: Page) -> None:
    """The MiSAS finds it too complex and hands it to the DAC."""
    page.goto("/")
    page.get_by_role("link", name="Jeanne Guérineau").click()
    page.locator("label", has_text="Trop complexe").click()
    page.get_by_label("Démarches").fill("Six cabinets appelés.")
    page.get_by_role("button", name="Envoyer à la CPTS").click()
    expect(page.get_by_text("Trop complexe").first).to_be_visible()


def broken(page: Page) -> None:
    """The DAC acknowledges, then documents a break in care."""
    page.goto("/")
    page.get_by_role("link", name="Jeanne Guérineau").click()
    page.get_by_role("button", name="Accuser réception").click()
    page.locator("label", has_text="Point de rupture").first.click()
    page.get_by_label("Démarches").fill("Aucun cabinet ne fait de visites.")
    page.get_by_label("Origine").select_option(label="Absence de professionnel de santé référent")
    page.get_by_label("Parcours").select_option(label="Personnes âgées")
    page.get_by_role("button", name="Envoyer à la CPTS").click()
    expect(page.get_by_text("Point de rupture").first).to_be_visible()


def exported(page: Page) -> str:
    """The coordination reads the words again and exports; gives the file."""
    page.goto("/demandes/ruptures")
    page.locator("tbody a").first.click()
    page.get_by_role("button", name="C’est relu").click()
    page.goto("/demandes/ruptures")
    with page.expect_download() as download:
        page.get_by_role("button", name="Exporter").click()
    return download.value.path().read_text(encoding="utf-8-sig")


@pytest.mark.database
def test_through_the_partners_to_a_break_in_care(desk, people):
    reference = make_request("searching").reference
    session.commit()
    office = desk("office")
    referred(office, reference)
    handed_to_dac(desk("misas"))
    broken(desk("dac"))
    assert outcome_of(reference) == (State.CLOSED, Outcome.NOT_FOUND)
    text = exported(office)
    assert "Absence de professionnel de santé référent" in text
    assert "Guérineau" not in text
