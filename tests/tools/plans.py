"""`make_<thing>` of coordination plans: a plan in a state, members of its circle, meetings."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from cptsapp.care_plans.identity import seal_person
from cptsapp.care_plans.models import (
    CarePlan,
    CircleMember,
    Consent,
    MeetingKind,
    MemberRole,
    PlanAgreement,
    PlanEnd,
    PlanMeeting,
    PlanState,
)
from cptsapp.checklists.actions import open_checklist
from cptsapp.checklists.models import ChecklistKind
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.directory.models import Person
from cptsapp.inbox.patients import Identity

MARCEL = Identity("Bretonnière", "Marcel", date(1938, 5, 17))


def make_plan(state: PlanState = PlanState.PREPARING, **overrides: Any) -> CarePlan:
    """A plan opened alone on 9 July 2026 for Marcel, of Talmont-Saint-Hilaire, without a circle."""
    checklist = open_checklist(ChecklistKind.CARE_PLAN, is_live=state is not PlanState.CLOSED)
    given: dict[str, Any] = {
        "year": 2026,
        "number": checklist.id,  # one a checklist: never twice
        "state": state,
        "commune_code": "85288",
        "checklist_id": checklist.id,
        "opened_on": date(2026, 7, 9),
    }
    if state is PlanState.ACTIVE:
        given |= {"validated_on": date(2026, 7, 15)}
    if state is PlanState.CLOSED:
        given |= {"closed_at": clock.now(), "end_reason": PlanEnd.COMPLETED}
    plan = CarePlan(seal_id=uuid4(), **{**given, **overrides})
    if plan.seeker_id is None and plan.anonymised_at is None:
        seal_person(plan, MARCEL)
    session.add(plan)
    session.flush()
    return plan


def make_member(plan: CarePlan, person: Person | None = None, *, agreed: bool = True, **overrides: Any) -> CircleMember:
    """A member of the circle who accepted, with the person's agreement; the regular doctor unless told."""
    given: dict[str, Any] = {
        "plan_id": plan.id,
        "role": MemberRole.REGULAR_DOCTOR,
        "person_id": person.id if person else None,
        "added_at": clock.now(),
        "invited_at": clock.now(),
        "accepted_at": clock.now(),
    }
    member = CircleMember(**{**given, **overrides})
    session.add(member)
    session.flush()
    if agreed:
        session.add(PlanAgreement(member_id=member.id, consent=Consent.IN_PERSON, given_at=clock.now()))
        session.flush()
    return member


def make_meeting(plan: CarePlan, **overrides: Any) -> PlanMeeting:
    """The first meeting of a plan, to be held within ten days."""
    due_on = clock.now().date() + timedelta(days=10)
    given: dict[str, Any] = {
        "plan_id": plan.id,
        "kind": MeetingKind.FIRST,
        "computed_on": due_on,
        "due_on": due_on,
        "created_at": clock.now(),
    }
    meeting = PlanMeeting(**{**given, **overrides})
    session.add(meeting)
    session.flush()
    return meeting
