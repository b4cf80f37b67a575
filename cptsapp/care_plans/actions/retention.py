"""What a plan keeps of a person goes: some months after the closing, at once when they object; figures stay (§6.4).

An anonymised plan holds nothing sealed, no relative's name, no link and no mail; its number, commune, days, circle of
professionals, commitments and fees are still counted.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, select, update

from cptsapp.audit.actions import Actor, record
from cptsapp.audit.erasure import blank_changes
from cptsapp.care_plans.actions.closing import close, revoke_links
from cptsapp.care_plans.actions.moves import touch
from cptsapp.care_plans.identity import read_person, seal_person
from cptsapp.care_plans.models import (
    CarePlan,
    CircleMember,
    DocumentAsked,
    PlanEnd,
    PlanMeeting,
    PlanRight,
    PlanState,
)
from cptsapp.care_plans.queries.plans import locked
from cptsapp.care_plans.queries.settings import settings, standards
from cptsapp.care_plans.rules.defaults import BY_CODE
from cptsapp.checklists import erasure as checklists
from cptsapp.checklists.actions import note_event
from cptsapp.checklists.models import Commitment
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.erasures import Erased
from cptsapp.core.local import day_bounds
from cptsapp.core.periods import months_later
from cptsapp.inbox.actions.drafts_about import drop_drafts_about
from cptsapp.inbox.actions.retention import ASKED, BATCH, DUE
from cptsapp.inbox.models import Request
from cptsapp.inbox.patients import read_contact
from cptsapp.outbox.models import Message, MessageState
from cptsapp.outbox.private import MARK
from cptsapp.territory import queries as territory

AGAIN = "restored"


def anonymise_due(now: datetime) -> int:
    """Anonymise the plans closed for longer than the months set, some at a time; gives how many.

    A plan whose person waits for the answer to a right is left alone until then.
    """
    if territory.current() is None:
        return 0
    found = session.scalars(_due(now).order_by(CarePlan.closed_at, CarePlan.id).limit(BATCH)).all()
    for plan_id in found:
        anonymise(locked(plan_id), because=DUE, by=None)
    return len(found)


def _due(now: datetime) -> Any:
    last_day = months_later(territory.local(now).date(), -settings().retention_months)
    waits = select(PlanRight.id).where(PlanRight.plan_id == CarePlan.id, PlanRight.done_at.is_(None)).exists()
    return select(CarePlan.id).where(
        CarePlan.state == PlanState.CLOSED,
        CarePlan.anonymised_at.is_(None),
        CarePlan.closed_at < day_bounds(last_day)[1],
        ~waits,
    )


def erase(plan: CarePlan, *, by: Actor | None, because: str = ASKED) -> CarePlan:
    """Erase a plan locked by the caller at once: its circle is told, it is closed, then anonymised. Twice is once."""
    if plan.anonymised_at is not None:
        return plan
    if plan.state is not PlanState.CLOSED:
        close(plan, PlanEnd.OBJECTED, by=by)
    anonymise(plan, because=because, by=by)
    return plan


def anonymise(plan: CarePlan, *, because: str, by: Actor | None) -> None:
    """Blank a closed plan, locked by the caller: seals, free texts, links, mails, drafts. Figures stay."""
    if plan.state is not PlanState.CLOSED:
        raise ValueError("only a closed plan is anonymised")
    known = read_person(plan)
    note_event(plan.checklist_id, "plan.anonymised", by=by, because=because)
    record("plan.anonymised", plan, by=by, because=because)
    drop_drafts_about([known] if known else [], f"/ppcs/{plan.year}-{plan.number}/")
    revoke_links(plan)
    _drop_messages(plan)
    _blank_rows(plan)
    checklists.blank(plan.checklist_id)
    _say_as_standard(plan)
    _blank_plan(plan)


def _drop_messages(plan: CarePlan) -> None:
    """Mails about the plan that have left or go to a relative; a word to a professional that waits leaves first."""
    about: dict[str, list[int]] = {
        CarePlan.__tablename__: [plan.id],
        CircleMember.__tablename__: _numbers(CircleMember, plan),
        PlanMeeting.__tablename__: _numbers(PlanMeeting, plan),
        DocumentAsked.__tablename__: _numbers(DocumentAsked, plan),
        PlanRight.__tablename__: _numbers(PlanRight, plan),
    }
    is_done = or_(Message.state != MessageState.WAITING, Message.to_address.startswith(MARK))
    for table, numbers in about.items():
        session.execute(delete(Message).where(Message.subject_type == table, Message.subject_id.in_(numbers), is_done))
        blank_changes(table, numbers)


def _numbers(table: Any, plan: CarePlan) -> list[int]:
    return list(session.scalars(select(table.id).where(table.plan_id == plan.id)))


def _blank_rows(plan: CarePlan) -> None:
    """Relatives, reasons, addresses of calls, what was said when a right was asked."""
    _blank(CircleMember, plan, name=None, contact=None)
    _blank(PlanMeeting, plan, moved_reason=None, link="")
    _blank(PlanRight, plan, note=None)
    waiting = update(PlanRight).where(PlanRight.plan_id == plan.id, PlanRight.done_at.is_(None))
    session.execute(waiting.values(done_at=clock.now()))  # nothing is left to copy nor to leave


def _say_as_standard(plan: CarePlan) -> None:
    """Standard commitments in the words of every plan: someone may have written over them."""
    theirs = Commitment.checklist_id == plan.checklist_id
    for code, one in {**BY_CODE, **{one.code: one for one in standards()}}.items():
        words = {"label": one.label, "expected": one.expected}
        session.execute(update(Commitment).where(theirs, Commitment.code == code).values(words))


def _blank(table: Any, plan: CarePlan, **values: str | None) -> None:
    session.execute(update(table).where(table.plan_id == plan.id).values(**values))


def _blank_plan(plan: CarePlan) -> None:
    """The person, and the way to them: a request that still holds its identities is no longer named here."""
    request = session.get(Request, plan.request_id) if plan.request_id is not None else None
    if request is not None and request.anonymised_at is None:
        plan.request_id = None
    plan.seeker_id = plan.name = plan.birth_date = plan.phone = None
    plan.anonymised_at = clock.now()
    touch(plan)


# -- the request it came from -----------------------------------------------------------------------------------------


def before_request_goes(request: Request, because: str, by: Actor | None) -> None:
    """A request's identities are about to go: what its persons asked for ends their plans too.

    Whose time has come is kept by the plan itself until its own end: the person agreed to it apart.
    """
    theirs = [seeker.id for seeker in request.seekers]
    for plan_id in session.scalars(
        select(CarePlan.id).where(CarePlan.seeker_id.in_(theirs)).order_by(CarePlan.id)
    ).all():
        plan = locked(plan_id)
        if because == ASKED:
            erase(plan, by=by)
        else:
            _keep_apart(plan, request)


def _keep_apart(plan: CarePlan, request: Request) -> None:
    who = read_person(plan)
    if who is None:
        return
    plan.seeker_id = None
    seal_person(plan, who, read_contact(request).phone)
    touch(plan)
    note_event(plan.checklist_id, "plan.kept_apart", by=None)
    record("plan.kept_apart", plan, by=None)


# -- the file outside the database ------------------------------------------------------------------------------------


def erased() -> list[Erased]:
    """Every plan anonymised, for the file of erasures."""
    rows = session.scalars(select(CarePlan.seal_id).where(CarePlan.anonymised_at.is_not(None)).order_by(CarePlan.id))
    return [Erased(CarePlan.__tablename__, seal_id) for seal_id in rows]


def erase_again(gone: Iterable[Erased]) -> int:
    """After a step back in time: erase the plans that the files of erasures say were; gives how many came back whole.

    Nobody is told a second time.
    """
    seals = [one.seal_id for one in gone if one.thing == CarePlan.__tablename__]
    found = select(CarePlan.id).where(CarePlan.seal_id.in_(seals), CarePlan.anonymised_at.is_(None))
    numbers = session.scalars(found.order_by(CarePlan.id)).all()
    for number in numbers:
        plan = locked(number)
        if plan.state is not PlanState.CLOSED:
            close(plan, PlanEnd.OBJECTED, by=None, tells=False)
        anonymise(plan, because=AGAIN, by=None)
    return len(numbers)
