"""« Ce qui m’est dû »: sums not paid yet, called by their campaign; those paid this year."""

from datetime import date

import pytest

from cptsapp.care_plans.models import FeePayee, FeeStep, FlatFee, MeetingKind, PlanState
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.dues.queries.owed import owed_to
from cptsapp.ledger.models import LedgerLine, LineState
from tests.tools.factories import acting, make_campaign
from tests.tools.plans import make_meeting, make_member, make_plan


@pytest.fixture
def account(cast):
    """The account of a campaign."""
    return f"campaign/{make_campaign(name='été 2026').id}"


def owe(person, account, number, state=LineState.OWED, **more):
    now = clock.now()
    given = {"kind": "snp.act", "done_on": date(2026, 7, 14), "amount_cents": 1500, "source_type": "booking"}
    line = {"person_id": person.id, "account": account, "source_id": number, "state": state}
    session.add(LedgerLine(**{**given, **line, **more}, created_at=now, changed_at=now))
    session.flush()


def test_acts_are_counted_by_campaign(cast, account):
    for number in (1, 2, 3):
        owe(cast.gp_person, account, number)
    found = owed_to(acting(cast.gp))
    assert [(one.label, one.under, one.cents) for one in found.sums] == [
        ("Créneaux honorés, été 2026", "3\u00a0actes à 15\u00a0€, au\u00a014 juil.", 4500)
    ]
    assert found.cents == 4500


def test_what_is_paid_is_owed_no_more(cast, account):
    owe(cast.gp_person, account, 1, LineState.PAID)
    owe(cast.gp_person, account, 2, LineState.PAID, done_on=date(2025, 7, 14))
    owe(cast.gp_person, account, 3, LineState.CANCELLED)
    found = owed_to(acting(cast.gp))
    assert (found.sums, found.cents, found.paid_cents) == ((), 0, 1500)


def test_the_next_review_says_what_it_will_give(cast, sign_in):
    plan = make_plan(PlanState.ACTIVE)
    make_member(plan, cast.gp_person)
    make_meeting(plan, kind=MeetingKind.REVIEW_12, due_on=date(2027, 1, 15))
    make_meeting(plan, kind=MeetingKind.REVIEW_6, due_on=date(2026, 8, 15))
    for step, cents in ((FeeStep.REVIEW_6, 4000), (FeeStep.REVIEW_12, 5000)):
        given = {"payee": FeePayee.REGULAR_DOCTOR, "starts_on": date(2026, 1, 1), "created_at": clock.now()}
        session.add(FlatFee(step=step, cents=cents, **given))
    assert owed_to(acting(cast.other_gp)).to_come == ""
    session.commit()
    assert "Le bilan des 6 mois ouvrira droit à 40\u00a0€." in sign_in(cast.gp).get("/mes-engagements").text


def test_without_an_amount_nothing_is_to_come(cast):
    plan = make_plan(PlanState.ACTIVE)
    make_member(plan, cast.gp_person)
    make_meeting(plan, kind=MeetingKind.REVIEW_6)
    assert owed_to(acting(cast.gp)).to_come == ""


def test_each_sees_their_own(cast, account, sign_in):
    owe(cast.other_gp_person, account, 1)
    session.commit()
    page = sign_in(cast.gp).get("/mes-engagements").text
    assert "Rien n’est dû aujourd’hui" in page
    assert "Créneaux honorés" not in page


def test_who_has_no_sheet_is_owed_nothing(cast, account, sign_in):
    owe(cast.gp_person, account, 1)
    session.commit()
    assert "Créneaux honorés" not in sign_in(cast.treasurer).get("/mes-engagements").text
