"""Whose calendars a user sees, and what they may do with them now."""

from sqlalchemy import ColumnElement, false

from cptsapp.accounts.identity import CurrentUser
from cptsapp.calendars import rules
from cptsapp.directory.models import Person
from cptsapp.snp.permissions import acts_for


def practitioners_of(user: CurrentUser) -> ColumnElement[bool]:
    """WHERE over Person: those whose calendars the user may link."""
    if user.person_id is None or not user.can("calendar.own"):
        return false()
    return Person.id.in_(acts_for(user))


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
