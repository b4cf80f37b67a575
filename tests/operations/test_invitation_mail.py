"""The invitation to a meeting as a real SMTP server gets it: readable as text, as an invitation, as a file."""

import pytest
from icalendar import Calendar

from cptsapp.care_plans.actions import meetings
from cptsapp.core.db import session
from tests.care_plans.scene_of_meetings import LINK, TUESDAY, make_scene

pytestmark = pytest.mark.database


@pytest.fixture
def arrived(worker, sink, cast):
    """What each of the three of the circle got once the date was chosen, then called off."""
    scene = make_scene(cast)
    meetings.fix(scene.meeting.id, TUESDAY, 45, LINK, by=scene.office)
    meetings.unfix(scene.meeting.id, by=scene.office)
    session.commit()
    session.remove()
    worker.once()
    return sink


def parts(mail) -> dict[str, object]:
    return {part.get_content_type(): part for part in mail.walk()}


def test_each_gets_the_date_then_that_it_is_off(arrived):
    assert len(arrived.recipients) == 6
    methods = [parts(mail)["text/calendar"].get_param("method") for mail in arrived.messages]
    assert methods == ["REQUEST"] * 3 + ["CANCEL"] * 3


def test_the_text_reads_by_itself(arrived):
    text = parts(arrived.messages[0])["text/plain"].get_content()
    assert "mardi 28 juillet 2026 à 18h00, 45 minutes" in text
    assert LINK in text


def test_the_invitation_and_the_file_are_the_same_event(arrived):
    one = parts(arrived.messages[0])
    invitation = Calendar.from_ical(one["text/calendar"].get_content())
    file = Calendar.from_ical(one["application/ics"].get_content())
    assert [event["uid"] for event in invitation.walk("VEVENT")] == [event["uid"] for event in file.walk("VEVENT")]
    assert one["application/ics"].get_filename() == "reunion.ics"


def test_each_is_named_alone_and_lines_end_as_calendars_want(arrived):
    for mail, to_address in zip(arrived.messages, arrived.recipients, strict=True):
        content = parts(mail)["text/calendar"].get_payload(decode=True)
        (event,) = Calendar.from_ical(content.decode()).walk("VEVENT")
        assert event["attendee"] == f"mailto:{to_address}"
        assert content.count(b"\n") == content.count(b"\r\n")
