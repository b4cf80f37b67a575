"""Closing a plan: what was planned stops, links die, those of the circle are told. What was done stays owed."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select, update

from cptsapp.audit.actions import Actor
from cptsapp.care_plans.actions import documents, meetings
from cptsapp.care_plans.actions.moves import move, move_meeting
from cptsapp.care_plans.identity import title
from cptsapp.care_plans.models import (
    CarePlan,
    CircleMember,
    DocumentAsked,
    PlanAgreement,
    PlanEnd,
    PlanLink,
    PlanMeeting,
)
from cptsapp.care_plans.queries.addresses import addresses, concerned
from cptsapp.care_plans.rules.closing import WITHDRAWN, told
from cptsapp.care_plans.rules.states import AHEAD
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.outbox import texts
from cptsapp.outbox.actions import queue
from cptsapp.territory import queries as territory


def close(plan: CarePlan, end: PlanEnd, *, by: Actor | None, note: str = "", tells: bool = True) -> CarePlan:
    """Close a plan locked by the caller, and tell its circle. Raises Refusal when it is closed already.

    `note` is sealed in the journal. Meetings to come are cancelled, documents no longer awaited, links revoked.
    """
    members = concerned(plan.id) if tells else []
    if tells:
        meetings.cancel_open(plan, by=by)
    else:
        _cancel_in_silence(plan, by)
    documents.drop_open(plan, by=by)
    move(plan, "close", by=by, end=end, note=note)
    revoke_links(plan)
    if end in WITHDRAWN:
        _shut(plan)
    _tell(plan, members)
    return plan


def ahead(plan_id: int) -> Sequence[PlanMeeting]:
    """The meetings that closing would cancel."""
    wanted = select(PlanMeeting).where(PlanMeeting.plan_id == plan_id, PlanMeeting.state.in_(AHEAD))
    return session.scalars(wanted.order_by(PlanMeeting.id)).all()


def awaited(plan_id: int) -> Sequence[DocumentAsked]:
    """The documents that closing would stop waiting for."""
    waits = DocumentAsked.received_on.is_(None), DocumentAsked.dropped_on.is_(None)
    return session.scalars(select(DocumentAsked).where(DocumentAsked.plan_id == plan_id, *waits)).all()


def _cancel_in_silence(plan: CarePlan, by: Actor | None) -> None:
    for meeting in ahead(plan.id):
        move_meeting(meeting, "cancel", checklist_id=plan.checklist_id, by=by)


def revoke_links(plan: CarePlan) -> None:
    """No private link to this plan opens any more."""
    theirs = select(CircleMember.id).where(CircleMember.plan_id == plan.id)
    living = update(PlanLink).where(PlanLink.member_id.in_(theirs), PlanLink.revoked_at.is_(None))
    session.execute(living.values(revoked_at=clock.now()))


def _shut(plan: CarePlan) -> None:
    """Whoever left or objected agrees no more to anyone's knowing of the plan: its circle reads it no longer."""
    theirs = select(CircleMember.id).where(CircleMember.plan_id == plan.id)
    living = update(PlanAgreement).where(PlanAgreement.member_id.in_(theirs), PlanAgreement.withdrawn_at.is_(None))
    session.execute(living.values(withdrawn_at=clock.now()))


def _tell(plan: CarePlan, members: Iterable[CircleMember]) -> None:
    """Tell each of them once, without a name; nobody's family reads in a mail that someone has died."""
    known = [one for one in members if one.person_id or one.organisation_id or plan.end_reason is not PlanEnd.DECEASED]
    if plan.end_reason is None or not known:
        return
    about = {
        "title": title(plan),
        "day": territory.today(),
        "told": told(plan.end_reason),
        "cpts": territory.settings(),
    }
    for address in addresses(known):
        may_read = address.user_id is not None and plan.end_reason not in WITHDRAWN
        url = f"/ppcs/{plan.year}-{plan.number}" if may_read else ""
        text = texts.render("care_plans/closed", url=url, **about)
        queue(
            "plan.closed",
            to_address=address.to_address,
            to_user_id=address.user_id,
            title=text.title,
            body=text.body,
            about=plan,
            once_key=f"plan.closed/{plan.id}/{address.member_id}",
        )
