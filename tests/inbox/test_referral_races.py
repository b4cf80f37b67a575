"""Two gestures at the same moment on what is at the partners': one passes, and nothing is left half done."""

import pytest

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.inbox.actions import agreements, referrals, search
from cptsapp.inbox.actions.referrals import Said
from cptsapp.inbox.models import PartnerAnswer, Recipient, Referral, Request, SearchAnswer, SearchQuestion, State, Step
from cptsapp.inbox.queries.requests import locked
from tests.tools.factories import acting
from tests.tools.inbox import JEANNE, make_partner, make_request
from tests.tools.races import at_once

pytestmark = pytest.mark.database
NOT_FOUND = PartnerAnswer.NOT_FOUND


@pytest.fixture
def sent(cast):
    """A request at the MiSAS's: its number, the sending's, who is there, who coordinates."""
    user, house = make_partner()
    by = acting(cast.coordinator)
    request = make_request("searching")
    referral = referrals.send(request, Recipient.MISAS, house.id, "", by)
    found = request.id, referral.id, acting(user), by
    session.commit()
    return found


def test_one_of_two_sendings_passes(app, cast):
    _, house = make_partner()
    by, number, house_id = acting(cast.coordinator), make_request("searching").id, house.id
    session.commit()
    send = lambda: referrals.send(session.get(Request, number), Recipient.MISAS, house_id, "", by)
    assert at_once(app, send, send) == {"done": 1, "refused": 1}
    assert session.query(Referral).count() == 1


def test_one_of_two_answers_passes(app, sent):
    request_id, number, user, _ = sent
    one = lambda: referrals.answer(number, NOT_FOUND, Said(note="Rien"), by=user)
    other = lambda: referrals.answer(number, PartnerAnswer.FOUND, Said("Dr Paul Barreteau"), by=user)
    assert at_once(app, one, other) == {"done": 1, "refused": 1}
    kinds = session.query(Step).filter(Step.kind.in_(("request.partner_return", "request.partner_find"))).count()
    assert kinds == 1
    assert session.get(Request, request_id).state in (State.SEARCHING, State.TO_DECLARE)


def test_an_agreement_withdrawn_while_the_partner_answers_stops_it_whoever_comes_first(app, sent):
    request_id, number, user, by = sent
    answer = lambda: referrals.answer(number, NOT_FOUND, Said(note="Rien"), by=user)
    withdraw = lambda: agreements.withdraw(locked(request_id), Recipient.MISAS, by=by)
    assert at_once(app, answer, withdraw)["done"] >= 1
    assert session.get(Referral, number).stopped_at == clock.now()
    assert session.get(Request, request_id).state is State.SEARCHING


def test_an_answer_is_taken_back_once(app, sent):
    request_id, number, user, _ = sent
    referrals.answer(number, NOT_FOUND, Said(note="Rien"), by=user)
    session.commit()
    undo = lambda: referrals.undo_answer(number, by=user)
    assert at_once(app, undo, undo) == {"done": 1, "refused": 1}
    assert session.get(Request, request_id).state is State.WITH_PARTNER


def test_the_twentieth_question_is_asked_once(app, cast):
    user, house = make_partner()
    by = acting(user)
    values = {"whole_index": b"x", "asked_at": clock.now(), "user_id": user.id, "organisation_id": house.id}
    session.add_all([SearchQuestion(**values, answer=SearchAnswer.NO) for _ in range(19)])
    session.commit()
    ask = lambda: search.ask(JEANNE, is_attested=True, by=by)
    assert at_once(app, ask, ask, ask) == {"done": 1, "refused": 2}
    assert session.query(SearchQuestion).count() == 20


def test_a_near_match_is_decided_once(app, cast):
    user, _ = make_partner()
    make_request()
    near = type(JEANNE)(JEANNE.last_name, "Jeannine", JEANNE.birth_date)
    number = search.ask(near, is_attested=True, by=acting(user)).id
    by = acting(cast.coordinator)
    session.commit()
    yes, no = (lambda same=same: search.decide(number, is_same=same, by=by) for same in (True, False))
    assert at_once(app, yes, no) == {"done": 1, "refused": 1}
