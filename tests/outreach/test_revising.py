"""Taking back one's last call, correcting another: the first call stays, struck out, and what it did is undone."""

from datetime import UTC, date, datetime, timedelta

import pytest

from cptsapp.audit.models import AuditEvent
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.directory.models import Person
from cptsapp.outbox.models import Message, MessageState
from cptsapp.outreach.models import Call, CallOutcome, TargetState
from tests.tools.factories import make_call


@pytest.fixture
def desk(calls, sign_in):
    """The assistant, with Céline on the line."""
    client = sign_in(calls.assistant)
    client.post(f"{calls.url}/suivant")
    return client


def last_call():
    return session.query(Call).order_by(Call.id.desc()).first()


def undo(client, calls, call_id=None):
    return client.post(f"{calls.url}/appels/{call_id or last_call().id}/annuler")


def correct(client, calls, call_id, **values):
    return client.post(f"{calls.url}/appels/{call_id}/corriger", data=values)


def test_the_last_call_is_taken_back_and_the_person_is_on_the_line_again(desk, calls):
    desk.post(calls.ending(0), data={"outcome": "informed"})
    assert undo(desk, calls).status_code == 303
    target = calls.target(0)
    assert (target.state, target.call_count, target.last_outcome) == (TargetState.TO_CALL, 0, None)
    assert target.claimed_by_id == calls.assistant_id
    assert calls.target(1).claimed_by_id is None


def test_a_call_undone_stays_struck_out(desk, calls):
    desk.post(calls.ending(0), data={"outcome": "informed"})
    undo(desk, calls)
    assert last_call().undone_at is not None
    assert 'class="struck"' in desk.get(calls.url).text


def test_undoing_goes_back_to_what_was_before(desk, calls):
    make_call(calls.target(0), calls.assistant, CallOutcome.NO_ANSWER, called_at=clock.now() - timedelta(days=7))
    session.commit()
    desk.post(calls.ending(0), data={"outcome": "refuses"})
    undo(desk, calls)
    target = calls.target(0)
    assert (target.last_outcome, target.due_at) == (CallOutcome.NO_ANSWER, datetime(2026, 7, 15, 7, 0, tzinfo=UTC))


def test_only_the_last_call_is_taken_back(desk, calls):
    desk.post(calls.ending(0), data={"outcome": "informed"})
    first = last_call().id
    desk.post(calls.ending(1), data={"outcome": "informed"})
    answer = undo(desk, calls, first)
    assert answer.status_code == 409
    assert "Seul votre dernier appel s’annule" in answer.text


def test_nobody_takes_back_another_s_call(desk, calls, sign_in):
    desk.post(calls.ending(0), data={"outcome": "informed"})
    assert undo(sign_in(calls.volunteer), calls).status_code == 409


def test_undoing_twice_is_refused(desk, calls):
    desk.post(calls.ending(0), data={"outcome": "informed"})
    number = last_call().id
    undo(desk, calls, number)
    assert undo(desk, calls, number).status_code == 409


def test_never_again_taken_back_may_be_called(desk, calls):
    desk.post(calls.ending(0), data={"outcome": "do_not_contact"})
    assert session.get_one(Person, calls.person_ids[0]).do_not_call_on == date(2026, 7, 20)
    undo(desk, calls)
    assert session.get_one(Person, calls.person_ids[0], populate_existing=True).do_not_call_on is None


def test_the_presentation_that_has_not_left_does_not_leave(desk, calls):
    desk.post(calls.ending(0), data={"outcome": "interested"})
    undo(desk, calls)
    assert [m.state for m in session.query(Message)] == [MessageState.DROPPED]


def test_a_correction_keeps_the_hour_and_the_first_call(desk, calls, set_clock):
    desk.post(calls.ending(0), data={"outcome": "no_answer", "note": "répondeur"})
    first = last_call()
    number, at = first.id, first.called_at
    desk.post(calls.ending(1), data={"outcome": "informed"})
    set_clock(clock.now() + timedelta(minutes=20))
    assert correct(desk, calls, number, outcome="informed", note="a rappelé").status_code == 303
    corrected = last_call()
    assert (corrected.outcome, corrected.called_at, corrected.note) == (CallOutcome.INFORMED, at, "a rappelé")
    assert session.get_one(Call, number).undone_at is not None
    assert calls.target(0).state is TargetState.DONE


def test_correcting_does_what_the_outcome_does(desk, calls):
    desk.post(calls.ending(0), data={"outcome": "informed"})
    correct(desk, calls, last_call().id, outcome="interested")
    assert session.query(Message).filter_by(kind="outreach.brochure").count() == 1
    assert calls.target(0).last_outcome is CallOutcome.INTERESTED


def test_a_presentation_is_not_sent_twice(desk, calls):
    desk.post(calls.ending(0), data={"outcome": "interested"})
    session.query(Message).one().state = MessageState.SENT
    session.commit()
    correct(desk, calls, last_call().id, outcome="informed")
    correct(desk, calls, last_call().id, outcome="interested")
    assert session.query(Message).count() == 1


def test_the_same_ending_again_changes_nothing(desk, calls):
    desk.post(calls.ending(0), data={"outcome": "informed"})
    assert correct(desk, calls, last_call().id, outcome="informed").status_code == 303
    assert session.query(Call).count() == 1


def test_the_page_of_a_correction_shows_what_was_noted(desk, calls):
    desk.post(calls.ending(0), data={"outcome": "call_back", "day": "2026-07-21", "hour": "10:30", "note": "le matin"})
    page = desk.get(f"{calls.url}/appels/{last_call().id}/corriger").text
    assert 'value="call_back" checked' in page
    assert 'value="2026-07-21"' in page
    assert 'value="10:30"' in page
    assert 'value="le matin"' in page


def test_a_correction_in_the_past_is_refused(desk, calls):
    desk.post(calls.ending(0), data={"outcome": "informed"})
    answer = correct(desk, calls, last_call().id, outcome="call_back", day="2026-07-20", hour="10:00")
    assert answer.status_code == 409
    assert "Ce moment est passé" in answer.text


def test_without_an_outcome_a_correction_asks_for_one(desk, calls):
    desk.post(calls.ending(0), data={"outcome": "informed"})
    assert correct(desk, calls, last_call().id, outcome="", note="x").status_code == 422


def test_the_office_corrects_the_call_of_a_volunteer_in_their_name(calls, sign_in):
    make_call(calls.target(0), calls.volunteer, CallOutcome.INFORMED)
    session.commit()
    assert correct(sign_in(calls.coordinator), calls, last_call().id, outcome="refuses").status_code == 303
    assert last_call().caller_id == calls.volunteer_id


def test_a_volunteer_corrects_their_own_calls_alone(desk, calls, sign_in):
    desk.post(calls.ending(0), data={"outcome": "informed"})
    number = last_call().id
    client = sign_in(calls.volunteer)
    assert "Seule la personne qui a noté cet appel" in client.get(f"{calls.url}/appels/{number}/corriger").text
    assert correct(client, calls, number, outcome="refuses").status_code == 409


def test_each_step_is_in_the_trail(desk, calls):
    desk.post(calls.ending(0), data={"outcome": "informed"})
    number = last_call().id
    correct(desk, calls, number, outcome="do_not_contact")
    undo(desk, calls)
    kinds = [row.kind for row in session.query(AuditEvent.kind).order_by(AuditEvent.id)]
    assert [k for k in kinds if not k.startswith(("session", "user"))] == [
        "call_target.handed",
        "call.recorded",
        "call_target.handed",
        "person.do_not_call",
        "call.corrected",
        "person.may_be_called",
        "call.undone",
    ]


def test_the_note_of_a_promise_is_corrected_after_its_hour(desk, calls, set_clock):
    desk.post(calls.ending(0), data={"outcome": "call_back", "day": "2026-07-20", "hour": "15:00"})
    set_clock(clock.now() + timedelta(hours=3))
    values = {"outcome": "call_back", "day": "2026-07-20", "hour": "15:00", "note": "au cabinet"}
    assert correct(desk, calls, last_call().id, **values).status_code == 303
    assert last_call().note == "au cabinet"
