"""Two at once on the last place of a doctor, or on one answer: the database decides, and nobody counts twice."""

import pytest

from cptsapp.core.db import session
from cptsapp.inbox.actions.proposals import accept, cancel, choose, decline, propose, stop_all, undo_answer
from cptsapp.inbox.models import AnsweredBy, DoctorProposal, Offer, ProposalState, Request, State
from tests.tools.factories import acting
from tests.tools.inbox import make_offer, make_request
from tests.tools.races import at_once

pytestmark = pytest.mark.database
LINK = AnsweredBy.LINK


@pytest.fixture
def by(cast):
    return acting(cast.coordinator)


def offered(person, count):
    return make_offer(person, offered=count).id


def ask(request_id, doctor_ids, by):
    return lambda: propose(session.get_one(Request, request_id), doctor_ids, by=by)


def requests(count):
    found = [make_request("searching").id for _ in range(count)]
    session.commit()
    return found


def counted(offer_id):
    offer = session.get_one(Offer, offer_id)
    return offer.taken, offer.pending


def test_two_proposals_for_the_last_place(app, cast, by):
    offer, doctor = offered(cast.gp_person, 1), cast.gp_person.id
    first, second = requests(2)
    assert at_once(app, ask(first, [doctor], by), ask(second, [doctor], by)) == {"done": 1, "refused": 1}
    assert counted(offer) == (0, 1)
    assert session.query(DoctorProposal).count() == 1


def test_who_is_refused_the_last_place_keeps_no_other(app, cast, by):
    last, wide = offered(cast.gp_person, 1), offered(cast.other_gp_person, 5)
    both = [cast.gp_person.id, cast.other_gp_person.id]
    first, second = requests(2)
    said = at_once(app, ask(first, both, by), ask(second, both[::-1], by))
    assert said == {"done": 1, "refused": 1}
    assert (counted(last), counted(wide)) == ((0, 1), (0, 1))
    states = {session.get_one(Request, number).state for number in (first, second)}
    assert states == {State.PROPOSED, State.SEARCHING}


def test_eight_requests_never_pass_three_places(app, cast, by):
    offer, doctor = offered(cast.gp_person, 3), cast.gp_person.id
    said = at_once(app, *[ask(number, [doctor], by) for number in requests(8)])
    assert said == {"done": 3, "refused": 5}
    assert counted(offer) == (0, 3)


def test_one_request_is_proposed_once_to_a_doctor(app, cast, by):
    offer, doctor = offered(cast.gp_person, 5), cast.gp_person.id
    (number,) = requests(1)
    assert at_once(app, *[ask(number, [doctor], by)] * 4) == {"done": 1, "refused": 3}
    assert counted(offer) == (0, 1)


@pytest.fixture
def asked(cast, by):
    """The offer, and a proposal awaited."""
    offer = offered(cast.gp_person, 2)
    (made,) = propose(make_request("searching"), [cast.gp_person.id], by=by)
    session.commit()
    return offer, made.id, made.request_id


def test_yes_twice_takes_one_place(app, asked):
    offer, made, _ = asked
    at_once(app, *[lambda: accept(made, LINK)] * 4)
    assert counted(offer) == (1, 0)


def test_yes_while_the_office_cancels(app, asked, by):
    offer, made, _ = asked
    at_once(app, lambda: accept(made, LINK), lambda: cancel(made, by=by))
    assert counted(offer) == (0, 0)
    assert session.get_one(DoctorProposal, made).state in (ProposalState.CANCELLED, ProposalState.RELEASED)


def test_yes_and_no_at_once(app, asked):
    offer, made, _ = asked
    at_once(app, lambda: accept(made, LINK), lambda: decline(made, LINK))
    state = session.get_one(DoctorProposal, made).state
    assert counted(offer) == ((1, 0) if state is ProposalState.ACCEPTED else (0, 0))


def test_the_person_chooses_while_the_doctor_takes_back(app, asked):
    offer, made, number = asked
    accept(made, LINK)
    session.commit()
    at_once(app, lambda: choose(session.get_one(Request, number), made), lambda: undo_answer(made, LINK))
    state = session.get_one(DoctorProposal, made).state
    assert counted(offer) == ((1, 0) if state is ProposalState.CHOSEN else (0, 1))


def test_everything_stops_while_the_doctor_answers(app, asked, by):
    offer, made, number = asked
    at_once(app, lambda: accept(made, LINK), lambda: stop_all(session.get_one(Request, number), by=by))
    assert counted(offer) == (0, 0)
    assert session.get_one(Request, number).state is State.SEARCHING
