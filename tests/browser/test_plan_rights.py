"""The rights of a plan's person and its end: noted, copied, done; axe, no overflow, no script."""

import pytest
from playwright.sync_api import expect

from cptsapp.care_plans.actions import rights
from cptsapp.care_plans.models import MemberRole, PlanState, RightKind
from cptsapp.care_plans.queries.plans import locked
from cptsapp.core.db import session
from tests.browser.conftest import LOOKS
from tests.tools import axe
from tests.tools.factories import acting
from tests.tools.plans import make_meeting, make_member, make_plan

PLAN = "/ppcs/2026-17"


@pytest.fixture
def plan(cast):
    """An active plan with a circle, a review to come, a copy and a departure asked for; the numbers of both rights."""
    made = make_plan(PlanState.ACTIVE, number=17)
    make_member(made, cast.gp_person)
    make_member(made, cast.other_gp_person, role=MemberRole.PROFESSIONAL, is_lead=True)
    make_meeting(made, kind="review_6")
    by = acting(cast.coordinator)
    asked = [rights.ask(locked(made.id), kind, "Par courrier", by=by).id for kind in RightKind]
    session.commit()
    return asked


@pytest.mark.parametrize(("phone", "dark"), LOOKS)
def test_the_pages_have_no_fault(plan, open_as, cast, phone, dark, picture):
    page = open_as(cast.coordinator, phone=phone, dark=dark)
    for path in (PLAN, f"{PLAN}/droits", *(f"{PLAN}/droits/{one}" for one in plan), f"{PLAN}/clore"):
        page.goto(path)
        assert axe.violations(page) == [], path
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), path
        picture(page, f"droits-plan-{path.split('/')[-1]}-{'360-sombre' if phone else '1280'}", full=True)
    page.goto(f"{PLAN}/droits/{plan[0]}/copie")
    assert axe.violations(page) == []
    picture(page, f"droits-plan-copie-{'360-sombre' if phone else '1280'}", full=True)


def test_a_person_leaves_without_a_script(plan, open_as, cast):
    page = open_as(cast.coordinator, javascript=False)
    page.goto(f"{PLAN}/droits/{plan[2]}")
    expect(page.get_by_text("2 personnes du cercle sont prévenues.")).to_be_visible()
    page.get_by_role("button", name="Clore le plan").click()
    expect(page.get_by_text("Plan clos. Ceux du cercle sont prévenus.")).to_be_visible()
