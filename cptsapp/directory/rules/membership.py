"""What someone is on a day, from the dated periods of their membership. The state is computed, never written (B14)."""

import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Protocol

from cptsapp.directory.models import College


class Dated(Protocol):
    """A period of membership: both days included, `left_on` the last day of who left before the end."""

    @property
    def starts_on(self) -> date: ...
    @property
    def ends_on(self) -> date: ...
    @property
    def left_on(self) -> date | None: ...


@dataclass(frozen=True, slots=True)
class Period:
    """A period read from the database: `id` is the membership's number."""

    id: int
    college: College
    starts_on: date
    ends_on: date
    left_on: date | None

    @property
    def last_day(self) -> date:
        """The last day it holds."""
        return last_day(self)


class Status(enum.StrEnum):
    """Where someone stands on a day."""

    NEVER = "never"
    COMING = "coming"
    ACTIVE = "active"
    LAPSED = "lapsed"
    LEFT = "left"


STATUS_LABELS: Mapping[Status, str] = MappingProxyType(
    {
        Status.NEVER: "non adhérent",
        Status.COMING: "à venir",
        Status.ACTIVE: "adhérent",
        Status.LAPSED: "adhésion échue",
        Status.LEFT: "parti",
    }
)
COLLEGE_LABELS: Mapping[College, str] = MappingProxyType(
    {
        College.PROFESSIONALS: "professionnels de santé",
        College.STRUCTURES: "structures et médico-social",
        College.ELECTED: "élus",
        College.USERS: "usagers",
    }
)


def last_day(period: Dated) -> date:
    """The last day a period holds: its end, or the day its member left."""
    return period.left_on or period.ends_on


def holds(period: Dated, day: date) -> bool:
    """Whether a period makes its member one on this day."""
    return period.starts_on <= day <= last_day(period)


def status_on(periods: Iterable[Dated], day: date) -> Status:
    """Where someone with these periods stands on a day; periods in any order, of one member.

    A period still to begin is said before one that is over: nobody need be asked again.
    """
    known = list(periods)
    if any(holds(period, day) for period in known):
        return Status.ACTIVE
    if any(period.starts_on > day for period in known):
        return Status.COMING
    if not known:
        return Status.NEVER
    return Status.LEFT if max(known, key=last_day).left_on else Status.LAPSED


def in_force(periods: Sequence[Period], day: date) -> Period | None:
    """The period that holds on a day, or None."""
    return next((period for period in periods if holds(period, day)), None)
