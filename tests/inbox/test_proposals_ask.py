"""Doctors are asked: places held, mails queued, refusals."""

import re
from datetime import date

import pytest

from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.inbox.actions.proposals import TOO_MANY, cancel, propose, stop_all
from cptsapp.inbox.models import Deadline, ProposalState, Recipient, State, Step
from cptsapp.inbox.patients import Identity
from cptsapp.inbox.queries.places import equation, offer_of
from cptsapp.inbox.queries.proposals import of_request, seekers_of
from cptsapp.outbox.models import Message, MessageState
from tests.tools.factories import acting, make_person
from tests.tools.inbox import make_offer, make_request, make_seeker

PAUL = Identity("Guérineau", "Paul", date(1945, 1, 2))


@pytest.fixture
def by(cast):
    return acting(cast.coordinator)


@pytest.fixture
def doctors(cast):
    """Two doctors with five places each."""
    for person in (cast.gp_person, cast.other_gp_person):
        make_offer(person)
    return [cast.gp_person.id, cast.other_gp_person.id]


def mails(kind):
    return session.query(Message).filter_by(kind=f"request.{kind}").all()


def test_each_doctor_asked_keeps_a_place(by, doctors):
    made = propose(make_request("searching"), doctors, by=by)
    assert [(p.person_id, p.rank, p.state) for p in made] == [
        (doctors[0], 1, ProposalState.PENDING),
        (doctors[1], 2, ProposalState.PENDING),
    ]
    assert [equation(offer_of(number)).pending for number in doctors] == [1, 1]


def test_the_request_waits_for_them_three_days(by, doctors):
    request = make_request("searching")
    propose(request, doctors, by=by)
    assert (request.state, request.deadline, request.due_on) == (
        State.PROPOSED,
        Deadline.DOCTOR_ANSWER,
        date(2026, 7, 23),
    )


def test_each_is_written_to_without_a_word_of_the_person(by, doctors):
    request = make_request("searching")
    propose(request, doctors, by=by)
    sent = mails("proposal")
    assert {mail.to_address for mail in sent} == {"helene.renaudin@cpts.example", "sarah.benali@cpts.example"}
    for mail in sent:
        assert request.reference in mail.title
        assert "/proposition/" in mail.text
        written = re.sub(r"/proposition/\S+", "", mail.title + mail.text).replace(request.reference, "")
        for word in ("Jeanne", "Guérineau", "ALD", "Talmont", "79", "retraite"):
            assert word not in written


def test_each_has_a_line_in_the_steps(by, doctors):
    request = make_request("searching")
    propose(request, doctors, by=by)
    told = session.query(Step.doctor_id).filter_by(request_id=request.id, kind="request.propose")
    assert {row.doctor_id for row in told} == set(doctors)


def test_a_doctor_without_mail_is_to_be_called_today(by, cast):
    silent = make_person(last_name="Muet", mail=None)
    make_offer(silent)
    request = make_request("searching")
    propose(request, [silent.id], by=by)
    assert (request.deadline, request.due_on) == (Deadline.CALL_DOCTOR, date(2026, 7, 20))
    assert of_request(request)[0].is_to_call


def test_a_household_takes_as_many_places(by, doctors):
    request = make_request("searching", seekers=(make_seeker(), make_seeker(who=PAUL)))
    propose(request, doctors[:1], by=by)
    assert equation(offer_of(doctors[0])).pending == 2


def test_one_of_a_household_is_proposed_alone(by, doctors):
    request = make_request("searching", seekers=(make_seeker(), make_seeker(who=PAUL)))
    paul = request.seekers[1].id
    (made,) = propose(request, doctors[:1], [paul], by=by)
    assert ([seeker.id for seeker in seekers_of(made)], made.places) == ([paul], 1)


def test_nobody_asked_is_refused(by, doctors):
    with pytest.raises(Refusal):
        propose(make_request("searching"), [], by=by)


def test_four_at_once_are_refused(by, doctors):
    more = [make_person(), make_person()]
    for person in more:
        make_offer(person)
    with pytest.raises(Refusal, match=TOO_MANY):
        propose(make_request("searching"), [*doctors, *(person.id for person in more)], by=by)


def test_a_fourth_is_refused_while_three_are_awaited(by, doctors):
    third, fourth = make_person(), make_person()
    make_offer(third), make_offer(fourth)
    request = make_request("searching")
    propose(request, [*doctors, third.id], by=by)
    with pytest.raises(Refusal, match=TOO_MANY):
        propose(request, [fourth.id], by=by)


def test_a_doctor_without_a_place_is_refused_by_name(by, cast):
    make_offer(cast.gp_person, offered=1, taken=1)
    with pytest.raises(Refusal, match="Renaudin"):
        propose(make_request("searching"), [cast.gp_person.id], by=by)


def test_a_doctor_who_never_answered_is_refused(by, cast):
    with pytest.raises(Refusal, match="Renaudin"):
        propose(make_request("searching"), [cast.gp_person.id], by=by)


def test_an_answer_that_lapsed_is_refused(by, cast):
    make_offer(cast.gp_person, valid_until=date(2026, 7, 19))
    with pytest.raises(Refusal):
        propose(make_request("searching"), [cast.gp_person.id], by=by)


def test_the_same_doctor_is_not_asked_twice(by, doctors):
    request = make_request("searching")
    propose(request, doctors[:1], by=by)
    with pytest.raises(Refusal, match="déjà sollicité"):
        propose(request, doctors[:1], by=by)


def test_without_an_agreement_nobody_is_asked(by, doctors):
    request = make_request("searching", agreements=frozenset({Recipient.MISAS}))
    with pytest.raises(Refusal, match="accord"):
        propose(request, doctors, by=by)


def test_a_request_not_yet_read_is_not_proposed(by, doctors):
    with pytest.raises(Refusal):
        propose(make_request(), doctors, by=by)


def test_a_proposal_cancelled_gives_its_place_back(by, doctors):
    request = make_request("searching")
    (made,) = propose(request, doctors[:1], by=by)
    cancel(made.id, by=by)
    assert equation(offer_of(doctors[0])).left == 5
    assert (made.state, request.state) == (ProposalState.CANCELLED, State.SEARCHING)


def leave():
    """What waits has left."""
    session.query(Message).update({"state": MessageState.SENT})


def test_its_line_is_struck_and_the_doctor_told(by, doctors):
    request = make_request("searching")
    (made,) = propose(request, doctors[:1], by=by)
    leave()
    cancel(made.id, by=by)
    step = session.query(Step).filter_by(request_id=request.id, kind="request.propose").one()
    assert step.cancelled_at is not None
    assert len(mails("proposal_over")) == 1


def test_a_doctor_whose_mail_has_not_left_is_not_troubled(by, doctors):
    (made,) = propose(make_request("searching"), doctors[:1], by=by)
    cancel(made.id, by=by)
    assert [mail.state for mail in mails("proposal")] == [MessageState.DROPPED]
    assert mails("proposal_over") == []


def test_one_cancelled_leaves_the_other_awaited(by, doctors):
    request = make_request("searching")
    first, _second = propose(request, doctors, by=by)
    cancel(first.id, by=by)
    assert request.state is State.PROPOSED


def test_everything_stops_at_once(by, doctors):
    request = make_request("searching")
    propose(request, doctors, by=by)
    assert stop_all(request, by=by) == 2
    assert request.state is State.SEARCHING
    assert [equation(offer_of(number)).left for number in doctors] == [5, 5]
