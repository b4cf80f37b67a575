"""How to reach whom a plan is about: what the request holds, else what was sealed when the plan was opened."""

from dataclasses import dataclass, field

from cptsapp.accounts.identity import CurrentUser
from cptsapp.care_plans.models import CarePlan
from cptsapp.core.db import session
from cptsapp.core.seal import ring
from cptsapp.inbox.models import Request
from cptsapp.inbox.patients import read_contact


@dataclass(frozen=True, slots=True)
class Reach:
    """A phone as +33…, when to call, the request's reference for whoever may open it; empty when not known."""

    phone: str = field(default="", repr=False)
    call_when: str = field(default="", repr=False)
    reference: str = ""


def reference_of(plan: CarePlan, user: CurrentUser) -> str:
    """The reference of the request a plan was opened from, for whoever may open it; empty without one."""
    if plan.request_id is None or plan.seeker_id is None or not user.can("inbox.manage"):
        return ""
    return session.get_one(Request, plan.request_id).reference


def contact_of(plan: CarePlan, user: CurrentUser) -> Reach:
    """How to reach them; the caller records the reading."""
    if plan.request_id is not None and plan.seeker_id is not None:
        asked = session.get_one(Request, plan.request_id)
        contact = read_contact(asked)
        return Reach(contact.phone, contact.call_when, reference_of(plan, user))
    return Reach(ring().unseal(plan.phone, plan.seal_id, "phone") if plan.phone is not None else "")
