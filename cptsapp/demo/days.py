"""When things are done in the demonstration: the clock moved along, on days when the CPTS answers."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from cptsapp.core import clock
from cptsapp.territory import queries as territory
from cptsapp.territory import rules

DAY = timedelta(days=1)
LONGEST_CLOSED = 8  # days in a row


@contextmanager
def moving_clock(back_to: str | None) -> Iterator[None]:
    """Let the clock move; whatever happens it goes back to `back_to`, None for the real one."""
    try:
        yield
    finally:
        clock.configure(back_to)


def stand_at(instant: datetime) -> None:
    """Move the clock, inside `moving_clock`."""
    clock.configure(instant.isoformat())


def working(at: datetime) -> datetime:
    """The same hour of the last day, this one included, on which the CPTS answered; in order as they were given."""
    cpts = territory.settings()
    for back in range(LONGEST_CLOSED):
        day = rules.day_of(at - back * DAY, cpts.zone)
        if rules.daytime_of(day, cpts.window, cpts.zone, cpts.holiday_region) is not None and day.weekday() < 5:
            return at - back * DAY
    return at
