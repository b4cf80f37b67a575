"""A call typed at the desk: kept as it goes, someone known recognised, two files made one; and without a script."""

import re

import pytest
from playwright.sync_api import expect

from cptsapp.core.db import session
from cptsapp.inbox.models import IntakeDraft, Request
from cptsapp.inbox.patients import Contact
from tests.tools import axe
from tests.tools.inbox import make_partner, make_request


@pytest.fixture
def known(cast) -> str:
    """A file of Jeanne Guérineau, sent by the MiSAS."""
    request = make_request(contact=Contact(phone="+33639981427"))
    session.commit()
    return request.reference


def overflows(page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth > innerWidth")


def test_a_call_under_the_keys(known, open_as, cast, picture):
    page = open_as(session.merge(cast.coordinator))
    page.goto("/demandes/saisie")
    expect(page.get_by_label("Commune ou code postal")).to_be_focused()
    page.keyboard.type("Talmont-Saint-Hilaire")
    page.get_by_label("Un proche", exact=True).check()
    page.get_by_label("Son nom").fill("Paul Guérineau")
    page.get_by_label("De la personne", exact=True).fill("06 39 98 14 27")
    page.get_by_label("Prénom").fill("Jeanne")
    page.get_by_label("Nom", exact=True).fill("Guerrineau")
    expect(page.locator("#etat")).to_contain_text("brouillon gardé")
    expect(page.locator("#manque")).to_contain_text("Il manque la date de naissance")
    expect(page.get_by_text(re.compile("Territoire de la CPTS"))).to_be_visible()
    expect(page.get_by_role("heading", name="Peut-être la même personne")).to_be_visible()
    expect(page.get_by_label("Nom", exact=True)).to_be_focused()
    assert axe.violations(page) == []
    assert not overflows(page)
    picture(page, "saisie-telephone-1280")
    page.reload()  # what was typed is in the address of the draft
    expect(page.get_by_label("Nom", exact=True)).to_have_value("Guerrineau")
    page.get_by_role("button", name="Non, une autre").click()
    expect(page.get_by_role("heading", name="Peut-être la même personne")).to_have_count(0)
    page.get_by_label("Né(e) le").fill("05/03/1947")
    page.get_by_label("Raison").select_option("retirement")
    page.get_by_role("group", name="Visites à domicile").get_by_label("Uniquement").check()
    page.get_by_label("aux médecins", exact=True).check()
    expect(page.locator("#manque")).to_contain_text("Tout est là.")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="Demande enregistrée")).to_be_visible()
    assert axe.violations(page) == []
    assert session.query(IntakeDraft).count() == 0


def test_a_call_on_a_dark_telephone_without_a_script(known, open_as, cast, picture):
    page = open_as(session.merge(cast.coordinator), phone=True, dark=True, javascript=False)
    page.goto("/demandes/saisie")
    page.get_by_label("Commune ou code postal").fill("Talmont-Saint-Hilaire")
    page.get_by_label("La personne", exact=True).check()
    page.get_by_label("De la personne", exact=True).fill("06 39 98 14 27")
    page.get_by_label("Prénom").fill("Jeanne")
    page.get_by_label("Nom", exact=True).fill("Guérineau")
    page.get_by_label("Né(e) le").fill("04/03/1947")
    page.get_by_role("button", name="Ajouter une personne").click()
    page.get_by_role("button", name="Retirer la personne 2").click()
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("À demander.").first).to_be_visible()
    page.get_by_label("Raison").select_option("too_far")
    page.get_by_role("group", name="Visites à domicile").get_by_label("Non", exact=True).check()
    page.get_by_label("aux médecins", exact=True).check()
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("heading", name="Demande enregistrée")).to_be_visible()
    page.get_by_role("link", name="Ouvrir le dossier").click()
    page.get_by_role("button", name=re.compile("Même personne")).click()
    expect(page).to_have_url(re.compile(f"/demandes/{known}"))
    expect(page.get_by_text("1\u00a0personne reconnue")).to_be_visible()
    assert session.query(Request).filter(Request.merged_into_id.is_not(None)).count() == 1


def test_what_lacks_and_who_is_near_have_no_fault_on_a_telephone(known, open_as, cast, picture):
    reference = make_request().reference
    partner = make_partner()[0]
    session.commit()
    page = open_as(session.merge(cast.coordinator), phone=True, dark=True)
    page.goto("/demandes/saisie")
    page.get_by_label("Commune ou code postal").fill("Nantes")
    expect(page.get_by_text("Hors du territoire.")).to_be_visible()
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("À demander.").first).to_be_visible()
    assert axe.violations(page) == []
    assert not overflows(page)
    picture(page, "saisie-telephone-360-sombre", full=True)
    for path in (f"/demandes/{reference}", f"/demandes/{reference}/reunir?avec={known}"):
        page.goto(path)
        assert axe.violations(page) == [], path
        assert not overflows(page), path
        picture(page, f"doublon-{'reunir' if 'reunir' in path else 'dossier'}-360-sombre", full=True)
    page = open_as(session.merge(partner))
    page.goto("/demandes/saisie")
    expect(page.get_by_role("heading", name="Envoyer une demande")).to_be_visible()
    assert axe.violations(page) == []
    picture(page, "envoyer-demande-1280", full=True)
