"""Several at once for the same places: the database decides, on SQLite and on PostgreSQL."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.inbox.actions import places
from cptsapp.inbox.models import Offer
from cptsapp.inbox.queries.places import equation
from tests.tools.inbox import make_offer

pytestmark = pytest.mark.database
REFUSED = "refused"


def at_once(app, *acts):
    """Do these acts at the same moment, each in its own transaction; how many passed and how many were refused."""
    start = Barrier(len(acts))

    def one(act):
        with app.app_context():
            start.wait()
            try:
                act()
                session.commit()
            except Refusal:
                session.rollback()
                return REFUSED
            finally:
                session.remove()
            return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return Counter(pool.map(one, acts))


@pytest.fixture
def offer_id(cast):
    """A doctor with two places, of whom one is left."""
    number = make_offer(cast.gp_person, offered=2, taken=1).id
    session.commit()
    return number


def counted(offer_id):
    found = equation(session.get_one(Offer, offer_id))
    return found.taken, found.pending, found.left


def test_of_six_for_the_last_place_one_has_it(app, offer_id):
    assert at_once(app, *[lambda: places.hold(offer_id)] * 6) == {"done": 1, REFUSED: 5}
    assert counted(offer_id) == (1, 1, 0)


def test_one_place_is_accepted_once(app, offer_id):
    places.hold(offer_id)
    session.commit()
    assert at_once(app, *[lambda: places.take(offer_id)] * 4) == {"done": 1, REFUSED: 3}
    assert counted(offer_id) == (2, 0, 0)


def test_a_place_is_given_back_once(app, offer_id):
    said = at_once(app, *[lambda: places.give_back_taken(offer_id)] * 4)
    assert said == {"done": 1, REFUSED: 3}
    assert counted(offer_id) == (0, 0, 2)


def test_accepted_or_lapsed_but_not_both(app, offer_id):
    places.hold(offer_id)
    session.commit()
    said = at_once(app, lambda: places.take(offer_id), lambda: places.give_back_pending(offer_id))
    assert said == {"done": 1, REFUSED: 1}
    assert counted(offer_id) in {(2, 0, 0), (1, 0, 1)}
