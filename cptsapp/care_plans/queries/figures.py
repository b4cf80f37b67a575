"""The rows of the cockpit, and the professionals engaged: read in a fixed number of statements, never an identity."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, func, or_, select

from cptsapp.care_plans.models import CarePlan, CircleMember, MeetingKind, MeetingState, PlanMeeting, PlanState
from cptsapp.care_plans.rules.figures import Row
from cptsapp.care_plans.rules.states import AHEAD
from cptsapp.checklists.models import Commitment
from cptsapp.checklists.rules import OPEN
from cptsapp.core.db import session
from cptsapp.core.local import day_bounds
from cptsapp.core.text import fold
from cptsapp.directory.merged import roots
from cptsapp.directory.models import Person, Profession
from cptsapp.inbox.models import Request

REVIEWS = (MeetingKind.REVIEW_6, MeetingKind.REVIEW_12)


def rows(since: date, today: date) -> list[Row]:
    """A row a plan: those open today, and those closed from a day on."""
    shown = or_(CarePlan.state != PlanState.CLOSED, CarePlan.closed_at >= day_bounds(since)[0])
    columns = CarePlan.id, CarePlan.year, CarePlan.number, CarePlan.state, CarePlan.opened_on, Request.received_on
    found = session.execute(
        select(*columns)
        .outerjoin(Request, Request.id == CarePlan.request_id)
        .where(shown)
        .order_by(CarePlan.year, CarePlan.number)
    ).all()
    met, reviews, late = _met(), _reviews(), _late(today)
    return [_row(line, met, reviews, late) for line in found]


def _row(line: Any, met: Mapping[int, date], reviews: Mapping[int, list[date]], late: Mapping[int, int]) -> Row:
    is_open = line.state is not PlanState.CLOSED
    return Row(
        line.id,
        line.year,
        line.number,
        line.state,
        line.received_on or line.opened_on,
        line.opened_on,
        met.get(line.id),
        tuple(reviews.get(line.id, ())) if is_open else (),
        late.get(line.id, 0) if is_open else 0,
    )


def _met() -> dict[int, date]:
    held = PlanMeeting.kind == MeetingKind.FIRST, PlanMeeting.state == MeetingState.HELD
    found = session.execute(select(PlanMeeting.plan_id, PlanMeeting.held_on).where(*held))
    return {plan_id: held_on for plan_id, held_on in found if held_on is not None}


def _reviews() -> dict[int, list[date]]:
    waiting = PlanMeeting.kind.in_(REVIEWS), PlanMeeting.state.in_(AHEAD)
    found: defaultdict[int, list[date]] = defaultdict(list)
    for plan_id, due_on in session.execute(select(PlanMeeting.plan_id, PlanMeeting.due_on).where(*waiting)):
        found[plan_id].append(due_on)
    return found


def _late(today: date) -> dict[int, int]:
    late = and_(Commitment.state.in_(OPEN), Commitment.due_on < today)
    found = (
        select(CarePlan.id, func.count())
        .join(Commitment, Commitment.checklist_id == CarePlan.checklist_id)
        .where(CarePlan.state != PlanState.CLOSED, late)
        .group_by(CarePlan.id)
    )
    return dict(session.execute(found).all())


@dataclass(frozen=True, slots=True)
class Engaged:
    """A professional who accepted a place in the circle of open plans, and in how many."""

    person_id: int
    name: str
    profession: Profession
    plans: int


def engaged() -> Sequence[Engaged]:
    """Who is engaged today, each once under the number they have now, by name."""
    now_called = roots()
    there = CircleMember.left_at.is_(None), CircleMember.accepted_at.is_not(None), CircleMember.person_id.is_not(None)
    found = session.execute(
        select(CircleMember.person_id, CircleMember.plan_id)
        .join(CarePlan, CarePlan.id == CircleMember.plan_id)
        .where(CarePlan.state != PlanState.CLOSED, *there)
    )
    plans: defaultdict[int, set[int]] = defaultdict(set)
    for person_id, plan_id in found:
        assert person_id is not None  # asked for above
        plans[now_called.get(person_id, person_id)].add(plan_id)
    people = session.scalars(select(Person).where(Person.id.in_(plans)))
    lines = [Engaged(one.id, one.full_name, one.profession, len(plans[one.id])) for one in people]
    return sorted(lines, key=lambda line: (fold(line.name), line.person_id))


def leads(plan_ids: Sequence[int]) -> Mapping[int, str]:
    """Plan id → the name of its lead, of those that have one."""
    there = CircleMember.is_lead, CircleMember.left_at.is_(None), CircleMember.plan_id.in_(plan_ids)
    found = session.execute(
        select(CircleMember.plan_id, Person).join(Person, Person.id == CircleMember.person_id).where(*there)
    )
    return {plan_id: person.full_name for plan_id, person in found}
