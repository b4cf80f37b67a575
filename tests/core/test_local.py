"""The CPTS's own time, below the layer that knows the CPTS."""

from datetime import UTC, date, datetime, timedelta

import pytest

from cptsapp.core import local


@pytest.fixture
def zone():
    """`zone(name)` sets it for one test."""
    former = local._zone
    yield lambda name: local.use(lambda: name)
    local.use(former)


@pytest.mark.parametrize(
    ("name", "day", "hours"),
    [
        ("Europe/Paris", date(2026, 7, 20), 24),
        ("Europe/Paris", date(2026, 3, 29), 23),
        ("Europe/Paris", date(2026, 10, 25), 25),
        ("America/Guadeloupe", date(2026, 3, 29), 24),
    ],
)
def test_length_of_a_day(zone, name, day, hours):
    zone(name)
    first, last = local.day_bounds(day)
    assert last - first == timedelta(hours=hours)


def test_day_begins_at_local_midnight(zone):
    zone("Indian/Reunion")
    assert local.day_bounds(date(2026, 7, 20))[0] == datetime(2026, 7, 19, 20, tzinfo=UTC)


def test_instant_on_the_wall(zone):
    zone("America/Guadeloupe")
    assert local.local(datetime(2026, 7, 20, 12, 32, tzinfo=UTC)).hour == 8
