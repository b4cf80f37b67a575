"""A request comes in: sealed, found again, its criteria told, its receipt queued."""

from datetime import date

import pytest

from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.inbox.actions.receive import receive
from cptsapp.inbox.models import Deadline, Recipient, State
from cptsapp.inbox.patients import Identity, names_of, read_contact
from cptsapp.inbox.queries.requests import agreed
from cptsapp.outbox.models import Message
from tests.tools.inbox import CONTACT, make_intake, make_request, make_seeker


def test_what_was_said_is_read_again(cast):
    request = make_request()
    assert names_of(request) == "Jeanne Guérineau"
    assert read_contact(request) == CONTACT


def test_it_is_to_be_answered_in_two_days(cast):
    request = make_request()
    assert (request.state, request.deadline, request.due_on) == (
        State.RECEIVED,
        Deadline.FIRST_ANSWER,
        date(2026, 7, 22),
    )


def test_criteria_that_fire_are_told(cast):
    request = make_request()
    assert request.criteria == ["over_70", "long_term_illness"]
    assert request.priority == 30


def test_a_follow_up_needed_in_a_month_is_urgent(cast):
    request = make_request(needed_before=date(2026, 8, 10))
    assert "urgent" in request.criteria


def test_each_of_the_household_agrees(cast):
    pair = (make_seeker(), make_seeker(who=Identity("Guérineau", "Paul", date(1945, 1, 2))))
    assert agreed(make_request(seekers=pair)) == set(Recipient)


def test_nobody_agreed_means_nobody_is_told(cast):
    assert agreed(make_request(agreements=frozenset())) == set()


def test_a_birth_to_come_is_refused(cast):
    with pytest.raises(Refusal):
        receive(make_intake(seekers=(make_seeker(who=Identity("Test", "Ada", date(2027, 1, 1))),)), by=None)


def test_a_social_security_number_is_refused(cast):
    with pytest.raises(Refusal):
        receive(
            make_intake(seekers=(make_seeker(who=Identity("1 47 03 85 288 001 42", "Jeanne", date(1947, 3, 4))),)),
            by=None,
        )


def test_the_receipt_tells_a_reference_and_nothing_of_health(cast):
    request = make_request()
    mail = session.query(Message).filter_by(kind="request.received").one()
    assert request.reference in mail.body
    assert "/suivi/" in mail.text
    for word in ("Jeanne", "Guérineau", "ALD", "Talmont"):
        assert word not in mail.title + mail.text


def test_what_looks_suspect_is_not_written_to(cast):
    receive(make_intake(), by=None, is_suspect=True)
    assert session.query(Message).count() == 0
