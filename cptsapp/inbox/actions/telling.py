"""What becomes of a request is told: to the person, to whoever asked for them, to the partner who sent it (A46).

No name, age, criterion nor reason in any of these mails (§4.7): a reference, steps of a closed list, a day.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from cptsapp.accounts.models import User
from cptsapp.core.db import session
from cptsapp.inbox.models import Request
from cptsapp.inbox.patients import read_contact
from cptsapp.inbox.rules.closing import taken_of
from cptsapp.outbox import texts
from cptsapp.outbox.actions import queue
from cptsapp.outbox.models import Message, MessageState
from cptsapp.outbox.private import wrap
from cptsapp.territory import queries as territory

HELD = ("request.found", "request.closed", "request.closed_referrer")


def tell_missing(request: Request, missing: Sequence[str]) -> None:
    """Say what is missing to whoever made the request."""
    _tell(request, "missing", _first(_own_addresses(request)), missing=missing)


def tell_found(request: Request, *, not_before: datetime | None = None) -> None:
    """A doctor is found: think of the declaration."""
    _tell(request, "found", _own_addresses(request), not_before=not_before)


def tell_closed(
    request: Request, about: Mapping[str, Any] | None = None, *, not_before: datetime | None = None
) -> None:
    """The outcome and the steps taken, to the requester and to the referrer. `about`: what the closing step holds."""
    told = {"outcome": request.outcome.value if request.outcome else "", "taken": taken_of(about or {})}
    _tell(request, "closed", _own_addresses(request), not_before=not_before, is_referrer=False, **told)
    _tell(request, "closed_referrer", _referrer(request), not_before=not_before, **told)


def untell(request: Request, since: datetime) -> None:
    """What was to be told later, queued since an instant, is not: the answer it came from was taken back."""
    about = Message.subject_type == "request", Message.subject_id == request.id
    held = Message.kind.in_(HELD), Message.state == MessageState.WAITING, Message.created_at >= since
    session.execute(
        update(Message)
        .where(*about, *held)
        .values(state=MessageState.DROPPED)
        .execution_options(synchronize_session=False)
    )


def _own_addresses(request: Request) -> list[str]:
    """The person's and the asker's, each once."""
    contact = read_contact(request)
    return list(dict.fromkeys(filter(None, (contact.mail, contact.asker_mail))))


def _first(addresses: list[str]) -> list[str]:
    return addresses[:1]


def _referrer(request: Request) -> list[str]:
    """The partner's user who sent the request, unless the mail is one the household gave."""
    if request.organisation_id is None or request.entered_by_id is None:
        return []
    mail = session.scalar(select(User.mail).where(User.id == request.entered_by_id, User.is_active))
    return [mail] if mail and mail not in _own_addresses(request) else []


def _tell(
    request: Request, name: str, addresses: Sequence[str], not_before: datetime | None = None, **context: Any
) -> None:
    if not addresses:
        return
    text = texts.render(f"inbox/{name}", request=request, cpts=territory.settings(), **context)
    for address in addresses:
        queue(
            f"request.{name}",
            to_address=wrap(address),
            title=text.title,
            body=text.body,
            about=request,
            not_before=not_before,
        )
