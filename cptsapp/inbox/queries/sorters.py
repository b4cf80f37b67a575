"""Who may be given a request to follow: whoever holds, today, a role that sorts them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, func, or_, select

from cptsapp.accounts.models import Role, RoleGrant, User
from cptsapp.accounts.permissions import scopes_of
from cptsapp.core.db import session
from cptsapp.core.prepared import Prepared
from cptsapp.inbox.models import Label, Request, RequestLabel, State
from cptsapp.territory import queries as territory

SORTERS = [role for role in Role if "inbox.manage" in scopes_of({role})]

_TODAY = bindparam("today", type_=RoleGrant.starts_on.type)
_GRANTED = select(RoleGrant.user_id).where(
    or_(*(RoleGrant.role == role for role in SORTERS)),
    RoleGrant.starts_on <= _TODAY,
    or_(RoleGrant.ends_on.is_(None), RoleGrant.ends_on >= _TODAY),
)
_SORTERS = Prepared(
    lambda: (
        select(User.id, User.display_name)
        .where(User.id.in_(_GRANTED), User.is_active)
        .order_by(User.display_name, User.id)
    )
)


def sorters() -> Sequence[Any]:
    """(id, display_name) of those who sort requests, by name."""
    return _SORTERS.all(today=territory.today())


def name_of(user_id: int | None) -> str:
    """The name of a user, empty for none."""
    return (session.scalar(select(User.display_name).where(User.id == user_id)) or "") if user_id else ""


def labels() -> Sequence[Any]:
    """(id, name) of every label, by name."""
    return session.execute(select(Label.id, Label.name).order_by(Label.name)).all()


def labels_in_use() -> Sequence[Any]:
    """(id, name, count) of every label, with how many open requests bear it, by name."""
    borne = (
        select(RequestLabel.label_id, func.count().label("count"))
        .join(Request, Request.id == RequestLabel.request_id)
        .where(Request.state != State.CLOSED)
        .group_by(RequestLabel.label_id)
        .subquery("borne")
    )
    wanted = select(Label.id, Label.name, func.coalesce(borne.c.count, 0).label("count"))
    return session.execute(wanted.outerjoin(borne, borne.c.label_id == Label.id).order_by(Label.name)).all()


def labels_of(request_id: int) -> Sequence[Any]:
    """(id, name) of the labels on a request, by name."""
    stuck = select(RequestLabel.label_id).where(RequestLabel.request_id == request_id)
    return session.execute(select(Label.id, Label.name).where(Label.id.in_(stuck)).order_by(Label.name)).all()
