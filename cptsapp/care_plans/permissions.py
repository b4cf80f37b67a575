"""Which plans exist for a user: the circle, the lead and the coordination alone; and why they may not act on one."""

from sqlalchemy import ColumnElement, false, select, true

from cptsapp.accounts.identity import CurrentUser
from cptsapp.care_plans.models import CarePlan, CircleMember, PlanAgreement
from cptsapp.directory.merged import same_person

MANAGES = "Seuls la coordination et le référent du plan font ceci."
VALIDATES = "Seul le médecin traitant valide, ou la coordination quand il l’a dit."


def reads_all(user: CurrentUser) -> bool:
    """Whether the user reads every plan: the coordination."""
    return "all" in user.scopes("plans.read")


def visible_to(user: CurrentUser) -> ColumnElement[bool]:
    """WHERE over plans: all for the coordination; those of whose circle one is, while the person agrees to it.

    A structure's place in the circle opens nothing: it is a person there who is named, accepts and reads.
    """
    if reads_all(user):
        return true()
    if "own" not in user.scopes("plans.read") or user.person_id is None:
        return false()
    mine = (
        select(CircleMember.plan_id)
        .join(PlanAgreement, PlanAgreement.member_id == CircleMember.id)
        .where(
            CircleMember.person_id.in_(same_person({user.person_id})),
            CircleMember.left_at.is_(None),
            CircleMember.declined_at.is_(None),
            PlanAgreement.withdrawn_at.is_(None),
        )
    )
    return CarePlan.id.in_(mine)


def why_not_manage(user: CurrentUser, lead_id: int | None) -> str | None:
    """Why the user may not hold this plan's circle and calendar, or None; `lead_id` is its lead's person."""
    if "all" in user.scopes("plans.manage"):
        return None
    is_lead = user.person_id is not None and lead_id in same_person({user.person_id})
    return None if is_lead and user.can("plans.manage") else MANAGES


def why_not_validate(user: CurrentUser, doctor_id: int | None) -> str | None:
    """Why the user may not say that the regular doctor validates, or None (A75)."""
    if "all" in user.scopes("plans.manage"):
        return None
    is_theirs = user.person_id is not None and doctor_id in same_person({user.person_id})
    return None if is_theirs else VALIDATES
