"""The first visit in a browser: with htmx the panel of communes follows each gesture, without it each button works."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from cptsapp.core.db import session
from cptsapp.territory import actions, queries
from tests.browser.conftest import DESKTOP, LOOKS, PHONE
from tests.tools import axe, databases
from tests.tools.server import LiveServer, live_server

PASSWORD = "une phrase que personne ne sait"


@pytest.fixture
def code(app: Flask) -> str:
    made = actions.new_setup_code()
    session.commit()
    databases.dispose()
    return made


@pytest.fixture
def empty(code: str, instance: Path, database_url: str, clock_file: Path) -> Iterator[LiveServer]:
    """The real server, before anyone came."""
    with live_server(instance, database_url, f"@{clock_file}", CPTSAPP_WORKERS="1") as running:
        yield running


@pytest.fixture
def visit(browser: Browser, empty: LiveServer, code: str):
    """`visit(javascript=True, phone=False, dark=False)` → the page of the five answers."""
    contexts = []

    def open_page(*, javascript: bool = True, phone: bool = False, dark: bool = False) -> Page:
        context = browser.new_context(
            base_url=empty.url,
            viewport=PHONE if phone else DESKTOP,
            color_scheme="dark" if dark else "light",
            java_script_enabled=javascript,
            locale="fr-FR",
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(5000)
        page.goto("/")
        page.get_by_label("Code affiché dans le terminal").fill(code)
        page.get_by_role("button", name="Continuer").click()
        expect(page.get_by_role("heading", name="Communes du territoire")).to_be_visible()
        return page

    yield open_page
    for context in contexts:
        context.close()


def finish(page: Page) -> None:
    page.get_by_label("Nom de la CPTS").fill("CPTS Littoral Vendéen")
    page.get_by_label("Marque").fill("LV")
    page.get_by_label("Prénom et nom").fill("Maxime Roy")
    page.get_by_label("Adresse mail").fill("maxime.roy@cpts.example")
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_label("Le même, encore une fois").fill(PASSWORD)
    page.get_by_role("button", name="Installer", exact=True).last.click()
    expect(page.get_by_role("heading", name="Se connecter")).to_be_visible()


def own_codes() -> set[str]:
    queries.forget()
    return {commune.code for commune in queries.own_communes()}


def test_the_panel_follows_each_gesture(visit, picture):
    page = visit()
    page.get_by_label("Nom de la CPTS").fill("CPTS Littoral Vendéen")
    page.get_by_label("Commune, code postal").fill("talmont")
    page.get_by_role("checkbox", name="Talmont-Saint-Hilaire").check()
    expect(page.get_by_text("1\u00a0commune, 8\u202f492\u00a0habitants")).to_be_visible()
    page.get_by_label("Commune, code postal").fill("sables olonne")
    page.get_by_role("button", name="Toute CA Les Sables d’Olonne Agglomération").click()
    expect(page.get_by_text("6\u00a0communes,")).to_be_visible()
    page.get_by_role("checkbox", name="Vairé").click()
    expect(page.get_by_text("5\u00a0communes,")).to_be_visible()
    picture(page, "premier-lancement-1280", full=True)
    finish(page)
    assert own_codes() == {"85288", "85194", "85112", "85214", "85250"}


def test_typing_keeps_the_focus(visit):
    page = visit()
    field = page.get_by_label("Commune, code postal")
    field.click()
    page.keyboard.type("jard", delay=90)
    expect(page.get_by_role("checkbox", name="Jard-sur-Mer")).to_be_visible()
    page.keyboard.type(" sur mer", delay=60)
    expect(field).to_have_value("jard sur mer")
    expect(field).to_be_focused()


def test_without_javascript_each_button_works(visit):
    page = visit(javascript=False)
    page.get_by_label("Commune, code postal").fill("jard sur mer")
    page.get_by_role("button", name="Chercher").click()
    page.get_by_role("checkbox", name="Jard-sur-Mer").check()
    page.get_by_role("button", name="Choisies").click()
    page.get_by_text("Coller une liste de codes").click()
    page.get_by_label("Codes INSEE").fill("85194, 00000")
    page.get_by_role("button", name="Ajouter ces codes").click()
    expect(page.get_by_text("Codes inconnus, laissés de côté : 00000.")).to_be_visible()
    finish(page)
    assert own_codes() == {"85114", "85194"}


@pytest.mark.parametrize(("phone", "dark"), LOOKS)
def test_no_violation_and_nothing_overflows(visit, picture, phone, dark):
    page = visit(phone=phone, dark=dark)
    page.get_by_label("Commune, code postal").fill("sables")
    expect(page.get_by_role("checkbox", name="Les Sables-d’Olonne")).to_be_visible()
    assert axe.violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    picture(page, f"premier-lancement-{'360' if phone else '1280'}{'-sombre' if dark else ''}-choix", full=True)
