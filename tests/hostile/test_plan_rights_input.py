"""What is typed, or forged, in the pages of a plan's rights and end: a French sentence, nothing changed."""

import pytest

from cptsapp.care_plans.models import PlanState
from cptsapp.core.db import session
from tests.hostile.tools import DIGITS, HTML, LONG, NUL, ODD_NUMBERS, RTL, TEMPLATE, changed, check_refused, everything
from tests.tools.plans import make_plan

PLAN = "/ppcs/2026-17"
TOLD = frozenset({"audit_event"})  # each opening of the page is one


@pytest.fixture
def office(cast, sign_in):
    """The coordination, before an active plan."""
    make_plan(PlanState.ACTIVE, number=17)
    session.commit()
    return sign_in(cast.coordinator)


@pytest.mark.parametrize("kind", ["erasure", "ACCESS", "", NUL, LONG, HTML])
def test_a_right_that_does_not_exist_is_refused(office, kind):
    before = everything()
    check_refused(office.post(f"{PLAN}/droits", data={"kind": kind}), 400, 422)
    assert changed(before, everything()) <= TOLD


@pytest.mark.parametrize("end", ["objected", "left,moved", "0", RTL, LONG])
def test_a_reason_that_nobody_may_give_closes_nothing(office, end):
    before = everything()
    check_refused(office.post(f"{PLAN}/clore", data={"end": end, "version": "1"}), 422)
    assert changed(before, everything()) <= TOLD


@pytest.mark.parametrize("note", [LONG, "2 51 05 85 288 001 42", f"NIR 2510585288001{DIGITS[:2]}"])
def test_a_note_that_may_not_be_kept_closes_nothing(office, note):
    before = everything()
    check_refused(office.post(f"{PLAN}/clore", data={"end": "moved", "version": "1", "note": note}), 422)
    assert changed(before, everything()) <= TOLD


@pytest.mark.parametrize("note", [HTML, TEMPLATE, RTL])
def test_odd_signs_are_kept_as_they_are_and_shown_harmless(office, note):
    one = office.post(f"{PLAN}/droits", data={"kind": "access", "note": note}).headers["Location"]
    page = office.get(one).text
    assert "<script>alert" not in page
    assert "«\u00a049" not in page


@pytest.mark.parametrize("number", ODD_NUMBERS)
def test_a_forged_number_leads_nowhere(office, number):
    for path in (f"{PLAN}/droits/{number}", f"{PLAN}/droits/{number}/copie", f"/ppcs/2026-{number}/droits"):
        assert office.get(path).status_code in (308, 400, 404), path
