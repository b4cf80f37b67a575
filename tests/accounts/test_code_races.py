"""Two requests at once with the same code: one comes in."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from cptsapp.accounts.actions import desks, second_factor, throttle
from cptsapp.accounts.models import Counter, Desk, DeskUser, Role
from cptsapp.core import clock
from cptsapp.core.db import session
from tests.accounts.tools import PIN, code_of
from tests.tools.factories import acting, make_user

pytestmark = pytest.mark.database


def at_once(app, act, times=4):
    """Do `act` in several threads at the same moment, each in its own transaction; gives the answers."""
    start = Barrier(times)

    def one(_):
        with app.app_context():
            start.wait()
            answer = act()
            session.commit()
            session.remove()
            return answer

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))


def test_a_code_of_the_telephone_lets_one_in(app):
    user_id = make_user(Role.REGULATOR).id
    session.commit()
    code = code_of()
    assert sorted(at_once(app, lambda: second_factor.use_code(user_id, code))) == [False, False, False, True]


def test_a_recovery_code_lets_one_in(app):
    user = make_user(Role.REGULATOR)
    user_id = user.id
    code = second_factor.renew_recovery_codes(user, by=acting(user))[0]
    session.commit()
    assert sorted(at_once(app, lambda: second_factor.use_recovery_code(user_id, code))) == [False, False, False, True]


def test_attempts_are_all_counted(app):
    at_once(app, lambda: throttle.count(throttle.CODE, "7"), times=6)
    assert sum(counter.attempt_count for counter in session.query(Counter)) == 6


def test_racing_pins_share_the_five_attempts(app):
    user = make_user(Role.REGULATOR)
    desk = Desk(name="Poste 1", token_hash=b"x", enrolled_at=clock.now(), enrolled_by_id=user.id)
    session.add(desk)
    session.flush()
    held = DeskUser(desk_id=desk.id, user_id=user.id, pin_hash=PIN)
    session.add(held)
    session.commit()
    held_id = held.id
    session.commit()
    assert sum(at_once(app, lambda: desks.count_pin_attempt(held_id), times=8)) == 5
