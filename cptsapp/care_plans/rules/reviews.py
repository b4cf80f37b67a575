"""When a meeting is owed and when people are told of it: pure functions of days (A79)."""

from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType

from cptsapp.care_plans.models import MeetingKind
from cptsapp.core.periods import months_later

# Months after the validation. Each is counted from that day, so that a short month never makes the next one drift.
REVIEW_MONTHS: Mapping[MeetingKind, int] = MappingProxyType({MeetingKind.REVIEW_6: 6, MeetingKind.REVIEW_12: 12})

# Days before a meeting is owed (no date yet) or held (a date is chosen) when people are told, the furthest first.
REMINDERS = (30, 7)
# A worker that was down catches up within so many days; later, the next reminder says it.
CATCH_UP = timedelta(days=5)

NAMES: Mapping[MeetingKind, str] = MappingProxyType(
    {
        MeetingKind.FIRST: "Première réunion",
        MeetingKind.REVIEW_6: "Bilan des 6 mois",
        MeetingKind.REVIEW_12: "Bilan d’un an",
        MeetingKind.EXTRA: "Réunion",
    }
)
# After « la date de » or « de »: « la date du bilan des 6 mois ».
OF_NAMES: Mapping[MeetingKind, str] = MappingProxyType(
    {
        MeetingKind.FIRST: "de la première réunion",
        MeetingKind.REVIEW_6: "du bilan des 6 mois",
        MeetingKind.REVIEW_12: "du bilan d’un an",
        MeetingKind.EXTRA: "de la réunion",
    }
)


def review_days(validated_on: date) -> dict[MeetingKind, date]:
    """By when each review is held: 6 and 12 months after the plan was validated, the last day of a shorter month."""
    return {kind: months_later(validated_on, months) for kind, months in REVIEW_MONTHS.items()}


def reminder(target: date, today: date) -> int | None:
    """Which reminder (30 or 7, days before) a meeting aimed at `target` deserves today, or None.

    The nearest that has come: a meeting set up late is not reminded twice. Each lasts the days of CATCH_UP.
    """
    for days in reversed(REMINDERS):
        first = target - timedelta(days=days)
        if first <= today <= target:
            return days if today <= first + CATCH_UP else None
    return None
