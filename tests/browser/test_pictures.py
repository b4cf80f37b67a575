"""The pictures of README and docs/guide: each screen reached as a person reaches it.

They go to tests/browser/out/documents; CPTSAPP_PICTURES=1 also puts them in docs/pictures.
"""

import os
import shutil
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from cptsapp.core.db import session
from cptsapp.inbox.patients import Identity
from cptsapp.territory import actions
from tests.browser.conftest import DESKTOP, OUT
from tests.browser.register import Register, set_register
from tests.browser.scene import Scene, set_scene
from tests.tools import databases
from tests.tools.inbox import make_offer, make_request, make_seeker
from tests.tools.server import live_server

pytestmark = pytest.mark.long  # README and guides: their pictures are looked at by who changes them

PICTURES = Path(__file__).resolve().parents[2] / "docs" / "pictures"
ASKING = (
    ("Moinard", "Lucas", date(2022, 3, 9), "85194"),
    ("Barbeau", "Yvette", date(1940, 2, 1), "85288"),
    ("Cherif", "Nadia", date(1992, 5, 17), "85194"),
    ("Thibaud", "Gérard", date(1955, 8, 30), "85288"),
    ("Praud", "Chloé", date(2006, 1, 12), "85194"),
)
LIMIT = 220_000  # bytes: each lives in the history for ever


@pytest.fixture
def scene(cast) -> Scene:
    return set_scene(cast)


@pytest.fixture
def register(scene, cast) -> Register:
    return set_register(cast)


@pytest.fixture
def keep():
    """`keep(page, "snp-liste")`: the picture of this screen, for the documents too when they are asked for."""
    folder = OUT / "documents"
    folder.mkdir(parents=True, exist_ok=True)

    def take(page: Page, name: str) -> None:
        made = folder / f"{name}.png"
        page.screenshot(path=made)
        assert made.stat().st_size < LIMIT, f"{name} is too heavy for a document"
        if os.environ.get("CPTSAPP_PICTURES") == "1":
            PICTURES.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(made, PICTURES / made.name)

    return take


def test_the_desk(cast, scene, server, open_as, keep):
    for name, dark in (("snp-liste-sombre", True), ("snp-liste", False)):
        page = open_as(cast.regulator, dark=dark)
        page.goto("/creneaux")
        keep(page, name)
    page.keyboard.type("talm")
    expect(page.get_by_text("Au plus près de Talmont-Saint-Hilaire")).to_be_visible()
    page.locator("[data-slot-row]", has_text="Bonnaud").first.click()
    expect(page.get_by_text("Retenu pour vous")).to_be_visible()
    page.keyboard.press("n")
    page.keyboard.type("Guérineau")
    page.keyboard.press("Tab")
    page.keyboard.type("1947")
    page.keyboard.press("Tab")
    page.keyboard.type("06 39 98 14 27")
    keep(page, "snp-reserve")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Votre référence est")).to_be_visible()
    keep(page, "snp-script")
    page.goto("/journee")
    keep(page, "journee")


def test_the_telephone(cast, scene, server, open_as, keep):
    page = open_as(cast.gp, phone=True)
    page.goto("/mes-creneaux")
    expect(page.get_by_text("à renseigner")).to_have_count(0)
    keep(page, "mes-creneaux-360")
    page.get_by_role("link", name="+ Créneau").tap()
    page.locator("label.chip", has_text="Demain").first.tap()
    expect(page.locator(".dock button")).to_contain_text("Publier demain")
    keep(page, "nouveau-360")
    page.locator(".dock button").tap()
    expect(page.locator(".toast")).to_contain_text("Publié")
    keep(page, "publie-360")


def test_the_coordination(cast, scene, server, open_as, keep):
    page = open_as(cast.coordinator)
    page.goto(f"/campagnes/{scene.campaign_id}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Été 2026")
    keep(page, "campagne")
    page.goto("/roles")
    keep(page, "roles")


def test_the_directory(cast, register, server, open_as, keep):
    page = open_as(session.merge(cast.coordinator))
    page.goto("/annuaire")
    page.keyboard.type("inf sables")
    expect(page.locator("mark").first).to_be_visible()
    keep(page, "annuaire")
    page.goto(f"/annuaire/imports/{register.import_id}")
    page.locator("tr[data-row]").get_by_role("link").first.click()
    expect(page.get_by_role("button", name="Valider, suivante")).to_be_visible()
    keep(page, "import-revue")
    page.goto("/adhesions/taux")
    keep(page, "taux")
    page.goto(f"/appels/{register.call_campaign_id}")
    page.get_by_role("button", name="Appeler la personne suivante").click()
    expect(page.get_by_text("Réservé pour vous")).to_be_visible()
    keep(page, "appels")


@pytest.fixture
def inbox(cast) -> str:
    """Requests of a few days in the inbox; the reference of the one to propose doctors for."""
    for person in (cast.gp_person, cast.other_gp_person):
        make_offer(person)
    for last, first, born, commune in ASKING:
        who = Identity(last, first, born)
        seekers = (make_seeker(who=who, long_term_illness=born.year < 1950),)
        make_request("searching", commune_code=commune, seekers=seekers)
    reference = make_request("searching").reference
    for last, first, born, commune in ASKING[:2]:
        make_request(commune_code=commune, seekers=(make_seeker(who=Identity(f"{last}on", first, born)),))
    session.commit()
    return reference


def test_the_requests(cast, inbox, server, open_as, keep):
    page = open_as(session.merge(cast.coordinator))
    page.goto("/demandes?file=en-recherche")
    expect(page.get_by_role("heading", level=1)).to_contain_text("En recherche")
    keep(page, "demandes")
    page.goto(f"/demandes/{inbox}?file=en-recherche")
    expect(page.get_by_role("button", name="Envoyer")).to_be_visible()
    keep(page, "demande")


def test_the_first_visit(app, browser: Browser, instance, database_url, clock_file, keep):
    code = actions.new_setup_code()
    session.commit()
    databases.dispose()
    with live_server(instance, database_url, f"@{clock_file}") as running:
        context = browser.new_context(base_url=running.url, viewport=DESKTOP, locale="fr-FR")
        page = context.new_page()
        page.goto("/")
        page.get_by_label("Code affiché dans le terminal").fill(code)
        page.get_by_role("button", name="Continuer").click()
        page.get_by_label("Nom de la CPTS").fill("CPTS Littoral Vendéen")
        page.get_by_label("Commune, code postal").fill("sables olonne")
        page.get_by_role("button", name="Toute CA Les Sables d’Olonne Agglomération").click()
        expect(page.get_by_text("5\u00a0communes,")).to_be_visible()
        keep(page, "premier-lancement")
        context.close()
