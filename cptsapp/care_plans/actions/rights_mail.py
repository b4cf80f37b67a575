"""The coordination is told once more, a week before the legal day, of a right that waits on a plan. No name."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from cptsapp.accounts.models import RoleGrant, User
from cptsapp.accounts.permissions import roles_with
from cptsapp.care_plans.identity import title
from cptsapp.care_plans.models import CarePlan, PlanRight
from cptsapp.care_plans.rules import rights as rules
from cptsapp.core.db import session
from cptsapp.directory.permissions import in_force
from cptsapp.outbox import texts
from cptsapp.outbox.actions import queue
from cptsapp.territory import queries as territory

SOON = timedelta(days=7)


def remind_due(now: datetime) -> int:
    """Queue a reminder of the rights that wait and are due within a week, or late; once each. How many were queued."""
    if territory.current() is None:
        return 0
    last = territory.local(now).date() + SOON
    due = select(PlanRight).where(PlanRight.done_at.is_(None), PlanRight.due_on <= last).order_by(PlanRight.id)
    return sum(_tell(right) for right in session.scalars(due).all())


def _tell(right: PlanRight) -> int:
    plan = session.get_one(CarePlan, right.plan_id)
    url = f"/ppcs/{plan.year}-{plan.number}/droits/{right.id}"
    short = rules.SHORT[right.kind].lower()
    about = {"title": title(plan), "right": right, "short": short, "url": url, "cpts": territory.settings()}
    text = texts.render("care_plans/right_due", **about)
    queued = [
        queue(
            "plan.right_due",
            to_address=user.mail,
            to_user_id=user.id,
            title=text.title,
            body=text.body,
            about=right,
            once_key=f"plan.right_due/{right.id}/{user.id}",
        )
        for user in _office()
    ]
    return sum(message is not None for message in queued)


def _office() -> Sequence[User]:
    """The open accounts that hold every plan today."""
    held = RoleGrant.role.in_(sorted(roles_with("plans.manage", ("all",)))), in_force(RoleGrant, territory.today())
    wanted = select(User).join(RoleGrant, RoleGrant.user_id == User.id).where(User.is_active, *held)
    return session.scalars(wanted.distinct().order_by(User.id)).all()
