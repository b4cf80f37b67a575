"""What is done every so often. Each job begins its own transaction, is safe to run twice, and commits by the worker."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from cptsapp.audit import purge as audit_purge
from cptsapp.calendars import refresh
from cptsapp.core import submissions
from cptsapp.outbox import actions as outbox


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do at most once in `every`."""

    name: str
    every: timedelta
    run: Callable[[], object]


JOBS: tuple[Job, ...] = (
    Job("calendars.refresh", timedelta(seconds=20), refresh.refresh_due),
    Job("submissions.purge", timedelta(hours=6), submissions.purge_old),
    Job("outbox.purge", timedelta(days=1), outbox.purge_old),
    Job("audit.purge", timedelta(days=1), audit_purge.purge_old),
)
