"""A plan from the request to its validation, by hand; each page with axe and no overflow; no script for the doctor."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from cptsapp.care_plans.actions import answers, circle, links, meetings, opening
from cptsapp.care_plans.actions.circle import Place
from cptsapp.care_plans.models import Consent, MemberRole, PlanMeeting
from cptsapp.care_plans.relatives import Relative
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.territory import queries as territory
from tests.browser.conftest import LOOKS
from tests.tools import axe
from tests.tools.factories import acting, make_organisation, make_person
from tests.tools.plans import make_member, make_plan

NURSE = {"last_name": "Jolly", "first_name": "Carole", "title": "", "mail": "carole.jolly@cabinet.example"}


@pytest.fixture
def plans(cast):
    """One plan with its whole circle, its meeting held today; one only opened."""
    by = acting(cast.coordinator)
    made = make_plan(number=17)
    doctor = make_member(made, cast.gp_person)
    nurse = make_member(made, make_person(**NURSE, profession="nurse"), role=MemberRole.PROFESSIONAL, is_lead=True)
    make_member(made, cast.other_gp_person, role=MemberRole.PROFESSIONAL, accepted_at=None, agreed=False)
    house = make_organisation(name="SSIAD du Littoral et des Olonnes")
    circle.add_structure(made.id, house.id, Place(consent=Consent.PHONE), by=by)
    kin = circle.add_relative(
        made.id, Relative("Odile Merlet", "fille", "+33639981438"), Place(consent=Consent.PHONE), by=by
    )
    opening.engage(made.id, by=by)
    first = session.scalars(select(PlanMeeting)).one()
    meetings.fix(first.id, clock.now(), 45, "", by=by)
    meetings.hold(first.id, {doctor.id, nurse.id}, territory.today(), by=by)
    make_plan(number=18)
    answers.invite(made.id, kin.id, by=by)
    found = {"kin": kin.id, "doctor": doctor.id, "link": f"/ppcs/lien/{links.new_link(kin)}"}
    session.commit()
    return found


def looks_right(page, paths, picture=None, look=""):
    for path, name in paths:
        page.goto(path)
        assert axe.violations(page) == [], path
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), path
        if name:
            picture(page, f"{name}-{look}", full=True)


@pytest.mark.parametrize(("phone", "dark"), LOOKS)
def test_the_pages_have_no_fault(plans, open_as, cast, phone, dark, picture):
    look = "360-sombre" if phone else "1280"
    office = open_as(session.merge(cast.coordinator), phone=phone, dark=dark)
    plan = "/ppcs/2026-17"
    paths = [
        ("/ppcs", "ppcs-liste"),
        ("/ppcs?etat=clos", ""),
        ("/ppcs/nouveau", "ppcs-nouveau"),
        (plan, "ppcs"),
        ("/ppcs/2026-18", "ppcs-ouvert"),
        (f"{plan}/cercle/ajouter", "ppcs-ajouter"),
        (f"{plan}/cercle/ajouter?qui=structure", ""),
        (f"{plan}/cercle/ajouter?qui=proche", "ppcs-ajouter-proche"),
        (f"{plan}/cercle/medecin", ""),
        (f"{plan}/cercle/{plans['kin']}", "ppcs-proche"),
        (f"{plan}/cercle/{plans['doctor']}", "ppcs-membre"),
    ]
    looks_right(office, paths, picture, look)
    office.goto(plan)
    office.get_by_role("button", name="Voir l’identité").click()
    expect(office.get_by_text("Marcel Bretonnière")).to_be_visible()
    assert axe.violations(office) == []
    doctor = open_as(session.merge(cast.gp), phone=phone, dark=dark)
    looks_right(doctor, [(plan, "ppcs-medecin"), (f"{plan}/quitter", "")], picture, look)
    looks_right(open_as(None, phone=phone, dark=dark), [(plans["link"], "ppcs-lien-proche")], picture, look)


def test_the_doctor_validates_in_one_tap_without_a_script(plans, open_as, cast):
    page = open_as(session.merge(cast.gp), phone=True, javascript=False)
    page.goto("/ppcs/2026-17")
    page.get_by_role("button", name="Valider le plan", exact=True).click()
    expect(page.get_by_text("Plan validé\u00a0: les bilans sont à 6 et 12 mois")).to_be_visible()
    expect(page.get_by_text("avant le 20 janv. 2027").first).to_be_visible()
    page.get_by_role("button", name="Annuler").click()
    expect(page.get_by_role("button", name="Valider le plan", exact=True)).to_be_visible()
