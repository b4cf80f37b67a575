"""Taking away the messages to someone who asked to be kept out, and those that name them."""

from collections.abc import Collection

from sqlalchemy import delete, func, or_

from cptsapp.core.db import session
from cptsapp.outbox.models import Message


def erase_messages(mails: Collection[str], user_ids: Collection[int], names: Collection[str]) -> None:
    """Erase what waits or was sent to these addresses and accounts, and what is written with one of these names."""
    named = [column.contains(name) for name in names if name.strip() for column in (Message.title, Message.body)]
    theirs = or_(func.lower(Message.to_address).in_(mails), Message.to_user_id.in_(user_ids), *named)
    session.execute(delete(Message).where(theirs))
