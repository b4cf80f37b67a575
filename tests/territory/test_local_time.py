"""From the clock on the wall to instants and back, clock changes included."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cptsapp.territory.national import departments
from cptsapp.territory.rules import day_of, default_zone, local, local_instant, time_zones

PARIS = "Europe/Paris"
SPRING = date(2027, 3, 28)
AUTUMN = date(2026, 10, 25)
ZONES = st.sampled_from(sorted(time_zones()))
DAYS = st.dates(date(2020, 1, 1), date(2045, 12, 31))
INSTANTS = st.datetimes(datetime(2020, 1, 2), datetime(2045, 12, 30), timezones=st.just(UTC))


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        (PARIS, utc(2026, 7, 20, 15)),
        ("America/Guadeloupe", utc(2026, 7, 20, 21)),
        ("America/Martinique", utc(2026, 7, 20, 21)),
        ("America/Cayenne", utc(2026, 7, 20, 20)),
        ("America/Miquelon", utc(2026, 7, 20, 19)),
        ("America/St_Barthelemy", utc(2026, 7, 20, 21)),
        ("America/Marigot", utc(2026, 7, 20, 21)),
        ("Indian/Reunion", utc(2026, 7, 20, 13)),
        ("Indian/Mayotte", utc(2026, 7, 20, 14)),
        ("Pacific/Wallis", utc(2026, 7, 20, 5)),
        ("Pacific/Tahiti", utc(2026, 7, 21, 3)),
        ("Pacific/Marquesas", utc(2026, 7, 21, 2, 30)),
        ("Pacific/Gambier", utc(2026, 7, 21, 2)),
        ("Pacific/Noumea", utc(2026, 7, 20, 6)),
    ],
)
def test_five_in_the_afternoon_is_another_instant_in_each_zone(zone, expected):
    assert local_instant(date(2026, 7, 20), time(17), zone) == expected


def test_every_zone_of_the_closed_list_exists_and_has_a_label():
    assert all(ZoneInfo(zone) and label for zone, label in time_zones().items())


def test_every_department_proposes_a_zone_of_the_list():
    assert {default_zone(each.code) for each in departments()} <= set(time_zones())
    assert default_zone("85") == default_zone("57") == PARIS
    assert default_zone("974") == "Indian/Reunion"
    assert default_zone("987") == "Pacific/Tahiti"


def test_an_instant_is_in_universal_time():
    assert local_instant(date(2026, 7, 20), time(17), PARIS).tzinfo is UTC


def test_the_same_wall_time_moves_by_an_hour_across_the_spring_change():
    assert local_instant(date(2027, 3, 27), time(9), PARIS) == utc(2027, 3, 27, 8)
    assert local_instant(SPRING, time(9), PARIS) == utc(2027, 3, 28, 7)


def test_the_same_wall_time_moves_by_an_hour_across_the_autumn_change():
    assert local_instant(date(2026, 10, 24), time(9), PARIS) == utc(2026, 10, 24, 7)
    assert local_instant(AUTUMN, time(9), PARIS) == utc(2026, 10, 25, 8)


def test_an_hour_that_does_not_exist_in_spring_moves_forward():
    instant = local_instant(SPRING, time(2, 30), PARIS)
    assert instant == utc(2027, 3, 28, 1, 30)
    assert local(instant, PARIS).time() == time(3, 30)


def test_of_the_two_same_hours_of_autumn_the_first_is_taken():
    assert local_instant(AUTUMN, time(2, 30), PARIS) == utc(2026, 10, 25, 0, 30)
    assert local_instant(AUTUMN, time(2, 30, fold=1), PARIS) == utc(2026, 10, 25, 0, 30)


def test_miquelon_changes_its_clock_on_its_own_sundays():
    assert local_instant(date(2027, 3, 14), time(2, 30), "America/Miquelon") == utc(2027, 3, 14, 5, 30)
    assert local_instant(date(2026, 11, 1), time(1, 30), "America/Miquelon") == utc(2026, 11, 1, 3, 30)


@pytest.mark.parametrize(
    ("zone", "day"),
    [(PARIS, date(2026, 7, 21)), ("America/Cayenne", date(2026, 7, 20)), ("Indian/Reunion", date(2026, 7, 21))],
)
def test_an_instant_falls_on_the_local_day(zone, day):
    assert day_of(utc(2026, 7, 20, 22, 30), zone) == day


def test_an_instant_of_another_zone_falls_on_the_same_local_day():
    tokyo = datetime(2026, 7, 21, 5, tzinfo=timezone(timedelta(hours=9)))
    assert day_of(tokyo, PARIS) == date(2026, 7, 20)


def test_a_naive_instant_is_refused():
    with pytest.raises(ValueError, match="zone"):
        day_of(datetime(2026, 7, 20, 12), PARIS)


def test_a_wall_time_with_a_zone_is_refused():
    with pytest.raises(ValueError, match="zone"):
        local_instant(date(2026, 7, 20), time(12, tzinfo=UTC), PARIS)


@given(DAYS, st.times(), ZONES)
def test_a_wall_time_comes_back_unless_the_spring_change_took_it(day, wall, zone):
    instant = local_instant(day, wall, zone)
    back = local(instant, zone)
    gained = datetime.combine(back.date(), back.time()) - datetime.combine(day, wall.replace(fold=0))
    assert gained in (timedelta(0), timedelta(hours=1))
    assert day_of(instant, zone) == day


@given(INSTANTS, ZONES)
def test_an_instant_comes_back_unless_it_is_in_the_second_same_hour_of_autumn(instant, zone):
    shown = local(instant, zone)
    assert instant - local_instant(shown.date(), shown.time(), zone) == timedelta(hours=shown.fold)
