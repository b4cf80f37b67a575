"""When a message is tried again, and when it is given up: pure functions."""

from datetime import datetime, timedelta

from cptsapp.outbox.models import MessageState

# Minutes to wait after the 1st, 2nd… failure: about a day in all, then the message is of no use to anyone.
LADDER = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 480, 640))
ATTEMPTS_MAX = len(LADDER) + 1

# While a worker has a message in hand nobody else takes it; if that worker dies it is taken again after this.
LEASE = timedelta(minutes=10)

# A message due for longer than this has been taken by nobody: the worker is not running.
LATE = timedelta(minutes=5)

STATE_LABELS = {
    MessageState.WAITING: "en attente",
    MessageState.SENT: "remis",
    MessageState.FAILED: "non remis",
    MessageState.DROPPED: "retenu",
}


def next_attempt(attempts: int, now: datetime) -> datetime | None:
    """When to try again after `attempts` failures, or None to give up."""
    return now + LADDER[attempts - 1] if attempts <= len(LADDER) else None
