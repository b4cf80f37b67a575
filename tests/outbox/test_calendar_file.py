"""A message with a calendar file: what travels, what is kept, what goes with it."""

from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.outbox.actions import CalendarFile, claim, join_calendar, purge_old, queue
from cptsapp.outbox.models import CalendarMethod, Message, MessageCalendar
from cptsapp.outbox.smtp import email_of

CONTENT = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//FR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:reunion-1@cpts.example"
    "\r\nDTSTAMP:20260720T123200Z\r\nDTSTART:20260728T160000Z\r\nSUMMARY:Réunion du PPCS 2026-017\r\nEND:VEVENT\r\n"
    "END:VCALENDAR\r\n"
)


def sent() -> tuple[dict[str, object], Calendar]:
    """The parts of the mail as it travels, by type, and its calendar."""
    file = CalendarFile(CalendarMethod.REQUEST, CONTENT)
    message = queue("try", to_address="helene.renaudin@cpts.example", title="Réunion", body="Bonjour\n")
    join_calendar(message, file)
    mail = email_of(claim(), sender="ne-pas-repondre@cpts.example", sender_name="CPTS")
    parts = {part.get_content_type(): part for part in mail.walk()}
    return parts, Calendar.from_ical(parts["text/calendar"].get_content())


def test_the_text_comes_first_then_the_invitation_then_the_file(app):
    parts, _ = sent()
    assert list(parts) == [
        "multipart/mixed", "multipart/alternative", "text/plain", "text/calendar", "application/ics",
    ]  # fmt: skip


def test_the_invitation_says_its_method(app):
    parts, _ = sent()
    assert parts["text/calendar"].get_param("method") == "REQUEST"


def test_its_addressee_alone_is_named_and_nobody_awaits_a_reply(app):
    (event,) = sent()[1].walk("VEVENT")
    assert event["organizer"] == "mailto:ne-pas-repondre@cpts.example"
    assert event["attendee"] == "mailto:helene.renaudin@cpts.example"
    assert event["attendee"].params["RSVP"] == "FALSE"


def test_what_was_written_stays(app):
    (event,) = sent()[1].walk("VEVENT")
    assert (event["summary"], event.decoded("dtstart")) == (
        "Réunion du PPCS 2026-017",
        datetime(2026, 7, 28, 16, tzinfo=UTC),
    )


def test_a_message_without_a_file_is_plain(app):
    queue("try", to_address="helene.renaudin@cpts.example", title="Réunion", body="Bonjour\n")
    assert email_of(claim(), sender="a@cpts.example", sender_name="").get_content_type() == "text/plain"


@pytest.mark.database
def test_the_file_goes_with_its_message(app):
    sent()
    session.query(Message).update({"created_at": clock.now() - timedelta(days=400)})
    purge_old()
    assert session.query(MessageCalendar).count() == 0
