"""Handing people out: one caller a person, one person a caller, for some minutes.

A person is taken, or taken over once their time is over, by one counted UPDATE: of two callers one finds no row.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, update

from cptsapp.accounts.identity import CurrentUser
from cptsapp.accounts.models import User
from cptsapp.audit.actions import record
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Forbidden, refuse_if
from cptsapp.outreach import permissions, rules
from cptsapp.outreach.models import CallCampaign, CallTarget, TargetState
from cptsapp.outreach.queries.board import board
from cptsapp.territory import queries as territory


def hand_out(campaign: CallCampaign, *, by: CurrentUser) -> int | None:
    """The target the caller now has on the line, or None when nobody is to be called now.

    Whom they have already stays theirs; whom they had in another campaign is free again. Raises Forbidden or Refusal.
    """
    check_caller(campaign, by)
    lock_caller(by)
    now = clock.now()
    found = board(campaign)
    held = found.held_by(by.id)
    free_others(by, held.target_id if held else None)
    if held is not None and _take(held.target_id, by, now):
        return held.target_id
    free_others(by, None)
    for line in found.ready(by.id):
        if _take(line.target_id, by, now):
            record("call_target.handed", session.get_one(CallTarget, line.target_id), by=by)
            return line.target_id
    return None


def check_caller(campaign: CallCampaign, by: CurrentUser) -> None:
    """Raise Forbidden for who does not call, Refusal for a campaign that is over."""
    if not by.can("calls.make"):
        raise Forbidden
    refuse_if(permissions.why_not_call(campaign, territory.today()))


def lock_caller(by: CurrentUser) -> None:
    """Two tabs of one caller wait for each other."""
    session.execute(select(User.id).where(User.id == by.id).with_for_update(key_share=True))


def free_others(by: CurrentUser, kept_id: int | None) -> None:
    """Let go of whom the caller has, but one: no caller has two."""
    session.execute(
        update(CallTarget)
        .where(CallTarget.claimed_by_id == by.id, CallTarget.id != (kept_id or 0))
        .values(claimed_by_id=None, claimed_until=None)
    )


def loose(by: CurrentUser, now: datetime) -> Any:
    """WHERE over CallTarget: nobody else has them on the line."""
    return or_(CallTarget.claimed_by_id.is_(None), CallTarget.claimed_by_id == by.id, CallTarget.claimed_until <= now)


def _take(target_id: int, by: CurrentUser, now: datetime) -> bool:
    """Whether the caller has them now. One that another transaction is taking is passed over, not waited for."""
    free = (
        select(CallTarget.id)
        .where(CallTarget.id == target_id, CallTarget.state == TargetState.TO_CALL, loose(by, now))
        .with_for_update(skip_locked=True)
    )
    taking = (
        update(CallTarget)
        .where(CallTarget.id == free.scalar_subquery())
        .values(claimed_by_id=by.id, claimed_until=now + rules.CLAIM)
    )
    return counted(taking) == 1


def counted(statement: Any) -> int:
    """How many rows an UPDATE changed; objects in hand read them again."""
    done = session.execute(statement, execution_options={"synchronize_session": False})
    session.expire_all()
    return int(done.rowcount)  # type: ignore[attr-defined]  # an UPDATE's result counts


def take_back(target_id: int, by: CurrentUser) -> bool:
    """Give the caller someone again whose call they have just undone; whether they have them."""
    lock_caller(by)
    free_others(by, target_id)
    return _take(target_id, by, clock.now())


def skip(campaign: CallCampaign, target: CallTarget, *, by: CurrentUser) -> None:
    """Pass someone over: they come back in a quarter of an hour, after the others. Nothing when they are not theirs.

    Raises Forbidden or Refusal.
    """
    check_caller(campaign, by)
    later = clock.now() + rules.SKIPPED
    passing = (
        update(CallTarget)
        .where(CallTarget.id == target.id, CallTarget.claimed_by_id == by.id, CallTarget.state == TargetState.TO_CALL)
        .values(claimed_by_id=None, claimed_until=None, due_at=later)
    )
    if counted(passing):
        record("call_target.skipped", target, by=by)
