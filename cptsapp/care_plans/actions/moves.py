"""The one way a plan or a meeting changes state: the tables of `rules.states`, the journal, the trail."""

from datetime import date
from typing import Any

from cptsapp.audit.actions import Actor, record
from cptsapp.care_plans.models import CarePlan, MeetingState, PlanEnd, PlanMeeting, PlanState
from cptsapp.care_plans.rules.states import BY_CODE, MEETING_BY_CODE, why_not, why_not_meeting
from cptsapp.checklists.actions import note_event
from cptsapp.checklists.models import Checklist
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal, refuse_if

CHANGED = "Ce plan a changé pendant que vous le lisiez\u202f: relisez-le avant de recommencer."


def move(
    plan: CarePlan, code: str, *, by: Actor | None, end: PlanEnd | None = None, note: str = "", **about: Any
) -> CarePlan:
    """Do a move of the table on a plan locked by the caller. Raises Refusal when its state forbids it.

    `end` is for « close » alone; `about` goes to the journal: harmless values.
    """
    refuse_if(why_not(code, plan.state))
    plan.state = BY_CODE[code].target
    is_closing = plan.state is PlanState.CLOSED
    if is_closing and end is None:
        raise ValueError("closing asks for a reason")
    plan.closed_at, plan.end_reason = (clock.now(), end) if is_closing else (None, None)
    touch(plan)
    session.get_one(Checklist, plan.checklist_id).is_live = not is_closing
    kind = f"plan.{code}"
    note_event(plan.checklist_id, kind, by=by, note=note, **about)
    record(kind, plan, by=by)
    return plan


def move_meeting(
    meeting: PlanMeeting, code: str, *, checklist_id: int, by: Actor | None, held_on: date | None = None, **about: Any
) -> PlanMeeting:
    """Do a move of a meeting whose plan is locked by the caller; `held_on` is for « hold » alone."""
    refuse_if(why_not_meeting(code, meeting.state))
    meeting.state = MEETING_BY_CODE[code].target
    is_held = meeting.state is MeetingState.HELD
    if is_held and held_on is None:
        raise ValueError("a meeting held has a day")
    meeting.held_on = held_on if is_held else None
    meeting.version += 1
    session.flush()
    kind = f"meeting.{code}"
    note_event(checklist_id, kind, by=by, meeting=meeting.kind.value, **about)
    record(kind, meeting, by=by)
    return meeting


def touch(plan: CarePlan) -> None:
    """Raise the version: a page read before is refused."""
    plan.version += 1
    session.flush()


def refuse_stale(plan: CarePlan, version: int | None) -> None:
    """Raise Refusal when the page was read before someone changed the plan."""
    if version is not None and version != plan.version:
        raise Refusal(CHANGED)
