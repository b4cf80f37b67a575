"""Pure rules: whose campaign a day is, weeks and their cap, small counts, sums."""

from collections import Counter
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cptsapp.activity import rules
from cptsapp.activity.rules import MEASURES, Excess, Figures
from cptsapp.core.small import SMALL

days = st.dates(date(2024, 1, 1), date(2027, 12, 31))
counts = st.integers(0, 400)


@dataclass
class Period:
    id: int
    starts_on: date
    ends_on: date | None
    closed_at: datetime | None = None


@st.composite
def periods(draw):
    starts_on = draw(days)
    length = draw(st.one_of(st.none(), st.integers(0, 400)))
    return Period(draw(st.integers(1, 99)), starts_on, None if length is None else starts_on + timedelta(length))


SUMMER = Period(1, date(2026, 7, 13), date(2026, 9, 10))
YEAR = Period(2, date(2026, 1, 1), None)


class TestCampaignOfADay:
    @pytest.mark.parametrize("day", [date(2026, 7, 13), date(2026, 9, 10)])
    def test_both_ends_are_within(self, day):
        assert rules.campaign_of(day, [SUMMER]) is SUMMER

    @pytest.mark.parametrize("day", [date(2026, 7, 12), date(2026, 9, 11)])
    def test_the_day_before_and_the_day_after_are_not(self, day):
        assert rules.campaign_of(day, [SUMMER]) is None

    def test_a_campaign_without_end_is_all_year(self):
        assert rules.campaign_of(date(2030, 1, 1), [YEAR]) is YEAR

    def test_of_two_the_one_that_began_last_has_the_day(self):
        assert rules.campaign_of(date(2026, 8, 1), [YEAR, SUMMER]) is SUMMER
        assert rules.campaign_of(date(2026, 10, 1), [YEAR, SUMMER]) is YEAR

    def test_of_two_begun_together_the_newest_has_it(self):
        newer = Period(3, YEAR.starts_on, None)
        assert rules.campaign_of(date(2026, 8, 1), [newer, YEAR]) is newer

    @given(days, st.lists(periods(), max_size=6, unique_by=lambda p: p.id))
    def test_a_day_has_a_campaign_exactly_when_one_covers_it(self, day, some):
        found = rules.campaign_of(day, some)
        covering = [p for p in some if rules.covers(p, day)]
        assert (found is None) == (not covering)
        assert found is None or all(p.starts_on <= found.starts_on for p in covering)


@pytest.mark.parametrize(
    ("today", "closed", "words"),
    [
        (date(2026, 7, 12), None, "à venir"),
        (date(2026, 7, 13), None, "en cours"),
        (date(2026, 9, 10), None, "en cours"),
        (date(2026, 9, 11), None, "terminée"),
        (date(2026, 8, 1), datetime(2026, 9, 25), "close"),
    ],
)
def test_the_state_of_a_campaign(today, closed, words):
    assert rules.campaign_state(Period(1, SUMMER.starts_on, SUMMER.ends_on, closed), today) == words


def test_a_campaign_of_all_year_is_never_over():
    assert rules.campaign_state(YEAR, date(2035, 1, 1)) == "en cours"


class TestWeeks:
    @given(days)
    def test_a_week_begins_on_the_monday_before(self, day):
        monday = rules.week_of(day)
        assert monday.weekday() == 0
        assert timedelta(0) <= day - monday < timedelta(days=7)

    def test_sunday_belongs_to_the_monday_before(self):
        assert rules.week_of(date(2020, 9, 6)) == date(2020, 8, 31)

    def test_at_the_cap_nothing_is_beyond(self):
        assert rules.beyond_cap({date(2020, 8, 31): 20}, 20) == ()

    def test_days_of_a_week_add_up(self):
        acts = {date(2020, 8, 31): 12, date(2020, 9, 6): 11, date(2020, 9, 7): 20}
        assert rules.beyond_cap(acts, 20) == (Excess(date(2020, 8, 31), 3),)

    @given(st.dictionaries(days, counts, max_size=40), st.integers(1, 60))
    def test_acts_within_and_beyond_the_cap_make_all_acts(self, acts, cap):
        weeks = Counter()
        for day, count in acts.items():
            weeks[rules.week_of(day)] += count
        beyond = rules.beyond_cap(acts, cap)
        within = sum(min(count, cap) for count in weeks.values())
        assert within + sum(excess.count for excess in beyond) == sum(acts.values())
        assert all(excess.count > 0 for excess in beyond)
        assert list(beyond) == sorted(beyond, key=lambda excess: excess.week_on)


class TestAmount:
    @given(counts, counts, st.integers(0, 10_000))
    def test_every_honoured_act_is_paid_whatever_the_cap(self, some, others, cents):
        assert rules.amount(some, cents) + rules.amount(others, cents) == rules.amount(some + others, cents)

    def test_568_acts_at_15_euros(self):
        assert rules.amount(568, 1500) == 852_000


class TestMasked:
    @pytest.mark.parametrize(
        ("parts", "shown"),
        [
            ((10, 2, 0), (None, None, 0)),
            ((10, 2, 3), (10, None, None)),
            ((9, 8, 4), (9, None, None)),
            ((5, 5, 5), (5, 5, 5)),
            ((0, 3, 0), (0, None, 0)),
            ((0, 0, 0), (0, 0, 0)),
        ],
    )
    def test_small_counts_are_hidden_and_not_found_by_subtraction(self, parts, shown):
        assert rules.masked(parts) == shown

    @given(st.tuples(counts, counts, counts))
    def test_what_is_shown_is_true_and_never_small(self, parts):
        for count, shown in zip(parts, rules.masked(parts), strict=True):
            assert shown in (None, count)
            assert shown is None or shown == 0 or shown >= SMALL

    @given(st.tuples(counts, counts, counts))
    def test_one_alone_is_hidden_only_when_it_is_the_whole(self, parts):
        hidden = [count for count, shown in zip(parts, rules.masked(parts), strict=True) if shown is None]
        assert len(hidden) != 1 or hidden[0] == sum(parts)


figures = st.builds(Figures, **dict.fromkeys(MEASURES, counts))


class TestFigures:
    def test_each_measure_has_its_field_word_and_sentence(self):
        assert [f.name for f in fields(Figures)] == list(MEASURES)
        assert len({m.slug for m in MEASURES.values()}) == len(MEASURES)
        assert all(m.definition.endswith(".") for m in MEASURES.values())

    @given(figures, figures, figures)
    def test_figures_add_up_in_any_order(self, a, b, c):
        assert (a + b) + c == a + (b + c) == rules.total([c, a, b])

    @given(figures)
    def test_nothing_added_changes_nothing(self, a):
        assert a + Figures() == a

    def test_patients_are_those_of_slots_and_of_broadcasts(self):
        assert Figures(booked=3, broadcasts=2).patients == 5
