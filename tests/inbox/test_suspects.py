"""« Douteuses »: recognised, erased, forgotten after seven days, and nothing done to them before that."""

from datetime import timedelta

import pytest

from cptsapp.audit.models import AuditEvent
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.inbox.actions import suspects
from cptsapp.inbox.actions.links import opened
from cptsapp.inbox.actions.moves import move
from cptsapp.inbox.actions.receive import receive
from cptsapp.inbox.models import Actor, Agreement, InboxLink, LinkPurpose, Outcome, Request, Seeker, State, Step
from cptsapp.operations.jobs import JOBS
from cptsapp.outbox.models import Message
from tests.tools.factories import acting
from tests.tools.inbox import make_intake, make_request


def make_suspect() -> tuple[Request, str]:
    return receive(make_intake(), by=None, is_suspect=True)


def test_recognised_it_joins_the_others_and_its_receipt_leaves(cast):
    request, _ = make_suspect()
    suspects.trust(request.id, by=acting(cast.coordinator))
    assert request.suspected_at is None
    assert session.query(Message).filter_by(kind="request.received").count() == 1


def test_the_link_read_on_the_screen_still_opens(cast):
    request, token = make_suspect()
    suspects.trust(request.id, by=acting(cast.coordinator))
    assert opened(token, LinkPurpose.PERSON).request_id == request.id


def test_recognised_twice_one_receipt_leaves(cast):
    request, _ = make_suspect()
    for _again in range(2):
        suspects.trust(request.id, by=acting(cast.coordinator))
    assert session.query(Message).count() == 1


def test_erased_nothing_of_it_stays_but_a_line_in_the_trail(cast):
    request, _ = make_suspect()
    suspects.discard(request.id, by=acting(cast.coordinator))
    assert [session.query(kind).count() for kind in (Request, Seeker, Agreement, Step, InboxLink)] == [0] * 5
    assert session.query(AuditEvent).filter_by(kind="request.discarded").one().user_id == cast.coordinator.id


def test_what_was_recognised_is_not_erased(cast):
    request = make_request()
    with pytest.raises(Refusal, match="plus parmi les douteuses"):
        suspects.discard(request.id, by=acting(cast.coordinator))


def test_one_that_another_was_merged_into_is_not_erased(cast):
    request, _ = make_suspect()
    other = make_request()
    other.state, other.outcome, other.merged_into_id = State.CLOSED, Outcome.DUPLICATE, request.id
    other.closed_at = clock.now()
    session.flush()
    with pytest.raises(Refusal):
        suspects.discard(request.id, by=acting(cast.coordinator))


def test_nothing_is_done_to_it_before_it_is_recognised(cast):
    request, _ = make_suspect()
    with pytest.raises(Refusal, match="dites d’abord"):
        move(request, "accept", actor=Actor.CPTS, by=None)


def test_its_author_may_withdraw_it(cast):
    request, _ = make_suspect()
    move(request, "withdraw", actor=Actor.PERSON, by=None)
    assert request.outcome is Outcome.WITHDRAWN


def test_after_seven_days_it_is_forgotten(cast):
    make_suspect()
    assert suspects.purge(clock.now() + timedelta(days=7)) == 1
    assert (session.query(Request).count(), session.query(Seeker).count()) == (0, 0)
    assert session.query(AuditEvent).filter_by(kind="requests.purged").one().data == {"count": 1}


def test_the_worker_forgets_them(cast, set_clock):
    make_suspect()
    session.commit()
    set_clock(clock.now() + timedelta(days=7, minutes=1))
    next(job for job in JOBS if job.name == "requests.purge").run(clock.now())
    assert session.query(Request).count() == 0


def test_before_seven_days_it_waits(cast):
    make_suspect()
    assert suspects.purge(clock.now() + timedelta(days=6, hours=23)) == 0


def test_honest_ones_are_never_purged(cast):
    make_request()
    assert suspects.purge(clock.now() + timedelta(days=60)) == 0
    assert session.query(Request).count() == 1


@pytest.mark.database
def test_many_are_forgotten_at_once(cast, monkeypatch):
    monkeypatch.setattr(suspects, "BATCH", 2)
    for _ in range(5):
        make_suspect()
    assert suspects.purge(clock.now() + timedelta(days=8)) == 5
    assert session.query(Request).count() == 0


def test_the_number_of_a_discarded_request_is_never_given_again(cast):
    first, _token = receive(make_intake(), by=None, is_suspect=True)
    number = first.id
    suspects.discard(number, by=acting(cast.coordinator))
    assert make_request().id > number
