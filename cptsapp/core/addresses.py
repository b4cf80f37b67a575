"""What an address or a hidden field carries: the number of a row, a day. Whatever else stands there is None."""

from datetime import date

YEARS = range(1900, 2200)  # of days from which one may count some years back or ahead, in both databases
KEY_DIGITS = 9  # every number of so many digits is one that a key can be, in both databases


def row_number(text: str | None) -> int | None:
    """The number that some ASCII digits write, or None."""
    typed = text or ""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= KEY_DIGITS else None


def day(text: str | None) -> date | None:
    """The day of "2026-07-20", or None."""
    try:
        found = date.fromisoformat(text or "")
    except ValueError:
        return None
    return found if found.year in YEARS else None
