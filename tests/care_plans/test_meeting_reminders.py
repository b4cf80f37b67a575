"""Told 30 and 7 days before, once each, one mail a person and a day; the date goes with its calendar file."""

from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar

from cptsapp.care_plans.actions import answers, meetings
from cptsapp.care_plans.actions.meeting_reminders import remind_due
from cptsapp.care_plans.models import MemberRole, PlanAgreement, PlanState
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.outbox.models import CalendarMethod, Message, MessageCalendar
from tests.care_plans.scene_of_meetings import LINK, THURSDAY, TUESDAY, make_scene
from tests.tools.factories import make_organisation, make_person
from tests.tools.plans import make_member

SEVEN_BEFORE = datetime(2026, 7, 28, 7, tzinfo=UTC)  # the first meeting is owed on 4 August


@pytest.fixture
def scene(cast):
    return make_scene(cast)


def told(kind: str) -> list[str]:
    return sorted(message.to_address for message in session.query(Message).filter_by(kind=kind))


def test_whoever_holds_the_calendar_is_told_a_week_before_it_is_owed(scene, cast, set_clock):
    set_clock(SEVEN_BEFORE)
    assert remind_due(clock.now()) == 2
    assert told("meetings.due") == sorted([cast.coordinator.mail, "carole.jolly@cpts.example"])


def test_twice_the_same_day_tells_nothing_more(scene, set_clock):
    set_clock(SEVEN_BEFORE)
    remind_due(clock.now())
    set_clock(SEVEN_BEFORE + timedelta(days=1))
    assert remind_due(clock.now()) == 0


def test_a_worker_that_was_down_catches_up_then_lets_it_be(scene, set_clock):
    set_clock(SEVEN_BEFORE + timedelta(days=6))
    assert remind_due(clock.now()) == 0
    set_clock(SEVEN_BEFORE + timedelta(days=5))
    assert remind_due(clock.now()) == 2


def test_a_lead_to_whom_the_person_no_longer_agrees_is_told_nothing(scene, cast, set_clock):
    session.query(PlanAgreement).filter_by(member_id=scene.lead.id).update({"withdrawn_at": clock.now()})
    set_clock(SEVEN_BEFORE)
    remind_due(clock.now())
    assert told("meetings.due") == [cast.coordinator.mail]


def test_several_meetings_make_one_mail(scene, set_clock):
    meetings.add_extra(scene.plan.id, scene.meeting.due_on, by=scene.office)
    set_clock(SEVEN_BEFORE)
    assert remind_due(clock.now()) == 2
    assert "2\u00a0réunions" in session.query(Message).filter_by(kind="meetings.due").first().title


def test_the_circle_is_reminded_of_the_date_once(scene, set_clock):
    meetings.fix(scene.meeting.id, THURSDAY, 45, LINK, by=scene.office)
    set_clock(THURSDAY - timedelta(days=7))
    assert (remind_due(clock.now()), remind_due(clock.now())) == (3, 0)


def test_a_plan_that_is_closed_reminds_nobody(scene, set_clock):
    scene.plan.state, scene.plan.closed_at, scene.plan.end_reason = PlanState.CLOSED, clock.now(), "completed"
    set_clock(SEVEN_BEFORE)
    assert remind_due(clock.now()) == 0


# -- the calendar file ------------------------------------------------------------------------------------------------


def files() -> list[tuple[CalendarMethod, dict]]:
    """The calendar files of the first addressee, in the order they were queued."""
    kept = session.query(MessageCalendar, Message).filter(Message.id == MessageCalendar.message_id)
    theirs = kept.filter(Message.to_address == "helene.renaudin@cpts.example").order_by(Message.id)
    return [(one.method, Calendar.from_ical(one.content).walk("VEVENT")[0]) for one, _ in theirs]


def test_the_date_goes_to_each_with_a_file_that_names_nobody(scene):
    meetings.fix(scene.meeting.id, TUESDAY, 45, LINK, by=scene.office)
    ((method, event),) = files()
    assert (method, event.decoded("dtstart"), event["location"]) == (CalendarMethod.REQUEST, TUESDAY, LINK)
    assert event.decoded("dtend") - event.decoded("dtstart") == timedelta(minutes=45)
    assert str(event["summary"]).startswith("PPCS 2026-")
    assert len(told("meeting.meeting_fixed")) == 3


def test_who_has_no_account_gets_no_address_that_asks_for_one(scene):
    house = make_organisation(name="DAC Vendée Littoral", mail="dac@cpts.example")
    make_member(scene.plan, role=MemberRole.STRUCTURE, organisation_id=house.id)
    meetings.fix(scene.meeting.id, TUESDAY, 45, LINK, by=scene.office)
    kept = session.query(MessageCalendar.content, Message.to_address).filter(Message.id == MessageCalendar.message_id)
    pages = {address: "/ppcs/" in content for content, address in kept}
    assert (pages["dac@cpts.example"], pages["helene.renaudin@cpts.example"]) == (False, True)


def test_who_joins_after_the_date_was_chosen_gets_it_once(scene):
    meetings.fix(scene.meeting.id, TUESDAY, 45, LINK, by=scene.office)
    person = make_person(mail="simon.vrignaud@cabinet.example")
    late = make_member(scene.plan, person, role=MemberRole.PROFESSIONAL, accepted_at=None)
    for _ in range(2):
        answers.accept(scene.plan.id, late.id, by=None)
        answers.undo(scene.plan.id, late.id, by=None)
    assert told("meeting.meeting_fixed").count("simon.vrignaud@cabinet.example") == 1
    assert session.query(MessageCalendar).count() == 4


def test_a_date_that_changes_then_falls_is_the_same_event_ever_newer(scene):
    meetings.fix(scene.meeting.id, TUESDAY, 45, LINK, by=scene.office)
    meetings.fix(scene.meeting.id, THURSDAY, 45, LINK, by=scene.office)
    meetings.unfix(scene.meeting.id, by=scene.office)
    found = files()
    assert [method for method, _ in found] == [
        CalendarMethod.REQUEST, CalendarMethod.REQUEST, CalendarMethod.CANCEL,
    ]  # fmt: skip
    assert len({event["uid"] for _, event in found}) == 1
    sequences = [event["sequence"] for _, event in found]
    assert sequences == sorted(set(sequences))
    assert (found[-1][1]["status"], found[-1][1].decoded("dtstart")) == ("CANCELLED", THURSDAY)


def test_a_date_gone_by_is_sent_to_nobody(scene):
    meetings.fix(scene.meeting.id, clock.now() - timedelta(days=1), 45, "", by=scene.office)
    assert told("meeting.meeting_fixed") == []


def test_no_mail_says_who_the_plan_is_about(scene, set_clock):
    meetings.fix(scene.meeting.id, THURSDAY, 45, LINK, by=scene.office)
    set_clock(THURSDAY - timedelta(days=7))
    remind_due(clock.now())
    meetings.unfix(scene.meeting.id, by=scene.office)
    written = "".join(message.title + message.text for message in session.query(Message))
    assert not any(word in written for word in ("Bretonnière", "Marcel", "M. B.", "1938"))
