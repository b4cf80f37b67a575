"""Two people who decide on the same sheets at the same moment."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible, Refusal
from cptsapp.directory.actions.merging import merge, tell_apart, undo
from cptsapp.directory.actions.objections import object_for
from cptsapp.directory.models import Distinct, Merge, Person, SheetKind
from tests.tools.factories import acting, make_person

pytestmark = pytest.mark.database
P = SheetKind.PERSON


def at_once(app, *acts) -> Counter[str]:
    """Do these at the same moment, each in its own transaction; how many passed and how many were refused."""
    start = Barrier(len(acts))

    def one(act):
        with app.app_context():
            start.wait()
            try:
                act()
                session.commit()
            except (Refusal, Invisible):
                session.rollback()
                return "refused"
            finally:
                session.remove()
            return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return Counter(pool.map(one, acts))


@pytest.fixture
def by(cast):
    return acting(cast.coordinator)


@pytest.fixture
def pair(by):
    made = [make_person(last_name="Jolly", first_name="Carole", title="").id for _ in range(2)]
    session.commit()
    session.remove()
    return made


def test_one_of_two_who_make_the_same_merge_is_refused(app, pair, by):
    low, high = pair
    assert at_once(app, *[lambda: merge(P, low, high, [], by=by)] * 2) == {"done": 1, "refused": 1}
    assert session.query(Merge).count() == 1


def test_two_sheets_are_never_merged_into_each_other(app, pair, by):
    low, high = pair
    acts = (lambda: merge(P, low, high, [], by=by), lambda: merge(P, high, low, [], by=by))
    assert at_once(app, *acts) == {"done": 1, "refused": 1}
    assert sorted(session.get(Person, n).merged_into_id is None for n in pair) == [False, True]


def test_a_merge_is_undone_by_one(app, pair, by):
    done = merge(P, *pair, [], by=by).id
    session.commit()
    session.remove()
    acts = [lambda: undo(session.get(Merge, done), by=by)] * 2
    assert at_once(app, *acts) == {"done": 1, "refused": 1}


def test_two_who_tell_a_pair_apart_say_it_once(app, pair, by):
    assert at_once(app, *[lambda: tell_apart(P, *pair, by=by)] * 2) == {"done": 2}
    assert session.query(Distinct).count() == 1


def test_who_is_kept_out_meanwhile_is_not_merged(app, pair, by):
    low, high = pair
    at_once(app, lambda: merge(P, low, high, ["last_name"], by=by), lambda: object_for(high, by=by))
    gone = session.get(Person, high)
    assert (gone.merged_into_id is None) == (gone.objected_on is not None)
