"""Periods of days: both ends are included, and None is no end."""

from calendar import monthrange
from datetime import date


def meets(starts_on: date, ends_on: date | None, other_starts_on: date, other_ends_on: date | None) -> bool:
    """Whether two periods share a day."""
    return starts_on <= (other_ends_on or date.max) and other_starts_on <= (ends_on or date.max)


def covers(starts_on: date, ends_on: date | None, day: date) -> bool:
    """Whether a period holds a day."""
    return starts_on <= day and (ends_on is None or day <= ends_on)


def months_later(day: date, months: int) -> date:
    """The same day so many months later or, below zero, before; the last of a month that has no such day.

    Count from the first day, never month by month: 31 January + 2 months is 31 March.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
