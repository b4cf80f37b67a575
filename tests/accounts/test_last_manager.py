"""Two who take each other's management away at the same instant: one of them keeps it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest

from cptsapp.accounts.actions import roles, users
from cptsapp.accounts.models import RoleGrant, User
from cptsapp.accounts.queries import grant
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from tests.tools.factories import acting

pytestmark = pytest.mark.database
YESTERDAY = date(2026, 7, 19)


@pytest.fixture
def two(app, cast):
    """The account and the role of each of the two who manage, and as whom they act."""
    found = []
    for one in (cast.administrator, cast.coordinator):
        user = session.get_one(User, one.id)
        found.append((user.id, session.query(RoleGrant.id).filter_by(user_id=user.id).scalar(), acting(user)))
    session.commit()
    return found


def ending(user_id: int, grant_id: int, by):
    return lambda: roles.end_role(grant(user_id, grant_id), YESTERDAY, by=by)


def closing(user_id: int, by):
    return lambda: users.close_user(session.get_one(User, user_id), by=by)


def in_a_thread(app, act, start: Barrier | None = None):
    with app.app_context():
        if start is not None:
            start.wait()
        try:
            act()
            session.commit()
        except Refusal as refusal:
            return refusal.message
        finally:
            session.remove()


def at_once(app, *acts) -> list[str | None]:
    start = Barrier(len(acts))
    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(lambda act: in_a_thread(app, act, start), acts))


def after_the_first(app, first, second) -> str | None:
    """What the second answers when the first has done all but commit."""
    first()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(in_a_thread, app, second)
        with pytest.raises(TimeoutError):
            waiting.result(timeout=0.3)
        session.commit()
        session.remove()
        return waiting.result(timeout=10)


def test_each_ends_the_others_role(app, two):
    (first_id, first_grant, first), (second_id, second_grant, second) = two
    answers = at_once(app, ending(second_id, second_grant, first), ending(first_id, first_grant, second))
    assert sorted(answer is None for answer in answers) == [False, True]
    assert roles.is_another_manager()


def test_whoever_comes_second_waits_and_is_refused(app, two):
    (first_id, first_grant, first), (second_id, second_grant, second) = two
    answer = after_the_first(app, ending(second_id, second_grant, first), ending(first_id, first_grant, second))
    assert "Plus personne" in answer


def test_each_closes_the_others_account(app, two):
    (first_id, _, first), (second_id, _, second) = two
    answer = after_the_first(app, closing(second_id, first), closing(first_id, second))
    assert "Plus personne" in answer


def test_one_closes_and_the_other_ends(app, two):
    (first_id, first_grant, first), (second_id, _, second) = two
    answer = after_the_first(app, closing(second_id, first), ending(first_id, first_grant, second))
    assert "Plus personne" in answer


def test_one_ends_and_the_other_closes(app, two):
    (first_id, _, first), (second_id, second_grant, second) = two
    answer = after_the_first(app, ending(second_id, second_grant, first), closing(first_id, second))
    assert "Plus personne" in answer
