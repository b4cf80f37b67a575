"""Reading messages: the deliveries of one thing, what waits or failed, the demonstration's mail."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, func, literal_column, select
from sqlalchemy.orm import defer

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible
from cptsapp.outbox import rules
from cptsapp.outbox.models import Message, MessageState

PAGE_SIZE = 50
MAIL_SHOWN = 200


def _literal(state: MessageState) -> ColumnElement[str]:
    """The state written out: a partial index is used only when the statement's text says what it says."""
    return literal_column(f"'{state}'")


def deliveries_for(subject_type: str, subject_id: int) -> Sequence[Message]:
    """The messages about one thing, in the order they were written, without their bodies."""
    return session.scalars(
        select(Message)
        .where(Message.subject_type == subject_type, Message.subject_id == subject_id)
        .options(defer(Message.body, raiseload=True))
        .order_by(Message.id)
    ).all()


def pending_counts() -> dict[MessageState, int]:
    """How many messages failed and how many wait: each counted on its own small index, whatever was ever sent."""
    states = (MessageState.FAILED, MessageState.WAITING)
    return {
        state: session.scalar(select(func.count()).select_from(Message).where(Message.state == _literal(state))) or 0
        for state in states
    }


def in_state(state: MessageState, before_id: int | None = None) -> Sequence[Message]:
    """One page of the messages in a state and one more row, newest first, without their bodies: links are secrets."""
    wanted = select(Message).where(Message.state == _literal(state))
    if before_id is not None:
        wanted = wanted.where(Message.id < before_id)
    shown = wanted.options(defer(Message.body, raiseload=True)).order_by(Message.id.desc()).limit(PAGE_SIZE + 1)
    return session.scalars(shown).all()


def get(message_id: int) -> Message:
    """One message; raises Invisible."""
    found = session.get(Message, message_id)
    if found is None:
        raise Invisible
    return found


def late_by() -> timedelta | None:
    """How long the oldest due message has waited when the worker should have taken it, or None when all is well."""
    now = clock.now()
    oldest = session.scalar(select(func.min(Message.next_at)).where(Message.state == _literal(MessageState.WAITING)))
    return now - oldest if oldest is not None and now - oldest > rules.LATE else None


def demo_mail() -> Sequence[Message]:
    """The last messages of the demonstration, newest first."""
    return session.scalars(select(Message).order_by(Message.id.desc()).limit(MAIL_SHOWN)).all()
