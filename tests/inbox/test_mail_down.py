"""The mail is down for an hour and comes back: nothing is lost, nothing goes twice but what the server had taken."""

from datetime import timedelta

import pytest

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.inbox.actions.proposals import accept, cancel, propose
from cptsapp.inbox.models import AnsweredBy, DoctorProposal, ProposalState, Request, State
from cptsapp.operations.worker import Worker
from cptsapp.outbox import actions as outbox
from cptsapp.outbox.models import Message, MessageState
from cptsapp.outbox.smtp import SmtpTransport, email_of, server_of
from tests.tools.factories import acting
from tests.tools.inbox import make_offer, make_request
from tests.tools.smtp import free_port, smtp_sink

pytestmark = pytest.mark.database
PERSON = "jeanne.guerineau@courriel.example"
DOCTORS = {"helene.renaudin@cpts.example", "sarah.benali@cpts.example"}


@pytest.fixture
def down(app, cast):
    """A worker whose server is away."""
    return Worker(app, SmtpTransport(server_of(f"smtp://127.0.0.1:{free_port()}")), jobs=())


@pytest.fixture
def sink():
    with smtp_sink() as running:
        yield running


@pytest.fixture
def back(app, cast, sink):
    """The same once its server is back."""
    return Worker(app, SmtpTransport(server_of(sink.url)), jobs=())


@pytest.fixture
def by(cast):
    return acting(cast.coordinator)


@pytest.fixture
def asked(cast, by):
    """A request proposed to both doctors while nothing leaves: its number, the proposals'."""
    for person in (cast.gp_person, cast.other_gp_person):
        make_offer(person)
    request = make_request("searching")
    made = propose(request, [cast.gp_person.id, cast.other_gp_person.id], by=by)
    numbers = request.id, *(one.id for one in made)
    session.commit()
    session.remove()
    return numbers


def an_hour_down(worker, set_clock):
    """A turn every five minutes for an hour."""
    for _ in range(12):
        worker.once()
        set_clock(clock.now() + timedelta(minutes=5))


def until_all_has_left(worker, set_clock):
    """Turns until nothing waits; a day at most."""
    for _ in range(200):
        worker.once()
        if session.query(Message).filter_by(state=MessageState.WAITING).count() == 0:
            break
        session.remove()
        set_clock(clock.now() + timedelta(minutes=10))
    session.remove()


def test_nothing_is_lost_and_each_arrives_once(asked, down, back, sink, set_clock):
    an_hour_down(down, set_clock)
    until_all_has_left(back, set_clock)
    assert sorted(sink.recipients) == sorted([PERSON, *DOCTORS])
    assert len({mail["Message-ID"] for mail in sink.messages}) == 3


def test_the_link_that_arrives_an_hour_late_opens(asked, down, back, sink, set_clock, client):
    an_hour_down(down, set_clock)
    until_all_has_left(back, set_clock)
    for mail in sink.messages:
        if "/proposition/" in mail.get_content():
            link = "/proposition/" + mail.get_content().split("/proposition/")[1].split()[0]
            assert client.get(link).status_code == 200


def test_what_is_done_meanwhile_is_done(asked, down, back, sink, set_clock):
    request_id, first, _second = asked
    an_hour_down(down, set_clock)
    accept(first, AnsweredBy.OFFICE, by=None)
    session.commit()
    session.remove()
    until_all_has_left(back, set_clock)
    assert session.get_one(Request, request_id).state is State.PROPOSED
    assert sorted(sink.recipients) == sorted([PERSON, PERSON, *DOCTORS])


def test_a_proposal_cancelled_meanwhile_never_leaves(by, asked, down, back, sink, set_clock):
    an_hour_down(down, set_clock)
    cancel(asked[1], by=by)
    session.commit()
    session.remove()
    until_all_has_left(back, set_clock)
    assert sorted(sink.recipients) == sorted([PERSON, "sarah.benali@cpts.example"])
    assert session.get_one(DoctorProposal, asked[1]).state is ProposalState.CANCELLED


def test_the_worker_dies_after_the_server_has_taken_it(asked, back, sink, set_clock):
    """Twice at most, and with the same Message-ID: between the server's 250 and our commit there is nothing to do."""
    in_hand = outbox.claim()
    session.commit()
    session.remove()
    transport = SmtpTransport(server_of(sink.url))
    transport.send(email_of(in_hand, sender="ne-pas-repondre@cpts.example", sender_name="CPTS"))
    transport.close()
    set_clock(clock.now() + timedelta(minutes=11))
    until_all_has_left(back, set_clock)
    twice = [mail["Message-ID"] for mail in sink.messages].count(in_hand.message_id)
    assert (twice, len(sink.messages)) == (2, 4)
