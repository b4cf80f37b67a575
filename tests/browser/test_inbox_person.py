"""The person's own page on a telephone without a script; the rights at the desk: axe clean, nothing overflows."""

import pytest
from playwright.sync_api import expect

from cptsapp.core.db import session
from cptsapp.inbox.actions import rights
from cptsapp.inbox.actions.moves import move
from cptsapp.inbox.actions.proposals import accept, propose
from cptsapp.inbox.actions.receive import receive
from cptsapp.inbox.models import Actor, AnsweredBy, Request, RightKind, State
from tests.browser.conftest import LOOKS
from tests.tools import axe
from tests.tools.factories import acting
from tests.tools.inbox import make_intake, make_offer, make_request


@pytest.fixture
def followed(cast) -> tuple[int, str]:
    """A request two doctors accept: its number, the token of its link."""
    made, token = receive(make_intake(), by=None)
    move(made, "accept", actor=Actor.CPTS, by=None)
    people = (cast.gp_person, cast.other_gp_person)
    for person in people:
        make_offer(person)
    for one in propose(made, [person.id for person in people], by=acting(cast.coordinator)):
        accept(one.id, AnsweredBy.LINK)
    session.commit()
    return made.id, token


def check(page, name: str = "") -> None:
    assert axe.violations(page) == [], name or page.url
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), name or page.url


def test_a_person_follows_their_request_on_a_telephone(followed, open_as, picture):
    _number, token = followed
    page = open_as(None, phone=True, dark=True)
    page.goto(f"/suivi/{token}")
    check(page)
    page.get_by_label("Date de naissance").fill("04031948")
    page.get_by_role("button", name="Ouvrir ma page").click()
    expect(page.get_by_text("Il reste 4 essais")).to_be_visible()
    check(page, "wrong date")
    page.get_by_label("Date de naissance").fill("04031947")
    page.get_by_role("button", name="Ouvrir ma page").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Deux médecins ont accepté d’être contactés")
    for summary in page.locator("summary").all():
        summary.click()
    check(page, "all open")
    picture(page, "suivi-360-sombre", full=True)
    page.get_by_role("button", name="Demander").click()
    expect(page.get_by_text("Choisissez ce que vous demandez.")).to_be_visible()
    check(page, "no right chosen")


def test_a_person_answers_and_erases_their_file_without_a_script(followed, open_as, picture):
    number, token = followed
    page = open_as(None, phone=True, javascript=False)
    page.goto(f"/suivi/{token}")
    page.get_by_label("Date de naissance").fill("4/3/1947")
    page.get_by_role("button", name="Ouvrir ma page").click()
    picture(page, "suivi-360", full=True)
    page.get_by_label("J’ai un rendez-vous avec le Dr Hélène Renaudin").check()
    page.get_by_role("button", name="Envoyer ma réponse").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Vous avez un médecin")
    assert session.get_one(Request, number).state is State.TO_DECLARE
    session.remove()
    page.get_by_text("Mes droits sur mes données").click()
    page.get_by_label("Faire effacer le dossier").check()
    page.get_by_role("button", name="Demander").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Effacer votre dossier\u202f?")
    page.get_by_role("button", name="Effacer pour toujours").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Votre dossier est effacé")
    page.goto(f"/suivi/{token}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ce lien ne sert plus")


@pytest.mark.parametrize(("phone", "dark"), LOOKS)
def test_the_pages_of_rights_have_no_fault(cast, open_as, phone, dark, picture):
    made = make_request("searching")
    numbers = [rights.ask(made, kind, "Mon prénom est mal écrit", by=None).id for kind in RightKind]
    session.commit()
    page = open_as(session.merge(cast.coordinator), phone=phone, dark=dark)
    pages = ["/demandes/droits", *(f"/demandes/droits/{number}" for number in numbers)]
    for path in (*pages, f"/demandes/droits/{numbers[0]}/copie/1", "/demandes/droits?etat=repondus"):
        page.goto(path)
        check(page)
        name = path.strip("/").replace("/", "-").split("?")[0]
        picture(page, f"{name}-{'360-sombre' if phone else '1280'}", full=True)
