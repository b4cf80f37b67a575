"""Opening a plan, from a request's seeker or alone, with the next number of its year; engaging its circle."""

from dataclasses import dataclass, field
from uuid import uuid4

from sqlalchemy import func, select

from cptsapp.accounts.identity import CurrentUser
from cptsapp.audit.actions import record
from cptsapp.care_plans.actions import meetings, standard
from cptsapp.care_plans.actions.moves import move, refuse_stale
from cptsapp.care_plans.identity import seal_person, title
from cptsapp.care_plans.models import CarePlan, PlanState
from cptsapp.care_plans.permissions import why_not_manage
from cptsapp.care_plans.queries.plans import agreeing, circle, lead_of, locked
from cptsapp.care_plans.rules.opening import why_not_engage
from cptsapp.checklists.actions import note_event, open_checklist
from cptsapp.checklists.models import ChecklistKind
from cptsapp.core.db import is_sqlite, session
from cptsapp.core.refusals import Invisible, Refusal, refuse_if
from cptsapp.inbox.models import Request
from cptsapp.inbox.patients import Identity
from cptsapp.inbox.queries.requests import locked as locked_request
from cptsapp.territory import queries as territory

_TURN = "the number of a plan"
DOUBTFUL = "Cette demande est parmi les douteuses, qui s’effacent d’elles-mêmes\u202f: reconnaissez-la d’abord."
ANONYMISED = "Cette personne est anonymisée\u202f: on n’ouvre plus de plan pour elle."


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Whoever a plan opened alone is about; nothing of it is shown by `repr`."""

    who: Identity = field(repr=False)
    phone: str = field(repr=False)
    commune_code: str


def open_from_request(request_id: int, seeker_id: int, *, by: CurrentUser) -> CarePlan:
    """Open the plan of someone of a request (A67). Raises Refusal when one is open already, or nobody is left."""
    _refuse_opening(by)
    asked = locked_request(request_id)
    refuse_if(DOUBTFUL if asked.suspected_at is not None else None)
    seeker = next((one for one in asked.seekers if one.id == seeker_id), None)
    if seeker is None:
        raise Invisible
    refuse_if(ANONYMISED if seeker.name is None else None)
    open_one = select(CarePlan).where(CarePlan.seeker_id == seeker_id, CarePlan.state != PlanState.CLOSED)
    already = session.scalar(open_one)
    if already is not None:
        raise Refusal(f"Un plan est déjà ouvert pour cette personne\u202f: {title(already)}.")
    return _open(by, request=asked, seeker_id=seeker_id)


def open_alone(newcomer: Newcomer, *, by: CurrentUser) -> CarePlan:
    """Open a plan for someone of no request; their identity is sealed in it. Raises Refusal for what looks like a NIR.

    Raises Invisible for a commune that the territory does not have.
    """
    _refuse_opening(by)
    if newcomer.commune_code not in {commune.code for commune in territory.own_communes()}:
        raise Invisible
    return _open(by, newcomer=newcomer)


def _refuse_opening(by: CurrentUser) -> None:
    """A lead holds their plans and opens none: there is no such page for them."""
    if "all" not in by.scopes("plans.manage"):
        raise Invisible


def _open(
    by: CurrentUser,
    *,
    request: Request | None = None,
    seeker_id: int | None = None,
    newcomer: Newcomer | None = None,
) -> CarePlan:
    today = territory.today()
    plan = CarePlan(
        seal_id=uuid4(),
        year=today.year,
        number=_next_number(today.year),
        request_id=request.id if request else None,
        seeker_id=seeker_id,
        commune_code=newcomer.commune_code if newcomer else request.commune_code if request else "",
        checklist_id=open_checklist(ChecklistKind.CARE_PLAN, is_live=True).id,
        opened_on=today,
        opened_by_id=by.id,
    )
    if newcomer:
        seal_person(plan, newcomer.who, newcomer.phone)
    session.add(plan)
    session.flush()
    note_event(plan.checklist_id, "plan.opened", by=by)
    record("plan.opened", plan, by=by)
    return plan


def _next_number(year: int) -> int:
    """One more than the last of the year, one opener at a time: no gap, never twice."""
    if not is_sqlite():
        session.execute(select(func.pg_advisory_xact_lock(func.hashtext(_TURN))))
    return (session.scalar(select(func.max(CarePlan.number)).where(CarePlan.year == year)) or 0) + 1


def engage(plan_id: int, *, by: CurrentUser, version: int | None = None) -> CarePlan:
    """The circle is complete: the standard commitments begin, and the first meeting is to be held.

    Raises Refusal without a lead or a regular doctor, without the person's agreement for both, or on a stale page.
    """
    plan = locked(plan_id)
    members = circle(plan.id)
    lead = lead_of(members)
    refuse_if(why_not_manage(by, lead.person_id if lead else None))
    refuse_stale(plan, version)
    agreed = agreeing(plan.id)
    refuse_if(why_not_engage(members, agreed))
    move(plan, "engage", by=by)
    standard.begin(plan, [member for member in members if member.id in agreed], by=by)
    meetings.create_first(plan, by=by)
    return plan
