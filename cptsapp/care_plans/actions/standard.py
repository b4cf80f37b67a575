"""The standard commitments of a plan: written when the circle is engaged, handed over when someone takes a place."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from cptsapp.audit.actions import Actor, record
from cptsapp.care_plans.models import CarePlan, CircleMember, MemberRole, PlanState
from cptsapp.care_plans.queries.plans import doctor_of, lead_of
from cptsapp.care_plans.queries.settings import delays, standards
from cptsapp.care_plans.rules import defaults
from cptsapp.care_plans.rules.defaults import HEADINGS, Standard, Timing
from cptsapp.checklists.actions import Owed, add, note_event, set_state, touch
from cptsapp.checklists.models import Commitment, CommitmentState, Side
from cptsapp.checklists.rules import OPEN
from cptsapp.core.db import session
from cptsapp.territory import queries as territory


def begin(plan: CarePlan, members: Sequence[CircleMember], *, by: Actor | None) -> None:
    """Write the commitments of the regular doctor, of the lead and of each professional, with their days.

    `members`: those of the circle whom the person agrees to.
    """
    doctor, lead = doctor_of(members), lead_of(members)
    owners = {Side.REGULAR_DOCTOR: doctor, Side.LEAD: lead}
    days = first_days(territory.today(), delays())
    for one in standards():
        if one.side is not Side.CIRCLE:
            _add(plan, one, owners[one.side], days, by)
    for member in members:
        if owes_as_circle(member):
            _begin_for(plan, member, days, by)


def first_days(engaged_on: date, waits: dict[str, int]) -> dict[Timing, date]:
    """The days known when the circle is engaged; those of the reviews come with the validation."""
    meeting = engaged_on + timedelta(days=waits["first_meeting"])
    return {
        Timing.MEETING: meeting,
        Timing.VALIDATION: meeting + timedelta(days=waits["validation"]),
        Timing.VISIT: engaged_on + timedelta(days=waits["visit"]),
    }


def owes_as_circle(member: CircleMember) -> bool:
    """Whether someone owes what each professional of the circle owes."""
    return member.role is MemberRole.PROFESSIONAL and not member.is_lead and member.declined_at is None


def _begin_for(plan: CarePlan, member: CircleMember, days: dict[Timing, date], by: Actor | None) -> None:
    for one in standards():
        if one.side is Side.CIRCLE:
            _add(plan, one, member, days, by)


def _add(
    plan: CarePlan, one: Standard, member: CircleMember | None, days: dict[Timing, date], by: Actor | None
) -> None:
    owed = Owed(
        label=one.label,
        side=one.side,
        heading=HEADINGS[one.side],
        expected=one.expected,
        owner_id=member.person_id if member else None,
        due_on=days.get(one.timing),
        is_continuous=one.timing is Timing.CONTINUOUS,
        code=one.code,
    )
    add(plan.checklist_id, owed, by=by)


# -- who owes ---------------------------------------------------------------------------------------------------------


def take_place(plan: CarePlan, member: CircleMember, *, by: Actor | None) -> None:
    """Someone joins, comes back or changes role: they owe what their place owes, from now on.

    Nothing before the circle is engaged, nor once the plan is closed.
    """
    if plan.state in (PlanState.PREPARING, PlanState.CLOSED):
        return
    if member.role is MemberRole.REGULAR_DOCTOR:
        hand_over(plan, Side.REGULAR_DOCTOR, member.person_id, by=by)
    if member.is_lead:
        hand_over(plan, Side.LEAD, member.person_id, by=by)
    if owes_as_circle(member) and plan.state is PlanState.MEETING:
        _owe_as_circle(plan, member, by)


def _owe_as_circle(plan: CarePlan, member: CircleMember, by: Actor | None) -> None:
    theirs = [one for one in _all_of(plan) if one.side is Side.CIRCLE and one.owner_id == member.person_id and one.code]
    for commitment in theirs:
        if commitment.state is CommitmentState.DROPPED:
            set_state(commitment, CommitmentState.TODO, by=by, on=territory.today())
    if not theirs:
        meeting = next((one.due_on for one in _all_of(plan) if one.code == defaults.MEETING_CODE), None)
        known = first_days(territory.today(), delays())
        _begin_for(plan, member, {**known, Timing.MEETING: meeting or known[Timing.MEETING]}, by)


def leave_place(plan: CarePlan, member: CircleMember, *, by: Actor | None) -> None:
    """Someone leaves, declines or may no longer read: what their place owes waits for the next, or is dropped."""
    if plan.state is PlanState.PREPARING:
        return
    for side, is_theirs in (
        (Side.REGULAR_DOCTOR, member.role is MemberRole.REGULAR_DOCTOR),
        (Side.LEAD, member.is_lead),
    ):
        if is_theirs:
            hand_over(plan, side, None, by=by)
    for commitment in _open_of(plan):
        if commitment.owner_id == member.person_id and commitment.owner_id is not None:
            if commitment.side is Side.CIRCLE:
                set_state(commitment, CommitmentState.DROPPED, by=by, on=territory.today())
            else:
                _give(commitment, None, by)


def hand_over(plan: CarePlan, side: Side, person_id: int | None, *, by: Actor | None) -> None:
    """Give what a side still owes to someone; to nobody yet, None."""
    for commitment in _open_of(plan):
        if commitment.side is side and commitment.owner_id != person_id:
            _give(commitment, person_id, by)


def _give(commitment: Commitment, person_id: int | None, by: Actor | None) -> None:
    commitment.owner_id = person_id
    touch(commitment, by)
    kind = "commitment.reassigned" if person_id is not None else "commitment.released"
    about: dict[str, Any] = {"person_id": person_id} if person_id is not None else {}
    note_event(commitment.checklist_id, kind, by=by, commitment_id=commitment.id, **about)
    record("commitment.reassigned", commitment, by=by, owner=person_id)


def _all_of(plan: CarePlan) -> Sequence[Commitment]:
    """Every commitment of a plan locked by the caller, their rows held."""
    wanted = select(Commitment).where(Commitment.checklist_id == plan.checklist_id).order_by(Commitment.id)
    return session.scalars(wanted.with_for_update().execution_options(populate_existing=True)).all()


def _open_of(plan: CarePlan) -> list[Commitment]:
    return [commitment for commitment in _all_of(plan) if commitment.state in OPEN]
