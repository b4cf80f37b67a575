"""From which day to which a membership holds."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cptsapp.directory.models import College
from cptsapp.directory.rules.membership import Period
from cptsapp.membership.models import PeriodKind
from cptsapp.membership.rules.periods import overlap, period_end, renewal_start

DAYS = st.dates(date(2020, 1, 1), date(2090, 1, 1))
ONE = timedelta(days=1)


def period(start, end, left=None):
    return Period(1, College.PROFESSIONALS, start, end, left)


@given(DAYS)
def test_a_calendar_year_ends_on_its_last_day(start):
    end = period_end(PeriodKind.CIVIL, start)
    assert (end + ONE).year == start.year + 1
    assert end.year == start.year


@given(DAYS)
def test_twelve_months_never_hold_the_same_day_twice_nor_miss_a_year(start):
    end = period_end(PeriodKind.ROLLING, start)
    assert timedelta(days=364) <= end - start <= timedelta(days=365)
    assert (end + ONE).year == start.year + 1


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (date(2026, 7, 20), date(2027, 7, 19)),
        (date(2026, 1, 1), date(2026, 12, 31)),
        (date(2024, 2, 29), date(2025, 2, 28)),
        (date(2023, 3, 1), date(2024, 2, 29)),
    ],
)
def test_twelve_months_less_a_day(start, end):
    assert period_end(PeriodKind.ROLLING, start) == end


@given(DAYS, st.integers(0, 700), DAYS)
def test_a_renewal_never_overlaps_and_never_begins_in_the_past(start, length, today):
    held = period(start, start + timedelta(days=length))
    begins = renewal_start([held], today)
    assert begins == max(today, held.ends_on + ONE)
    assert overlap([held], begins, begins + timedelta(days=365)) is None


def test_who_left_may_come_back_today():
    held = period(date(2026, 1, 1), date(2026, 12, 31), date(2026, 3, 1))
    assert renewal_start([held], date(2026, 7, 20)) == date(2026, 7, 20)


def test_who_never_was_a_member_begins_today():
    assert renewal_start([], date(2026, 7, 20)) == date(2026, 7, 20)


@given(DAYS, st.integers(0, 30), DAYS, st.integers(0, 30))
def test_two_periods_that_share_a_day_overlap(start, length, other, other_length):
    held = period(other, other + timedelta(days=other_length))
    end = start + timedelta(days=length)
    shared = start <= held.ends_on and other <= end
    assert (overlap([held], start, end) is not None) == shared
