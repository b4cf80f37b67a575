"""Holding a plan to change it: for whoever may, from the page they read; and telling what was done to its circle."""

from typing import Any

from sqlalchemy import select

from cptsapp.accounts.identity import CurrentUser
from cptsapp.audit.actions import Actor, record
from cptsapp.care_plans.actions.moves import refuse_stale
from cptsapp.care_plans.models import CarePlan, CircleMember, PlanState
from cptsapp.care_plans.permissions import why_not_manage
from cptsapp.care_plans.queries.plans import circle, lead_of, locked
from cptsapp.checklists.actions import note_event
from cptsapp.core.db import session
from cptsapp.core.refusals import refuse_if
from cptsapp.directory.models import Organisation

CLOSED = "Ce plan est clos\u202f: son cercle ne change plus."
RELATIVE = "un proche"


def held(plan_id: int, *, by: CurrentUser, version: int | None = None) -> tuple[CarePlan, list[CircleMember]]:
    """The plan locked, and its circle, for whoever may hold them. Raises Refusal: not theirs, stale, closed."""
    plan = locked(plan_id)
    members = list(circle(plan.id))
    lead = lead_of(members)
    refuse_if(why_not_manage(by, lead.person_id if lead else None))
    refuse_stale(plan, version)
    refuse_if(CLOSED if plan.state is PlanState.CLOSED else None)
    return plan, members


def say(plan: CarePlan, kind: str, member: CircleMember, *, by: Actor | None) -> None:
    """A line of the journal and of the trail about a member; a relative is « un proche », nobody reads who."""
    note_event(plan.checklist_id, kind, by=by, **about(member))
    record(kind, plan, by=by, member=member.id)


def about(member: CircleMember) -> dict[str, Any]:
    """Who a line of the journal speaks of."""
    if member.person_id is not None:
        return {"person_id": member.person_id}
    if member.organisation_id is not None:
        name = session.scalar(select(Organisation.name).where(Organisation.id == member.organisation_id))
        return {"organisation_id": member.organisation_id, "person": name or ""}
    return {"person": RELATIVE}
