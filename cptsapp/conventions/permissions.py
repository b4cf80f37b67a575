"""Which conventions exist for a user, and why they may not act on one now (D45)."""

from sqlalchemy import ColumnElement, false, select, true

from cptsapp.accounts.identity import CurrentUser
from cptsapp.conventions.models import Convention, ConventionParty, ConventionState, Partner
from cptsapp.inbox.permissions import organisations_of

READER = "Seule la coordination rédige et fait signer les conventions."


def visible_to(user: CurrentUser) -> ColumnElement[bool]:
    """WHERE over conventions: all for the house; for a partner those it is a party of, once out of the drawer.

    One that ended in the drawer stays there.
    """
    scopes = user.scopes("conventions.read")
    if "all" in scopes:
        return true()
    if "received" not in scopes:
        return false()
    theirs = (
        select(ConventionParty.convention_id)
        .join(Partner, Partner.id == ConventionParty.partner_id)
        .where(Partner.organisation_id.in_(organisations_of(user)))
    )
    return Convention.id.in_(theirs) & ~_in_drawer()


def _in_drawer() -> ColumnElement[bool]:
    """As `rules.states.is_in_drawer`."""
    never_out = Convention.comments_due_on.is_(None) & Convention.checksum.is_(None)
    return (Convention.state == ConventionState.DRAFT) | ((Convention.state == ConventionState.ENDED) & never_out)


def why_not_manage(user: CurrentUser) -> str | None:
    """Why the user may not write conventions, or None."""
    return None if user.can("conventions.manage") else READER
