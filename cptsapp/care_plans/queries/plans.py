"""Reading one plan and its circle, and holding it to change it."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from cptsapp.accounts.identity import CurrentUser
from cptsapp.care_plans.models import CarePlan, CircleMember, MemberRole, PlanAgreement
from cptsapp.care_plans.permissions import visible_to
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible
from cptsapp.core.rows import hold
from cptsapp.directory.merged import same_person


def plan_for(user: CurrentUser, year: int, number: int) -> CarePlan:
    """The plan « year-number »; raises Invisible when it does not exist for the user."""
    wanted = select(CarePlan).where(CarePlan.year == year, CarePlan.number == number, visible_to(user))
    found = session.scalar(wanted)
    if found is None:
        raise Invisible
    return found


def locked(plan_id: int) -> CarePlan:
    """The plan to be changed, its row held until the end of the transaction; raises Invisible."""
    return hold(CarePlan, plan_id)


def circle(plan_id: int) -> Sequence[CircleMember]:
    """Who is in the circle today, the regular doctor first, then the lead, then as they came."""
    there = CircleMember.plan_id == plan_id, CircleMember.left_at.is_(None)
    members = session.scalars(select(CircleMember).where(*there).order_by(CircleMember.id)).all()
    return sorted(members, key=lambda member: (member.role is not MemberRole.REGULAR_DOCTOR, not member.is_lead))


def lead_of(members: Sequence[CircleMember]) -> CircleMember | None:
    """The lead (référent) among them, or None."""
    return next((member for member in members if member.is_lead), None)


def doctor_of(members: Sequence[CircleMember]) -> CircleMember | None:
    """The regular doctor among them, or None."""
    return next((member for member in members if member.role is MemberRole.REGULAR_DOCTOR), None)


def agreements_of(plan_id: int) -> Mapping[int, PlanAgreement]:
    """Member → the person's agreement in force."""
    rows = session.scalars(
        select(PlanAgreement)
        .join(CircleMember, CircleMember.id == PlanAgreement.member_id)
        .where(CircleMember.plan_id == plan_id, PlanAgreement.withdrawn_at.is_(None))
    )
    return {row.member_id: row for row in rows}


def agreeing(plan_id: int) -> set[int]:
    """The members of a circle to whom the person agrees today."""
    return set(agreements_of(plan_id))


def member_of(plan_id: int, member_id: int) -> CircleMember:
    """Someone who is in the circle of this plan today; raises Invisible."""
    found = session.get(CircleMember, member_id, populate_existing=True)
    if found is None or found.plan_id != plan_id or found.left_at is not None:
        raise Invisible
    return found


def twins_of(member: CircleMember) -> list[CircleMember]:
    """The other places in the circle of the same person, since two sheets were made one: no row moves."""
    if member.person_id is None:
        return []
    numbers = same_person({member.person_id})
    return [one for one in circle(member.plan_id) if one.person_id in numbers and one.id != member.id]
