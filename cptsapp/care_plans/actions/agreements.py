"""The person's agreement, recipient by recipient: given, withdrawn. Without it a member reads nothing (§6.3)."""

from sqlalchemy import select

from cptsapp.accounts.identity import CurrentUser
from cptsapp.care_plans.actions import links, standard
from cptsapp.care_plans.actions.changing import held, say
from cptsapp.care_plans.actions.moves import touch
from cptsapp.care_plans.models import CarePlan, CircleMember, Consent, PlanAgreement
from cptsapp.care_plans.queries.plans import member_of, twins_of
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal

NOT_GIVEN = "La personne n’a pas donné son accord\u202f: recueillez-le d’abord."


def collect(plan_id: int, member_id: int, consent: Consent, *, by: CurrentUser) -> None:
    """The person agrees that a member know of the plan. Saying it twice says it once."""
    plan, _ = held(plan_id, by=by)
    member = member_of(plan.id, member_id)
    if is_given(member):
        return
    touch(plan)
    write(plan, member, consent, by=by)


def write(plan: CarePlan, member: CircleMember, consent: Consent, *, by: CurrentUser) -> None:
    """Write the agreement for a member of a plan locked by the caller; they owe what their place owes."""
    given = PlanAgreement(member_id=member.id, consent=consent, given_at=clock.now(), collected_by_id=by.id)
    session.add(given)
    session.flush()
    say(plan, "plan_agreement.given", member, by=by)
    if member.declined_at is None:
        standard.take_place(plan, member, by=by)


def withdraw(plan_id: int, member_id: int, *, by: CurrentUser) -> None:
    """The person no longer agrees: the plan shuts to that member at once, their link dies, what they owe is freed.

    Whoever is there twice, since two sheets were made one, is shut out of both places.
    """
    plan, _ = held(plan_id, by=by)
    member = member_of(plan.id, member_id)
    if not is_given(member):
        raise Refusal("Cet accord est déjà retiré.")
    for one in (member, *twins_of(member)):
        _shut(plan, one, by)
    touch(plan)


def _shut(plan: CarePlan, member: CircleMember, by: CurrentUser) -> None:
    living = _living(member)
    if living is None:
        return
    living.withdrawn_at = clock.now()
    links.revoke_for(member.id)
    standard.leave_place(plan, member, by=by)
    say(plan, "plan_agreement.withdrawn", member, by=by)


def is_given(member: CircleMember) -> bool:
    """Whether the person agrees to this member today."""
    return _living(member) is not None


def _living(member: CircleMember) -> PlanAgreement | None:
    wanted = PlanAgreement.member_id == member.id, PlanAgreement.withdrawn_at.is_(None)
    return session.scalar(select(PlanAgreement).where(*wanted))
