from datetime import date, time

import pytest

from cptsapp.core import french


@pytest.mark.parametrize(("value", "text"), [(0, "0\u00a0libre"), (1, "1\u00a0libre"), (2, "2\u00a0libres")])
def test_zero_is_singular(value, text):
    assert french.count(value, "libre") == text


def test_hour_is_written_with_h():
    assert french.hour(time(8, 5)) == "8h05"


def test_first_of_the_month():
    assert french.day_long(date(2026, 5, 1)) == "vendredi 1er mai"


@pytest.mark.parametrize(
    ("cents", "text"),
    [(69000, "690\u00a0€"), (1250, "12,50\u00a0€"), (-1500, "−15\u00a0€"), (847500, "8\u202f475\u00a0€")],
)
def test_money(cents, text):
    assert french.money(cents) == text


def test_nothing_to_divide_by_is_a_dash():
    assert french.percent(0, 0) == "—"


def test_phone_by_pairs():
    assert french.phone("+33261914027") == "02\u00a061\u00a091\u00a040\u00a027"


def test_relative_day():
    monday = date(2026, 7, 20)
    assert french.relative_day(date(2026, 7, 21), monday) == "demain"
    assert french.relative_day(date(2026, 7, 23), monday) == "jeu. 23 juil."
