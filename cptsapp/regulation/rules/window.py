"""The three days of the list, their titles, and the hours of their strips."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta

from cptsapp.core.french import day_long, day_short, day_tiny
from cptsapp.territory.rules import DaytimeWindow, holiday_name

DAYS = 3
AHEAD_MAX = timedelta(days=365)  # nobody posts further; a forged day beyond is brought back


def first_day(asked: date | None, today: date) -> date:
    """The first day to show: the one asked for, never before today nor absurdly far."""
    if asked is None or asked < today:
        return today
    return min(asked, today + AHEAD_MAX)


def title(day: date, today: date) -> str:
    """The heading of a day: "Maintenant → ce soir", "Demain", "Après-demain", then the day itself."""
    known = {0: "Maintenant → ce soir", 1: "Demain", 2: "Après-demain"}
    return known.get((day - today).days) or day_long(day).capitalize()


def subtitle(day: date, today: date, region: str) -> str:
    """The date under the heading, with the holiday's name when it is one."""
    ahead = (day - today).days
    shown = day_short(day) if ahead == 0 else day_tiny(day) if ahead < DAYS else ""
    return ", ".join(filter(None, (shown, holiday_name(day, region))))


def strip(
    counts: Mapping[int, int], day: date, window: DaytimeWindow, now: datetime | None
) -> Iterable[tuple[int, int]]:
    """(hour, free) of a day's strip: the daytime hours, widened to those that have a slot, from `now` on (local)."""
    opens, closes = window.hours.get(day.weekday(), (time(0), time(0)))
    hours = range(opens.hour, closes.hour + (closes.minute > 0)) if closes > opens else range(0)
    shown = sorted({*hours, *counts})
    if not shown:
        return []
    first = max(shown[0], now.hour) if now else shown[0]
    return [(hour, counts.get(hour, 0)) for hour in range(first, shown[-1] + 1)]


def by_hour(moments: Iterable[tuple[datetime, int]]) -> Mapping[int, int]:
    """Free places by hour, from (local start, places)."""
    counts: Counter[int] = Counter()
    for moment, places in moments:
        counts[moment.hour] += places
    return counts
