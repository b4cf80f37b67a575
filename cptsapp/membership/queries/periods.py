"""One period of membership, by its number."""

from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible
from cptsapp.directory.models import Membership


def membership(membership_id: int) -> Membership:
    """The membership. Raises Invisible."""
    found = session.get(Membership, membership_id)
    if found is None:
        raise Invisible
    return found
