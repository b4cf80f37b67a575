"""What is forgotten in time."""

from datetime import timedelta

from cptsapp.accounts import sessions
from cptsapp.accounts.actions import throttle
from cptsapp.accounts.models import Counter, SignIn, User
from cptsapp.core import clock
from cptsapp.core.db import session


def test_sessions_are_forgotten_three_months_after_their_end(cast):
    sessions.open_session(session.get(User, cast.regulator.id), "test")
    sessions.purge_old(clock.now() + sessions.LASTS + timedelta(days=89))
    assert session.query(SignIn).count() == 1
    sessions.purge_old(clock.now() + sessions.LASTS + timedelta(days=91))
    assert session.query(SignIn).count() == 0


def test_attempts_are_forgotten_once_no_limit_looks_at_them(app):
    throttle.count(throttle.RESET_MAIL, "x")
    throttle.purge(clock.now() + timedelta(minutes=59))
    assert session.query(Counter).count() == 1
    throttle.purge(clock.now() + timedelta(minutes=71))
    assert session.query(Counter).count() == 0
