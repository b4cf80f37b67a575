"""Rights of the person a plan is about: asked for, answered, or done by closing the plan (§6.3)."""

from uuid import uuid4

from sqlalchemy import select

from cptsapp.audit.actions import Actor, record
from cptsapp.care_plans.actions import retention
from cptsapp.care_plans.actions.closing import close
from cptsapp.care_plans.models import CarePlan, PlanRight, PlanState, RightKind
from cptsapp.care_plans.rules import rights as rules
from cptsapp.checklists.actions import note_event
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible, refuse_if
from cptsapp.inbox.patients import seal_text
from cptsapp.territory import queries as territory


def ask(plan: CarePlan, kind: RightKind, note: str = "", *, by: Actor) -> PlanRight:
    """Queue a right with its legal deadline, for a plan locked by the caller.

    Raises Refusal when it waits already, when nothing is left of the person, or for what looks like a NIR.
    """
    is_gone, is_closed = plan.anonymised_at is not None, plan.state is PlanState.CLOSED
    refuse_if(rules.why_not_ask(kind, is_anonymised=is_gone, is_closed=is_closed, waits=_waits(plan, kind)))
    seal_id = uuid4()
    made = PlanRight(
        plan_id=plan.id,
        seal_id=seal_id,
        kind=kind,
        note=seal_text(note, seal_id, "note"),
        asked_at=clock.now(),
        asked_by_id=by.id,
        due_on=rules.due_on(territory.today()),
    )
    session.add(made)
    session.flush()
    note_event(plan.checklist_id, "right.asked", by=by, right=kind.value)
    record("plan.right_asked", made, by=by, right=kind.value)
    return made


def _waits(plan: CarePlan, kind: RightKind) -> bool:
    same = PlanRight.plan_id == plan.id, PlanRight.kind == kind, PlanRight.done_at.is_(None)
    return session.scalar(select(PlanRight.id).where(*same)) is not None


def answer(plan: CarePlan, right_id: int, code: str, *, by: Actor) -> PlanRight:
    """Note how a right was answered, for a plan locked by the caller: a code of `rules.rights`.

    Raises Refusal when it was answered already, or may not be answered so.
    """
    found = right_of(plan, right_id)
    refuse_if(rules.why_not_answer(found.kind, code, is_done=found.done_at is not None))
    _settle(plan, found, code, by)
    return found


def do(plan: CarePlan, right_id: int, *, by: Actor) -> CarePlan:
    """Do what the person asked, for a plan locked by the caller: leave closes it, an objection erases it too.

    Those of the circle are told. Raises Refusal when it was answered already, Invisible for a right to a copy.
    """
    found = right_of(plan, right_id)
    if found.kind not in rules.ENDS:
        raise Invisible
    refuse_if(rules.NOT_WAITING if found.done_at is not None else None)
    is_objection = found.kind is RightKind.OBJECTION
    _settle(plan, found, rules.ERASED if is_objection else rules.DONE, by)
    if plan.state is not PlanState.CLOSED:
        close(plan, rules.ENDS[found.kind], by=by)
    if is_objection:
        retention.erase(plan, by=by)
    return plan


def right_of(plan: CarePlan, right_id: int) -> PlanRight:
    """A right of this plan, as it stands now that the plan is locked; raises Invisible."""
    wanted = select(PlanRight).where(PlanRight.id == right_id, PlanRight.plan_id == plan.id)
    found = session.scalar(wanted.execution_options(populate_existing=True))
    if found is None:
        raise Invisible
    return found


def _settle(plan: CarePlan, found: PlanRight, code: str, by: Actor) -> None:
    """Answered: what the person wrote to ask has served, and goes."""
    found.done_at, found.done_by_id, found.note = clock.now(), by.id, None
    session.flush()
    note_event(plan.checklist_id, "right.answered", by=by, right=found.kind.value, answer=code)
    record("plan.right_answered", found, by=by, right=found.kind.value, answer=code)
