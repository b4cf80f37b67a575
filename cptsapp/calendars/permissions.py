"""Whose calendars a user sees, and what they may do with them now."""

from sqlalchemy import ColumnElement, false, or_, select

from cptsapp.accounts.identity import CurrentUser
from cptsapp.accounts.models import RoleGrant, User
from cptsapp.accounts.permissions import roles_with
from cptsapp.calendars import rules
from cptsapp.directory.models import Delegation, Person
from cptsapp.directory.permissions import in_force
from cptsapp.snp.models import CalendarFeed
from cptsapp.snp.permissions import acts_for
from cptsapp.territory import queries as territory

LINK = "calendar.own"


def practitioners_of(user: CurrentUser) -> ColumnElement[bool]:
    """WHERE over Person: those whose calendars the user may link."""
    if user.person_id is None or not user.can(LINK):
        return false()
    return Person.id.in_(acts_for(user))


def answering() -> ColumnElement[bool]:
    """WHERE over CalendarFeed: the practitioners' own, and those of delegates who could make them again today.

    An address shows what its maker sees: without the delegation, the role or the account, nothing.
    """
    today = territory.today()
    still_may = (
        select(User.id)
        .join(Delegation, Delegation.delegate_id == User.person_id)
        .join(RoleGrant, RoleGrant.user_id == User.id)
        .where(
            User.id == CalendarFeed.created_by_id,
            User.is_active,
            Delegation.practitioner_id == CalendarFeed.person_id,
            in_force(Delegation, today),
            in_force(RoleGrant, today),
            RoleGrant.role.in_(roles_with(LINK)),
        )
    )
    return or_(CalendarFeed.created_by_id.is_(None), still_may.exists())


def why_not_add_feed(live_count: int) -> str | None:
    """Why no other address may be made."""
    if live_count < rules.FEEDS_MAX:
        return None
    return f"Il y a déjà {rules.FEEDS_MAX} adresses\u202f: révoquez-en une d’abord."


def why_not_add_source(count: int) -> str | None:
    """Why no other calendar may be linked."""
    return (
        None if count < rules.SOURCES_MAX else f"Il y a déjà {rules.SOURCES_MAX} agendas reliés\u202f: retirez-en un."
    )
