"""The shared desk in a real browser: it locks by itself, hands over, keeps what was typed for its author."""

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from cptsapp.accounts import queries
from cptsapp.accounts.actions import desks
from cptsapp.accounts.door import DESK_COOKIE
from cptsapp.accounts.models import User
from cptsapp.core.db import session
from tests.browser.conftest import DARK
from tests.tools import axe
from tests.tools.factories import acting

PIN = "739154"


@pytest.fixture
def at_desk(app: Flask, cast, server, open_as) -> Page:
    """« Poste 2 », where Léa and Théo have a PIN, seen by nobody yet."""
    token = desks.enrol_desk("Poste 2", by=acting(session.merge(cast.administrator)))
    desk = queries.desk_of(token)
    for user in (cast.regulator, cast.other_regulator):
        desks.set_pin(acting(session.merge(user)).at_desk(desk.id, desk.name), PIN)
    session.commit()
    session.remove()
    page = open_as(None)
    page.context.add_cookies([{"name": DESK_COOKIE, "value": token, "url": server.url}])
    return page


def take(page: Page, name: str) -> None:
    page.locator("label.person", has_text=name).click()
    page.get_by_label("Votre code à six chiffres").fill(PIN)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).not_to_contain_text("Poste")


def test_a_name_and_six_digits_take_the_desk(at_desk: Page, picture):
    at_desk.goto("/compte")
    assert axe.violations(at_desk) == []
    picture(at_desk, "poste-qui-1280")
    take(at_desk, "Léa Moreau")
    expect(at_desk.get_by_text("Poste 2").first).to_be_visible()


def test_without_a_gesture_the_page_blanks_and_locks(at_desk: Page, picture):
    at_desk.clock.install()
    at_desk.goto("/compte")
    take(at_desk, "Léa Moreau")
    at_desk.goto("/compte")
    at_desk.clock.fast_forward(181_000)
    expect(at_desk.get_by_role("heading", level=1)).to_contain_text("Poste verrouillé à 14h32")
    picture(at_desk, "poste-verrouille-1280")


def test_what_was_typed_when_it_locked_comes_back_to_its_author_alone(at_desk: Page):
    at_desk.clock.install()
    at_desk.goto("/compte")
    take(at_desk, "Léa Moreau")
    at_desk.goto("/entrainement")
    at_desk.evaluate(
        """() => {
            const form = document.createElement('form');
            form.dataset.draft = '';
            form.action = '/orientations';
            form.innerHTML = '<input name="note" value="à rappeler">';
            document.querySelector('main').append(form);
        }"""
    )
    at_desk.clock.fast_forward(181_000)
    expect(at_desk.get_by_text("le texte attend Léa Moreau")).to_be_visible()
    expect(at_desk.get_by_text("à rappeler")).to_have_count(0)
    take(at_desk, "Théo Baudry")
    at_desk.goto("/reprendre")
    expect(at_desk.get_by_role("heading", level=1)).not_to_contain_text("Retrouver")
    at_desk.get_by_role("button", name="Changer").first.click()
    take(at_desk, "Léa Moreau")
    expect(at_desk.get_by_role("heading", level=1)).to_contain_text("Retrouver votre texte")


def test_a_gesture_keeps_it_open(at_desk: Page):
    at_desk.clock.install()
    at_desk.goto("/compte")
    take(at_desk, "Léa Moreau")
    at_desk.goto("/compte")
    for _ in range(3):
        at_desk.clock.fast_forward(120_000)
        at_desk.keyboard.press("Shift")
    expect(at_desk.get_by_role("heading", level=1)).to_contain_text("Mon compte")


def test_the_door_and_the_account_without_javascript(open_as, cast):
    mail = session.query(User.mail).filter_by(display_name="Claude Trésor").scalar()
    session.remove()
    page = open_as(None, javascript=False)
    page.goto("/compte")
    page.get_by_label("Adresse mail").fill(mail)
    page.get_by_label("Mot de passe").fill("pas le bon du tout")
    page.get_by_role("button", name="Se connecter").click()
    expect(page.get_by_text("ne vont pas ensemble")).to_be_visible()


@pytest.mark.parametrize("dark", DARK)
def test_the_pages_of_accounts_hold_for_everyone(open_as, cast, dark):
    page = open_as(cast.coordinator, phone=True, dark=dark)
    for path in ("/compte", "/comptes", "/roles", "/postes", "/comptes/inviter", "/compte/second-facteur"):
        page.goto(path)
        assert axe.violations(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
