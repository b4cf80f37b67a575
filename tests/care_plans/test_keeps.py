"""What the plans keep of professionals: two sheets made one, someone kept out; and of two people acting at once."""

from datetime import timedelta

import pytest

from cptsapp.care_plans.actions import agreements, circle, links, retention, rights
from cptsapp.care_plans.actions.circle import Place
from cptsapp.care_plans.actions.closing import close
from cptsapp.care_plans.actions.opening import open_from_request
from cptsapp.care_plans.keeps import KEEPER
from cptsapp.care_plans.models import (
    CarePlan,
    CircleMember,
    Consent,
    MemberRole,
    PlanEnd,
    PlanLink,
    PlanRight,
    PlanState,
    RightKind,
)
from cptsapp.care_plans.permissions import visible_to
from cptsapp.care_plans.queries.plans import locked
from cptsapp.checklists.actions import Terms, add_by_hand
from cptsapp.checklists.models import Side
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible, Refusal
from cptsapp.directory import keepers
from cptsapp.directory.actions.merging import merge
from cptsapp.directory.models import SheetKind
from cptsapp.inbox.actions import suspects
from cptsapp.outbox.models import Message
from tests.tools.factories import acting, make_person
from tests.tools.inbox import make_request
from tests.tools.plans import make_member, make_plan
from tests.tools.races import at_once


@pytest.fixture
def twice(cast):
    """A plan in whose circle Dr Benali is twice, under two sheets made one since; both numbers of members."""
    other = make_person(last_name="Benali", first_name="Sara")
    made = make_plan(PlanState.MEETING)
    make_member(made, cast.gp_person)
    first = make_member(made, cast.other_gp_person, role=MemberRole.PROFESSIONAL)
    second = make_member(made, other, role=MemberRole.PROFESSIONAL)
    merge(SheetKind.PERSON, cast.other_gp_person.id, other.id, (), by=acting(cast.coordinator))
    session.commit()
    return made.id, first.id, second.id


def test_a_merge_says_which_places_it_carries(twice, cast):
    second = session.get_one(CircleMember, twice[2])
    assert "1 place dans un cercle de soins" in keepers.counted("person", {second.person_id})


def test_an_agreement_withdrawn_shuts_both_places_of_one_person(twice, cast):
    plan_id, first, _second = twice
    gp = acting(cast.other_gp)
    assert session.query(CarePlan.id).filter(visible_to(gp)).count() == 1
    agreements.withdraw(plan_id, first, by=acting(cast.coordinator))
    assert session.query(CarePlan.id).filter(visible_to(gp)).count() == 0


def test_whoever_leaves_leaves_every_place(twice, cast):
    circle.leave_mine(twice[0], by=acting(cast.other_gp))
    left = session.query(CircleMember).filter(CircleMember.left_at.is_not(None)).count()
    assert left == 2


def test_whoever_is_in_a_circle_under_way_is_not_kept_out_yet(cast):
    made = make_plan(PlanState.ACTIVE)
    make_member(made, cast.gp_person)
    assert "cercle de soins" in (KEEPER.why_not_object({cast.gp_person.id}) or "")
    close(locked(made.id), PlanEnd.COMPLETED, by=None)
    assert KEEPER.why_not_object({cast.gp_person.id}) is None


def test_someone_kept_out_has_no_link_left(cast):
    made = make_plan(PlanState.MEETING)
    token = links.new_link(make_member(made, cast.gp_person))
    links.opened(token)
    KEEPER.erase({cast.gp_person.id})
    with pytest.raises(Invisible):
        links.opened(token)
    assert session.query(PlanLink).count() == 1


# -- two at once ------------------------------------------------------------------------------------------------------


@pytest.fixture
def plan(cast):
    """A plan with a regular doctor, and two who could lead it; its number."""
    made = make_plan(PlanState.MEETING)
    make_member(made, cast.gp_person)
    session.commit()
    return made.id


@pytest.mark.database
def test_two_leads_named_at_once_leave_one(app, plan, cast):
    by = acting(cast.coordinator)
    people = [make_person(last_name=name).id for name in ("Jolly", "Vrignaud")]
    session.commit()
    place = Place(is_lead=True, consent=Consent.PHONE)
    at_once(app, *(lambda number=number: circle.add_person(plan, number, place, by=by) for number in people))
    assert session.query(CircleMember).filter_by(plan_id=plan, is_lead=True).count() == 1
    assert session.query(CircleMember).filter_by(plan_id=plan).count() == 3


@pytest.mark.database
def test_the_same_person_added_at_once_is_there_once(app, plan, cast):
    by, number = acting(cast.coordinator), cast.other_gp_person.id
    add = lambda: circle.add_person(plan, number, Place(), by=by)
    assert at_once(app, add, add) == {"done": 1, "refused": 1}


@pytest.mark.database
def test_an_objection_done_by_two_at_once_is_done_once(app, plan, cast):
    by = acting(cast.coordinator)
    asked = rights.ask(locked(plan), RightKind.OBJECTION, by=by).id
    session.commit()
    do = lambda: rights.do(locked(plan), asked, by=by)
    assert at_once(app, do, do) == {"done": 1, "refused": 1}
    assert session.query(Message).filter_by(kind="plan.closed").count() == 1


@pytest.mark.database
def test_a_right_asked_while_the_plan_is_anonymised_is_refused_or_answered(app, plan, cast):
    by = acting(cast.coordinator)
    close(locked(plan), PlanEnd.COMPLETED, by=by)
    session.commit()
    ask = lambda: rights.ask(locked(plan), RightKind.ACCESS, by=by)
    at_once(app, ask, lambda: retention.erase(locked(plan), by=by))
    assert session.query(PlanRight).filter(PlanRight.done_at.is_(None)).count() == 0


def test_a_commitment_does_not_say_whom_the_plan_is_about(plan, cast):
    checklist_id = session.get_one(CarePlan, plan).checklist_id
    terms = Terms("Appeler M. Bretonnière", "", Side.LEAD, "", "", None, None, is_continuous=False, owner_id=None)
    with pytest.raises(Refusal, match="ne sont pas scellés"):
        add_by_hand(checklist_id, terms, by=acting(cast.coordinator))


def test_no_plan_holds_a_doubtful_request_that_erases_itself(cast, set_clock):
    request = make_request()
    request.suspected_at = clock.now()
    session.flush()
    with pytest.raises(Refusal, match="douteuses"):
        open_from_request(request.id, request.seekers[0].id, by=acting(cast.coordinator))
    set_clock(clock.now() + timedelta(days=8))
    assert suspects.purge(clock.now()) == 1
