"""Doctors answer, take back, the person chooses: places, states, words to each."""

from datetime import date, timedelta

import pytest

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible, Refusal
from cptsapp.directory.models import Person
from cptsapp.inbox.actions import household, triage
from cptsapp.inbox.actions.choices import NOBODY_ACCEPTED, ask_for_call, none_suits, note_person_called
from cptsapp.inbox.actions.household import Found
from cptsapp.inbox.actions.proposals import (
    accept,
    cancel,
    choose,
    decline,
    give_reason,
    note_call,
    propose,
    stop_all,
    take_back,
    tell_identity,
    undo_answer,
)
from cptsapp.inbox.models import AnsweredBy, Deadline, DoctorProposal, Outcome, ProposalState, Request, State, Step
from cptsapp.inbox.patients import Contact, Identity
from cptsapp.inbox.queries.places import equation, offer_of
from cptsapp.inbox.queries.proposals import accepted_doctors
from cptsapp.inbox.queries.ranking import ranked
from cptsapp.outbox.models import Message
from tests.tools.factories import acting, make_person
from tests.tools.inbox import make_offer, make_request, make_seeker

PAUL = Identity("Guérineau", "Paul", date(1945, 1, 2))
LINK, OFFICE = AnsweredBy.LINK, AnsweredBy.OFFICE
P = ProposalState


@pytest.fixture
def by(cast):
    return acting(cast.coordinator)


@pytest.fixture
def doctors(cast):
    for person in (cast.gp_person, cast.other_gp_person):
        make_offer(person)
    return [cast.gp_person.id, cast.other_gp_person.id]


@pytest.fixture
def request_(doctors):
    return make_request("searching")


@pytest.fixture
def asked(by, doctors, request_):
    """Jeanne Guérineau is proposed to both."""
    return propose(request_, doctors, by=by)


@pytest.fixture
def pair(by, doctors):
    """A couple, proposed whole to the first doctor, and the second of them alone to the other doctor."""
    request = make_request("searching", seekers=(make_seeker(), make_seeker(who=PAUL)))
    (whole,) = propose(request, doctors[:1], by=by)
    (alone,) = propose(request, doctors[1:], [request.seekers[1].id], by=by)
    return request, whole, alone


def places(doctor_id):
    found = equation(offer_of(doctor_id))
    return found.taken, found.pending


def mails(kind):
    return session.query(Message).filter_by(kind=f"request.{kind}").all()


def test_who_accepts_takes_the_place(asked, doctors):
    accept(asked[0].id, LINK)
    assert places(doctors[0]) == (1, 0)


def test_the_person_has_ten_days_to_choose(asked, request_):
    accept(asked[0].id, LINK)
    assert (request_.state, request_.deadline, request_.due_on) == (
        State.PROPOSED,
        Deadline.PERSON_CHOICE,
        date(2026, 7, 30),
    )


def test_the_person_is_told_by_a_link_that_names_nobody(asked, request_):
    accept(asked[0].id, LINK)
    (mail,) = mails("choice")
    assert "/suivi/" in mail.text
    for word in ("Renaudin", "Jeanne", "Guérineau", "ALD", "Talmont"):
        assert word not in mail.title + mail.text


def test_a_second_doctor_who_accepts_lets_the_choice_run(asked, request_):
    accept(asked[0].id, LINK)
    accept(asked[1].id, LINK)
    assert [line.doctor.name for line in accepted_doctors(request_)] == ["Dr Hélène Renaudin", "Dr Sarah Benali"]


def test_the_doctors_told_have_a_place_and_a_phone(asked, request_):
    accept(asked[0].id, LINK)
    (line,) = accepted_doctors(request_)
    assert (line.doctor.address, line.doctor.commune, line.doctor.phone) == (
        "12, rue des Écoliers",
        "Talmont-Saint-Hilaire",
        "+33261914027",
    )


def test_whom_no_mail_reaches_is_called_today(by, doctors):
    request = make_request("searching", contact=Contact(phone="+33639981427"))
    (made,) = propose(request, doctors[:1], by=by)
    accept(made.id, LINK)
    assert (request.deadline, request.due_on) == (Deadline.CALL_PERSON, date(2026, 7, 20))


def test_once_called_they_have_their_days_to_choose(by, doctors):
    request = make_request("searching", contact=Contact(phone="+33639981427"))
    (made,) = propose(request, doctors[:1], by=by)
    accept(made.id, LINK)
    note_person_called(request, by=by)
    assert (request.deadline, request.due_on) == (Deadline.PERSON_CHOICE, date(2026, 7, 30))


def test_who_wished_to_be_called_still_is_when_a_doctor_accepts(asked, request_):
    ask_for_call(request_)
    accept(asked[0].id, LINK)
    assert (request_.deadline, request_.due_on) == (Deadline.CALL_PERSON, date(2026, 7, 20))


def test_no_mail_says_who_where_nor_why(asked, request_):
    accept(asked[0].id, LINK)
    undo_answer(asked[0].id, LINK)
    for made in asked:
        accept(made.id, LINK)
    choose(request_, asked[0].id)
    written = "".join(mail.title + mail.text for mail in session.query(Message))
    found = [word for word in ("Jeanne", "Guérineau", "1947", "ALD", "Talmont", "retraite") if word in written]
    assert found == []


def test_no_call_is_noted_when_none_is_awaited(by, asked, request_):
    with pytest.raises(Refusal):
        note_person_called(request_, by=by)


def test_accepting_twice_takes_one_place(asked, doctors):
    accept(asked[0].id, LINK)
    accept(asked[0].id, LINK)
    assert places(doctors[0]) == (1, 0)
    assert len(mails("choice")) == 1


def test_who_declines_gives_the_place_back_at_once(asked, doctors):
    decline(asked[0].id, LINK)
    assert places(doctors[0]) == (0, 0)
    assert asked[0].decline_reason is None


def test_the_reason_comes_after_or_never(asked):
    decline(asked[0].id, LINK)
    give_reason(asked[0].id, "too_far")
    assert asked[0].decline_reason == "too_far"


def test_a_reason_nobody_knows_is_none(asked):
    decline(asked[0].id, LINK)
    give_reason(asked[0].id, "the moon")
    assert asked[0].decline_reason is None


def test_no_reason_without_a_no(asked):
    with pytest.raises(Refusal):
        give_reason(asked[0].id, "too_far")


def test_one_no_leaves_the_other_awaited(asked, request_):
    decline(asked[0].id, LINK)
    assert (request_.state, request_.deadline) == (State.PROPOSED, Deadline.DOCTOR_ANSWER)


def test_the_last_no_resumes_the_search(asked, request_):
    for made in asked:
        decline(made.id, LINK)
    assert (request_.state, request_.deadline) == (State.SEARCHING, Deadline.PROPOSE)


def test_who_accepted_does_not_decline_behind_it(asked):
    accept(asked[0].id, LINK)
    with pytest.raises(Refusal):
        decline(asked[0].id, LINK)


def test_an_acceptance_undone_awaits_the_doctor_again(asked, doctors, request_):
    accept(asked[0].id, LINK)
    undo_answer(asked[0].id, LINK)
    assert (places(doctors[0]), asked[0].state) == ((0, 1), P.PENDING)
    assert request_.deadline is Deadline.DOCTOR_ANSWER


def test_the_person_is_told_that_a_doctor_is_there_no_more(asked):
    accept(asked[0].id, LINK)
    undo_answer(asked[0].id, LINK)
    assert len(mails("choice_fewer")) == 1


def test_a_no_undone_holds_a_place_again(asked, doctors, request_):
    for made in asked:
        decline(made.id, LINK)
    undo_answer(asked[0].id, LINK)
    assert (places(doctors[0]), request_.state) == ((0, 1), State.PROPOSED)


def test_a_no_is_not_undone_when_the_place_went_to_another(asked, doctors):
    decline(asked[0].id, LINK)
    offer_of(doctors[0]).offered = 0
    with pytest.raises(Refusal):
        undo_answer(asked[0].id, LINK)


def test_a_no_undone_twice_holds_one_place(asked, doctors):
    decline(asked[0].id, LINK)
    undo_answer(asked[0].id, LINK)
    undo_answer(asked[0].id, LINK)
    assert places(doctors[0]) == (0, 1)


def test_who_said_no_may_still_take(asked, doctors):
    decline(asked[0].id, LINK)
    accept(asked[0].id, LINK)
    assert places(doctors[0]) == (1, 0)


def test_nobody_answers_what_is_cancelled(by, asked):
    cancel(asked[0].id, by=by)
    for act in (accept, decline, undo_answer):
        with pytest.raises(Refusal):
            act(asked[0].id, LINK)


def test_what_does_not_exist_is_invisible(cast):
    with pytest.raises(Invisible):
        accept(12345, LINK)


def test_the_office_notes_an_answer_given_on_the_phone(by, asked, request_):
    accept(asked[0].id, OFFICE, by=by)
    assert (asked[0].answered_by, asked[0].answered_by_id) == (OFFICE, by.id)
    step = session.query(Step).filter_by(request_id=request_.id, kind="request.offer_choice").one()
    assert step.user_id == by.id


def test_a_call_gives_the_doctor_two_more_days(by, asked, request_):
    note_call(asked[0].id, by=by)
    note_call(asked[1].id, by=by)
    assert (request_.deadline, request_.due_on) == (Deadline.CALL_DOCTOR, date(2026, 7, 22))


def test_who_answered_is_not_called(by, asked):
    decline(asked[0].id, LINK)
    with pytest.raises(Refusal):
        note_call(asked[0].id, by=by)


def test_the_office_tells_the_identity_once_accepted(by, asked, request_):
    accept(asked[0].id, LINK)
    tell_identity(asked[0].id, by=by)
    assert session.query(Step).filter_by(request_id=request_.id, kind="proposal.told").count() == 1


def test_nobody_tells_it_before(by, asked):
    with pytest.raises(Refusal):
        tell_identity(asked[0].id, by=by)


def test_the_doctor_chosen_awaits_the_declaration(asked, request_, doctors):
    accept(asked[0].id, LINK)
    choose(request_, asked[0].id)
    assert (request_.state, request_.deadline, request_.due_on) == (
        State.TO_DECLARE,
        Deadline.DECLARATION,
        date(2026, 8, 19),
    )
    assert (request_.seekers[0].outcome, request_.seekers[0].doctor_id) == (Outcome.FOUND, doctors[0])


def test_the_others_are_thanked_and_have_their_place(asked, request_, doctors):
    for made in asked:
        accept(made.id, LINK)
    choose(request_, asked[0].id)
    assert [made.state for made in asked] == [P.CHOSEN, P.RELEASED]
    assert (places(doctors[0]), places(doctors[1])) == ((1, 0), (0, 0))
    assert [mail.to_address for mail in mails("proposal_over")] == ["sarah.benali@cpts.example"]


def test_one_still_awaited_is_let_go(asked, request_, doctors):
    accept(asked[0].id, LINK)
    choose(request_, asked[0].id)
    assert (asked[1].state, places(doctors[1])) == (P.CANCELLED, (0, 0))


def test_choosing_twice_is_choosing_once(asked, request_):
    accept(asked[0].id, LINK)
    choose(request_, asked[0].id)
    choose(request_, asked[0].id)
    assert len(mails("proposal_chosen")) == 1


def test_who_did_not_accept_is_not_chosen(asked, request_):
    with pytest.raises(Refusal):
        choose(request_, asked[0].id)


def test_a_doctor_of_another_request_is_not_chosen(asked):
    accept(asked[0].id, LINK)
    with pytest.raises(Refusal):
        choose(make_request("searching"), asked[0].id)


def test_a_doctor_chosen_does_not_take_back_alone(asked, request_):
    accept(asked[0].id, LINK)
    choose(request_, asked[0].id)
    with pytest.raises(Refusal, match="choisi"):
        undo_answer(asked[0].id, LINK)


def test_none_suits_and_the_search_resumes(asked, request_, doctors):
    accept(asked[0].id, LINK)
    decline(asked[1].id, LINK)
    none_suits(request_)
    assert (request_.state, places(doctors[0]), asked[0].state) == (State.SEARCHING, (0, 0), P.RELEASED)


def test_none_suits_and_one_is_still_awaited(asked, request_):
    accept(asked[0].id, LINK)
    none_suits(request_)
    assert (request_.state, request_.deadline) == (State.PROPOSED, Deadline.DOCTOR_ANSWER)


def test_none_suits_asks_for_someone_who_accepted(asked, request_):
    with pytest.raises(Refusal, match=NOBODY_ACCEPTED):
        none_suits(request_)


def test_one_of_a_couple_chooses_and_the_other_goes_on(pair, doctors):
    request, whole, alone = pair
    accept(whole.id, LINK)
    accept(alone.id, LINK)
    choose(request, alone.id)
    assert [seeker.outcome for seeker in request.seekers] == [None, Outcome.FOUND]
    assert (request.state, whole.places, places(doctors[0])) == (State.PROPOSED, 1, (1, 0))


def test_the_last_of_a_couple_brings_the_declaration(pair, doctors):
    request, whole, alone = pair
    accept(whole.id, LINK)
    accept(alone.id, LINK)
    choose(request, alone.id)
    choose(request, whole.id)
    assert [seeker.doctor_id for seeker in request.seekers] == doctors
    assert request.state is State.TO_DECLARE


def test_one_of_a_couple_whose_doctor_says_no_is_searched_for(by, doctors):
    request = make_request("searching", seekers=(make_seeker(), make_seeker(who=PAUL)))
    (alone,) = propose(request, doctors[:1], [request.seekers[0].id], by=by)
    accept(alone.id, LINK)
    choose(request, alone.id)
    assert (request.state, request.deadline) == (State.SEARCHING, Deadline.PROPOSE)


def test_the_declaration_closes_and_keeps_the_place(by, asked, request_, doctors):
    accept(asked[0].id, LINK)
    choose(request_, asked[0].id)
    triage.declare(request_.id, by=by)
    assert (request_.state, request_.outcome, places(doctors[0])) == (State.CLOSED, Outcome.FOUND, (1, 0))
    assert request_.seekers[0].declared_on == date(2026, 7, 20)


def test_a_declaration_that_is_not_made_frees_the_doctor(by, asked, request_, doctors):
    accept(asked[0].id, LINK)
    choose(request_, asked[0].id)
    triage.search_again(request_.id, by=by)
    assert (request_.state, places(doctors[0]), asked[0].state) == (State.SEARCHING, (0, 0), P.RELEASED)
    assert request_.seekers[0].outcome is None


def test_a_request_withdrawn_frees_every_doctor(by, asked, request_, doctors):
    accept(asked[0].id, LINK)
    triage.withdraw(request_.id, by=None)
    assert [made.state for made in asked] == [P.RELEASED, P.CANCELLED]
    assert (places(doctors[0]), places(doctors[1])) == ((0, 0), (0, 0))


def test_stopping_keeps_the_doctor_chosen(by, asked, request_, doctors):
    accept(asked[0].id, LINK)
    choose(request_, asked[0].id)
    stop_all(request_, by=by)
    assert (session.get(DoctorProposal, asked[0].id).state, places(doctors[0])) == (P.CHOSEN, (1, 0))
    assert session.get(Request, request_.id).state is State.TO_DECLARE


# -- found otherwise, one of a household, a sending taken back --------------------------------------------------------


def test_a_doctor_found_elsewhere_frees_those_asked(by, asked, request_, doctors):
    accept(asked[0].id, LINK)
    triage.find(request_.id, Found(None, "Dr Ailleurs"), by=by)
    assert [made.state for made in asked] == [P.RELEASED, P.CANCELLED]
    assert (request_.state, places(doctors[0]), places(doctors[1])) == (State.TO_DECLARE, (0, 0), (0, 0))


def test_found_elsewhere_for_one_of_a_couple_narrows_what_was_asked(by, pair, doctors):
    request, whole, alone = pair
    triage.find(request.id, Found(None, "Dr Ailleurs"), [request.seekers[1].id], by=by)
    assert (whole.places, places(doctors[0]), alone.state) == (1, (0, 1), P.CANCELLED)
    assert request.state is State.PROPOSED


def test_who_leaves_a_household_is_asked_for_no_more(by, pair, doctors):
    request, whole, alone = pair
    household.end_for(request.id, request.seekers[1].id, Outcome.WITHDRAWN, by=by)
    assert (whole.places, alone.state, places(doctors[1])) == (1, P.CANCELLED, (0, 0))


def test_the_last_asked_about_gone_the_search_resumes(by, doctors):
    request = make_request("searching", seekers=(make_seeker(), make_seeker(who=PAUL)))
    paul = request.seekers[1].id
    propose(request, doctors[:1], [paul], by=by)
    household.end_for(request.id, paul, Outcome.WITHDRAWN, by=by)
    assert request.state is State.SEARCHING


def test_the_doctor_of_one_is_asked_for_the_other(by, doctors):
    request = make_request("searching", seekers=(make_seeker(), make_seeker(who=PAUL)))
    first, second = (seeker.id for seeker in request.seekers)
    (made,) = propose(request, doctors[:1], [first], by=by)
    accept(made.id, LINK)
    choose(request, made.id)
    assert doctors[0] in {one.person_id for one in ranked(request)}
    propose(request, doctors[:1], [second], by=by)
    assert places(doctors[0]) == (1, 1)


def test_a_sending_is_taken_back_whole(by, asked, request_, doctors):
    assert take_back(request_, by=by) == 2
    assert (request_.state, places(doctors[0])) == (State.SEARCHING, (0, 0))


def test_a_sending_taken_back_leaves_who_answered(by, asked, request_):
    accept(asked[0].id, LINK)
    assert take_back(request_, by=by) == 1
    assert [made.state for made in asked] == [P.ACCEPTED, P.CANCELLED]


def test_an_earlier_sending_stays(by, doctors, request_, set_clock):
    (first,) = propose(request_, doctors[:1], by=by)
    set_clock(clock.now() + timedelta(minutes=5))
    (second,) = propose(request_, doctors[1:], by=by)
    take_back(request_, by=by)
    assert (first.state, second.state) == (P.PENDING, P.CANCELLED)


def test_nothing_is_taken_back_once_all_answered(by, asked, request_):
    for made in asked:
        decline(made.id, LINK)
    with pytest.raises(Refusal):
        take_back(request_, by=by)


def test_a_doctor_merged_since_is_asked_once(by, cast, doctors, request_):
    propose(request_, doctors[:1], by=by)
    kept = make_person(last_name="Renaudin", first_name="Hélène")
    session.get_one(Person, doctors[0]).merged_into_id = kept.id
    session.flush()
    with pytest.raises(Refusal, match="déjà sollicité"):
        propose(request_, [kept.id], by=by)


def test_of_two_proposals_to_one_doctor_the_later_is_answered(by, doctors, request_):
    (older,) = propose(request_, doctors[:1], by=by)
    decline(older.id, LINK)
    (later,) = propose(request_, doctors[:1], by=by)
    for act in (accept, undo_answer):
        with pytest.raises(Refusal, match="plus récente"):
            act(older.id, LINK)
    accept(later.id, LINK)
    assert (places(doctors[0]), later.state) == ((1, 0), P.ACCEPTED)
