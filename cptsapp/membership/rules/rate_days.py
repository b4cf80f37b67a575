"""The days a rate is read on: those it is compared with, and the points of its curve."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from cptsapp.core.french import MONTHS_SHORT
from cptsapp.core.periods import months_later
from cptsapp.membership.rules.rate import Count

QUARTER_POINTS = 9  # two years of quarters and the day itself: what shares its columns with a table
CURVE_MONTHS = 60
EDGE = 97  # a year written beyond would go out of the drawing


class Step(enum.StrEnum):
    """How far apart the points of the curve are; the values are the words of the address."""

    QUARTER = "trimestre"
    MONTH = "mois"


class Landmark(enum.StrEnum):
    """A former day that a rate is compared with; the values are the words of the address."""

    QUARTER = "trimestre"
    DAYS = "30-jours"
    YEAR = "un-an"


def landmark_day(landmark: Landmark, day: date) -> date:
    """The former day: the end of the quarter before, thirty days before, a year earlier."""
    if landmark is Landmark.DAYS:
        return day - timedelta(days=30)
    if landmark is Landmark.YEAR:
        return months_later(day, -12)
    return quarter_start(day) - timedelta(days=1)


def quarter_start(day: date) -> date:
    """The first day of the quarter of a day."""
    return date(day.year, day.month - (day.month - 1) % 3, 1)


def month_ends(first: date, last: date) -> list[date]:
    """The last day of each month from one day to another, and the last day itself: where a curve has its points."""
    return _ends(date(first.year, first.month, 1), first, last, 1)


def quarter_ends(first: date, last: date) -> list[date]:
    """The last day of each quarter from one day to another, and the last day itself."""
    return _ends(quarter_start(first), first, last, 3)


def _ends(start: date, first: date, last: date, months: int) -> list[date]:
    points = []
    while (end := months_later(start, months) - timedelta(days=1)) < last:
        if end >= first:
            points.append(end)
        start = months_later(start, months)
    return [*points, last]


def points(step: Step, since: date, day: date) -> Sequence[date]:
    """The days of the curve that ends on a day: five years at most, none before what is known."""
    first = max(since, months_later(day, -CURVE_MONTHS))
    if step is Step.MONTH:
        return month_ends(first, day)
    return quarter_ends(first, day)[-QUARTER_POINTS:]


def label(day: date, is_last: bool) -> str:
    """What heads a column: « T2 26 » for the end of a quarter, « 25 sept. » for the last day."""
    if is_last:
        return f"{'1er' if day.day == 1 else day.day} {MONTHS_SHORT[day.month - 1]}"
    return f"T{(day.month + 2) // 3} {day.year % 100:02d}"


@dataclass(frozen=True, slots=True)
class Point:
    """A day and its two numbers; no numbers when nobody knows them."""

    day: date
    count: Count | None


def year_marks(points: Sequence[Point]) -> list[tuple[float, int]]:
    """Where each year has its first point, in hundredths of the width, and which it is; not too near the edge."""
    width = 100 / len(points)
    firsts = {point.day.year: rank for rank, point in reversed(list(enumerate(points)))}
    marks = [(round(width * (rank + 0.5), 2), year) for year, rank in sorted(firsts.items())]
    return [(x, year) for x, year in marks if x <= EDGE]


def by_year(points: Sequence[Point]) -> dict[int, list[Point | None]]:
    """A row a year, the latest first: for each month its point, or None."""
    rows: dict[int, list[Point | None]] = {}
    for point in points:
        rows.setdefault(point.day.year, [None] * 12)[point.day.month - 1] = point
    return dict(reversed(rows.items()))
