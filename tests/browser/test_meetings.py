"""A plan's meetings: the dates put to the circle, answered signed in and by link, chosen, held; axe, no overflow."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from cptsapp.care_plans.actions import documents, links, meetings, polls
from cptsapp.care_plans.models import CircleMember, DocumentKind, MemberRole
from cptsapp.core.db import session
from tests.browser.conftest import LOOKS
from tests.care_plans.scene_of_meetings import LINK, THURSDAY, TUESDAY, make_scene
from tests.care_plans.test_polls import CLOSES
from tests.tools import axe
from tests.tools.factories import make_organisation
from tests.tools.plans import make_member


@pytest.fixture
def scene(cast):
    """The circle asked for two dates, a document asked of the doctor, one more meeting; a structure by link."""
    made = make_scene(cast)
    house = make_organisation(name="DAC Vendée Littoral", mail="dac@cpts.example")
    structure = make_member(made.plan, role=MemberRole.STRUCTURE, organisation_id=house.id)
    polls.propose(made.meeting.id, [TUESDAY, THURSDAY], CLOSES, by=made.office)
    documents.ask(made.plan.id, made.doctor.id, DocumentKind.CERTIFICATE, CLOSES, by=made.office)
    done = documents.ask(made.plan.id, made.other.id, DocumentKind.REPORT, CLOSES, by=made.office)
    documents.receive(done.id, CLOSES - timedelta(days=4), by=made.office)
    extra = meetings.add_extra(made.plan.id, CLOSES + timedelta(days=30), by=made.office)
    found = {
        "plan": f"/ppcs/2026-{made.plan.number}",
        "meeting": made.meeting.id,
        "extra": extra.id,
        "link": f"/ppcs/lien/{links.new_link(session.get_one(CircleMember, structure.id))}",
        "office": made.office,
    }
    session.commit()
    return found


def looks_right(page, path, picture=None, name=""):
    page.goto(path)
    assert axe.violations(page) == [], path
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), path
    if picture:
        picture(page, name, full=True)


@pytest.mark.parametrize(("phone", "dark"), LOOKS)
def test_the_pages_have_no_fault(scene, open_as, cast, phone, dark, picture):
    look = "360-sombre" if phone else "1280"
    office = open_as(session.merge(cast.coordinator), phone=phone, dark=dark)
    url = f"{scene['plan']}/reunions/{scene['meeting']}"
    looks_right(office, scene["plan"], picture, f"ppcs-reunions-{look}")
    looks_right(office, url, picture, f"reunion-sondage-{look}")
    looks_right(office, f"{url}/dates", picture, f"reunion-dates-{look}")
    looks_right(office, f"{url}/date", picture, f"reunion-choisir-{look}")
    looks_right(office, f"{scene['plan']}/documents", picture, f"documents-{look}")
    looks_right(open_as(session.merge(cast.gp), phone=phone, dark=dark), url, picture, f"reunion-medecin-{look}")
    for path in (f"{url}/echeance", f"{url}/presences", f"{scene['plan']}/reunions/nouvelle"):
        looks_right(office, path)
    looks_right(office, f"{scene['plan']}/reunions/{scene['extra']}", picture, f"reunion-a-fixer-{look}")
    looks_right(office, f"{scene['link']}/dates/{scene['meeting']}", picture, f"reunion-lien-{look}")
    looks_right(office, scene["link"], picture, f"ppcs-lien-{look}")
    session.rollback()
    meetings.fix(scene["meeting"], TUESDAY, 45, LINK, by=scene["office"])
    session.commit()
    looks_right(office, url, picture, f"reunion-fixee-{look}")


def test_dates_are_answered_by_keys_and_by_link_then_chosen_and_held(scene, open_as, cast, set_clock):
    url = f"{scene['plan']}/reunions/{scene['meeting']}"
    doctor = open_as(session.merge(cast.gp))
    doctor.goto(url)
    tuesday = doctor.get_by_role("group", name=re.compile("28 juil"))
    tuesday.get_by_role("radio", name="Non").focus()
    doctor.keyboard.press("n")
    doctor.get_by_role("group", name=re.compile("30 juil")).get_by_role("radio", name="Oui").check()
    doctor.get_by_role("button", name="Répondre").click()
    expect(doctor.get_by_text("Réponse notée")).to_be_visible()

    outside = open_as(None, phone=True, javascript=False)
    outside.goto(scene["link"])
    outside.get_by_role("link", name="Choisir mes dates").click()
    for group in outside.get_by_role("group").all():
        group.get_by_role("radio", name="Oui").check()
    outside.get_by_role("button", name="Répondre").click()
    expect(outside.get_by_text("Vous avez répondu")).to_be_visible()

    office = open_as(session.merge(cast.coordinator), javascript=False)
    office.goto(url)
    expect(office.get_by_text("2 réponses sur 4 au sondage")).to_be_visible()
    office.get_by_role("row", name=re.compile("convient le mieux")).get_by_role("link", name="Choisir").click()
    expect(office.get_by_label("Jour")).to_have_value("2026-07-30")
    office.get_by_label("Adresse de la visioconférence").fill(LINK)
    office.get_by_role("button", name="Choisir cette date").click()
    expect(office.get_by_role("heading", name="Jeudi 30 juillet 2026 à 18h00")).to_be_visible()

    set_clock(THURSDAY + timedelta(hours=1))
    office.goto(scene["plan"])
    office.get_by_role("link", name="Noter les présents").click()
    office.get_by_role("checkbox", name=re.compile("Renaudin")).check()
    office.get_by_role("checkbox", name=re.compile("Jolly")).check()
    office.get_by_role("button", name="Noter la réunion tenue").click()
    expect(office.get_by_role("heading", name="Tenue le jeudi 30 juillet 2026")).to_be_visible()
    office.goto(scene["plan"])
    expect(office.get_by_role("heading", name="Valider le plan")).to_be_visible()
