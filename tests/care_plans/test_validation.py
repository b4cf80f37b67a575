"""The regular doctor validates in one tap: reviews at 6 and 12 months, A75 ticked, the fee owed; and taken back."""

from datetime import date

import pytest
from sqlalchemy import select

from cptsapp.care_plans.actions import meetings, opening, validation
from cptsapp.care_plans.models import (
    FeePayee,
    FeeStep,
    FlatFee,
    MeetingKind,
    MeetingState,
    MemberRole,
    PlanFee,
    PlanMeeting,
    PlanState,
)
from cptsapp.checklists import actions as checklists
from cptsapp.checklists.actions import changing
from cptsapp.checklists.models import Commitment, CommitmentState
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.ledger.models import LedgerLine, LineState
from tests.tools.factories import acting, make_person
from tests.tools.plans import make_member, make_plan
from tests.tools.races import at_once


@pytest.fixture
def plan(cast):
    """A plan to validate: the GP is its regular doctor, a nurse its lead; the meeting was held today."""
    made = make_plan(number=17)
    doctor = make_member(made, cast.gp_person)
    make_member(made, make_person(last_name="Jolly", first_name="Carole", title=""), role=MemberRole.LEAD, is_lead=True)
    by = acting(cast.coordinator)
    amount = {"step": FeeStep.VALIDATION, "payee": FeePayee.REGULAR_DOCTOR, "starts_on": date(2026, 1, 1)}
    session.add(FlatFee(cents=6000, created_at=clock.now(), **amount))
    opening.engage(made.id, by=by)
    first = session.scalars(select(PlanMeeting)).one()
    meetings.fix(first.id, clock.now(), 45, "", by=by)
    meetings.hold(first.id, {doctor.id}, date(2026, 7, 20), by=by)
    session.commit()
    return made


def commitment(code):
    return session.scalar(select(Commitment).where(Commitment.code == code))


def reviews():
    kinds = (MeetingKind.REVIEW_6, MeetingKind.REVIEW_12)
    wanted = select(PlanMeeting).where(PlanMeeting.kind.in_(kinds), PlanMeeting.state != MeetingState.CANCELLED)
    return [one.due_on for one in session.scalars(wanted.order_by(PlanMeeting.due_on))]


def test_the_doctor_validates_and_what_follows_falls(cast, plan):
    validation.validate(plan.id, by=acting(cast.gp))
    assert (plan.state, plan.validated_on) == (PlanState.ACTIVE, date(2026, 7, 20))
    assert reviews() == [date(2027, 1, 20), date(2027, 7, 20)]
    assert commitment("a75").state is CommitmentState.DONE
    assert commitment("a79").due_on == date(2027, 7, 20)


def test_the_fee_is_owed_to_the_doctor(cast, plan):
    validation.validate(plan.id, by=acting(cast.gp))
    line = session.scalars(select(LedgerLine)).one()
    assert (line.person_id, line.amount_cents, line.state) == (cast.gp_person.id, 6000, LineState.OWED)


def test_the_coordination_may_say_so(cast, plan):
    assert validation.validate(plan.id, by=acting(cast.coordinator)).state is PlanState.ACTIVE


def test_another_of_the_circle_may_not(cast, plan):
    make_member(plan, cast.other_gp_person, role=MemberRole.PROFESSIONAL)
    with pytest.raises(Refusal, match="médecin traitant valide"):
        validation.validate(plan.id, by=acting(cast.other_gp))


def test_refused_on_a_stale_page(cast, plan):
    with pytest.raises(Refusal, match="a changé"):
        validation.validate(plan.id, by=acting(cast.gp), version=1)


def test_refused_before_the_meeting(cast):
    early = make_plan(PlanState.MEETING)
    make_member(early, cast.gp_person)
    with pytest.raises(Refusal, match="Réunion à tenir"):
        validation.validate(early.id, by=acting(cast.gp))


@pytest.mark.database
def test_validated_once_by_two_at_once(app, cast, plan):
    plan_id, doctor, office = plan.id, acting(cast.gp), acting(cast.coordinator)
    acts = (lambda: validation.validate(plan_id, by=doctor), lambda: validation.validate(plan_id, by=office))
    assert at_once(app, *acts) == {"done": 1, "refused": 1}
    assert len(reviews()) == 2
    assert len(session.scalars(select(PlanFee)).all()) == 1


def test_taken_back_everything_is_as_before(cast, plan):
    validation.validate(plan.id, by=acting(cast.gp))
    validation.take_back(plan.id, by=acting(cast.gp))
    assert (plan.state, plan.validated_on, reviews()) == (PlanState.VALIDATING, None, [])
    assert (commitment("a75").state, commitment("a79").due_on) == (CommitmentState.TODO, None)
    assert session.scalars(select(LedgerLine)).one().state is LineState.CANCELLED


def test_taken_back_then_validated_again(cast, plan):
    validation.validate(plan.id, by=acting(cast.gp))
    validation.take_back(plan.id, by=acting(cast.gp))
    validation.validate(plan.id, by=acting(cast.gp))
    assert reviews() == [date(2027, 1, 20), date(2027, 7, 20)]


def test_not_taken_back_once_a_review_has_its_date(cast, plan):
    validation.validate(plan.id, by=acting(cast.gp))
    review = session.scalar(select(PlanMeeting).where(PlanMeeting.kind == MeetingKind.REVIEW_6))
    meetings.fix(review.id, clock.now(), 45, "", by=acting(cast.coordinator))
    with pytest.raises(Refusal, match="bilan est déjà"):
        validation.take_back(plan.id, by=acting(cast.gp))


def test_not_taken_back_once_approved(cast, plan):
    validation.validate(plan.id, by=acting(cast.gp))
    session.scalars(select(LedgerLine)).one().state = LineState.APPROVED
    with pytest.raises(Refusal, match="approuvé"):
        validation.take_back(plan.id, by=acting(cast.gp))


def test_one_tap_on_the_page_then_the_way_back(cast, plan, sign_in):
    gp = sign_in(cast.gp)
    assert "/ppcs/2026-17/valider" in gp.get("/ppcs/2026-17").text
    page = gp.post("/ppcs/2026-17/valider", follow_redirects=True).text
    assert "bilan des 6 mois avant le 20 janv. 2027" in page
    assert "/ppcs/2026-17/validation/reprendre" in page


def test_a_lead_who_is_no_doctor_has_no_such_button(plan, cast, sign_in):
    make_member(plan, cast.other_gp_person, role=MemberRole.PROFESSIONAL)
    session.commit()
    assert "/ppcs/2026-17/valider" not in sign_in(cast.other_gp).get("/ppcs/2026-17").text


# -- the same from the checklist --------------------------------------------------------------------------------------


def tick(user, after):
    return checklists.tick(commitment("a75").id, after, by=acting(user))


def test_ticked_by_the_doctor_it_validates(cast, plan):
    tick(cast.gp, CommitmentState.DONE)
    assert (plan.state, len(reviews())) == (PlanState.ACTIVE, 2)


def test_unticked_it_is_taken_back(cast, plan):
    validation.validate(plan.id, by=acting(cast.gp))
    tick(cast.gp, CommitmentState.TODO)
    assert (plan.state, reviews()) == (PlanState.VALIDATING, [])


def test_put_off_it_stays_as_it_was(cast, plan):
    changing.defer(commitment("a75").id, date(2026, 9, 1), "congés", by=acting(cast.coordinator))
    assert plan.state is PlanState.VALIDATING


def test_not_ticked_before_the_meeting(cast, plan):
    meetings.undo_hold(session.scalars(select(PlanMeeting)).one().id, by=acting(cast.coordinator))
    with pytest.raises(Refusal, match="Réunion à tenir"):
        tick(cast.gp, CommitmentState.DONE)
