"""Roles as dated rows: granted from a day, ended on a day; never two of the same at once."""

from datetime import date, timedelta

from sqlalchemy import Select, false, or_, select

from cptsapp.accounts import permissions
from cptsapp.accounts.house import house
from cptsapp.accounts.models import Role, RoleGrant, User
from cptsapp.audit.actions import Actor, record
from cptsapp.core.db import session
from cptsapp.core.periods import meets
from cptsapp.core.refusals import Refusal, refuse_if


def grant_role(user: User, role: Role, starts_on: date, ends_on: date | None = None, *, by: Actor) -> RoleGrant:
    """Give a role from a day (and to a day). Raises Refusal: past day, overlap, one's own account."""
    if starts_on < house().today():
        raise Refusal("Un rôle se donne à partir d’aujourd’hui, ou d’un jour à venir.", "starts_on")
    if ends_on is not None and ends_on < starts_on:
        raise Refusal("Le dernier jour vient avant le premier.", "ends_on")
    refuse_if(permissions.why_not_grant(by, user, managers_without(user.id, is_for_good=False)))
    return add_grant(user, role, starts_on, ends_on, by=by)


def add_grant(user: User, role: Role, starts_on: date, ends_on: date | None, *, by: Actor | None) -> RoleGrant:
    """Write the row. Raises Refusal (field role) when the same role is held on one of these days."""
    held = session.scalars(select(RoleGrant).where(RoleGrant.user_id == user.id, RoleGrant.role == role))
    if any(meets(starts_on, ends_on, grant.starts_on, grant.ends_on) for grant in held):
        raise Refusal("Ce rôle est déjà donné pour une partie de ces jours.", "role")
    grant = RoleGrant(
        user_id=user.id, role=role, starts_on=starts_on, ends_on=ends_on, granted_by_id=by.id if by else None
    )
    session.add(grant)
    session.flush()
    session.expire(user, ["grants"])
    record("role.granted", user, by=by, role=role.value, starts_on=starts_on.isoformat())
    return grant


def end_role(grant: RoleGrant, last_day: date, *, by: Actor) -> None:
    """End a role on a day, that day included; a day before today takes it away at once. Raises Refusal."""
    user = grant.user
    today = house().today()
    if last_day < today - timedelta(days=1):
        raise Refusal("Ce jour est passé : un rôle se retire au plus tôt maintenant.", "ends_on")
    if grant.ends_on is not None and grant.ends_on < today:
        raise Refusal("Ce rôle a déjà pris fin.")
    gives_management = permissions.MANAGE in permissions.scopes_of([grant.role])
    if gives_management:
        hold_managers()
        refuse_if(permissions.why_not_leave_nobody(managers_without(user.id, but_grant=grant.id)))
    record("role.ended", user, by=by, role=grant.role.value, ends_on=last_day.isoformat())
    if last_day < grant.starts_on:
        session.delete(grant)
    else:
        grant.ends_on = last_day
    session.flush()
    session.expire(user, ["grants"])


def hold_managers() -> None:
    """Let one at a time take management away: two who did it to each other at once would leave nobody.

    The rows are taken in one order, so that nobody waits for one who waits for them; whoever comes second counts again.
    """
    manages = RoleGrant.role.in_(permissions.roles_with(permissions.MANAGE))
    session.execute(
        select(RoleGrant.id).where(manages, RoleGrant.ends_on.is_(None)).order_by(RoleGrant.id).with_for_update()
    )


def managers_without(user_id: int, *, but_grant: int | None = None, is_for_good: bool = True) -> int:
    """How many accounts would still manage accounts, were this user closed (or only this grant ended).

    For good: those without an end. Otherwise those of today, whom one can ask.
    """
    found = _managers(is_for_good)
    found = found.where(RoleGrant.id != but_grant) if but_grant is not None else found.where(User.id != user_id)
    return len(set(session.scalars(found)))


def is_another_manager(*user_ids: int | None) -> bool:
    """Whether someone besides these manages accounts today."""
    return session.scalar(_managers(is_for_good=False).where(User.id.not_in(user_ids)).limit(1)) is not None


def _managers(is_for_good: bool) -> Select[int]:
    today = house().today()
    return (
        select(RoleGrant.user_id)
        .join(User, User.id == RoleGrant.user_id)
        .where(
            User.is_active,
            RoleGrant.role.in_(permissions.roles_with(permissions.MANAGE)),
            RoleGrant.starts_on <= today,
            or_(RoleGrant.ends_on.is_(None), false() if is_for_good else RoleGrant.ends_on >= today),
        )
    )
