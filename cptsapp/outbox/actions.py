"""Queueing messages in the transaction of the change; the worker sends them after the commit.

The worker's three steps, each in its own short transaction so that the network is never inside one: `claim`, then
(outside) the delivery, then `settle_sent` or `settle_failed`.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, literal_column, select, update

from cptsapp.audit.actions import Actor, Thing, record
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import refuse_if
from cptsapp.core.seal import SealBroken
from cptsapp.outbox import rules
from cptsapp.outbox.models import CalendarMethod, Message, MessageCalendar, MessageState
from cptsapp.outbox.permissions import why_not_retry

KEPT = timedelta(days=366)
DOMAIN = "cptsapp.invalid"  # Message-IDs need a right-hand side; ours names no host


@dataclass(frozen=True, slots=True)
class CalendarFile:
    """A calendar file to send along: `content` is iCalendar of one event without organiser nor attendee."""

    method: CalendarMethod
    content: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message in hand, free of the database."""

    id: int
    to_address: str
    title: str
    body: str
    message_id: str
    created_at: datetime
    attempts: int
    calendar: CalendarFile | None = None


def queue(
    kind: str,
    *,
    to_address: str,
    title: str,
    body: str,
    about: Thing | None = None,
    to_user_id: int | None = None,
    once_key: str | None = None,
    not_before: datetime | None = None,
) -> Message | None:
    """Queue a mail. With a `once_key` that was used already nothing is queued and None is given (pitfall 16)."""
    if once_key and session.scalar(select(Message.id).where(Message.once_key == once_key)):
        return None
    now = clock.now()
    message = Message(
        kind=kind,
        to_address=to_address,
        to_user_id=to_user_id,
        title=title,
        body=body,
        subject_type=about.__tablename__ if about is not None else None,
        subject_id=getattr(about, "id", None),
        once_key=once_key,
        message_id=f"<{secrets.token_hex(16)}@{DOMAIN}>",
        created_at=now,
        next_at=not_before or now,
    )
    session.add(message)
    session.flush()
    return message


def join_calendar(message: Message, file: CalendarFile) -> None:
    """Let a calendar file leave with a message queued in the same transaction."""
    session.add(MessageCalendar(message_id=message.id, method=file.method, content=file.content))
    session.flush()


def claim() -> Outgoing | None:
    """Take the message due for longest, for the length of the lease; None when none is due or another was quicker."""
    now = clock.now()
    due = session.execute(
        select(Message.id, Message.next_at)
        .where(Message.state == literal_column("'waiting'"), Message.next_at <= now)  # as its partial index says
        .order_by(Message.next_at, Message.id)
        .limit(1)
    ).first()
    if due is None:
        return None
    taken = session.scalars(
        update(Message)
        .where(Message.id == due.id, Message.state == MessageState.WAITING, Message.next_at == due.next_at)
        .values(attempts=Message.attempts + 1, next_at=now + rules.LEASE)
        .returning(Message)
        .execution_options(populate_existing=True)
    ).one_or_none()
    return _in_hand(taken) if taken is not None else None


def _in_hand(message: Message) -> Outgoing | None:
    """The message free of the database; one whose seals no longer open is given up, and the next one taken."""
    try:
        address, body = message.address, message.text
    except SealBroken:
        message.state, message.last_error = MessageState.FAILED, SealBroken.__name__
        session.flush()
        return claim()
    return Outgoing(
        message.id,
        address,
        message.title,
        body,
        message.message_id,
        message.created_at,
        message.attempts,
        calendar_of(message.id),
    )


def calendar_of(message_id: int) -> CalendarFile | None:
    """The calendar file that leaves with a message, or None."""
    kept = session.get(MessageCalendar, message_id)
    return CalendarFile(kept.method, kept.content) if kept is not None else None


def settle_sent(outgoing: Outgoing) -> None:
    """The server has taken it."""
    _settle(outgoing, state=MessageState.SENT, sent_at=clock.now(), last_error=None)


def settle_failed(outgoing: Outgoing, code: str, *, is_permanent: bool) -> None:
    """It did not leave: wait for the next step of the ladder, or give up. `code` holds no address."""
    again = None if is_permanent else rules.next_attempt(outgoing.attempts, clock.now())
    if again is None:
        _settle(outgoing, state=MessageState.FAILED, last_error=code)
    else:
        _settle(outgoing, next_at=again, last_error=code)


def _settle(outgoing: Outgoing, **values: object) -> None:
    session.execute(
        update(Message).where(Message.id == outgoing.id, Message.state == MessageState.WAITING).values(**values)
    )


def retry(message: Message, *, by: Actor) -> None:
    """Give a failed message another day, from the first step. Raises Refusal when it has not failed."""
    refuse_if(why_not_retry(message))
    message.state = MessageState.WAITING
    message.attempts = 0
    message.next_at = clock.now()
    session.flush()
    record("message.retried", message, by=by)


def purge_old() -> None:
    """Forget messages written over a year ago; one that still waits is younger than that."""
    session.execute(delete(Message).where(Message.created_at < clock.now() - KEPT))
