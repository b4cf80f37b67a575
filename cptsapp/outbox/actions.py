"""Queueing messages in the transaction of the change; the worker sends them after the commit."""

import secrets
from datetime import datetime

from sqlalchemy import select

from cptsapp.audit.actions import Thing
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.outbox.models import Message

DOMAIN = "cptsapp.invalid"  # Message-IDs need a right-hand side; ours names no host


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
