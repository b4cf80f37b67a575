"""Several at once for the same places: the database decides, on SQLite and on PostgreSQL."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.inbox.actions import campaigns, capacity, places
from cptsapp.inbox.actions.campaigns import Terms
from cptsapp.inbox.actions.capacity import Answer
from cptsapp.inbox.models import AnsweredBy, CapacityCampaign, Offer, Takes
from cptsapp.inbox.queries.places import equation
from cptsapp.outbox.models import Message
from tests.tools.factories import acting
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


def test_an_answer_lowered_while_the_last_place_is_proposed(app, cast, offer_id):
    doctor = cast.gp_person.id
    session.commit()
    lower = Answer(Takes.NO, date(2026, 12, 1))

    def say_no():
        capacity.answer(doctor, lower, via=AnsweredBy.LINK, by=None)

    said = at_once(app, say_no, *[lambda: places.hold(offer_id)] * 3)
    assert said["done"] in (1, 2)
    found = session.get_one(Offer, offer_id)
    assert (found.takes, found.offered) == (Takes.NO, found.taken + found.pending)


def test_two_first_answers_at_once_leave_one(app, cast):
    doctor = cast.other_gp_person.id
    session.commit()

    def say(more):
        capacity.answer(doctor, Answer(Takes.YES, date(2026, 9, 30), more=more), via=AnsweredBy.LINK, by=None)

    assert at_once(app, *[lambda n=n: say(n) for n in (1, 2, 3, 4)]) == {"done": 4}
    assert session.query(Offer).filter_by(person_id=doctor, replaced_at=None).count() == 1


def test_two_coordinators_open_one_campaign(app, cast):
    by = acting(cast.coordinator)
    terms = Terms("Places", "", date(2026, 8, 3), date(2026, 10, 20))
    session.commit()
    acts = [lambda key=key: campaigns.ask_all(terms, by=by, key=key) for key in "ab"]
    assert at_once(app, *acts) == {"done": 1, REFUSED: 1}
    assert session.query(CapacityCampaign).count() == 1


def test_two_coordinators_remind_each_doctor_once(app, cast, set_clock):
    by = acting(cast.coordinator)
    number = campaigns.ask_all(Terms("Places", "", date(2026, 8, 3), date(2026, 10, 20)), by=by).id
    session.commit()
    set_clock(clock.now() + timedelta(days=1))
    assert at_once(app, *[lambda: campaigns.remind(number, by=by)] * 2) == {"done": 2}
    assert session.query(Message).filter_by(kind="capacity.again").count() == 2
