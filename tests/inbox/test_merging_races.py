"""Two people decide on the same files at the same moment: one merge, one trace, and nothing lost."""

import pytest

from cptsapp.core.db import session
from cptsapp.inbox.actions import merging
from cptsapp.inbox.actions.intake import keep, register
from cptsapp.inbox.actions.moves import move
from cptsapp.inbox.actions.receive import fresh_reference
from cptsapp.inbox.models import Actor, IntakeDraft, Request, RequestMerge, State, Step, ToldApart
from cptsapp.inbox.queries.requests import locked
from tests.tools.factories import acting
from tests.tools.inbox import make_intake, make_request
from tests.tools.races import at_once

pytestmark = pytest.mark.database


@pytest.fixture
def by(cast):
    return acting(cast.coordinator)


@pytest.fixture
def pair(cast):
    files = make_request(), make_request()
    session.commit()
    return [file.id for file in files], [file.seekers[0].id for file in files]


def test_one_of_two_merges_passes(app, pair, by):
    (one, other), _ = pair
    merge = lambda: merging.merge(one, other, by=by)
    assert at_once(app, merge, merge) == {"done": 1, "refused": 1}
    assert session.query(RequestMerge).count() == 1
    assert session.query(Step).filter_by(kind="request.joined").count() == 1


def test_merged_either_way_round_nobody_waits_for_the_other(app, pair, by):
    (one, other), _ = pair
    acts = lambda: merging.merge(one, other, by=by), lambda: merging.merge(other, one, by=by)
    assert at_once(app, *acts) == {"done": 1, "refused": 1}


def test_merging_what_someone_else_closes(app, pair, by):
    (one, other), _ = pair
    close = lambda: move(locked(other), "withdraw", actor=Actor.PERSON, by=None)
    assert at_once(app, lambda: merging.merge(one, other, by=by), close) == {"done": 1, "refused": 1}
    assert session.get_one(Request, other).state is State.CLOSED


def test_one_of_two_undoings_passes(app, pair, by):
    (one, other), _ = pair
    made = merging.merge(one, other, by=by).id
    session.commit()
    undo = lambda: merging.undo(made, by=by)
    assert at_once(app, undo, undo) == {"done": 1, "refused": 1}
    assert session.query(Step).filter_by(kind="request.parted").count() == 1


def test_told_apart_by_two_it_is_said_once(app, pair, by):
    _, (mine, theirs) = pair
    tell = lambda: merging.tell_apart(mine, theirs, by=by)
    assert at_once(app, tell, tell) == {"done": 2}
    assert session.query(ToldApart).count() == 1


def test_a_call_sent_twice_at_once_is_received_once(app, by, cast):
    reference = fresh_reference()
    keep(reference, {"place": ["Talmont"]}, by=by)
    session.commit()
    send = lambda: register(make_intake(), reference, by=by)
    assert at_once(app, send, send) == {"done": 2}
    assert session.query(Request).count() == 1
    assert session.query(IntakeDraft).count() == 0


def test_the_last_word_typed_and_the_end_of_the_call_leave_no_draft(app, by, cast):
    reference = fresh_reference()
    keep(reference, {"place": ["Talmont"]}, by=by)
    session.commit()
    send, type_on = (
        lambda: register(make_intake(), reference, by=by),
        lambda: keep(reference, {"place": ["Talmont"], "phone": ["0639981427"]}, by=by),
    )
    assert at_once(app, send, type_on) == {"done": 2}
    assert session.query(IntakeDraft).count() == 0
