"""A meeting of a plan held to be changed, the plan first: of two acts at once the second sees what the first did."""

from sqlalchemy import select

from cptsapp.accounts.identity import CurrentUser
from cptsapp.care_plans.models import CarePlan, PlanMeeting, PlanState
from cptsapp.care_plans.permissions import why_not_manage
from cptsapp.care_plans.queries.plans import circle, lead_of, locked
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible, Refusal, refuse_if

CLOSED = "Ce plan est clos\u202f: son calendrier ne change plus."
CHANGED = "Cette réunion a changé pendant que vous la lisiez\u202f: relisez-la avant de recommencer."


def held_meeting(meeting_id: int, version: int | None = None) -> tuple[CarePlan, PlanMeeting]:
    """A meeting and its plan, both held. Raises Invisible, or Refusal for a closed plan or a page read before."""
    plan_id = session.scalar(select(PlanMeeting.plan_id).where(PlanMeeting.id == meeting_id))
    if plan_id is None:
        raise Invisible
    plan = locked(plan_id)
    meeting = session.get_one(PlanMeeting, meeting_id, populate_existing=True)
    refuse_closed(plan)
    if version is not None and version != meeting.version:
        raise Refusal(CHANGED)
    return plan, meeting


def managed(meeting_id: int, *, by: CurrentUser, version: int | None = None) -> tuple[CarePlan, PlanMeeting]:
    """The same, for the coordination or the plan's lead; Refusal for anyone else."""
    plan, meeting = held_meeting(meeting_id, version)
    refuse_others(plan, by)
    return plan, meeting


def refuse_closed(plan: CarePlan) -> None:
    """Raise Refusal when the plan is closed."""
    refuse_if(CLOSED if plan.state is PlanState.CLOSED else None)


def refuse_others(plan: CarePlan, by: CurrentUser) -> None:
    """Raise Refusal for whoever is neither the coordination nor the plan's lead."""
    lead = lead_of(circle(plan.id))
    refuse_if(why_not_manage(by, lead.person_id if lead else None))


def touch_meeting(meeting: PlanMeeting) -> None:
    """Raise the version: a page read before is refused, and calendars take the next file for the newer one."""
    meeting.version += 1
    session.flush()
