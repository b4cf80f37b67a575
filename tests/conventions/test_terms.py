"""The term of a convention: its last day, notice, renewal, over month ends and leap years."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cptsapp.conventions.models import Renewal
from cptsapp.conventions.rules import terms

DAYS = st.dates(date(2000, 1, 1), date(2100, 12, 31))
MONTHS = st.integers(1, 120)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("starts_on", "months", "last"),
    [
        (date(2026, 1, 12), 12, date(2027, 1, 11)),
        (date(2024, 2, 29), 12, date(2025, 2, 27)),
        (date(2026, 8, 31), 6, date(2027, 2, 27)),
        (date(2026, 1, 1), 12, date(2026, 12, 31)),
    ],
)
def test_the_last_day_is_the_eve_of_the_same_day(starts_on, months, last):
    assert terms.last_day(starts_on, months) == last


@pytest.mark.parametrize(
    ("ends_on", "months", "due"),
    [
        (date(2027, 1, 11), 2, date(2026, 11, 11)),
        (date(2026, 12, 31), 3, date(2026, 9, 30)),
        (date(2026, 12, 31), 0, date(2026, 12, 31)),
        (date(2024, 3, 30), 1, date(2024, 2, 28)),
    ],
)
def test_notice_is_due_so_many_months_before_the_day_after(ends_on, months, due):
    assert terms.notice_due_on(ends_on, months) == due


@given(DAYS, MONTHS, MONTHS, st.integers(1, 8))
def test_renewed_term_after_term_it_ends_as_one_long_term_would(starts_on, first, months, times):
    ends_on = terms.last_day(starts_on, first)
    for _ in range(times):
        ends_on = terms.renewed_until(starts_on, ends_on, months)
    assert ends_on == terms.last_day(starts_on, first + times * months)


@given(st.none() | DAYS, DAYS, MONTHS)
def test_a_renewal_always_moves_the_end_on_by_about_so_many_months(starts_on, ends_on, months):
    until = terms.renewed_until(starts_on, ends_on, months)
    assert months * 28 <= (until - ends_on).days <= months * 31


@given(DAYS, st.integers(0, 24))
def test_notice_is_never_due_after_the_end_and_never_later_for_more_months(ends_on, months):
    assert terms.notice_due_on(ends_on, months) <= ends_on
    assert terms.notice_due_on(ends_on, months + 1) < terms.notice_due_on(ends_on, months)


@given(DAYS, st.integers(0, 24), DAYS, st.booleans())
def test_no_day_both_takes_notice_and_renews(ends_on, months, today, has_notice):
    renews = terms.is_renewed_by_itself(Renewal.TACIT, ends_on, months, has_notice=has_notice, today=today)
    refused = terms.why_no_notice(Renewal.TACIT, ends_on, months, given_on=today, has_notice=has_notice)
    assert not (renews and refused is None)
    assert not (renews and has_notice)


@given(DAYS, st.integers(0, 24), st.sampled_from(Renewal), st.booleans(), DAYS)
def test_past_its_end_a_convention_renews_or_is_over(ends_on, months, renewal, has_notice, today):
    renews = terms.is_renewed_by_itself(renewal, ends_on, months, has_notice=has_notice, today=today)
    over = terms.is_over(renewal, ends_on, has_notice=has_notice, today=today)
    assert not (renews and over)
    assert (renews or over) or today <= ends_on


def test_too_late_a_notice_is_told_its_day():
    told = terms.why_no_notice(Renewal.TACIT, date(2027, 1, 11), 2, given_on=date(2026, 11, 12), has_notice=False)
    assert "mercredi 11 novembre 2026" in told
    assert (
        terms.why_no_notice(Renewal.TACIT, date(2027, 1, 11), 2, given_on=date(2026, 11, 11), has_notice=False) is None
    )


@pytest.mark.parametrize(
    ("term", "field"),
    [
        ((date(2026, 2, 1), date(2026, 1, 1), Renewal.NONE, None, None), "ends_on"),
        ((date(2026, 2, 1), None, Renewal.TACIT, 12, 3), "ends_on"),
        ((None, date(2026, 1, 1), Renewal.EXPRESS, None, None), "renewal_months"),
        ((None, date(2026, 1, 1), Renewal.TACIT, 12, None), "notice_months"),
    ],
)
def test_a_term_that_does_not_hold_together_names_its_field(term, field):
    assert terms.why_not_days(*term)[1] == field


@given(DAYS, MONTHS, MONTHS, st.integers(0, 24), st.sampled_from(Renewal))
def test_a_term_that_holds_together_is_told(starts_on, first, months, notice, renewal):
    ends_on = terms.last_day(starts_on, first)
    assert terms.why_not_days(starts_on, ends_on, renewal, months, notice) is None
    told = terms.words(starts_on, ends_on, renewal, months, notice)
    assert str(ends_on.year) in told
    assert "None" not in told
