"""Reading one request, and what is agreed for it."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from cptsapp.accounts.identity import CurrentUser
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible
from cptsapp.core.rows import hold
from cptsapp.inbox.models import Agreement, Recipient, Request, Seeker, State
from cptsapp.inbox.permissions import visible_to


def request_for(user: CurrentUser, reference: str) -> Request:
    """The request of a reference with its seekers; raises Invisible when it does not exist for the user."""
    found = session.scalar(
        select(Request)
        .where(Request.reference == reference.upper(), visible_to(user))
        .options(selectinload(Request.seekers))
    )
    if found is None:
        raise Invisible
    return found


def locked(request_id: int) -> Request:
    """The request to be changed, its row held until the end of the transaction; raises Invisible."""
    return hold(Request, request_id)


def seekers_left(request: Request) -> list[Seeker]:
    """Those of the household still without a doctor nor another outcome."""
    return [seeker for seeker in request.seekers if seeker.outcome is None]


def agreed(request: Request) -> set[Recipient]:
    """The recipients for whom every seeker still concerned has an agreement in force (§6.3)."""
    concerned = [seeker.id for seeker in request.seekers if seeker.outcome is None] or [
        seeker.id for seeker in request.seekers
    ]
    return agreed_by_all(concerned)


def agreed_by_all(seeker_ids: Iterable[int]) -> set[Recipient]:
    """The recipients each of these seekers agrees to; none when there is no seeker."""
    wanted = set(seeker_ids)
    rows = session.execute(
        select(Agreement.seeker_id, Agreement.recipient).where(
            Agreement.seeker_id.in_(wanted), Agreement.withdrawn_at.is_(None)
        )
    )
    by_recipient: dict[Recipient, set[int]] = {}
    for row in rows:
        by_recipient.setdefault(row.recipient, set()).add(row.seeker_id)
    return {recipient for recipient, given in by_recipient.items() if wanted and given == wanted}


def is_open(request: Request) -> bool:
    """Whether something may still be done for it."""
    return request.state is not State.CLOSED
