"""What is owed and paid, the amounts, the cockpit of the plans: axe, no overflow, and the treasurer's own walk."""

from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from cptsapp.care_plans.actions import fees
from cptsapp.care_plans.models import (
    FeePayee,
    FeeStep,
    FlatFee,
    MeetingKind,
    MeetingState,
    MemberRole,
    PlanState,
)
from cptsapp.checklists.actions import Owed, add
from cptsapp.checklists.models import Side
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.directory.models import Profession
from cptsapp.ledger import actions
from cptsapp.ledger.models import Nature
from tests.browser.conftest import LOOKS
from tests.tools import axe
from tests.tools.factories import acting, make_booking, make_campaign, make_membership, make_person, make_slot
from tests.tools.plans import make_meeting, make_member, make_plan

TODAY = date(2026, 7, 20)
AMOUNTS = (
    (FeeStep.MEETING, FeePayee.REGULAR_DOCTOR, 6000, Nature.INCOME_LOSS),
    (FeeStep.MEETING, FeePayee.LEAD, 4500, Nature.MISSION_PAY),
    (FeeStep.MEETING, FeePayee.PROFESSIONAL, 3000, Nature.INCOME_LOSS),
    (FeeStep.VALIDATION, FeePayee.REGULAR_DOCTOR, 4000, Nature.INCOME_LOSS),
    (FeeStep.REVIEW_6, FeePayee.REGULAR_DOCTOR, 4000, Nature.INCOME_LOSS),
)


@pytest.fixture
def year(cast):
    """A year of fees and acts: a cap, a lead, plans in several states, one person near the cap, a member up to date."""
    for step, payee, cents, nature in AMOUNTS:
        given = {"starts_on": date(2026, 1, 1), "created_at": clock.now()}
        session.add(FlatFee(step=step, payee=payee, cents=cents, nature=nature, **given))
    nurse = make_person(last_name="Jolly", first_name="Carole", title="", profession=Profession.NURSE)
    for number in range(6):
        plan = make_plan(PlanState.ACTIVE if number else PlanState.VALIDATING, opened_on=date(2026, 1, 5 + number))
        doctor = make_member(plan, cast.gp_person if number % 2 else cast.other_gp_person)
        lead = make_member(plan, nurse, role=MemberRole.LEAD, is_lead=True)
        fees.owe_for(plan, FeeStep.MEETING, [doctor, lead], on=date(2026, 2, 9), by=None)
        make_meeting(plan, state=MeetingState.HELD, held_on=date(2026, 2, 9), starts_at=clock.now())
        make_meeting(plan, kind=MeetingKind.REVIEW_6, due_on=TODAY + timedelta(days=number - 2))
        add(plan.checklist_id, Owed("Adresser un document", Side.REGULAR_DOCTOR, due_on=date(2026, 7, 10)), by=None)
    campaign = make_campaign(name="Été 2026")
    for hours in range(1, 4):
        slot = make_slot(cast.gp_practice, starts_at=clock.now() + timedelta(hours=hours))
        due = actions.Due(cast.gp_person.id, 1500, f"campaign/{campaign.id}", "snp.act", TODAY)
        actions.owe(make_booking(slot), due, by=None)
    make_membership(cast.other_gp_person)
    actions.save_cap(2026, 20000, by=acting(cast.treasurer))
    session.commit()
    return cast.gp_person.id


def looks_right(page, paths):
    for path in paths:
        page.goto(path)
        assert axe.violations(page) == [], path
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), path


@pytest.mark.parametrize(("phone", "dark"), LOOKS)
def test_the_pages_have_no_fault(year, open_as, cast, phone, dark, picture):
    treasurer, gp, board = (
        open_as(session.merge(user), phone=phone, dark=dark) for user in (cast.treasurer, cast.gp, cast.board_member)
    )
    sums, person = "/sommes/2026", f"/sommes/2026/{year}"
    settings, amounts, cockpit = "/ppcs/reglages", "/ppcs/reglages/forfaits", "/ppcs/chiffres"
    looks_right(treasurer, [sums, f"{sums}/imprimer", person, f"{person}/imprimer", "/sommes/plafond", "/sommes/2020"])
    looks_right(treasurer, [settings, amounts])
    looks_right(gp, [sums])
    looks_right(board, [cockpit, f"{cockpit}/ouverts"])
    office = open_as(session.merge(cast.coordinator), phone=phone, dark=dark)
    looks_right(office, [cockpit, f"{cockpit}/en-retard", f"{cockpit}/professionnels"])
    suffix = "360-sombre" if phone else "1280"
    for page, path, name in (
        (treasurer, sums, "sommes"),
        (treasurer, person, "sommes-personne"),
        (gp, sums, "sommes-medecin"),
        (treasurer, "/sommes/plafond", "plafond"),
        (treasurer, settings, "ppcs-reglages"),
        (treasurer, amounts, "ppcs-forfaits"),
        (office, cockpit, "ppcs-chiffres"),
        (office, f"{cockpit}/en-retard", "ppcs-chiffres-liste"),
        (board, cockpit, "ppcs-chiffres-conseil"),
    ):
        page.goto(path)
        picture(page, f"{name}-{suffix}", full=True)


def test_a_treasurer_writes_an_amount_approves_and_pays_without_a_script(year, open_as, cast):
    page = open_as(session.merge(cast.treasurer), javascript=False)
    page.goto("/ppcs/reglages/forfaits")
    page.get_by_label("Après quelle étape").select_option("bilan d’un an")
    page.get_by_label("Montant, en euros").fill("40,50")
    page.get_by_label("Premier jour").fill("2026-09-01")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("row").filter(has_text="40,50")).to_contain_text("à venir")
    page.goto("/sommes/2026?quoi=forfaits-ppcs")
    page.get_by_role("button", name="Approuver : Carole Jolly").click()
    expect(page.get_by_role("alert")).to_contain_text("Le plafond annuel serait dépassé")
    page.goto("/sommes/plafond")
    page.get_by_label("Plafond, en euros").fill("48 060")
    page.get_by_role("button", name="Enregistrer").click()
    page.goto("/sommes/2026?quoi=forfaits-ppcs")
    page.get_by_role("button", name="Tout approuver").click()
    expect(page.locator(".toast")).to_contain_text("Approuvé, à payer.")
    page.get_by_role("button", name="Noter payé : Carole Jolly").click()
    expect(page.locator(".toast")).to_contain_text("Noté payé.")
    expect(page.get_by_role("button", name="Noter payé : Carole Jolly")).to_have_count(0)
