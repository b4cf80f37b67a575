"""What a new slot meets: other slots, busy times, habits, absences, repetitions."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import Select, func, or_, select

from cptsapp.accounts.identity import CurrentUser
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible
from cptsapp.directory.models import Person, Practice
from cptsapp.posting import permissions
from cptsapp.posting.rules.chips import Habit
from cptsapp.posting.rules.draft import Span
from cptsapp.posting.rules.series import Days
from cptsapp.snp.models import (
    Absence,
    BusyTime,
    Series,
    Slot,
    SlotOrigin,
    SlotState,
)
from cptsapp.territory import queries as territory

HABIT_DAYS = timedelta(days=60)
HABITS_READ = 60


def busy_spans(person_id: int, first: datetime, last: datetime) -> list[Span]:
    """Busy times of the practitioner's own calendar between two instants (B31)."""
    rows = session.execute(
        select(BusyTime.starts_at, BusyTime.ends_at)
        .where(BusyTime.person_id == person_id, BusyTime.starts_at < last, BusyTime.ends_at > first)
        .order_by(BusyTime.starts_at, BusyTime.id)
    )
    return [(starts, ends) for starts, ends in rows]


def last_posted(person_id: int, *, is_range: bool | None = None) -> Slot | None:
    """The slot posted last for a person, of whatever kind or only a plage (or only a single one)."""
    wanted = select(Slot).where(Slot.person_id == person_id, Slot.origin == SlotOrigin.POSTED)
    if is_range is not None:
        wanted = wanted.where(Slot.capacity > 1 if is_range else Slot.capacity == 1)
    return session.scalar(wanted.order_by(Slot.posted_at.desc(), Slot.id.desc()).limit(1))


def habits(person_id: int) -> list[Habit]:
    """Weekday and wall time of what was posted in the last two months, the latest first."""
    since = clock.now() - HABIT_DAYS
    rows = session.scalars(
        select(Slot.starts_at)
        .where(Slot.person_id == person_id, Slot.posted_at >= since, Slot.capacity == 1)
        .order_by(Slot.posted_at.desc(), Slot.id.desc())
        .limit(HABITS_READ)
    )
    local_starts = [territory.local(starts_at) for starts_at in rows]
    return [(starts.weekday(), starts.time()) for starts in local_starts]


def absences(person_id: int) -> Sequence[Absence]:
    """The absences of a person that last or are to come, in order."""
    found = session.scalars(
        select(Absence).where(
            Absence.person_id == person_id,
            Absence.ended_at.is_(None),
            or_(Absence.until_on.is_(None), Absence.until_on >= territory.today()),
        )
    )
    return sorted(found, key=lambda absence: (absence.from_on, absence.id))


def absence_days(person_id: int) -> list[Days]:
    """Their first and last days."""
    return [(absence.from_on, absence.until_on) for absence in absences(person_id)]


def absence_for(user: CurrentUser, absence_id: int) -> Absence:
    """An absence one may end. Raises Invisible otherwise."""
    found = session.scalar(
        select(Absence)
        .join(Person, Person.id == Absence.person_id)
        .where(Absence.id == absence_id, permissions.postable(user))
    )
    if found is None:
        raise Invisible
    return found


def hidden_by(absence_id: int, *, lock: bool = False) -> list[Slot]:
    """The slots an absence has hidden, in order."""
    return in_order(select(Slot).where(Slot.absence_id == absence_id), lock=lock)


def withdrawn_together(slot: Slot) -> list[Slot]:
    """The slot and those of its repetition withdrawn in the same gesture that are still to come, locked."""
    if slot.series_id is None:
        return [slot]
    wanted = select(Slot).where(
        Slot.series_id == slot.series_id,
        Slot.state == SlotState.WITHDRAWN,
        Slot.withdrawn_at == slot.withdrawn_at,
        Slot.starts_at > clock.now(),
    )
    return in_order(wanted, lock=True) or [slot]


def hidden_counts(absence_ids: Sequence[int]) -> dict[int, int]:
    """Places hidden by each absence."""
    if not absence_ids:
        return {}
    rows = session.execute(
        select(Slot.absence_id, func.sum(Slot.free_count))
        .where(Slot.absence_id.in_(absence_ids), Slot.state == SlotState.ABSENT)
        .group_by(Slot.absence_id)
    )
    return {absence_id: places for absence_id, places in rows if absence_id is not None}


def series_for(user: CurrentUser, series_id: int) -> Series:
    """A repetition one may act on. Raises Invisible otherwise."""
    found = session.scalar(
        select(Series)
        .join(Practice, Practice.id == Series.practice_id)
        .join(Person, Person.id == Practice.person_id)
        .where(Series.id == series_id, permissions.postable(user))
    )
    if found is None:
        raise Invisible
    return found


def open_of_series(series_id: int, since: date, *, lock: bool = False) -> list[Slot]:
    """The open slots of a repetition from a day on that are not past, in order."""
    wanted = select(Slot).where(
        Slot.series_id == series_id,
        Slot.day_on >= since,
        Slot.state == SlotState.OPEN,
        Slot.starts_at > clock.now(),
    )
    return in_order(wanted, lock=lock)


def in_order(wanted: Select[Slot], *, lock: bool) -> list[Slot]:
    """Slots by time. Locks are taken by number, as everywhere, so that two transactions never wait for each other."""
    wanted = wanted.order_by(Slot.id)
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    return sorted(session.scalars(wanted), key=lambda slot: (slot.starts_at, slot.id))
