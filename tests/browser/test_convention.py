"""One convention in a browser: drafted from its template, read again, adopted, signed by both, ticked with a proof."""

import pytest
from playwright.sync_api import expect

from cptsapp.conventions.actions import templates
from cptsapp.conventions.models import PartnerContact
from cptsapp.core.db import session
from tests.browser.conftest import LOOKS
from tests.tools import axe
from tests.tools.convention_steps import adopted, circulated, drafted, in_force
from tests.tools.conventions import make_commitment, make_partner
from tests.tools.factories import acting, make_organisation, make_person
from tests.tools.files import PDF


@pytest.fixture
def signed_file(tmp_path):
    """What a party signed, on someone's machine."""
    path = tmp_path / "convention-signee.pdf"
    path.write_bytes(PDF)
    return path


@pytest.fixture
def ready(cast):
    """The DAC with someone to talk to, and the templates."""
    partner = make_partner()
    session.add(PartnerContact(partner_id=partner.id, person_id=make_person(last_name="Brochard").id))
    templates.install(by=acting(cast.coordinator))
    session.commit()


def looks_right(page, name):
    assert axe.violations(page) == [], name
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), name


def note_signature(page, who, file):
    page.get_by_role("link", name="Noter la signature", exact=True).click()
    page.get_by_label("Signée par").fill(who)
    page.get_by_label("Fonction").fill("présidente")
    page.get_by_label("Le", exact=True).fill("2026-07-20")
    page.get_by_label("Document signé").set_input_files(file)
    page.get_by_role("button", name="Noter la signature").click()


def open_a_draft(page):
    page.goto("/conventions/nouvelle")
    page.get_by_label("Avec", exact=True).select_option(label="DAC Vendée Littoral")
    page.get_by_label("Modèle").select_option(label="Convention avec le DAC")
    page.get_by_label("Prend effet le").fill("2026-07-20")
    page.get_by_label("Dernier jour").fill("2027-07-19")
    page.get_by_label("Tacite, sauf préavis").check()
    page.get_by_label("Pour combien de mois").fill("12")
    page.get_by_label("Préavis, en mois").fill("2")
    page.get_by_role("button", name="Ouvrir le brouillon").click()


def write_an_article(page):
    page.get_by_role("link", name="Ajouter un article").click()
    page.get_by_label("Titre").fill("Assurances")
    page.get_by_label("Texte").fill("Chaque partie est assurée.")
    page.get_by_role("button", name="Ajouter").click()
    page.get_by_role("link", name="Ajouter un engagement à l’article").last.click()
    page.get_by_label("Ce qui est promis").fill("Transmettre son attestation")
    page.get_by_label("DAC Vendée Littoral").check()
    page.get_by_label("Au plus tard").fill("1")
    page.get_by_role("button", name="Ajouter").click()
    expect(page.get_by_text("Transmettre son attestation").first).to_be_visible()


def circulate_and_adopt(page, file):
    page.get_by_role("link", name="Faire relire").click()
    page.get_by_role("button", name="Figer et faire relire").click()
    page.get_by_role("link", name="Noter l’adoption").click()
    page.get_by_label("Procès-verbal").set_input_files(file)
    page.get_by_role("button", name="Noter l’adoption").click()


def tick_with_a_proof(page, file):
    page.get_by_role("link", name="Transmettre son attestation").click()
    page.get_by_text("Joindre un fichier").click()
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Joindre le fichier").click()
    page.get_by_role("button", name="Noter fait").click()
    expect(page.get_by_role("heading", name="Fait")).to_be_visible()


def test_from_the_template_to_a_proof_without_a_script(ready, open_as, cast, signed_file, picture):
    page = open_as(session.merge(cast.coordinator), javascript=False)
    open_a_draft(page)
    write_an_article(page)
    picture(page, "convention-brouillon-1280", full=True)
    circulate_and_adopt(page, signed_file)
    note_signature(page, "Anne Pouvreau", signed_file)
    note_signature(page, "Karine Besson", signed_file)
    expect(page.get_by_text("En vigueur", exact=True)).to_be_visible()
    tick_with_a_proof(page, signed_file)
    page.get_by_role("link", name="‹").click()
    expect(page.get_by_text("1\u00a0preuve")).to_be_visible()
    picture(page, "convention-1280", full=True)


@pytest.fixture
def steps(cast):
    """A convention at each step, with the number of its first party; the one in force has something late."""
    makers = {"draft": drafted, "circulated": circulated, "adopted": adopted, "in_force": in_force}
    found = {}
    for number, (name, make) in enumerate(makers.items()):
        house = make_organisation(name=f"Maison de santé pluriprofessionnelle du Havre n° {number}")
        convention = make(acting(cast.coordinator), partner=make_partner(house))
        found[name] = convention.id, convention.parties[0].id
    late = convention.adopted_on.replace(day=10)
    make_commitment(convention.checklist_id, owner_id=cast.gp_person.id, due_on=late)
    session.commit()
    return found


@pytest.mark.parametrize(("phone", "dark"), LOOKS)
def test_its_pages_have_no_fault(steps, open_as, cast, phone, dark, picture):
    page = open_as(session.merge(cast.coordinator), phone=phone, dark=dark)
    suffix = "360-sombre" if phone else "1280"
    for name, acts in {
        "draft": ("", "/texte", "/en-tete", "/articles/nouveau", "/relecture", "/fin"),
        "circulated": ("", "/texte", "/adoption", "/reprise", "/versions"),
        "adopted": ("", f"/signatures/{steps['adopted'][1]}", "/proces-verbal"),
        "in_force": ("", "/texte", "/avenant", "/preavis"),
    }.items():
        for act in acts:
            page.goto(f"/conventions/{steps[name][0]}{act}")
            looks_right(page, f"{name}{act}")
            picture(page, f"convention-{name}{act.replace('/', '-')}-{suffix}", full=True)
    page.goto("/conventions/nouvelle")
    looks_right(page, "nouvelle")
    picture(page, f"convention-nouvelle-{suffix}", full=True)
