"""Periods that share a day, and the days a period holds: held against the days themselves."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cptsapp.core.periods import covers, meets, months_later

DAYS = st.dates(date(2020, 1, 1), date(2030, 1, 1))


def day(number):
    return date(2026, 7, number) if number else None


@given(DAYS, st.integers(0, 30), DAYS, st.integers(0, 30))
def test_two_periods_meet_when_they_share_a_day(start, length, other, other_length):
    days = {start + timedelta(days=ahead) for ahead in range(length + 1)}
    others = {other + timedelta(days=ahead) for ahead in range(other_length + 1)}
    meet = meets(start, max(days), other, max(others))
    assert meet == bool(days & others)
    assert meets(other, max(others), start, max(days)) == meet


@pytest.mark.parametrize(
    ("first", "second", "answer"),
    [
        ((1, 5), (5, 9), True),
        ((1, 4), (5, 9), False),
        ((1, None), (9, None), True),
        ((5, None), (1, 4), False),
        ((1, 9), (3, 4), True),
    ],
)
def test_periods_without_end(first, second, answer):
    assert meets(day(first[0]), day(first[1]), day(second[0]), day(second[1])) is answer
    assert meets(day(second[0]), day(second[1]), day(first[0]), day(first[1])) is answer


@pytest.mark.parametrize(
    ("ends", "asked", "answer"), [(5, 1, False), (5, 2, True), (5, 5, True), (5, 6, False), (None, 31, True)]
)
def test_a_period_holds_its_two_ends(ends, asked, answer):
    assert covers(day(2), day(ends), day(asked)) is answer


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 7, 20), 24, date(2028, 7, 20)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
    ],
)
def test_so_many_months_later(day, months, later):
    assert months_later(day, months) == later


@given(DAYS, st.integers(-600, 600))
def test_months_keep_the_day_or_the_last_of_the_month(day, months):
    found = months_later(day, months)
    assert (found.year * 12 + found.month) - (day.year * 12 + day.month) == months
    assert found.day == day.day or (found.day < day.day and (found + timedelta(days=1)).day == 1)
