"""What is done every so often: by one worker at a time, and noted."""

from datetime import timedelta

import pytest

from cptsapp.accounts.models import SetupCode
from cptsapp.audit.actions import record, record_reading
from cptsapp.audit.models import AuditEvent, Category
from cptsapp.audit.purge import purge_old
from cptsapp.core import clock, submissions
from cptsapp.core.db import session
from cptsapp.operations.actions import take_turn
from cptsapp.operations.jobs import JOBS, Job
from cptsapp.operations.models import JobRun
from cptsapp.operations.worker import Worker
from tests.tools.factories import acting

HOUR = timedelta(hours=1)


def runs(app, function, name="try"):
    session.remove()
    Worker(app, None, jobs=(Job(name, HOUR, function),)).once()


def test_job_runs_at_the_first_turn(app, cast):
    done = []
    runs(app, lambda _now: done.append(1))
    assert done == [1]


def test_job_does_not_run_again_before_its_time(app, cast):
    done = []
    for _ in range(2):
        runs(app, lambda _now: done.append(1))
    assert done == [1]


def test_job_runs_again_in_its_time(app, cast, set_clock):
    done = []
    for _ in range(2):
        runs(app, lambda _now: done.append(1))
        set_clock(clock.now() + HOUR)
    assert done == [1, 1]


@pytest.mark.database
def test_turn_is_taken_by_one_worker_only(cast):
    assert take_turn("try", HOUR)
    session.commit()
    assert not take_turn("try", HOUR)


def test_job_that_fails_leaves_nothing_and_is_noted(app, cast):
    def fail(_now: object) -> None:
        session.add(SetupCode(id=1, code_hash=b"", created_at=clock.now()))
        session.flush()
        raise ValueError("secret")

    runs(app, fail)
    assert session.get(JobRun, "try").last_error == "ValueError"
    assert session.get(SetupCode, 1) is None


def test_failure_of_one_job_does_not_stop_the_next(app, cast):
    done = []
    session.remove()
    Worker(app, None, jobs=(Job("a", HOUR, lambda _now: 1 / 0), Job("b", HOUR, lambda _now: done.append(1)))).once()
    assert done == [1]


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
def test_every_job_runs_on_an_empty_house(app, cast, job):
    session.remove()
    Worker(app, None, jobs=(job,)).once()
    assert session.get(JobRun, job.name).last_error is None


def test_old_readings_go_and_changes_stay(cast, set_clock):
    record("person.changed", cast.gp_person, by=acting(cast.coordinator))
    record_reading("booking.opened", cast.gp_person, by=acting(cast.coordinator))
    set_clock(clock.now() + timedelta(days=400))
    purge_old()
    assert [e.category for e in session.query(AuditEvent)] == [Category.CHANGE]


def test_old_keys_of_forms_go(cast, set_clock):
    submissions.remember(cast.gp.id, "key", "try", 1)
    set_clock(clock.now() + timedelta(days=8))
    submissions.purge_old()
    assert submissions.result_for(cast.gp.id, "key", "try") is None
