"""What ends an erasure once committed: its line in the file outside the database, nothing left in SQLite's log."""

from datetime import datetime

from cptsapp.core.db import empty_log
from cptsapp.inbox.actions.retention import note_erasures


def finish() -> None:
    """Note the erasures, then empty the write-ahead log, which may still hold addresses of mails that are gone.

    Call it in a transaction of its own that has changed nothing yet.
    """
    note_erasures()
    empty_log()


def keep_up(_now: datetime) -> None:
    """The same every few minutes: what a crash or someone reading left undone is done."""
    finish()
