"""A flat fee is owed once a step to whoever did it, taken back with the step, and never once it is approved (A68)."""

from datetime import date

import pytest
from sqlalchemy import select

from cptsapp.care_plans.actions import fees
from cptsapp.care_plans.models import FeePayee, FeeStep, FlatFee, MemberRole, PlanFee, PlanState
from cptsapp.care_plans.queries import fees as queries
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.directory.models import Profession
from cptsapp.ledger import actions as ledger
from cptsapp.ledger.models import LedgerLine, LineState, Nature
from tests.tools.factories import acting
from tests.tools.plans import make_member, make_plan

DAY = date(2026, 7, 17)
ACCOUNT = "ppcs/2026"


def make_fee(step=FeeStep.MEETING, payee=FeePayee.REGULAR_DOCTOR, cents=6000, **overrides) -> FlatFee:
    given = {"starts_on": date(2026, 1, 1), "created_at": clock.now()}
    fee = FlatFee(step=step, payee=payee, cents=cents, **{**given, **overrides})
    session.add(fee)
    session.flush()
    return fee


@pytest.fixture
def circle(cast):
    """A plan whose doctor and lead are two GPs; the first meeting is worth 60 € to the one, 40 € to the other."""
    make_fee()
    make_fee(payee=FeePayee.LEAD, cents=4000, nature=Nature.MISSION_PAY)
    plan = make_plan(PlanState.MEETING)
    doctor = make_member(plan, cast.gp_person)
    lead = make_member(plan, cast.other_gp_person, role=MemberRole.LEAD, is_lead=True)
    return plan, doctor, lead


def live():
    lines = session.scalars(select(LedgerLine).where(LedgerLine.state != LineState.CANCELLED).order_by(LedgerLine.id))
    return [(line.person_id, line.amount_cents, line.nature, line.account) for line in lines]


def test_each_is_owed_what_their_place_is_worth(cast, circle):
    plan, *members = circle
    fees.owe_for(plan, FeeStep.MEETING, members, on=DAY, by=acting(cast.coordinator))
    assert live() == [
        (cast.gp_person.id, 6000, Nature.INCOME_LOSS, ACCOUNT),
        (cast.other_gp_person.id, 4000, Nature.MISSION_PAY, ACCOUNT),
    ]


def test_the_same_step_said_twice_is_owed_once(circle):
    plan, *members = circle
    for _ in range(2):
        fees.owe_for(plan, FeeStep.MEETING, members, on=DAY, by=None)
    assert [cents for _, cents, *_ in live()] == [6000, 4000]
    assert len(session.scalars(select(LedgerLine)).all()) == 2


def test_whoever_was_not_there_after_all_is_no_longer_owed(cast, circle):
    plan, doctor, lead = circle
    fees.owe_for(plan, FeeStep.MEETING, [doctor, lead], on=DAY, by=None)
    fees.owe_for(plan, FeeStep.MEETING, [doctor], on=DAY, by=None)
    assert [person_id for person_id, *_ in live()] == [cast.gp_person.id]


def test_a_step_undone_takes_its_fees_back_and_they_may_be_owed_again(circle):
    plan, *members = circle
    fees.owe_for(plan, FeeStep.MEETING, members, on=DAY, by=None)
    fees.take_back(plan, FeeStep.MEETING, by=None)
    assert live() == []
    fees.owe_for(plan, FeeStep.MEETING, members, on=date(2026, 7, 20), by=None)
    assert len(live()) == 2
    assert len(session.scalars(select(PlanFee)).all()) == 2


def test_a_fee_already_approved_is_not_taken_back(cast, circle):
    plan, doctor, _ = circle
    fees.owe_for(plan, FeeStep.MEETING, [doctor], on=DAY, by=None)
    ledger.approve(ACCOUNT, [cast.gp_person.id], by=acting(cast.treasurer))
    with pytest.raises(Refusal, match="déjà approuvé"):
        fees.take_back(plan, FeeStep.MEETING, by=acting(cast.coordinator))


def test_a_step_without_an_amount_is_owed_nothing(circle):
    plan, *members = circle
    assert fees.owe_for(plan, FeeStep.VALIDATION, members, on=DAY, by=None) == []
    assert live() == []


def test_a_relative_and_a_structure_are_owed_nothing(circle, cast):
    plan, *_ = circle
    make_fee(payee=FeePayee.PROFESSIONAL)
    relative = make_member(plan, role=MemberRole.RELATIVE, name=b"sealed")
    assert fees.owe_for(plan, FeeStep.MEETING, [relative], on=DAY, by=None) == []


def test_the_staff_of_a_structure_are_owed_nothing_even_as_the_lead(circle, cast):
    plan, *_ = circle
    cast.other_gp_person.profession = Profession.STAFF
    assert len(fees.owe_for(plan, FeeStep.MEETING, circle[1:], on=DAY, by=None)) == 1
    assert [person_id for person_id, *_ in live()] == [cast.gp_person.id]


def test_a_later_amount_does_not_change_what_is_owed_already(cast, circle):
    plan, doctor, _ = circle
    fees.owe_for(plan, FeeStep.MEETING, [doctor], on=DAY, by=None)
    make_fee(cents=9000, starts_on=date(2026, 7, 16))
    fees.owe_for(plan, FeeStep.MEETING, [doctor], on=DAY, by=None)
    assert [cents for _, cents, *_ in live()] == [6000]


def test_whoever_changed_place_is_owed_as_they_are_now(cast, circle):
    plan, doctor, lead = circle
    fees.owe_for(plan, FeeStep.MEETING, [lead], on=DAY, by=None)
    doctor.left_at, lead.role, lead.is_lead = clock.now(), MemberRole.REGULAR_DOCTOR, False
    session.flush()
    fees.owe_for(plan, FeeStep.MEETING, [lead], on=DAY, by=None)
    assert [cents for _, cents, *_ in live()] == [6000]


def test_another_day_is_refused_once_it_is_approved(cast, circle):
    plan, doctor, _ = circle
    fees.owe_for(plan, FeeStep.MEETING, [doctor], on=DAY, by=None)
    ledger.approve(ACCOUNT, [cast.gp_person.id], by=acting(cast.treasurer))
    with pytest.raises(Refusal, match="déjà approuvé"):
        fees.owe_for(plan, FeeStep.MEETING, [doctor], on=date(2026, 7, 20), by=None)


def test_two_sheets_of_one_person_are_owed_once(cast, circle):
    plan, doctor, lead = circle
    cast.other_gp_person.merged_into_id = cast.gp_person.id
    fees.owe_for(plan, FeeStep.MEETING, [doctor, lead], on=DAY, by=None)
    assert [cents for _, cents, *_ in live()] == [6000]


def test_the_circle_reads_what_each_is_owed(cast, circle):
    plan, doctor, _ = circle
    fees.owe_for(plan, FeeStep.MEETING, [doctor], on=DAY, by=None)
    [owed] = queries.of_plan(plan.id)[cast.gp_person.id]
    assert (owed.words, owed.line.amount_cents, owed.line.state) == ("visioconférence", 6000, LineState.OWED)
    assert cast.other_gp_person.id not in queries.of_plan(plan.id)


def test_a_line_is_named_by_its_plan_and_its_step(circle):
    plan, doctor, _ = circle
    fees.owe_for(plan, FeeStep.MEETING, [doctor], on=DAY, by=None)
    [line] = session.scalars(select(LedgerLine)).all()
    assert queries.named([line]) == {line.id: f"Forfait PPCS 2026-{plan.number:03d}, visioconférence"}
