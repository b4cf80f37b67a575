"""Who leaves and who arrives between two days (E55, E62). Only what someone announced or noted: no age is used.

A *change* is the day from which a person is here, or no longer is. Leaves and replacements are absences: they change
nothing in the number. A person is counted once, however often their departure was noted.
"""

import enum
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

from cptsapp.core.periods import months_later
from cptsapp.directory.models import MovementKind

AHEAD_MONTHS = 24
_DAY = timedelta(days=1)

K = MovementKind
MOVEMENT_LABELS: Mapping[MovementKind, str] = MappingProxyType(
    {
        K.ARRIVAL: "installation",
        K.RETIREMENT: "retraite",
        K.DEPARTURE: "départ du territoire",
        K.REPLACEMENT: "remplacement",
        K.MATERNITY: "congé maternité",
        K.LEAVE: "autre absence",
    }
)
GAINS = frozenset({K.ARRIVAL})
LOSSES = frozenset({K.RETIREMENT, K.DEPARTURE})
ABSENCES = frozenset({K.REPLACEMENT, K.MATERNITY, K.LEAVE})


class Way(enum.StrEnum):
    """What a change does to the number."""

    GAIN = "arrivees"
    LOSS = "departs"


@dataclass(frozen=True, slots=True)
class Change:
    """From `on` this person is here (a gain), or no longer is (a loss). `movement_id` when someone announced it."""

    person_id: int
    on: date
    way: Way
    movement_id: int | None = None


def change_of(movement_id: int, person_id: int, kind: MovementKind, starts_on: date) -> Change | None:
    """The change a movement announces, or None for an absence. The day of a departure is the last day of presence."""
    if kind in GAINS:
        return Change(person_id, starts_on, Way.GAIN, movement_id)
    if kind in LOSSES:
        return Change(person_id, starts_on + _DAY, Way.LOSS, movement_id)
    return None


def changes_of_periods(person_id: int, periods: Iterable[tuple[date, date | None]]) -> list[Change]:
    """The changes that dated practices make: the first day of each stretch of presence, and the day after its last.

    Two practices that touch or overlap are one stretch: who moves within the territory neither leaves nor arrives.
    """
    changes: list[Change] = []
    reached: date | None = None  # the last day of the stretch under way
    for starts_on, ends_on in sorted(periods, key=lambda period: period[0]):
        last = ends_on or date.max
        if reached is None or (reached < date.max and starts_on > reached + _DAY):
            changes += [Change(person_id, reached + _DAY, Way.LOSS)] if reached is not None else []
            changes.append(Change(person_id, starts_on, Way.GAIN))
            reached = last
        else:
            reached = max(reached, last)
    if reached is not None and reached < date.max:
        changes.append(Change(person_id, reached + _DAY, Way.LOSS))
    return changes


def real_changes(present: Collection[int], changes: Iterable[Change], after: date, until: date) -> list[Change]:
    """Those after a day and up to another that change something, in order of day.

    `present` are the persons here on the day `after`. Someone here who arrives, or away who leaves, changes nothing:
    a departure noted twice is one departure. Of two that say the same, the announced one on the earliest day is kept.
    """
    here = set(present)
    kept = []
    inside = (change for change in changes if after < change.on <= until)
    for change in sorted(inside, key=_order):
        if (change.way is Way.GAIN) == (change.person_id in here):
            continue
        here ^= {change.person_id}
        kept.append(change)
    return kept


def _order(change: Change) -> tuple[date, bool, int, bool, int]:
    """By day; of one day who leaves before who arrives; what was announced before what dates tell."""
    number = change.movement_id
    return change.on, change.way is Way.GAIN, change.person_id, number is None, number or 0


@dataclass(frozen=True, slots=True)
class Balance:
    """How many are here on the first day, leave, arrive: and so how many are here on the last."""

    today: int
    losses: int
    gains: int

    @property
    def later(self) -> int:
        """How many on the last day."""
        return self.today - self.losses + self.gains

    @property
    def gap(self) -> int:
        """What is gained or lost."""
        return self.gains - self.losses


def balance(present_count: int, changes: Sequence[Change]) -> Balance:
    """The balance of changes that `real_changes` kept."""
    losses = sum(change.way is Way.LOSS for change in changes)
    return Balance(present_count, losses, len(changes) - losses)


@dataclass(frozen=True, slots=True)
class Quarter:
    """A quarter of a year, cut to the days one looks at."""

    label: str
    first: date
    last: date


def quarters(after: date, until: date) -> list[Quarter]:
    """The quarters from the day after `after` up to `until`: « T3 26 »; the first and the last may be cut."""
    found = []
    first = after + _DAY
    while first <= until:
        number = (first.month - 1) // 3
        following = months_later(date(first.year, number * 3 + 1, 1), 3)
        last = min(following - _DAY, until)
        found.append(Quarter(f"T{number + 1} {first.year % 100:02d}", first, last))
        first = following
    return found


def by_quarter(
    present_count: int, changes: Sequence[Change], after: date, until: date
) -> list[tuple[Quarter, Balance]]:
    """Each quarter with its own balance: the first day's number of one is the last day's of the one before."""
    found = []
    for quarter in quarters(after, until):
        own = balance(present_count, [change for change in changes if quarter.first <= change.on <= quarter.last])
        found.append((quarter, own))
        present_count = own.later
    return found


def last_day_of(starts_on: date, today: date) -> date:
    """The last day of the practices of someone who leaves on a day; of a day gone by, yesterday evening."""
    return max(starts_on, today - _DAY)
