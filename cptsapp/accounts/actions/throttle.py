"""Attempts counted in our own table, shared by all processes; what is counted is kept as a blind index."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError

from cptsapp.accounts.models import Counter
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.seal import ring

BUCKET = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Limit:
    """So many attempts in a window, under a name."""

    purpose: str
    attempts: int
    window: timedelta


QUARTER = timedelta(minutes=15)
HOUR = timedelta(hours=1)
SIGN_IN_MAIL = Limit("sign_in.mail", 8, QUARTER)
SIGN_IN_ADDRESS = Limit("sign_in.address", 60, QUARTER)  # a whole surgery may share one address
CODE = Limit("code.user", 6, QUARTER)
RESET_MAIL = Limit("reset.mail", 3, HOUR)
RESET_ADDRESS = Limit("reset.address", 30, HOUR)
LINK_ADDRESS = Limit("link.address", 60, QUARTER)


def is_over(limit: Limit, value: str) -> bool:
    """Whether the limit has been reached already."""
    since = clock.now() - limit.window
    counted = select(func.coalesce(func.sum(Counter.attempt_count), 0)).where(
        Counter.purpose == limit.purpose, Counter.key == _key(limit, value), Counter.window_at > since
    )
    return (session.scalar(counted) or 0) >= limit.attempts


def count(limit: Limit, value: str) -> None:
    """One attempt more."""
    key, window_at = _key(limit, value), _bucket(clock.now())
    if _add_one(limit.purpose, key, window_at):
        return
    try:
        with session.begin_nested():
            session.add(Counter(purpose=limit.purpose, key=key, window_at=window_at, attempt_count=1))
    except IntegrityError:  # another request opened the window in between
        _add_one(limit.purpose, key, window_at)


def _add_one(purpose: str, key: bytes, window_at: datetime) -> bool:
    same = update(Counter).where(Counter.purpose == purpose, Counter.key == key, Counter.window_at == window_at)
    more = same.values(attempt_count=Counter.attempt_count + 1)
    return session.connection().execute(more).rowcount == 1


def uncount(limit: Limit, value: str) -> None:
    """Take the last attempt back: it was a good one. Many good ones from one surgery lock nobody out."""
    same = update(Counter).where(
        Counter.purpose == limit.purpose,
        Counter.key == _key(limit, value),
        Counter.window_at == _bucket(clock.now()),
        Counter.attempt_count > 0,
    )
    session.execute(same.values(attempt_count=Counter.attempt_count - 1))


def forget(limit: Limit, value: str) -> None:
    """Start from nothing again: the person has proved who they are."""
    session.execute(delete(Counter).where(Counter.purpose == limit.purpose, Counter.key == _key(limit, value)))


def purge(now: datetime) -> None:
    """Remove the windows that no limit looks at any more."""
    session.execute(delete(Counter).where(Counter.window_at < now - HOUR - BUCKET))


def _key(limit: Limit, value: str) -> bytes:
    return ring().blind_index("throttle", f"{limit.purpose}/{value}")


def _bucket(now: datetime) -> datetime:
    return now - timedelta(seconds=now.timestamp() % BUCKET.total_seconds())
