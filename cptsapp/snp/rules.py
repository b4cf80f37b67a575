"""Pure rules of the agenda: holds, undo, the two clocks of a booking, references, and how long an identity is kept."""

import calendar
from datetime import date, datetime, timedelta

HOLD = timedelta(minutes=2)
UNDO = timedelta(seconds=60)
RING_UNDER = timedelta(minutes=60)  # under this, the surgery is told by telephone
CPTS_CLOCK = timedelta(hours=24)  # §3.1
SAS_CLOCK = timedelta(hours=48)
REFERENCE_RESTS = timedelta(days=30)  # a reference read aloud last week must not be someone else's today
ASK_DAYS = 366  # an act older than a year is no longer asked for at all


def can_undo(booked_at: datetime, now: datetime) -> bool:
    """Whether the booking may still be undone without a reason."""
    return now - booked_at < UNDO


def is_within_cpts_clock(asked_at: datetime, starts_at: datetime) -> bool:
    """Whether the patient is seen within the 24 h of the CPTS's contract."""
    return starts_at - asked_at <= CPTS_CLOCK


def is_within_sas_clock(asked_at: datetime, starts_at: datetime) -> bool:
    """Whether the patient is seen within the 48 h of the SAS."""
    return starts_at - asked_at <= SAS_CLOCK


def must_ring(starts_at: datetime, now: datetime) -> bool:
    """Whether the slot is too near for a mail to be sure to be read."""
    return starts_at - now < RING_UNDER


def erase_on(day: date, months: int) -> date:
    """The day an identity goes: so many months after the visit, on the month's last day at the latest (§6.4)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def initials(name: str) -> str:
    """The initials of a name: "Jean-Paul Guérineau" → "J. P. G."."""
    words = name.replace("-", " ").replace("’", " ").replace("'", " ").split()
    return " ".join(f"{word[0].upper()}." for word in words)
