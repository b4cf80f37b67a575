"""Where the points of a curve stand: across in hundredths of the width, so that a table shares its columns."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

HEIGHT = 160  # px, the room for what is written above the points and under them included
_TOP, _BOTTOM = 24, 20
_MIN_SPAN = 10


@dataclass(frozen=True, slots=True)
class Dot:
    """A point: x in hundredths, y in pixels; nothing at a day without a rate."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Line:
    """A rate across the whole width: a mark of the axis, or the target."""

    percent: int
    y: float


@dataclass(frozen=True, slots=True)
class Curve:
    """What is drawn."""

    dots: Sequence[Dot | None]
    lines: Sequence[str]
    marks: Sequence[Line]
    target: Line | None


def draw(rates: Sequence[float | None], target: int | None) -> Curve:
    """The curve of rates in per cent, at even distances; its axis goes by tens and says where it begins."""
    known = [rate for rate in rates if rate is not None]
    low, high = _bounds([*known, float(target)] if target is not None else known)
    step = 10 if high - low <= 40 else 20
    width = 100 / len(rates)
    dots = [
        None if rate is None else Dot(round(width * (n + 0.5), 2), _y(rate, low, high)) for n, rate in enumerate(rates)
    ]
    return Curve(
        dots,
        _lines(dots),
        [Line(percent, _y(percent, low, high)) for percent in range(low, high + 1, step)],
        None if target is None else Line(target, _y(target, low, high)),
    )


def _lines(dots: Iterable[Dot | None]) -> list[str]:
    """What joins the points, as SVG writes it; a day without a rate breaks the line."""
    runs: list[list[str]] = [[]]
    for dot in dots:
        if dot is None:
            runs.append([])
        else:
            runs[-1].append(f"{dot.x},{dot.y}")
    return [" ".join(run) for run in runs if len(run) > 1]


def _bounds(values: Sequence[float]) -> tuple[int, int]:
    """From the ten under the lowest to the ten above the highest, within 0 and 100."""
    if not values:
        return 0, 100
    low = int(min(values) // 10) * 10
    high = min(100, int(-(-max(values) // 10)) * 10)
    if high - low < _MIN_SPAN:
        high, low = min(100, low + _MIN_SPAN), max(0, min(low, 100 - _MIN_SPAN))
    if high - low > 40 and (high - low) % 20:
        low, high = (low - 10, high) if low else (low, min(100, high + 10))
    return low, high


def _y(percent: float, low: int, high: int) -> float:
    return round(_TOP + (HEIGHT - _TOP - _BOTTOM) * (high - percent) / (high - low), 1)
