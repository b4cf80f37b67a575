"""Two people at the same meeting: the second sees what the first did, and nothing is done twice."""

from datetime import date, timedelta

import pytest

from cptsapp.care_plans.actions import documents, meetings, polls
from cptsapp.care_plans.actions.meeting_reminders import remind_due
from cptsapp.care_plans.models import (
    Attendance,
    DateAnswer,
    DateReply,
    DocumentKind,
    MeetingDate,
    MeetingKind,
    MeetingState,
    PlanMeeting,
)
from cptsapp.care_plans.queries.plans import locked
from cptsapp.checklists.models import CommitmentState, JournalEntry
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.outbox.models import Message
from tests.care_plans.scene_of_meetings import LINK, THURSDAY, TUESDAY, make_scene, owed
from tests.care_plans.test_polls import CLOSES
from tests.tools.races import at_once

pytestmark = pytest.mark.database


@pytest.fixture
def scene(cast):
    """The numbers and the people; the meeting planned."""
    made = make_scene(cast)
    found = {
        "plan": made.plan.id,
        "meeting": made.meeting.id,
        "everyone": made.everyone,
        "doctor": made.doctor.id,
        "office": made.office,
        "leader": made.leader,
    }
    session.commit()
    return found


@pytest.fixture
def begun(scene, set_clock):
    """Its date chosen, and come."""
    meetings.fix(scene["meeting"], TUESDAY, 45, LINK, by=scene["office"])
    session.commit()
    set_clock(TUESDAY + timedelta(hours=1))
    return scene


def test_one_of_two_dates_is_chosen(app, scene):
    version = session.get_one(PlanMeeting, scene["meeting"]).version
    one = lambda: meetings.fix(scene["meeting"], TUESDAY, 45, LINK, version=version, by=scene["office"])
    other = lambda: meetings.fix(scene["meeting"], THURSDAY, 45, LINK, version=version, by=scene["leader"])
    assert at_once(app, one, other) == {"done": 1, "refused": 1}
    assert session.query(Message).filter_by(kind="meeting.meeting_fixed").count() == 3


def test_it_is_held_once(app, begun):
    one = lambda: meetings.hold(begun["meeting"], begun["everyone"], date(2026, 7, 28), by=begun["office"])
    other = lambda: meetings.hold(begun["meeting"], [begun["doctor"]], date(2026, 7, 28), by=begun["leader"])
    assert at_once(app, one, other) == {"done": 1, "refused": 1}
    assert session.query(Attendance).count() == 3
    assert session.query(JournalEntry).filter_by(kind="meeting.hold").count() == 1


def test_held_while_its_date_changes_it_is_one_or_the_other(app, begun):
    hold = lambda: meetings.hold(begun["meeting"], begun["everyone"], date(2026, 7, 28), by=begun["office"])
    move = lambda: meetings.fix(begun["meeting"], THURSDAY, 45, LINK, by=begun["leader"])
    assert at_once(app, hold, move) == {"done": 1, "refused": 1}
    found = session.get_one(PlanMeeting, begun["meeting"])
    assert (found.state is MeetingState.HELD) is (found.starts_at == TUESDAY)


def test_two_who_answer_are_both_counted_and_one_twice_is_counted_once(app, scene):
    polls.propose(scene["meeting"], [TUESDAY, THURSDAY], CLOSES, by=scene["office"])
    session.commit()
    numbers = [number for (number,) in session.query(MeetingDate.id)]
    yes = dict.fromkeys(numbers, DateReply.YES)
    acts = [
        lambda who=who: polls.answer(scene["meeting"], who, yes, by=None)
        for who in (*scene["everyone"], scene["doctor"])
    ]
    assert at_once(app, *acts) == {"done": 4}
    assert session.query(DateAnswer).count() == 6


def test_who_answers_while_the_dates_change_answers_dates_that_stand(app, scene):
    polls.propose(scene["meeting"], [TUESDAY, THURSDAY], CLOSES, by=scene["office"])
    session.commit()
    yes = {number: DateReply.YES for (number,) in session.query(MeetingDate.id)}
    friday = THURSDAY + timedelta(days=1)
    answer = lambda: polls.answer(scene["meeting"], scene["doctor"], yes, by=None)
    change = lambda: polls.propose(scene["meeting"], [THURSDAY, friday], CLOSES, by=scene["office"])
    assert at_once(app, answer, change)["done"] >= 1
    standing = {number for (number,) in session.query(MeetingDate.id)}
    assert {number for (number,) in session.query(DateAnswer.date_id)} <= standing


def test_the_first_meeting_and_the_silent_are_told_once(app, scene, set_clock):
    set_clock(TUESDAY - timedelta(hours=9))  # a week before it is owed
    remind = lambda: remind_due(clock.now())
    create = lambda: meetings.create_first(locked(scene["plan"]), by=None)
    assert at_once(app, create, create, remind) == {"done": 3}
    assert session.query(PlanMeeting).filter_by(kind=MeetingKind.FIRST).count() == 1
    assert session.query(Message).filter_by(kind="meetings.due").count() == 2


def test_a_document_comes_once(app, scene):
    asked = documents.ask(scene["plan"], scene["doctor"], DocumentKind.FORM, CLOSES, by=scene["office"]).id
    session.commit()
    one = lambda: documents.receive(asked, date(2026, 7, 20), by=scene["office"])
    other = lambda: documents.drop(asked, by=scene["leader"])
    assert at_once(app, one, other) == {"done": 1, "refused": 1}
    a77 = owed(locked(scene["plan"]), "a77")
    assert a77.state in (CommitmentState.DONE, CommitmentState.TODO)
