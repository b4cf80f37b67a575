"""The daytime window: when the CPTS answers, when it opens next, when it closes."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cptsapp.territory.rules import (
    DEFAULT_WINDOW,
    DaytimeWindow,
    closes_at,
    day_of,
    daytime_of,
    holiday_name,
    holiday_regions,
    is_daytime,
    local_instant,
    next_opening,
    time_zones,
)

VENDEE = ("Europe/Paris", "metropole")
REUNION = ("Indian/Reunion", "reunion")
NIGHT_WINDOW = DaytimeWindow({6: (time(1), time(4))})


def paris(month, day, hour, minute=0, year=2026):
    return local_instant(date(year, month, day), time(hour, minute), "Europe/Paris")


@st.composite
def windows(draw):
    hours = {}
    for weekday in draw(st.sets(st.integers(0, 6))):
        opens, closes = sorted(draw(st.lists(st.times(), min_size=2, max_size=2, unique=True)))
        hours[weekday] = (opens, closes)
    return DaytimeWindow(hours)


PLACES = st.tuples(st.sampled_from(sorted(time_zones())), st.sampled_from(sorted(holiday_regions())))
INSTANTS = st.datetimes(datetime(2020, 1, 2), datetime(2045, 12, 30), timezones=st.just(UTC))


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        (paris(7, 20, 7, 59), False),
        (paris(7, 20, 8), True),
        (paris(7, 20, 19, 59), True),
        (paris(7, 20, 20), False),
        (paris(7, 25, 11, 59), True),
        (paris(7, 25, 12), False),
        (paris(7, 26, 10), False),
        (paris(7, 14, 10), False),
    ],
    ids=["before", "opening", "evening", "closing", "saturday", "saturday noon", "sunday", "14 July"],
)
def test_the_default_window_is_that_of_the_sas(instant, expected):
    assert is_daytime(instant, DEFAULT_WINDOW, *VENDEE) is expected


def test_a_holiday_of_another_region_is_an_ordinary_day_here():
    monday = date(2027, 12, 20)
    assert daytime_of(monday, DEFAULT_WINDOW, *REUNION) is None
    assert daytime_of(monday, DEFAULT_WINDOW, *VENDEE) is not None


def test_the_window_follows_the_zone():
    instant = datetime(2026, 7, 20, 4, 30, tzinfo=UTC)
    assert is_daytime(instant, DEFAULT_WINDOW, *REUNION)
    assert not is_daytime(instant, DEFAULT_WINDOW, *VENDEE)


def test_closing_is_told_while_open():
    assert closes_at(paris(7, 20, 9), DEFAULT_WINDOW, *VENDEE) == paris(7, 20, 20)
    assert closes_at(paris(7, 25, 9), DEFAULT_WINDOW, *VENDEE) == paris(7, 25, 12)


def test_no_closing_is_told_while_closed():
    assert closes_at(paris(7, 20, 20), DEFAULT_WINDOW, *VENDEE) is None
    assert closes_at(paris(7, 14, 10), DEFAULT_WINDOW, *VENDEE) is None


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        (paris(7, 20, 6), paris(7, 20, 8)),
        (paris(7, 20, 8), paris(7, 21, 8)),
        (paris(7, 20, 21), paris(7, 21, 8)),
        (paris(7, 25, 13), paris(7, 27, 8)),
        (paris(7, 13, 21), paris(7, 15, 8)),
        (paris(12, 24, 21), paris(12, 26, 8)),
        (paris(12, 31, 21), paris(1, 2, 8, year=2027)),
    ],
    ids=["morning", "already open", "evening", "weekend", "14 July", "Christmas", "new year"],
)
def test_the_next_opening_skips_nights_sundays_and_holidays(instant, expected):
    assert next_opening(instant, DEFAULT_WINDOW, *VENDEE) == expected


def test_the_night_of_the_spring_change_is_an_hour_shorter():
    window = DaytimeWindow(dict.fromkeys(range(7), (time(8), time(20))))
    opening = next_opening(paris(3, 27, 20, year=2027), window, *VENDEE)
    assert opening == datetime(2027, 3, 28, 6, tzinfo=UTC)
    assert opening - paris(3, 27, 20, year=2027) == timedelta(hours=11)


def test_the_night_of_the_autumn_change_is_an_hour_longer():
    window = DaytimeWindow(dict.fromkeys(range(7), (time(8), time(20))))
    opening = next_opening(paris(10, 24, 20), window, *VENDEE)
    assert opening == datetime(2026, 10, 25, 7, tzinfo=UTC)
    assert opening - paris(10, 24, 20) == timedelta(hours=13)


@pytest.mark.parametrize(("day", "hours"), [(date(2027, 3, 21), 3), (date(2027, 3, 28), 2), (date(2027, 10, 31), 4)])
def test_a_window_across_the_change_lasts_what_the_clock_on_the_wall_shows(day, hours):
    opens, closes = daytime_of(day, NIGHT_WINDOW, *VENDEE)
    assert closes - opens == timedelta(hours=hours)


def test_hours_swallowed_by_the_spring_change_are_no_hours():
    window = DaytimeWindow({6: (time(2, 30), time(3))})
    assert daytime_of(date(2027, 3, 28), window, *VENDEE) is None
    assert daytime_of(date(2027, 3, 21), window, *VENDEE) is not None


def test_a_window_without_hours_never_opens():
    assert next_opening(paris(7, 20, 6), DaytimeWindow({}), *VENDEE) is None
    assert not is_daytime(paris(7, 20, 10), DaytimeWindow({}), *VENDEE)


def test_a_window_of_mondays_only_opens_again_after_easter_monday():
    mondays = DaytimeWindow({0: (time(9), time(12))})
    assert next_opening(paris(3, 30, 12), mondays, *VENDEE) == paris(4, 13, 9)


@pytest.mark.parametrize(
    "hours",
    [{7: (time(8), time(20))}, {-1: (time(8), time(20))}, {0: (time(8), time(8))}, {0: (time(20), time(8))}],
)
def test_hours_that_make_no_sense_are_refused(hours):
    with pytest.raises(ValueError, match="hours"):
        DaytimeWindow(hours)


def test_a_window_keeps_its_hours_whatever_becomes_of_what_made_it():
    hours = {0: (time(8), time(20))}
    window = DaytimeWindow(hours)
    hours.clear()
    assert window.hours[0] == (time(8), time(20))


def test_a_naive_instant_is_refused():
    with pytest.raises(ValueError, match="zone"):
        is_daytime(datetime(2026, 7, 20, 12), DEFAULT_WINDOW, *VENDEE)


@given(INSTANTS, windows(), PLACES)
def test_open_means_that_a_closing_follows_within_a_day(instant, window, place):
    closing = closes_at(instant, window, *place)
    assert is_daytime(instant, window, *place) is (closing is not None)
    assert closing is None or timedelta(0) < closing - instant <= timedelta(hours=25)


@given(INSTANTS, windows(), PLACES)
def test_the_next_opening_is_later_open_and_on_no_holiday(instant, window, place):
    opening = next_opening(instant, window, *place)
    if opening is None:
        assert not window.hours
        return
    assert opening > instant
    assert is_daytime(opening, window, *place)
    zone, region = place
    assert holiday_name(day_of(opening, zone), region) is None


@given(INSTANTS, windows(), PLACES)
def test_between_a_closed_instant_and_the_next_opening_it_stays_closed(instant, window, place):
    opening = next_opening(instant, window, *place)
    if opening is None or is_daytime(instant, window, *place):
        return
    middle = instant + (opening - instant) / 2
    assert not is_daytime(middle, window, *place)
    assert not is_daytime(opening - timedelta(microseconds=1), window, *place)
