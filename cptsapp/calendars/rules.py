"""Reading a calendar file: its busy hours and nothing else. Pure: bytes in, intervals out."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from icalendar import Calendar, Component

Interval = tuple[datetime, datetime]

SIZE_MAX = 2 * 1024 * 1024
EVENTS_MAX = 10_000
ADDRESS_HORIZON = timedelta(days=60)  # read again every hour
FILE_HORIZON = timedelta(days=180)  # a file is read once
REFRESH_EVERY = timedelta(hours=1)

FEED_LASTS = timedelta(days=365)
FEEDS_MAX = 5
SOURCES_MAX = 5
SHOWN_BEFORE = timedelta(days=30)
SHOWN_AFTER = timedelta(days=180)
CANCELLED_SHOWN = timedelta(days=14)

# No meeting recurs by the minute: such a file only keeps the machine busy.
_TOO_OFTEN = ("SECONDLY", "MINUTELY", "HOURLY")


class NotACalendar(ValueError):
    """The content cannot be used; the message is a French sentence for its owner."""


def busy_hours(content: bytes, start: datetime, end: datetime, zone: str) -> list[Interval]:
    """The busy intervals between two instants, merged, in UTC; all-day events fill the local day of `zone`.

    Transparent and cancelled events leave the hours free. Raises NotACalendar.
    """
    import recurring_ical_events  # a heavy library that few requests need

    calendar = _parse(content)
    try:
        occurrences = recurring_ical_events.of(calendar, skip_bad_series=True).between(start, end)
        found = [interval for event in occurrences if (interval := _interval(event, ZoneInfo(zone)))]
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise NotACalendar("Ce calendrier contient une date que nous ne savons pas lire.") from error
    return list(_merged((max(a, start), min(b, end)) for a, b in found if a < end and b > start))


def _parse(content: bytes) -> "Calendar":
    from icalendar import Calendar

    if len(content) > SIZE_MAX:
        raise NotACalendar("Ce calendrier dépasse 2 Mo.")
    if b"BEGIN:VCALENDAR" not in content[:4096].upper():
        raise NotACalendar("Ce n’est pas un fichier d’agenda (.ics).")
    if content.upper().count(b"BEGIN:VEVENT") > EVENTS_MAX:
        raise NotACalendar("Ce calendrier a trop d’événements. Exportez-en les mois à venir seulement.")
    try:
        calendar = Calendar.from_ical(content)
    except (ValueError, KeyError, IndexError, UnicodeError) as error:
        raise NotACalendar("Ce fichier d’agenda est abîmé\u202f: nous ne savons pas le lire.") from error
    for event in calendar.walk("VEVENT"):
        _refuse_too_often(event)
    return calendar


def _refuse_too_often(event: "Component") -> None:
    rule: Any = event.get("RRULE")
    for one in rule if isinstance(rule, list) else [rule]:
        frequency = str((one or {}).get("FREQ", [""])[0]).upper()
        if frequency in _TOO_OFTEN:
            raise NotACalendar("Ce calendrier contient un événement qui revient plus d’une fois par jour.")


def _interval(event: "Component", zone: ZoneInfo) -> Interval | None:
    """The hours one occurrence takes, or None when it leaves them free."""
    if str(event.get("TRANSP", "")).upper() == "TRANSPARENT" or str(event.get("STATUS", "")).upper() == "CANCELLED":
        return None
    starts = _instant(event.decoded("DTSTART"), zone)
    ends = _instant(event.decoded("DTEND"), zone) if "DTEND" in event else starts
    return (starts, ends) if ends > starts else None


def _instant(value: date | datetime, zone: ZoneInfo) -> datetime:
    """An instant from a date (its local midnight), a floating time (local) or a time with its zone."""
    if not isinstance(value, datetime):
        value = datetime.combine(value, time(), zone)
    return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)


def _merged(intervals: Iterable[Interval]) -> Iterator[Interval]:
    """Overlapping and touching intervals as one, in order."""
    current: Interval | None = None
    for start, end in sorted(intervals):
        if current is None:
            current = (start, end)
        elif start <= current[1]:
            current = (current[0], max(current[1], end))
        else:
            yield current
            current = (start, end)
    if current is not None:
        yield current


def secure_address(typed: str) -> str | None:
    """The https address of a calendar from what was typed (webcal:// is https), or None when it cannot be read."""
    parts = urlsplit(typed.strip())
    if parts.scheme.lower() not in ("https", "webcal", "webcals") or not parts.hostname:
        return None
    if parts.username or parts.password or "." not in parts.hostname:
        return None
    try:
        is_usual = parts.port in (None, 443)
    except ValueError:
        return None
    return urlunsplit(("https", parts.netloc, parts.path or "/", parts.query, "")) if is_usual else None
