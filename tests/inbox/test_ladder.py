"""The clock passes over every named deadline: reminders, calls, the search that widens; never twice the same day."""

from datetime import UTC, date, datetime, timedelta

import pytest

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.inbox.actions import ladder, sorting, triage
from cptsapp.inbox.actions.choices import ask_for_call, note_person_called
from cptsapp.inbox.actions.proposals import accept, choose, decline, note_call, propose
from cptsapp.inbox.actions.referrals import send
from cptsapp.inbox.models import (
    AnsweredBy,
    Deadline,
    DoctorProposal,
    InboxSettings,
    ProposalState,
    Recipient,
    Request,
    State,
    Step,
)
from cptsapp.inbox.patients import Contact
from cptsapp.inbox.queries.places import equation, offer_of
from cptsapp.inbox.queries.settings import defaults
from cptsapp.inbox.rules.triage import MISSING
from cptsapp.outbox.models import Message
from tests.inbox.test_proposals_races import at_once
from tests.tools.factories import acting, make_person
from tests.tools.inbox import make_offer, make_partner, make_request

LINK = AnsweredBy.LINK
PHONE_ONLY = Contact(phone="+33639981427")
START = date(2026, 7, 20)


@pytest.fixture
def by(cast):
    return acting(cast.coordinator)


@pytest.fixture
def doctors(cast):
    for person in (cast.gp_person, cast.other_gp_person):
        make_offer(person)
    return [cast.gp_person.id, cast.other_gp_person.id]


@pytest.fixture
def on(set_clock):
    """`on(day)`: the worker's turn at 10h on that many days after lundi 20 juillet; gives how many files moved."""

    def turn(days, hour=10):
        set_clock(datetime(2026, 7, 20, hour - 2, 0, tzinfo=UTC) + timedelta(days=days))
        return ladder.run(clock.now())

    return turn


@pytest.fixture
def asked(by, doctors):
    """A request proposed to one doctor."""
    request = make_request("searching")
    (made,) = propose(request, doctors[:1], by=by)
    return request, made


def mails(kind):
    return session.query(Message).filter_by(kind=f"request.{kind}").count()


def awaited(request):
    return request.state, request.deadline, request.due_on


def day(days):
    return START + timedelta(days=days)


# -- the doctor -------------------------------------------------------------------------------------------------------


def test_nobody_is_reminded_before_the_day(asked, on):
    assert [on(days) for days in range(4)] == [0, 0, 0, 0]


def test_a_silent_doctor_is_reminded_once_the_day_is_past(asked, on):
    request, made = asked
    on(4)
    assert (mails("proposal_reminder"), awaited(request)) == (1, (State.PROPOSED, Deadline.CALL_DOCTOR, day(6)))
    assert made.reminded_at is not None


def test_the_same_turn_twice_reminds_once(asked, on):
    assert (on(4), on(4), on(5)) == (1, 0, 0)
    assert mails("proposal_reminder") == 1


def test_the_reminder_has_a_new_link_and_the_old_is_dead(asked, on, client):
    first = link_of("proposal")
    session.commit()
    on(4)
    session.commit()
    assert (client.get(first).status_code, client.get(link_of("proposal_reminder")).status_code) == (404, 200)


def link_of(kind):
    return (
        "/proposition/"
        + session.query(Message).filter_by(kind=f"request.{kind}").one().text.split("/proposition/")[1].split()[0]
    )


def test_still_silent_the_search_widens_and_the_place_comes_back(asked, on, doctors):
    request, made = asked
    on(4)
    on(7)
    assert (made.state, awaited(request)) == (
        ProposalState.LAPSED,
        (State.SEARCHING, Deadline.PROPOSE, day(14)),
    )
    assert equation(offer_of(doctors[0])).pending == 0


def test_who_answers_too_late_may_still_take(asked, on):
    request, made = asked
    on(4)
    on(7)
    accept(made.id, LINK)
    assert (made.state, request.state) == (ProposalState.ACCEPTED, State.PROPOSED)


def test_two_silent_doctors_have_a_day_each(by, doctors, on):
    request = make_request("searching")
    propose(request, doctors, by=by)
    on(4)
    assert (mails("proposal_reminder"), request.deadline) == (1, Deadline.DOCTOR_ANSWER)
    on(5)
    assert (mails("proposal_reminder"), request.deadline) == (2, Deadline.CALL_DOCTOR)


def test_a_call_gives_two_days_more(asked, on, by):
    request, made = asked
    on(4)
    on(6)
    note_call(made.id, by=by)
    on(8)
    assert (made.state, request.due_on) == (ProposalState.PENDING, day(8))
    on(9)
    assert made.state is ProposalState.LAPSED


def test_a_doctor_without_mail_waits_for_the_call_however_long(by, on):
    silent = make_person(mail=None)
    make_offer(silent)
    request = make_request("searching")
    (made,) = propose(request, [silent.id], by=by)
    on(60)
    assert (made.state, awaited(request)) == (ProposalState.PENDING, (State.PROPOSED, Deadline.CALL_DOCTOR, START))


def test_who_answered_is_left_in_peace(asked, on):
    _request, made = asked
    decline(made.id, LINK)
    on(4)
    assert mails("proposal_reminder") == 0


def test_one_lapses_while_another_has_accepted(by, doctors, on):
    request = make_request("searching")
    first, second = propose(request, doctors, by=by)
    accept(first.id, LINK)
    on(4)
    on(7)
    assert (second.state, request.state) == (ProposalState.LAPSED, State.PROPOSED)
    assert request.deadline is Deadline.PERSON_CHOICE


# -- the person -------------------------------------------------------------------------------------------------------


@pytest.fixture
def accepted(asked):
    request, made = asked
    accept(made.id, LINK)
    return request, made


def test_who_has_not_chosen_is_reminded_then_called(accepted, on):
    request, _made = accepted
    assert on(10) == 0
    on(11)
    assert (mails("reminder"), awaited(request)) == (1, (State.PROPOSED, Deadline.CALL_PERSON, day(14)))


def test_silent_after_that_the_doctors_are_thanked(accepted, on, doctors):
    request, made = accepted
    on(11)
    on(15)
    assert (made.state, awaited(request)) == (
        ProposalState.RELEASED,
        (State.SEARCHING, Deadline.PROPOSE, day(22)),
    )
    assert (equation(offer_of(doctors[0])).taken, mails("proposal_over")) == (0, 1)
    assert session.query(Step).filter_by(request_id=request.id, kind="person.silent").count() == 1


def test_the_reminder_says_nothing_of_health(accepted, on):
    on(11)
    mail = session.query(Message).filter_by(kind="request.reminder").one()
    for word in ("Jeanne", "Guérineau", "ALD", "Talmont", "Renaudin"):
        assert word not in mail.title + mail.text


def test_whom_nobody_called_keeps_the_doctors(by, doctors, on):
    request = make_request("searching", contact=PHONE_ONLY)
    (made,) = propose(request, doctors[:1], by=by)
    accept(made.id, LINK)
    on(60)
    assert (made.state, request.deadline) == (ProposalState.ACCEPTED, Deadline.CALL_PERSON)


def test_once_called_silence_lets_them_go(by, doctors, on):
    request = make_request("searching", contact=PHONE_ONLY)
    (made,) = propose(request, doctors[:1], by=by)
    accept(made.id, LINK)
    note_person_called(request, by=by)
    on(11)
    assert (made.state, awaited(request)) == (
        ProposalState.ACCEPTED,
        (State.PROPOSED, Deadline.CALL_PERSON, day(14)),
    )
    on(15)
    assert made.state is ProposalState.RELEASED


def test_who_wished_to_be_called_keeps_the_doctors(accepted, on):
    request, made = accepted
    on(11)
    ask_for_call(request)
    on(60)
    assert (made.state, request.deadline) == (ProposalState.ACCEPTED, Deadline.CALL_PERSON)


def test_what_is_missing_is_asked_again_then_by_phone(by, on):
    request = make_request()
    triage.ask_more(request.id, [next(iter(MISSING))], by=by)
    on(8)
    assert (mails("reminder"), awaited(request)) == (1, (State.TO_COMPLETE, Deadline.CALL_PERSON, day(11)))
    on(60)
    assert (mails("reminder"), request.state) == (1, State.TO_COMPLETE)


def test_the_declaration_is_asked_for_then_by_phone(accepted, on):
    request, made = accepted
    choose(request, made.id)
    on(31)
    assert (mails("reminder"), awaited(request)) == (1, (State.TO_DECLARE, Deadline.CALL_PERSON, day(34)))
    on(60)
    assert (mails("reminder"), request.state, made.state) == (1, State.TO_DECLARE, ProposalState.CHOSEN)


# -- the office and the partner ---------------------------------------------------------------------------------------


def test_a_request_nobody_reads_is_late_and_reminds_nobody(cast, on):
    request = make_request()
    assert on(30) == 0
    assert (request.deadline, request.due_on) == (Deadline.FIRST_ANSWER, day(2))


def test_a_request_for_which_nobody_proposes_is_late(cast, on):
    request = make_request("searching")
    assert on(30) == 0
    assert (request.deadline, request.due_on) == (Deadline.PROPOSE, day(7))


def test_a_silent_partner_is_reminded_once(by, on):
    _user, house = make_partner()
    request = make_request("searching")
    send(request, Recipient.MISAS, house.id, "Trouver un médecin", by=by)
    assert [on(days) for days in (7, 8, 9, 40)] == [0, 1, 0, 0]
    assert (session.query(Message).filter_by(kind="referral.referral_reminder").count(), request.state) == (
        1,
        State.WITH_PARTNER,
    )


@pytest.mark.parametrize("deadline", list(Deadline))
def test_every_deadline_may_pass_and_pass_again(asked, on, deadline):
    request, _made = asked
    request.deadline, request.due_on = deadline, START
    session.flush()
    for days in (1, 2, 40):
        on(days)
    assert request.state is not State.CLOSED


# -- when nobody is written to ----------------------------------------------------------------------------------------


def test_at_night_it_waits_for_the_morning(asked, on):
    assert (on(4, hour=23), on(5, hour=7), on(5, hour=8)) == (0, 0, 1)


def test_a_request_put_aside_is_left_in_peace_until_its_day(asked, on, by):
    request, _made = asked
    sorting.snooze(request.id, day(10), by=by)
    assert (on(4), on(9), on(10)) == (0, 0, 1)


def test_a_closed_request_reminds_nobody(asked, on):
    request, _made = asked
    triage.withdraw(request.id, by=None)
    assert on(60) == 0


def test_the_delays_are_those_of_the_settings(by, doctors, on):
    settings = defaults()
    settings.delays = {**settings.delays, "doctor_answer": 1}
    session.add(settings)
    session.flush()
    request = make_request("searching")
    propose(request, doctors[:1], by=by)
    assert (on(1), on(2)) == (0, 1)
    assert session.query(InboxSettings).count() == 1


def test_an_urgent_follow_up_shortens_them(by, doctors, on):
    request = make_request("searching", needed_before=day(1))
    propose(request, doctors[:1], by=by)
    assert request.due_on == day(1)
    assert on(2) == 1


def test_a_doctor_and_a_person_are_not_both_reminded_the_same_day(by, doctors, on):
    request = make_request("searching")
    first, second = propose(request, doctors, by=by)
    accept(first.id, LINK)
    request.due_on = day(3)
    session.flush()
    on(4)
    assert (mails("proposal_reminder"), mails("reminder")) == (1, 0)
    on(5)
    assert (mails("proposal_reminder"), mails("reminder"), second.state) == (1, 1, ProposalState.PENDING)


def test_a_file_that_cannot_be_read_leaves_the_others_their_turn(accepted, by, doctors, on):
    broken, _made = accepted
    other = make_request("searching")
    propose(other, doctors[1:], by=by)
    broken.details = broken.details[:-1] + bytes([broken.details[-1] ^ 1])
    session.flush()
    assert on(11) == 1
    assert (other.deadline, broken.deadline) == (Deadline.CALL_DOCTOR, Deadline.PERSON_CHOICE)


@pytest.mark.database
def test_two_workers_remind_once(app, by, doctors, set_clock):
    request = make_request("searching")
    propose(request, doctors[:1], by=by)
    session.commit()
    set_clock(datetime(2026, 7, 24, 8, 0, tzinfo=UTC))
    at_once(app, *[lambda: ladder.run(clock.now())] * 3)
    assert mails("proposal_reminder") == 1
    assert session.query(DoctorProposal).one().reminded_at is not None
    assert session.query(Request).one().deadline is Deadline.CALL_DOCTOR
