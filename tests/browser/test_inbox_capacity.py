"""A doctor answers on a telephone, with and without a script; the coordination's pages: axe, nothing overflows."""

from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.inbox.actions import links
from cptsapp.inbox.actions.campaigns import Terms, ask_all
from cptsapp.inbox.models import Offer, Takes
from tests.browser.conftest import LOOKS
from tests.tools import axe
from tests.tools.factories import acting, make_movement, make_person, make_place, make_practice
from tests.tools.inbox import make_offer, make_request

TERMS = Terms("Places, juillet 2026", "Merci d’avance.", date(2026, 8, 3), date(2026, 10, 20))


@pytest.fixture
def asked(cast) -> dict[str, object]:
    """A campaign under way, answers of every kind, a departure, seven people who look for a doctor."""
    names = ("Guilbaud", "Pouvreau", "Le Goff", "Chauvin", "Giraudeau")
    place = make_place(phone="+33261914099")
    others = [make_person(last_name=name, first_name="Anne") for name in names]
    for person in others:
        make_practice(person, place)
    campaign = ask_all(TERMS, by=acting(cast.coordinator))
    make_offer(
        others[0], taken=1, pending=1, home_visits=True, takes=Takes.CONDITIONS, long_term_illness=True, max_km=15
    )
    make_offer(others[1], takes=Takes.NO, offered=0, obstacles=["time"], helps=["assistant", "locum"])
    make_offer(others[2], offered=2, taken=2)
    make_offer(others[3], valid_until=date(2026, 7, 12))
    make_movement(others[1], is_confirmed=True)
    for _ in range(7):
        make_request("searching", current_doctor_id=others[1].id)
    token = links.link_for_capacity(cast.gp_person.id, clock.now() + timedelta(days=30))
    session.commit()
    return {
        "campaign": campaign.id,
        "silent": others[4].id,
        "link": f"/places/{token}",
        "gp": cast.gp_person.id,
        "leaving": others[1].id,
    }


def overflows(page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth > innerWidth")


def faultless(page, path) -> None:
    page.goto(path)
    assert axe.violations(page) == [], path
    assert not overflows(page), path


def test_a_doctor_answers_in_the_dark_on_a_telephone(asked, open_as, picture):
    page = open_as(None, phone=True, dark=True)
    faultless(page, asked["link"])
    expect(page.get_by_text("7 personnes cherchent")).to_be_visible()
    expect(page.get_by_role("group", name="Seulement")).to_be_hidden()
    page.get_by_role("radio", name="À conditions").check()
    page.get_by_role("checkbox", name="ALD").check()
    page.get_by_role("button", name="Un de moins").click()
    expect(page.get_by_role("button", name="Envoyer : 4 patients")).to_be_visible()
    assert axe.violations(page) == []
    picture(page, "places-360-sombre", full=True)
    page.get_by_role("button", name="Envoyer : 4 patients").click()
    expect(page.get_by_text("C’est noté, merci.")).to_be_visible()
    assert axe.violations(page) == []
    page.get_by_role("button", name="Annuler cette réponse").click()
    expect(page.get_by_text("Réponse annulée.")).to_be_visible()
    page.get_by_role("group", name="Prenez-vous").get_by_role("radio", name="Non").check()
    expect(page.get_by_role("group", name="Pourquoi")).to_be_visible()
    expect(page.get_by_role("button", name="Envoyer : non")).to_be_visible()
    assert axe.violations(page) == []
    picture(page, "places-non-360-sombre", full=True)


def test_a_doctor_says_no_without_a_script(asked, open_as):
    page = open_as(None, phone=True, javascript=False)
    page.goto(asked["link"])
    page.get_by_role("radio", name="Oui").first.check()
    page.get_by_role("button", name="Un de plus").click()
    expect(page.get_by_role("spinbutton", name="Combien")).to_have_value("6")
    page.get_by_role("group", name="Prenez-vous").get_by_role("radio", name="Non").check()
    page.get_by_role("checkbox", name="Pas le temps").check()
    page.get_by_role("checkbox", name="Assistant médical").check()
    page.locator("#apercu").get_by_role("button").click()
    expect(page.get_by_text("C’est noté, merci.")).to_be_visible()
    offer = session.query(Offer).filter_by(person_id=asked["gp"], replaced_at=None).one()
    assert (offer.takes, offer.obstacles, offer.helps) == (Takes.NO, ["time"], ["assistant"])


@pytest.mark.parametrize(("phone", "dark"), LOOKS)
def test_the_pages_of_the_coordination_have_no_fault(asked, open_as, cast, phone, dark, picture):
    page = open_as(session.merge(cast.coordinator), phone=phone, dark=dark)
    room = "/demandes/medecins"
    pages = {
        "medecins": room,
        "enquete": f"{room}/campagnes/{asked['campaign']}",
        "reponse": f"{room}/{asked['silent']}/reponse",
        "enquete-nouvelle": f"{room}/campagne",
        "departs": f"{room}/{asked['leaving']}/demandes",
    }
    for name, path in pages.items():
        faultless(page, path)
        picture(page, f"{name}-{'360-sombre' if phone else '1280'}", full=True)
    page.goto(pages["enquete"])
    page.get_by_text("Appelé, pas de réponse").first.click()
    page.get_by_role("textbox", name="Note").first.fill("rappeler jeudi")
    page.get_by_role("button", name="Noter l’appel").first.click()
    expect(page.get_by_text("rappeler jeudi")).to_be_visible()
