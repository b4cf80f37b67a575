"""The chips of a new slot: the next useful times, from the clock and from one's habits."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice

from cptsapp.posting.rules.draft import Hours, Span, exists, first_overlap
from cptsapp.posting.rules.series import Days, is_absent
from cptsapp.territory.rules import local, local_instant

Habit = tuple[int, time]  # weekday (0 is Monday) and wall time of something once posted

WANTED = 5
DAYS_AHEAD = 14
LEAD = timedelta(minutes=10)  # a slot in less time reaches nobody
DEFAULT_TIMES = (time(11, 30), time(17), time(18, 30))
HALF_HOUR = timedelta(minutes=30)


def suggest(
    now: datetime,
    hours: Hours,
    habits: Sequence[Habit],
    taken: Sequence[Span],
    minutes: int,
    absences: Sequence[Days] = (),
) -> list[datetime]:
    """At most five local moments, in order: two today, two tomorrow, then one a day.

    Never past or within ten minutes, never on a holiday, a day of absence or outside the window, never over a slot of
    one's own.
    """
    found: list[datetime] = []
    today = hours.today(now)
    for ahead in range(DAYS_AHEAD):
        day = today + timedelta(days=ahead)
        quota = 0 if is_absent(day, absences) else min(2 if ahead < 2 else 1, WANTED - len(found))
        found += sorted(_of_day(day, now, hours, habits, taken, minutes, quota))
    return found


def _of_day(
    day: date,
    now: datetime,
    hours: Hours,
    habits: Sequence[Habit],
    taken: Sequence[Span],
    minutes: int,
    quota: int,
) -> list[datetime]:
    """The best `quota` moments of one day; a half-hour to come only where nothing better is left."""
    window = hours.span(day)
    chosen: list[Span] = []
    usual = ranked(day.weekday(), habits)
    for wall in _unique([*usual, *_coming_half_hours(day, now, hours)]):
        if window is None or len(chosen) >= quota or (chosen and wall not in usual):
            break
        starts_at = local_instant(day, wall, hours.zone)
        span = (starts_at, starts_at + timedelta(minutes=minutes))
        is_free = first_overlap(span, [*taken, *chosen]) is None
        if is_free and _fits(span, window, now) and exists(day, wall, hours.zone):
            chosen.append(span)
    return [local(span[0], hours.zone) for span in chosen]


def _fits(span: Span, window: Span, now: datetime) -> bool:
    return window[0] <= span[0] and span[1] <= window[1] and span[0] > now + LEAD


def ranked(weekday: int, habits: Sequence[Habit]) -> list[time]:
    """Times to try, best first: most often posted that weekday, then most often at all, then sensible ones."""
    same_day = Counter(wall for habit_day, wall in habits if habit_day == weekday)
    any_day = Counter(wall for _, wall in habits)
    return [*_by_count(same_day), *_by_count(any_day), *DEFAULT_TIMES]


def _by_count(times: Counter[time]) -> list[time]:
    return sorted(times, key=lambda wall: (-times[wall], wall))


def _coming_half_hours(day: date, now: datetime, hours: Hours) -> Iterator[time]:
    """For today alone, the half-hours still to come: at 19h10 there is 19h30, whatever the habits."""
    if day != hours.today(now):
        return
    shown = local(now + LEAD, hours.zone)
    moment = datetime.combine(day, time(shown.hour, 30 if shown.minute < 30 else 0))
    moment += timedelta(hours=shown.minute >= 30)
    while moment.date() == day:
        yield moment.time()
        moment += HALF_HOUR


def _unique(times: Iterable[time]) -> list[time]:
    return list(dict.fromkeys(times))


def suggest_days(now: datetime, hours: Hours, opens: time, absences: Sequence[Days] = ()) -> list[date]:
    """The three days of a plage's chips: today while its time is to come, then days with hours, without absence."""
    today = hours.today(now)
    days = (today + timedelta(days=ahead) for ahead in range(DAYS_AHEAD * 2))
    useful = (
        day
        for day in days
        if hours.span(day) and not is_absent(day, absences) and local_instant(day, opens, hours.zone) > now + LEAD
    )
    return list(islice(useful, 3))
