"""Reading a calendar file: which hours are busy, in whose time, and what is refused."""

from datetime import UTC, datetime, timedelta

import pytest

from cptsapp.calendars.rules import NotACalendar, busy_hours, secure_address

START = datetime(2026, 7, 20, tzinfo=UTC)
END = START + timedelta(days=60)


def calendar(*events: str) -> bytes:
    body = "".join(
        f"BEGIN:VEVENT\nUID:{n}\nDTSTAMP:20260701T000000Z\n{event}\nEND:VEVENT\n" for n, event in enumerate(events)
    )
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n{body}END:VCALENDAR\n".replace("\n", "\r\n").encode()


def read(*events: str, zone: str = "Europe/Paris", start=START, end=END) -> list[str]:
    return [f"{a:%d/%m %H:%M}-{b:%H:%M}" for a, b in busy_hours(calendar(*events), start, end, zone)]


def test_time_with_its_zone():
    assert read("DTSTART;TZID=Europe/Paris:20260721T090000\nDTEND;TZID=Europe/Paris:20260721T100000") == [
        "21/07 07:00-08:00"
    ]


def test_time_in_utc():
    assert read("DTSTART:20260721T090000Z\nDTEND:20260721T100000Z") == ["21/07 09:00-10:00"]


def test_floating_time_is_that_of_the_cpts():
    assert read("DTSTART:20260721T090000\nDTEND:20260721T100000", zone="America/Guadeloupe") == ["21/07 13:00-14:00"]


def test_duration_stands_for_an_end():
    assert read("DTSTART:20260721T090000Z\nDURATION:PT45M") == ["21/07 09:00-09:45"]


def test_all_day_is_the_day_of_the_cpts():
    assert read("DTSTART;VALUE=DATE:20260721\nDTEND;VALUE=DATE:20260722") == ["20/07 22:00-22:00"]


def test_all_day_without_end_is_one_day():
    assert read("DTSTART;VALUE=DATE:20260721", zone="Indian/Reunion") == ["20/07 20:00-20:00"]


def test_weekly_event_is_expanded_within_sixty_days():
    found = read(
        "DTSTART;TZID=Europe/Paris:20260101T090000\nDTEND;TZID=Europe/Paris:20260101T100000\nRRULE:FREQ=WEEKLY"
    )
    assert len(found) == 9


def test_exception_of_a_series_is_free():
    rule = "RRULE:FREQ=DAILY;COUNT=3\nEXDATE:20260722T090000Z"
    assert read(f"DTSTART:20260721T090000Z\nDTEND:20260721T100000Z\n{rule}") == [
        "21/07 09:00-10:00",
        "23/07 09:00-10:00",
    ]


def test_series_keeps_its_wall_time_across_the_change_of_october():
    event = (
        "DTSTART;TZID=Europe/Paris:20261024T090000\nDTEND;TZID=Europe/Paris:20261024T100000\nRRULE:FREQ=DAILY;COUNT=2"
    )
    start = datetime(2026, 10, 24, tzinfo=UTC)
    assert read(event, start=start, end=start + timedelta(days=3)) == ["24/10 07:00-08:00", "25/10 08:00-09:00"]


@pytest.mark.parametrize("mark", ["TRANSP:TRANSPARENT", "STATUS:CANCELLED"])
def test_free_and_cancelled_events_leave_the_hours_free(mark):
    assert read(f"DTSTART:20260721T090000Z\nDTEND:20260721T100000Z\n{mark}") == []


def test_overlapping_events_are_one():
    assert read(
        "DTSTART:20260721T090000Z\nDTEND:20260721T100000Z", "DTSTART:20260721T093000Z\nDTEND:20260721T110000Z"
    ) == ["21/07 09:00-11:00"]


def test_event_without_length_is_none():
    assert read("DTSTART:20260721T090000Z") == []


def test_event_is_cut_at_the_horizon():
    found = busy_hours(calendar("DTSTART:20260101T000000Z\nDTEND:20271231T000000Z"), START, END, "Europe/Paris")
    assert found == [(START, END)]


@pytest.mark.parametrize("frequency", ["SECONDLY", "MINUTELY", "HOURLY"])
def test_event_by_the_minute_is_refused(frequency):
    with pytest.raises(NotACalendar, match="plus d’une fois par jour"):
        read(f"DTSTART:20260721T090000Z\nDTEND:20260721T090001Z\nRRULE:FREQ={frequency}")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "Ce n’est pas"),
        (b"<html>", "Ce n’est pas"),
        (b"BEGIN:VCALENDAR" + b"x" * 3_000_000, "2 Mo"),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nnonsense", "abîmé"),
        (b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\n" * 10_001, "trop d’événements"),
    ],
)
def test_what_is_no_calendar_is_refused(content, why):
    with pytest.raises(NotACalendar, match=why):
        busy_hours(content, START, END, "Europe/Paris")


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("https://agenda.example/a.ics?k=1", "https://agenda.example/a.ics?k=1"),
        (" webcal://agenda.example/a.ics ", "https://agenda.example/a.ics"),
        ("http://agenda.example/a.ics", None),
        ("file:///etc/passwd", None),
        ("https://localhost/a.ics", None),
        ("https://user:secret@agenda.example/", None),
        ("https://agenda.example:8443/", None),
        ("https://agenda.example:x/", None),
        ("agenda.example", None),
    ],
)
def test_address_that_can_be_read(typed, address):
    assert secure_address(typed) == address
