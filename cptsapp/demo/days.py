"""When things are done in the demonstration: on days when the CPTS answers, never on Christmas."""

from datetime import datetime, timedelta

from cptsapp.territory import queries as territory
from cptsapp.territory import rules

DAY = timedelta(days=1)
LONGEST_CLOSED = 8  # days in a row


def working(at: datetime) -> datetime:
    """The same hour of the last day, this one included, on which the CPTS answered; in order as they were given."""
    cpts = territory.settings()
    for back in range(LONGEST_CLOSED):
        day = rules.day_of(at - back * DAY, cpts.zone)
        if rules.daytime_of(day, cpts.window, cpts.zone, cpts.holiday_region) is not None and day.weekday() < 5:
            return at - back * DAY
    return at
