"""A job apart: in a thread of its own, once at a time, and whatever goes wrong ends there."""

from threading import Event

import pytest

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.operations.background import Apart
from cptsapp.territory.models import Commune
from tests.tools.factories import make_commune


def test_the_worker_does_not_wait_for_it(app):
    may_end, ended = Event(), Event()

    def act(_now):
        may_end.wait(10)
        ended.set()

    apart = Apart("slow", act)
    apart(clock.now())
    assert not ended.is_set()
    may_end.set()
    apart.wait()
    assert ended.is_set()


def test_it_runs_once_at_a_time(app):
    may_end, begun = Event(), []

    def act(_now):
        begun.append(1)
        may_end.wait(10)

    apart = Apart("slow", act)
    apart(clock.now())
    apart(clock.now())
    may_end.set()
    apart.wait()
    assert begun == [1]


def test_it_may_run_again(app):
    done = []
    apart = Apart("short", lambda _now: done.append(1))
    for _ in range(2):
        apart(clock.now())
        apart.wait()
    assert done == [1, 1]


def test_what_goes_wrong_ends_there(app):
    done = []

    def act(_now):
        done.append(1)
        raise ZeroDivisionError

    apart = Apart("broken", act)
    for _ in range(2):
        apart(clock.now())
        apart.wait()
    assert done == [1, 1]


@pytest.mark.database
def test_it_has_a_session_of_its_own(app):
    def act(_now):
        make_commune()
        session.commit()

    apart = Apart("writes", act)
    apart(clock.now())
    apart.wait()
    assert session.query(Commune).count() == 1


def test_waiting_for_what_never_began_is_nothing(app):
    Apart("never", lambda _now: None).wait()
