"""Whoever answers rights is told when one is asked by the person, and once more a week before the legal deadline."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from cptsapp.accounts.models import RoleGrant, User
from cptsapp.accounts.permissions import roles_with
from cptsapp.core.db import session
from cptsapp.directory.permissions import in_force
from cptsapp.inbox.models import Request, RightAsked
from cptsapp.inbox.rules import rights as rules
from cptsapp.outbox import texts
from cptsapp.outbox.actions import queue
from cptsapp.territory import queries as territory

SOON = timedelta(days=7)


def tell_asked(right: RightAsked) -> None:
    """Queue that a right was asked, to the coordination and to the protection of data; once each."""
    _tell(right, "right_asked")


def remind_due(now: datetime) -> int:
    """Queue a reminder of the rights that wait and are due within a week, or late; once each. How many were queued."""
    if territory.current() is None:
        return 0
    last = territory.local(now).date() + SOON
    due = select(RightAsked).where(RightAsked.done_at.is_(None), RightAsked.due_on <= last)
    return sum(_tell(right, "right_due") for right in session.scalars(due.order_by(RightAsked.id)).all())


def _tell(right: RightAsked, name: str) -> int:
    request = session.get_one(Request, right.request_id)
    short = rules.SHORT[right.kind].lower()
    text = texts.render(f"inbox/{name}", request=request, right=right, short=short, cpts=territory.settings())
    queued = [
        queue(
            f"rights.{name}",
            to_address=user.mail,
            to_user_id=user.id,
            title=text.title,
            body=text.body,
            about=right,
            once_key=f"rights.{name}/{right.id}/{user.id}",
        )
        for user in _answerers()
    ]
    return sum(message is not None for message in queued)


def _answerers() -> Sequence[User]:
    """The open accounts that answer rights today."""
    held = RoleGrant.role.in_(sorted(roles_with("inbox.rights"))), in_force(RoleGrant, territory.today())
    wanted = select(User).join(RoleGrant, RoleGrant.user_id == User.id).where(User.is_active, *held)
    return session.scalars(wanted.distinct().order_by(User.id)).all()
