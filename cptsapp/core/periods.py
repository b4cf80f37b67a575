"""Periods of days: both ends are included, and None is no end."""

from datetime import date


def meets(starts_on: date, ends_on: date | None, other_starts_on: date, other_ends_on: date | None) -> bool:
    """Whether two periods share a day."""
    return starts_on <= (other_ends_on or date.max) and other_starts_on <= (ends_on or date.max)


def covers(starts_on: date, ends_on: date | None, day: date) -> bool:
    """Whether a period holds a day."""
    return starts_on <= day and (ends_on is None or day <= ends_on)
