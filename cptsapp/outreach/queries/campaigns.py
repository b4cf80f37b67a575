"""Campaigns of calls: those of a user, one of them, their callers and who may be one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from cptsapp.accounts.identity import CurrentUser
from cptsapp.accounts.models import RoleGrant, User
from cptsapp.accounts.permissions import roles_with
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible
from cptsapp.core.text import fold
from cptsapp.directory.permissions import in_force
from cptsapp.outreach.models import Call, CallCampaign, CallOutcome, CallTarget, CampaignCaller
from cptsapp.outreach.permissions import visible_to
from cptsapp.outreach.rules import REACHED


def campaigns(user: CurrentUser) -> Sequence[CallCampaign]:
    """Those the user sees, open ones first, the latest on top."""
    found = select(CallCampaign).where(visible_to(user))
    order = (CallCampaign.closed_at.is_not(None), CallCampaign.starts_on.desc(), CallCampaign.id.desc())
    return session.scalars(found.order_by(*order)).all()


def campaign(campaign_id: int, user: CurrentUser) -> CallCampaign:
    """One of them; raises Invisible."""
    found = session.scalar(select(CallCampaign).where(CallCampaign.id == campaign_id, visible_to(user)))
    if found is None:
        raise Invisible
    return found


def name_is_taken(name: str, except_id: int | None) -> bool:
    """Whether another campaign bears this name."""
    same = select(CallCampaign.id).where(CallCampaign.name == name, CallCampaign.id != (except_id or 0))
    return session.scalar(same.limit(1)) is not None


def target(campaign: CallCampaign, target_id: int) -> CallTarget:
    """A person of the campaign; raises Invisible."""
    found = session.get(CallTarget, target_id)
    if found is None or found.campaign_id != campaign.id:
        raise Invisible
    return found


def call(campaign: CallCampaign, call_id: int) -> tuple[Call, CallTarget]:
    """A call of the campaign and whom it was to; raises Invisible."""
    found = session.get(Call, call_id)
    if found is None:
        raise Invisible
    return found, target(campaign, found.target_id)


@dataclass(frozen=True, slots=True)
class Caller:
    """An account that may call."""

    id: int
    name: str


def callers_known(today: date) -> list[Caller]:
    """The open accounts that may call today, by name."""
    found = (
        select(User.id, User.display_name)
        .join(RoleGrant, RoleGrant.user_id == User.id)
        .where(User.is_active, RoleGrant.role.in_(sorted(roles_with("calls.make"))), in_force(RoleGrant, today))
        .distinct()
    )
    known = [Caller(row.id, row.display_name) for row in session.execute(found)]
    return sorted(known, key=lambda caller: (fold(caller.name), caller.id))


def caller_ids(campaign_id: int) -> list[int]:
    """Who was chosen to call for a campaign."""
    found = select(CampaignCaller.user_id).where(CampaignCaller.campaign_id == campaign_id)
    return list(session.scalars(found.order_by(CampaignCaller.user_id)))


def names_of(user_ids: set[int]) -> dict[int, str]:
    """How these accounts are called."""
    found = select(User.id, User.display_name).where(User.id.in_(sorted(user_ids)))
    return {row.id: row.display_name for row in session.execute(found)}


@dataclass(frozen=True, slots=True)
class Tally:
    """What a caller has done for a campaign: calls, people spoken to, wishes to join."""

    user_id: int
    name: str
    calls: int
    reached: int
    wishes: int


def tallies(campaign_id: int) -> list[Tally]:
    """What each caller has done, who calls most first; those chosen who have not begun are at zero."""
    found = (
        select(Call.caller_id, Call.outcome, func.count().label("number"))
        .join(CallTarget, CallTarget.id == Call.target_id)
        .where(CallTarget.campaign_id == campaign_id, Call.undone_at.is_(None))
        .group_by(Call.caller_id, Call.outcome)
    )
    made: dict[int, dict[CallOutcome, int]] = {user_id: {} for user_id in caller_ids(campaign_id)}
    for row in session.execute(found):
        made.setdefault(row.caller_id, {})[row.outcome] = row.number
    names = names_of(set(made))
    rows = [_tally(user_id, names[user_id], outcomes) for user_id, outcomes in made.items()]
    return sorted(rows, key=lambda tally: (-tally.calls, fold(tally.name), tally.user_id))


def _tally(user_id: int, name: str, outcomes: dict[CallOutcome, int]) -> Tally:
    reached = sum(number for outcome, number in outcomes.items() if outcome in REACHED)
    return Tally(user_id, name, sum(outcomes.values()), reached, outcomes.get(CallOutcome.WISHES_TO_JOIN, 0))
