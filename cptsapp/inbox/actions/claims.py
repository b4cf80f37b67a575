"""« Quelqu’un est sur ce dossier »: an open page says so every half minute, and no one else is turned away.

A claim is taken, kept or taken over by one counted UPDATE: of two pages opened at once one finds no row.
"""

from datetime import timedelta

from sqlalchemy import or_, select, update

from cptsapp.accounts.identity import CurrentUser
from cptsapp.accounts.models import User
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.inbox.models import Request, State

LASTS = timedelta(minutes=2)


def claim(request_id: int, *, by: CurrentUser) -> str:
    """Say that the user is on an open request; gives the name of who was there before, empty when nobody was."""
    now = clock.now()
    free = or_(Request.claimed_by_id.is_(None), Request.claimed_by_id == by.id, Request.claimed_until <= now)
    session.execute(
        update(Request)
        .where(Request.id == request_id, Request.state != State.CLOSED, free)
        .values(claimed_by_id=by.id, claimed_until=now + LASTS)
        .execution_options(synchronize_session=False)
    )
    return holder(request_id, by)


def leave(request_id: int, *, by: CurrentUser) -> None:
    """The user has left the page; someone else's claim stays."""
    session.execute(
        update(Request)
        .where(Request.id == request_id, Request.claimed_by_id == by.id)
        .values(claimed_by_id=None, claimed_until=None)
        .execution_options(synchronize_session=False)
    )


def holder(request_id: int, user: CurrentUser) -> str:
    """The name of who else is on a request now, or empty."""
    wanted = select(User.display_name).join(Request, Request.claimed_by_id == User.id)
    found = session.scalar(
        wanted.where(Request.id == request_id, Request.claimed_by_id != user.id, Request.claimed_until > clock.now())
    )
    return found or ""
