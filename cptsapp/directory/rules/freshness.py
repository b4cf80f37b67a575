"""How long a sheet that someone checked stays good: twelve months, then it is « à actualiser »."""

from datetime import date

from cptsapp.core.periods import months_later

GOOD_MONTHS = 12


def stale_since(verified_on: date) -> date:
    """The day from which a sheet checked on a day is to be checked again."""
    return months_later(verified_on, GOOD_MONTHS)


def is_stale(verified_on: date | None, today: date) -> bool:
    """Whether a sheet is to be checked: never was, or twelve months ago or more."""
    return verified_on is None or stale_since(verified_on) <= today


def stale_words(verified_on: date, today: date) -> str:
    """How long the sheet has been stale, in French: « depuis 2 mois »; empty when it is not."""
    since = stale_since(verified_on)
    if since > today:
        return ""
    months = (today.year - since.year) * 12 + today.month - since.month - (today.day < since.day)
    if months < 1:
        return "depuis moins d’un mois"
    return f"depuis {months} mois" if months < 24 else f"depuis {months // 12} ans"
