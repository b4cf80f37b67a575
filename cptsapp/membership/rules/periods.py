"""From which day to which a membership holds: pure functions."""

from collections.abc import Sequence
from datetime import date, timedelta

from cptsapp.core.periods import meets
from cptsapp.directory.rules.membership import Dated, last_day
from cptsapp.membership.models import PeriodKind

ONE_DAY = timedelta(days=1)


def period_end(kind: PeriodKind, starts_on: date) -> date:
    """The last day of a membership that begins on this day: 31 December, or twelve months less a day."""
    if kind is PeriodKind.CIVIL:
        return date(starts_on.year, 12, 31)
    try:
        return starts_on.replace(year=starts_on.year + 1) - ONE_DAY
    except ValueError:  # from 29 February
        return date(starts_on.year + 1, 2, 28)


def renewal_start(periods: Sequence[Dated], today: date) -> date:
    """The first day of a renewal: the day after the last one held, or today when that is over."""
    after = max((last_day(period) for period in periods), default=date.min)
    return today if after < today else after + ONE_DAY


def overlap(periods: Sequence[Dated], starts_on: date, ends_on: date) -> Dated | None:
    """The first of these periods that shares a day with the new one, or None."""
    return next((p for p in periods if meets(p.starts_on, last_day(p), starts_on, ends_on)), None)
