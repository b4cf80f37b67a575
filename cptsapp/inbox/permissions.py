"""Which requests exist for a user, whose identity they may read, and why they may not act now (A38, §6.3)."""

from sqlalchemy import ColumnElement, false, select, true

from cptsapp.accounts.identity import CurrentUser
from cptsapp.core.db import session
from cptsapp.directory.models import Organisation, Place, Practice
from cptsapp.directory.permissions import in_force
from cptsapp.inbox.models import Referral, Request
from cptsapp.territory import queries as territory


def organisations_of(user: CurrentUser) -> list[int]:
    """The ids of the organisations a partner works in today, those merged into them included."""
    if user.person_id is None:
        return []
    practised = (
        select(Place.organisation_id)
        .join(Practice, Practice.place_id == Place.id)
        .where(Practice.person_id == user.person_id, in_force(Practice, territory.today()))
    )
    kept = select(Organisation.id, Organisation.merged_into_id).where(Organisation.id.in_(practised))
    found = {row.merged_into_id or row.id for row in session.execute(kept)}
    merged = select(Organisation.id).where(Organisation.merged_into_id.in_(found))
    return sorted(found | set(session.scalars(merged)))


def reads_all(user: CurrentUser) -> bool:
    """Whether the user reads every request with its identity: the coordination."""
    return "all" in user.scopes("inbox.read")


def visible_to(user: CurrentUser) -> ColumnElement[bool]:
    """WHERE over requests: all for the coordination; for a partner those sent to their organisation, not stopped.

    Whoever may only count sees none: figures have their own queries, without identity.
    """
    if reads_all(user):
        return true()
    if "received" not in user.scopes("inbox.read"):
        return false()
    sent = select(Referral.request_id).where(
        Referral.organisation_id.in_(organisations_of(user)), Referral.stopped_at.is_(None)
    )
    return Request.id.in_(sent)
