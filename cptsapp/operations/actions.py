"""Taking a job's turn, and noting how it ended."""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.operations.models import JobRun


def begun() -> dict[str, datetime]:
    """When each job was last begun: one question for all of them, every two seconds."""
    return {row[0]: row[1] for row in session.execute(select(JobRun.name, JobRun.begun_at))}


def take_turn(name: str, every: timedelta) -> bool:
    """Whether the job is due and this worker has it: one counted UPDATE, or the insert of its first turn."""
    now = clock.now()
    taken = session.scalars(
        update(JobRun)
        .where(JobRun.name == name, JobRun.begun_at <= now - every)
        .values(begun_at=now)
        .returning(JobRun.name)
    ).all()
    if taken or session.get(JobRun, name) is not None:
        return bool(taken)
    return _first_turn(name)


def _first_turn(name: str) -> bool:
    try:
        with session.begin_nested():
            session.add(JobRun(name=name, begun_at=clock.now()))
    except IntegrityError:  # another worker was quicker
        return False
    return True


def note_end(name: str, error: str | None) -> None:
    """The job has ended, well when `error` is None; `error` is a kind of error, without any value."""
    now = clock.now()
    values = {"failed_at": now, "last_error": error} if error else {"ended_at": now, "last_error": None}
    session.execute(update(JobRun).where(JobRun.name == name).values(**values))
