"""Days a rate is read on, where its curve stands, its rules in words."""

from datetime import date

import pytest

from cptsapp.core import french
from cptsapp.directory.models import PracticeMode, Profession
from cptsapp.membership.rules import curve, rate_days, rate_words
from cptsapp.membership.rules.rate import CountingRules
from cptsapp.membership.rules.rate_days import Landmark, Step
from cptsapp.membership.rules.rate_lists import Reason

DAY = date(2026, 7, 20)


@pytest.mark.parametrize(
    ("landmark", "day", "former"),
    [
        (Landmark.QUARTER, DAY, date(2026, 6, 30)),
        (Landmark.QUARTER, date(2026, 6, 30), date(2026, 3, 31)),
        (Landmark.QUARTER, date(2026, 1, 1), date(2025, 12, 31)),
        (Landmark.DAYS, DAY, date(2026, 6, 20)),
        (Landmark.YEAR, DAY, date(2025, 7, 20)),
        (Landmark.YEAR, date(2028, 2, 29), date(2027, 2, 28)),
    ],
)
def test_a_former_day(landmark, day, former):
    assert rate_days.landmark_day(landmark, day) == former


def test_quarters_are_nine_points_at_most_and_end_with_the_day():
    found = rate_days.points(Step.QUARTER, date(2020, 1, 1), DAY)
    assert len(found) == 9
    assert found[0] == date(2024, 9, 30)
    assert found[-2:] == [date(2026, 6, 30), DAY]


def test_months_go_back_five_years():
    found = rate_days.points(Step.MONTH, date(2010, 1, 1), DAY)
    assert (len(found), found[0], found[-1]) == (61, date(2021, 7, 31), DAY)


def test_no_point_is_before_what_is_known():
    assert rate_days.points(Step.QUARTER, date(2026, 6, 30), DAY) == [date(2026, 6, 30), DAY]
    assert rate_days.points(Step.QUARTER, date(2026, 7, 1), DAY) == [DAY]


def test_a_day_that_ends_a_quarter_is_one_point():
    assert rate_days.quarter_ends(date(2026, 1, 1), date(2026, 6, 30)) == [date(2026, 3, 31), date(2026, 6, 30)]


def test_columns_are_headed_by_quarters_then_the_day():
    assert rate_days.label(date(2026, 6, 30), is_last=False) == "T2 26"
    assert rate_days.label(date(2026, 9, 1), is_last=True) == "1er sept."


def test_years_come_latest_first_with_a_point_a_month():
    days = (date(2025, 12, 31), date(2026, 1, 31), date(2026, 2, 10))
    points = [rate_days.Point(day, None) for day in days]
    rows = rate_days.by_year(points)
    assert list(rows) == [2026, 2025]
    assert rows[2026][:3] == [points[1], points[2], None]


def test_each_year_is_written_under_its_first_point():
    months = [date(2025, 11, 30), date(2025, 12, 31), date(2026, 1, 31), date(2026, 2, 10)]
    points = [rate_days.Point(day, None) for day in months]
    assert rate_days.year_marks(points) == [(12.5, 2025), (62.5, 2026)]


class TestCurve:
    def test_points_stand_in_the_middle_of_equal_columns(self):
        drawn = curve.draw([50.0, 55.0], None)
        assert [dot.x for dot in drawn.dots if dot] == [25, 75]

    def test_the_higher_rate_stands_higher(self):
        low, high = curve.draw([50.0, 55.0], None).dots
        assert low is not None
        assert high is not None
        assert high.y < low.y

    def test_the_axis_goes_by_tens_around_the_rates_and_the_target(self):
        assert [mark.percent for mark in curve.draw([45.9, 58.4], 60).marks] == [40, 50, 60]

    def test_a_wide_axis_goes_by_twenties(self):
        assert [mark.percent for mark in curve.draw([5.0, 97.0], None).marks] == [0, 20, 40, 60, 80, 100]

    @pytest.mark.parametrize("rate", [0.0, 50.0, 99.5, 100.0])
    def test_a_level_curve_has_an_axis_within_0_and_100(self, rate):
        percents = [mark.percent for mark in curve.draw([rate, rate], None).marks]
        assert percents[0] <= rate <= percents[-1]
        assert percents[0] >= 0
        assert percents[-1] <= 100
        assert len(percents) >= 2

    def test_a_day_without_a_rate_has_no_point(self):
        assert curve.draw([None, 50.0], None).dots[0] is None

    def test_no_rate_at_all_draws_an_axis(self):
        assert curve.draw([None, None], None).marks[-1].percent == 100


class TestSentences:
    def test_the_usual_rules(self):
        modes, professions, locums = rate_words.sentences(CountingRules())
        assert modes == "Activité libérale, même en partie."
        assert professions.startswith("Neuf professions\u00a0: généralistes, spécialistes, infirmiers")
        assert locums == "Un remplaçant compte s’il remplace depuis 3 mois."

    def test_everyone(self):
        rules = CountingRules(modes=frozenset(PracticeMode), locum_months=0)
        assert "salariée" in rate_words.modes_sentence(rules)
        assert rate_words.locum_sentence(rules) == "Un remplaçant compte dès le premier jour."

    def test_some(self):
        rules = CountingRules(frozenset({Profession.GP}), frozenset({PracticeMode.LIBERAL, PracticeMode.SALARIED}))
        assert rate_words.modes_sentence(rules) == "Seuls comptent\u00a0: libéraux, salariés."
        assert rate_words.professions_sentence(rules) == "Une profession\u00a0: généralistes."
        assert rate_words.locum_sentence(rules) == "Un remplaçant ne compte pas."

    def test_more_than_twelve_professions_are_written_in_figures(self):
        assert rate_words.professions_sentence(CountingRules(frozenset(Profession))).startswith("26 professions")

    def test_a_new_locum_is_told_from_one_who_never_counts(self):
        never = CountingRules(modes=frozenset({PracticeMode.LIBERAL}))
        assert rate_words.reason_words(Reason.LOCUM, CountingRules()) == "remplaçants depuis moins de 3 mois"
        assert rate_words.reason_words(Reason.LOCUM, never, 1) == "remplaçant"


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [(120, 600, "20\u00a0%"), (292, 500, "58,4\u00a0%"), (1, 3, "33,3\u00a0%"), (0, 0, "—")],
)
def test_a_rate_has_a_decimal_unless_it_is_exact(part, whole, text):
    assert french.percent(part, whole, 1) == text


@pytest.mark.parametrize(("difference", "text"), [(22, "+22"), (-4, "−4"), (0, "0")])
def test_a_difference_bears_its_sign(difference, text):
    assert rate_words.signed(difference) == text
