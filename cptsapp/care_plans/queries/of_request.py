"""The plans of a request's household, for the panel of its page: who has one, for whom one may be opened."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from cptsapp.care_plans.identity import shown as initials
from cptsapp.care_plans.identity import title, url_of
from cptsapp.care_plans.models import CarePlan, PlanState
from cptsapp.care_plans.rules.states import WORDS
from cptsapp.core.db import session
from cptsapp.inbox.models import Referral, Request, Seeker
from cptsapp.inbox.patients import read_seeker


@dataclass(frozen=True, slots=True)
class OnePlan:
    """A plan of someone of the household."""

    id: int
    title: str
    url: str
    state: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class OneSeeker:
    """Someone of the household: their initials and plans, the newest first; whether one may be opened."""

    id: int
    who: str
    plans: Sequence[OnePlan]
    may_open: bool


@dataclass(frozen=True, slots=True)
class Panel:
    """What the panel shows. `needed`: what the DAC answered to « besoin d’un PPCS ? » (A67), None when it did not."""

    reference: str
    seekers: Sequence[OneSeeker]
    needed: bool | None

    @property
    def plan_ids(self) -> list[int]:
        """The plans whose person's initials are read here."""
        return [plan.id for one in self.seekers for plan in one.plans]


def panel_of(request: Request) -> Panel:
    """The household of a request that the caller may read, in three statements."""
    plans: dict[int, list[CarePlan]] = {}
    numbers = [seeker.id for seeker in request.seekers]
    wanted = select(CarePlan).where(CarePlan.seeker_id.in_(numbers)).order_by(CarePlan.id.desc())
    for plan in session.scalars(wanted):
        plans.setdefault(plan.seeker_id or 0, []).append(plan)
    said = select(Referral.needs_ppcs).where(Referral.request_id == request.id, Referral.needs_ppcs.is_not(None))
    needed = session.scalar(said.order_by(Referral.id.desc()).limit(1))
    return Panel(request.reference, [_one(one, plans.get(one.id, [])) for one in request.seekers], needed)


def _one(seeker: Seeker, plans: Sequence[CarePlan]) -> OneSeeker:
    who = read_seeker(seeker)
    plans_of = [
        OnePlan(plan.id, title(plan), url_of(plan), WORDS[plan.state].lower(), plan.state is not PlanState.CLOSED)
        for plan in plans
    ]
    return OneSeeker(seeker.id, initials(who), plans_of, who is not None and not any(plan.is_open for plan in plans_of))
