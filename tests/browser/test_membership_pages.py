"""« Adhérer » on a telephone, the members at the desk: axe in light and dark, nothing overflows, no script needed."""

from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.membership.actions.texts import publish
from cptsapp.membership.models import Application, TextKind
from tests.browser.conftest import DARK, LOOKS
from tests.tools import axe
from tests.tools.factories import acting, make_application, make_membership, make_organisation, make_person

PUBLIC = ("/adherer", "/adherer?pour=structure", "/adherer/donnees", "/adherer/charte")
DESK = (
    "/adhesions",
    "/adhesions?etat=left",
    "/adhesions/p{person}",
    "/adhesions/p{person}/ajouter",
    "/adhesions/periodes/{membership}/corriger",
    "/adhesions/periodes/{membership}/depart",
    "/adhesions/renouveler?tous=1",
    "/adhesions/cotisations?tous=1",
    "/adhesions/demandes",
    "/adhesions/demandes/{application}",
    "/adhesions/demandes/nouvelle",
    "/adhesions/textes",
    "/adhesions/textes/charte/1",
    "/adhesions/textes/charte/nouvelle",
    "/adhesions/reglages",
)


@pytest.fixture
def members(cast) -> dict[str, int]:
    """Twelve members, a structure, an application to decide, a charter."""
    publish(TextKind.CHARTER, "Un.\n\nNous nous entraidons.", after_version=0, by=acting(cast.coordinator))
    for number in range(11):
        someone = make_person(last_name=f"Membre {number:02d}", first_name="Anne", title="", mail="a@cpts.example")
        make_membership(someone, fee_cents=1000)
    paid = make_membership(cast.gp_person, fee_cents=1000, paid_on=date(2026, 1, 14), receipt_number=1)
    make_membership(organisation=make_organisation(name="Maison de santé pluriprofessionnelle des Olonnes"))
    asked = make_application(last_name="Renaudin", first_name="Hélène", rpps="10100354629", message="Bonjour")
    session.commit()
    return {"person": paid.person_id, "membership": paid.id, "application": asked.id}


def overflows(page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth > innerWidth")


@pytest.mark.parametrize("dark", DARK)
def test_the_public_pages_have_no_fault_on_a_telephone(members, open_as, dark, picture):
    page = open_as(None, phone=True, dark=dark)
    for path in PUBLIC:
        page.goto(path)
        assert axe.violations(page) == [], path
        assert not overflows(page), path
    page.goto("/adherer")
    picture(page, f"adherer-360{'-sombre' if dark else ''}", full=True)


@pytest.mark.parametrize(("phone", "dark"), LOOKS)
def test_the_pages_of_the_coordination_have_no_fault(members, open_as, cast, phone, dark, picture):
    page = open_as(session.merge(cast.coordinator), phone=phone, dark=dark)
    for path in DESK:
        page.goto(path.format(**members))
        assert axe.violations(page) == [], path
        assert not overflows(page), path
    for path, name in ((DESK[0], "adhesions"), (DESK[2], "adherent"), (DESK[6], "renouveler"), (DESK[9], "demande")):
        page.goto(path.format(**members))
        picture(page, f"{name}-{'360-sombre' if phone else '1280'}", full=True)


def test_a_nurse_joins_on_a_telephone_without_a_script(members, open_as, set_clock, picture):
    page = open_as(None, phone=True, javascript=False)
    page.goto("/adherer")
    page.get_by_label("Prénom").fill("Inès")
    page.get_by_label("Nom", exact=True).fill("Le Goff")
    page.get_by_label("Profession", exact=True).select_option("nurse")
    page.get_by_label("Téléphone").fill("06 39 98 14 27")
    page.get_by_label("J’ai lu et j’accepte la charte").check()
    set_clock(clock.now() + timedelta(seconds=30))
    page.get_by_role("button", name="Envoyer la demande").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Demande reçue")
    picture(page, "adherer-recue-360", full=True)
    made = session.query(Application).filter_by(last_name="Le Goff").one()
    assert (made.is_suspect, page.get_by_text(made.reference).count()) == (False, 1)


def test_what_is_missing_is_said_beside_the_field(members, open_as, picture):
    page = open_as(None, phone=True)
    page.goto("/adherer")
    page.get_by_role("button", name="Envoyer la demande").click()
    expect(page.get_by_text("lisez et acceptez la charte")).to_be_visible()
    assert axe.violations(page) == []
    assert not overflows(page)
    picture(page, "adherer-erreurs-360", full=True)


def test_ten_members_are_renewed_with_the_keyboard(members, open_as, cast):
    page = open_as(session.merge(cast.coordinator))
    page.goto("/adhesions?q=membre")
    for number in range(10):
        page.get_by_label(f"Choisir Anne Membre {number:02d}").press("Space")
    page.get_by_role("button", name="Renouveler…").press("Enter")
    page.get_by_role("button", name="Renouveler 10").press("Enter")
    expect(page.get_by_role("status").filter(has_text="renouvelées")).to_contain_text("10\u00a0adhésions renouvelées")


def test_an_application_is_approved_in_one_page(members, open_as, cast):
    session.query(Application).update({"last_name": "Le Goff", "first_name": "Inès"})
    session.commit()
    page = open_as(session.merge(cast.coordinator))
    page.goto("/adhesions/demandes")
    page.get_by_role("link", name="Inès Le Goff").click()
    page.get_by_role("button", name="Approuver").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Mme Inès Le Goff")
    expect(page.get_by_text("approuvée")).to_be_visible()
