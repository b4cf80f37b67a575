"""The calendar file of a meeting: a reference, an hour, the address of the call; nobody's name. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cptsapp.outbox.models import CalendarMethod


@dataclass(frozen=True, slots=True)
class Event:
    """A meeting as a calendar keeps it. `sequence` grows with each change: calendars take the newer for the true one.

    `uid` never changes; `link` is the address of the call, empty when there is none; `page` that of the plan.
    """

    uid: str
    sequence: int
    title: str
    starts_at: datetime
    minutes: int
    link: str
    page: str
    written_at: datetime


def write(event: Event, method: CalendarMethod) -> str:
    """The file, in UTC: each calendar shows it at the hour of its place, with no table of time zones to trust."""
    from icalendar import Calendar
    from icalendar import Event as Entry

    calendar = Calendar()
    calendar.add("prodid", "-//cptsapp//reunions//FR")
    calendar.add("version", "2.0")
    calendar.add("method", method.value)
    entry = Entry()
    entry.add("uid", event.uid)
    entry.add("sequence", event.sequence)
    entry.add("dtstamp", event.written_at.astimezone(UTC))
    entry.add("dtstart", event.starts_at.astimezone(UTC))
    entry.add("dtend", (event.starts_at + timedelta(minutes=event.minutes)).astimezone(UTC))
    entry.add("summary", event.title)
    entry.add("status", "CANCELLED" if method is CalendarMethod.CANCEL else "CONFIRMED")
    entry.add("class", "PRIVATE")
    if event.link:
        entry.add("location", event.link)
    if event.page:
        entry.add("url", event.page)
    calendar.add_component(entry)
    content: bytes = calendar.to_ical()
    return content.decode()
