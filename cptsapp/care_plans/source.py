"""What the plans tell of their checklists: names, who sees them, who may change them. Nothing is uploaded (B34)."""

from collections.abc import Collection, Mapping

from sqlalchemy import select

from cptsapp.accounts.identity import CurrentUser
from cptsapp.care_plans.actions import validation
from cptsapp.care_plans.identity import NAMED, names_person, title, url_of
from cptsapp.care_plans.models import CarePlan, CircleMember, PlanState
from cptsapp.care_plans.permissions import visible_to, why_not_manage
from cptsapp.care_plans.queries.calendar import asked_of
from cptsapp.care_plans.queries.plans import locked
from cptsapp.care_plans.readings import note_reading
from cptsapp.care_plans.rules.defaults import VALIDATION_CODE
from cptsapp.checklists.models import Checklist, ChecklistKind, Commitment, CommitmentState
from cptsapp.checklists.rules import OPEN
from cptsapp.checklists.sources import Named, Source
from cptsapp.core.db import session
from cptsapp.directory.models import Person


def _named(checklist_ids: Collection[int], user: CurrentUser) -> Mapping[int, Named]:
    """« PPCS 2026-017 » and its page; one that the user may not open is left out. No initials: nothing to record."""
    if not checklist_ids:
        return {}
    wanted = select(CarePlan).where(CarePlan.checklist_id.in_(checklist_ids), visible_to(user))
    return {plan.checklist_id: Named(title(plan), url_of(plan)) for plan in session.scalars(wanted)}


def _can_see(checklist: Checklist, user: CurrentUser) -> bool:
    wanted = select(CarePlan.id).where(CarePlan.checklist_id == checklist.id, visible_to(user))
    return session.scalar(wanted) is not None


def _changed(commitment: Commitment, by: CurrentUser | None) -> None:
    """A75 ticked is the plan validated, and taken back when it is not: one act, wherever it is done from.

    Raises Refusal for who may not validate, before the meeting, or once a review has its date.
    """
    if commitment.code != VALIDATION_CODE or by is None:
        return
    plan = session.scalars(select(CarePlan).where(CarePlan.checklist_id == commitment.checklist_id)).one()
    is_done = commitment.state is CommitmentState.DONE
    if is_done and plan.state is not PlanState.ACTIVE:
        validation.validate(plan.id, by=by)
    if commitment.state in OPEN and plan.state is PlanState.ACTIVE:
        validation.take_back(plan.id, by=by)


def _hold(checklist: Checklist) -> None:
    """The plan before its commitments, as every act of a plan: a tick that waited sees whether it was closed since."""
    number = session.scalar(select(CarePlan.id).where(CarePlan.checklist_id == checklist.id))
    if number is not None:
        locked(number)
        session.refresh(checklist)


def _why_not_manage(checklist: Checklist, user: CurrentUser) -> str | None:
    lead = (
        select(CircleMember.person_id)
        .join(CarePlan, CarePlan.id == CircleMember.plan_id)
        .where(CarePlan.checklist_id == checklist.id, CircleMember.is_lead, CircleMember.left_at.is_(None))
    )
    return why_not_manage(user, session.scalar(lead))


def _why_not_words(checklist: Checklist, words: str) -> str | None:
    """Commitments are kept in clear: nobody writes there whom the plan is about."""
    plan = session.scalar(select(CarePlan).where(CarePlan.checklist_id == checklist.id))
    return NAMED if plan is not None and names_person(plan, words) else None


def _owners(checklist: Checklist) -> Mapping[int, str]:
    """Those of the circle today: nobody else may open the plan."""
    people = session.scalars(
        select(Person)
        .join(CircleMember, CircleMember.person_id == Person.id)
        .join(CarePlan, CarePlan.id == CircleMember.plan_id)
        .where(CarePlan.checklist_id == checklist.id, CircleMember.left_at.is_(None))
        .order_by(Person.folded, Person.id)
    )
    return {person.id: person.full_name for person in people}


def _opened(checklist: Checklist, user: CurrentUser) -> None:
    """What is typed in a journal or a comment is read with the plan: recorded as its page is."""
    number = session.scalar(select(CarePlan.id).where(CarePlan.checklist_id == checklist.id))
    if number is not None:
        note_reading(number, by=user)


SOURCE = Source(
    kind=ChecklistKind.CARE_PLAN,
    named=_named,
    can_see=_can_see,
    why_not_manage=_why_not_manage,
    takes_files=False,
    asks=asked_of,
    changed=_changed,
    why_not_words=_why_not_words,
    hold=_hold,
    opened=_opened,
    owners=_owners,
)
