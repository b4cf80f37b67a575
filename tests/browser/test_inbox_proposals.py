"""Proposing doctors at the desk, answering on a telephone: axe, nothing overflows, the whole way without a script."""

from datetime import date

import pytest
from playwright.sync_api import expect

from cptsapp.core.db import session
from cptsapp.inbox.actions.proposals import accept, decline, propose
from cptsapp.inbox.models import AnsweredBy, DoctorProposal, HomeVisit, ProposalState
from cptsapp.inbox.patients import Identity
from cptsapp.outbox.models import Message
from tests.tools import axe
from tests.tools.factories import acting, make_person, make_place, make_practice
from tests.tools.inbox import make_offer, make_request, make_seeker


@pytest.fixture
def scene(cast) -> dict[str, str]:
    """Seven doctors with places; a request searched for, one proposed to both, one accepted and one declined."""
    by = acting(cast.coordinator)
    for person in (cast.gp_person, cast.other_gp_person):
        make_offer(person)
    for rank in range(5):
        person = make_person(last_name=f"de Montalembert-Rochebrune{rank}", first_name="Marie-Antoinette")
        make_practice(person, make_place(commune_code="85288"))
        make_offer(person, offered=1 + rank)
    both = [cast.gp_person.id, cast.other_gp_person.id]
    household = (make_seeker(home_visit=HomeVisit.EXCEPTIONALLY), make_seeker(who=_who("Paul-Emmanuel")))
    searched, asked = make_request("searching", seekers=household), make_request("searching")
    first, _second = propose(asked, both, by=by)
    taken, refused = make_request("searching"), make_request("searching", seekers=household)
    (yes,) = propose(taken, both[:1], by=by)
    (no,) = propose(refused, both[:1], by=by)
    accept(yes.id, AnsweredBy.LINK)
    decline(no.id, AnsweredBy.LINK)
    links = {
        name: "/proposition/" + _text(made.id).split("/proposition/")[1].split()[0]
        for name, made in (("asked", first), ("yes", yes), ("no", no))
    }
    found = {"searched": searched.reference, "proposed": asked.reference, "mine": str(yes.id), **links}
    session.commit()
    return found


def _who(first_name):
    return Identity("de La Rochefoucauld-Guérineau", first_name, date(2023, 5, 1))


def _text(proposal_id):
    return session.query(Message).filter_by(kind="request.proposal", subject_id=proposal_id).one().text


def overflows(page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth > innerWidth")


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_the_pages_have_no_fault(scene, cast, open_as, phone, picture):
    office = open_as(session.merge(cast.coordinator), phone=phone, dark=phone)
    doctor = open_as(session.merge(cast.gp), phone=phone, dark=phone)
    for page, path, name in (
        (office, f"/demandes/{scene['searched']}", "proposer"),
        (office, f"/demandes/{scene['proposed']}", "proposee"),
        (doctor, "/mes-patients", "mes-patients"),
        (doctor, f"/mes-patients/{scene['mine']}", "mon-patient"),
        (doctor, scene["asked"], "mg-proposition"),
        (doctor, scene["yes"], "mg-proposition-prise"),
        (doctor, scene["no"], "mg-proposition-non"),
        (doctor, "/proposition/perdue", "mg-proposition-morte"),
    ):
        page.goto(path)
        for fold in page.locator("main details:not([open]) > summary").all():
            if fold.is_visible():
                fold.click()
        picture(page, f"{name}-{'360-sombre' if phone else '1280'}", full=True)
        assert axe.violations(page) == [], path
        assert not overflows(page), path


def test_two_are_proposed_and_one_takes_without_a_script(scene, cast, open_as):
    office = open_as(session.merge(cast.coordinator), javascript=False)
    office.goto(f"/demandes/{scene['searched']}")
    assert office.get_by_role("checkbox", checked=True).count() == 4  # two doctors, two of the household
    office.get_by_role("button", name="Envoyer aux médecins cochés").click()
    expect(office.get_by_role("heading", name="Médecins sollicités")).to_be_visible()
    phone = open_as(None, phone=True, javascript=False)
    phone.goto(scene["asked"])
    phone.get_by_role("button", name="Pas cette fois").click()
    phone.get_by_label("Trop loin").check()
    phone.get_by_role("button", name="Enregistrer").click()
    phone.get_by_role("button", name="Annuler").click()
    phone.get_by_role("button", name="Je prends").click()
    expect(phone.get_by_role("heading", name="Vous prenez ce patient")).to_be_visible()
    assert "Guérineau" not in phone.content()
    states = {row.state for row in session.query(DoctorProposal.state)}
    assert ProposalState.ACCEPTED in states
