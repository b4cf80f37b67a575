"""What a practitioner may answer a broadcast with: the next hours of the day."""

from datetime import UTC, date, datetime, time, timedelta

from cptsapp.territory.rules import local, local_instant

CHIPS = 8
FIRST_AFTER = timedelta(minutes=10)  # nobody is on the doorstep sooner
STEP = timedelta(minutes=30)
ROUND = 15 * 60
LASTS = timedelta(hours=2)
MINUTES = 15


def proposed(now: datetime, zone: str) -> list[datetime]:
    """The moments to offer as chips, in UTC: from the next quarter of an hour, every half-hour, the same day."""
    seconds = (now + FIRST_AFTER).timestamp()
    first = datetime.fromtimestamp(-(-seconds // ROUND) * ROUND, UTC)
    moments = [first + i * STEP for i in range(CHIPS)]
    today = local(now, zone).date()
    return [moment for moment in moments if local(moment, zone).date() == today]


def expires_at(now: datetime) -> datetime:
    """When a broadcast that nobody took ends by itself."""
    return now + LASTS


def chosen(day: date, wall: time, zone: str, now: datetime) -> datetime | None:
    """The instant of a typed time, or None when it is already past."""
    moment = local_instant(day, wall, zone)
    return moment if moment > now else None
