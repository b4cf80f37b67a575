"""The partners' pages: what they receive, answer and ask, the register of breaks; axe, no overflow, no script."""

import pytest
from playwright.sync_api import expect

from cptsapp.core.db import session
from cptsapp.directory.models import OrganisationKind
from cptsapp.inbox.actions import breaks, referrals, search
from cptsapp.inbox.actions.breaks import BreakReport
from cptsapp.inbox.models import BreakCause, Pathway, Recipient, Request, State
from cptsapp.inbox.patients import Identity
from tests.browser.conftest import LOOKS
from tests.tools import axe
from tests.tools.factories import acting
from tests.tools.inbox import JEANNE, make_partner, make_request, make_seeker

ODETTE = Identity("Gaudin", "Odette", JEANNE.birth_date.replace(year=1940, day=2))


@pytest.fixture
def sent(cast):
    """Two files at the MiSAS's, one at the DAC's, one to send, a break to read again, a near match to check."""
    by = acting(cast.coordinator)
    (misas, house), (dac, dac_house) = make_partner(), make_partner(OrganisationKind.DAC, display_name="Karine Besson")
    first = make_request("searching", seekers=(make_seeker(who=ODETTE),))
    second, third, left = (make_request("searching") for _ in range(3))
    referrals.send(first, Recipient.MISAS, house.id, "Chercher au-delà de 15 km", by)
    answered = referrals.send(second, Recipient.MISAS, house.id, "", by)
    referrals.answer(answered.id, referrals.PartnerAnswer.UNREACHABLE, by=acting(misas))
    referrals.send(third, Recipient.DAC, dac_house.id, "Logement à trouver d’abord", by)
    report = BreakReport(BreakCause.RIGHTS, Pathway.ELDERLY, first.received_on, "Trois refus")
    found = breaks.document(report, request=left, by=by)
    breaks.plan(found.id, first.received_on, "", by=by)
    near = Identity("Gaudin", "Odile", ODETTE.birth_date)
    question = search.ask(near, is_attested=True, by=acting(misas))
    made = {
        "misas": misas,
        "dac": dac,
        "first": first.reference,
        "third": third.reference,
        "left": left.reference,
        "break": found.id,
        "question": question.id,
    }
    session.commit()
    return made


def looks_right(page, paths):
    for path in paths:
        page.goto(path)
        assert axe.violations(page) == [], path
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), path


@pytest.mark.parametrize(("phone", "dark"), LOOKS)
def test_the_pages_have_no_fault(sent, open_as, cast, phone, dark, picture):
    theirs = open_as(session.merge(sent["misas"]), phone=phone, dark=dark)
    question = f"/recherche-en-cours/{sent['question']}"
    looks_right(theirs, ["/dossiers-recus", f"/dossiers-recus/{sent['first']}", question])
    dac = open_as(session.merge(sent["dac"]), phone=phone, dark=dark)
    looks_right(dac, [f"/dossiers-recus/{sent['third']}"])
    office = open_as(session.merge(cast.coordinator), phone=phone, dark=dark)
    file, register = f"/demandes/{sent['first']}", "/demandes/ruptures"
    looks_right(office, [f"/demandes/{sent['left']}/transmettre?a=dac", f"{file}/reponse", f"{file}/fiche"])
    looks_right(office, [register, f"{register}/{sent['break']}", f"{register}/nouveau", "/demandes/questions"])
    looks_right(office, [f"{register}/bilaterale/2026-07-20"])
    suffix = "360-sombre" if phone else "1280"
    for page, path, name in (
        (theirs, f"/dossiers-recus/{sent['first']}", "partenaire"),
        (theirs, question, "recherche-verifie"),
        (dac, f"/dossiers-recus/{sent['third']}", "partenaire-dac"),
        (office, register, "ruptures"),
        (office, f"{register}/{sent['break']}", "rupture"),
        (office, "/demandes/questions", "questions"),
        (office, f"{file}/fiche", "fiche-liaison"),
    ):
        page.goto(path)
        picture(page, f"{name}-{suffix}", full=True)


def test_a_partner_answers_and_asks_without_a_script(sent, open_as, picture):
    page = open_as(session.merge(sent["misas"]), phone=True, javascript=False)
    page.goto("/dossiers-recus")
    page.get_by_role("link", name="Odette Gaudin").click()
    page.get_by_label("Médecin trouvé").check()
    page.get_by_label("Médecin", exact=True).fill("Dr Paul Barreteau")
    page.get_by_role("button", name="Envoyer à la CPTS").click()
    expect(page.get_by_text(f"Réponse envoyée pour {sent['first']}")).to_be_visible()
    session.rollback()
    assert session.query(Request).filter_by(reference=sent["first"]).one().state is State.TO_DECLARE
    session.rollback()  # what the test reads must not keep the page waiting
    page.get_by_role("button", name="Annuler").click()
    expect(page.get_by_role("button", name="Envoyer à la CPTS")).to_be_visible()
    page.goto("/recherche-en-cours")
    page.get_by_label("Nom", exact=True).fill("Mercier")
    page.get_by_label("Prénom").fill("Roland")
    page.get_by_label("Date de naissance").fill("1958-08-19")
    page.get_by_label("La personne me le demande").check()
    page.get_by_role("button", name="Vérifier").click()
    expect(page.get_by_role("heading", name="Non.")).to_be_visible()
    page.get_by_role("button", name="Signaler que je commence").click()
    expect(page.get_by_role("button", name="Ma recherche est finie")).to_be_visible()
