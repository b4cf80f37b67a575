"""The rules of « Mes engagements »: groups, what one tap notes, who is written to on which day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cptsapp.dues import rules

TODAY = date(2026, 7, 20)
DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))


@pytest.mark.parametrize(
    ("day", "group"),
    [
        (date(2026, 7, 19), rules.LATE),
        (TODAY, rules.WEEK),
        (date(2026, 7, 26), rules.WEEK),
        (date(2026, 7, 27), rules.AFTER),
        (None, rules.AFTER),
    ],
)
def test_a_day_falls_in_one_group(day, group):
    assert rules.group_of(day, TODAY) == group


@given(DAYS, DAYS)
def test_groups_follow_the_days(day, today):
    later = rules.GROUPS.index(rules.group_of(day + timedelta(days=1), today))
    assert later >= rules.GROUPS.index(rules.group_of(day, today))


@pytest.mark.parametrize(
    ("day", "is_ticked"),
    [(date(2026, 7, 1), True), (date(2026, 8, 20), True), (date(2026, 8, 21), False), (None, False)],
)
def test_one_tap_is_for_what_is_near(day, is_ticked):
    assert rules.is_ticked_here(day, TODAY) is is_ticked


def test_what_is_owed_all_along_comes_after_the_month():
    days = [date(2026, 9, 18), None, date(2026, 7, 30)]
    assert sorted(days, key=lambda day: rules.order_key(day, TODAY)) == [date(2026, 7, 30), None, date(2026, 9, 18)]


@given(DAYS)
def test_a_day_is_spoken_of_a_week_ahead_then_once_a_week(due_on):
    spoken = [n for n in range(-30, 30) if rules.is_day_to_remind(due_on, due_on + timedelta(days=n))]
    assert spoken == [-7, 1, 8, 15, 22, 29]
