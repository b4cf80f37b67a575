"""The demonstration at any hour: always something on the list, nothing after the present."""

from datetime import datetime, timedelta

import pytest

from cptsapp.audit.models import AuditEvent
from cptsapp.core import clock
from cptsapp.demo import story
from cptsapp.snp.models import Booking, Slot
from tests.demo.tools import MONDAY, count, free_ahead

HOURS = {
    "deep in the night": "2026-07-21T03:10:00+02:00",
    "opening": "2026-07-20T08:00:00+02:00",
    "saturday before a closed monday": "2026-04-04T18:00:00+02:00",
    "new year's day": "2027-01-01T00:05:00+01:00",
    "the night of the autumn change": "2026-10-25T02:30:00+01:00",
}


@pytest.mark.parametrize("hour", HOURS.values(), ids=HOURS)
def test_the_list_shows_something_and_nothing_is_of_the_future(play, hour):
    play(hour)
    now = clock.now()
    assert now == datetime.fromisoformat(hour)
    assert free_ahead() >= story.SEATS_WANTED
    soon = now + timedelta(minutes=2)  # the story's clock runs on while its last acts are written
    assert count(AuditEvent, AuditEvent.at > soon) == 0
    assert count(Booking, Booking.booked_at > soon) == 0


def test_a_demonstration_left_for_weeks_fills_again(play, set_clock, clock_file):
    play(MONDAY)
    before = count(Slot)
    story.go_on(f"@{clock_file}")
    assert count(Slot) == before
    set_clock(datetime.fromisoformat("2026-08-17T10:00:00+02:00"))
    assert free_ahead() < story.SEATS_WANTED
    story.go_on(f"@{clock_file}")
    assert free_ahead() >= story.SEATS_WANTED
