"""One query behind every figure: a measure is a condition, counted in tables, listed behind a link (pitfall 22)."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, and_, func, or_, select
from sqlalchemy import case as sql_case
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

from cptsapp.activity import rules
from cptsapp.activity.rules import Figures
from cptsapp.core.db import session
from cptsapp.directory.merged import roots, same_person
from cptsapp.directory.models import Person
from cptsapp.regulation.models import Orientation, OrientationKind
from cptsapp.snp.models import (
    Booking,
    BookingState,
    Campaign,
    CancelReason,
    RegularDoctor,
    Seat,
    Slot,
    SlotOrigin,
    SlotState,
)
from cptsapp.snp.rules import CPTS_CLOCK, SAS_CLOCK

Condition = ColumnElement[bool]
NOT_CANCELLED_REALLY = (CancelReason.UNDONE, CancelReason.MOVED, CancelReason.ENTRY_ERROR)
KINDS = {
    OrientationKind.REGULAR_DOCTOR: "redirected",
    OrientationKind.OVERBOOK: "overbooked",
    OrientationKind.OUT_OF_HOURS: "out_of_hours",
}


@dataclass(frozen=True, slots=True)
class Filter:
    """What a page of figures is about; the same words are in its address. Empty fields filter nothing."""

    campaign_id: int | None = None
    campaign_ids: tuple[int, ...] = ()  # several at once, for their list
    is_outside: bool = False  # slots and calls of no campaign
    person_id: int | None = None
    from_on: date | None = None
    to_on: date | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """The figures of one day, practitioner (None: calls sent to nobody in particular) and campaign (None: outside)."""

    day_on: date
    person_id: int | None
    campaign_id: int | None
    figures: Figures


class seconds_between(GenericFunction[int]):  # noqa: N801  an SQL function
    """Seconds from the first instant to the second."""

    type = Integer()
    inherit_cache = True


@compiles(seconds_between, "sqlite")
def _seconds_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    start, end = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"(CAST(strftime('%s', {end}) AS INTEGER) - CAST(strftime('%s', {start}) AS INTEGER))"


@compiles(seconds_between, "postgresql")
def _seconds_postgresql(element: Any, compiler: Any, **kw: Any) -> str:
    start, end = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"EXTRACT(EPOCH FROM ({end} - {start}))"


def _within(clock: timedelta) -> Condition:
    seconds = seconds_between(Booking.booked_at, Seat.starts_at)
    return and_(Booking.id.is_not(None), seconds <= int(clock.total_seconds()))


def seat_conditions(now: datetime) -> dict[str, Condition]:
    """Each measure of seats as a condition over Slot, Seat and the seat's live Booking (absent when it is free)."""
    is_posted = Slot.origin == SlotOrigin.POSTED
    is_taken = Booking.id.is_not(None)
    has_begun = Seat.starts_at <= now
    answer = Booking.regular_doctor
    return {
        "posted": and_(is_posted, or_(Slot.state == SlotState.OPEN, is_taken)),
        "withdrawn": and_(is_posted, Slot.state != SlotState.OPEN, ~is_taken),
        "booked": and_(is_posted, is_taken),
        "broadcasts": and_(~is_posted, is_taken),
        "honoured": Booking.state == BookingState.HONOURED,
        "no_show": Booking.state == BookingState.NO_SHOW,
        "awaiting": and_(Booking.state == BookingState.BOOKED, has_begun),
        "to_come": and_(Booking.state == BookingState.BOOKED, ~has_begun),
        "with_doctor": answer == RegularDoctor.YES,
        "without_doctor": answer == RegularDoctor.NO,
        "unknown_doctor": answer == RegularDoctor.UNKNOWN,
        "within_24h": _within(CPTS_CLOCK),
        "within_48h": _within(SAS_CLOCK),
    }


def seats(columns: Sequence[Any], wanted: Filter) -> Select[Any]:
    """Seats of the filter, each with its live booking if it has one."""
    live = and_(Booking.seat_id == Seat.id, Booking.state != BookingState.CANCELLED)
    found = select(*columns).select_from(Slot).join(Seat, Seat.slot_id == Slot.id).outerjoin(Booking, live)
    return found.where(*_of_slot(wanted))


def cancellations(columns: Sequence[Any], wanted: Filter) -> Select[Any]:
    """Bookings of the filter that somebody gave up."""
    found = select(*columns).select_from(Slot).join(Booking, Booking.slot_id == Slot.id)
    return found.join(Seat, Seat.id == Booking.seat_id).where(
        Booking.state == BookingState.CANCELLED,
        or_(Booking.cancel_reason.is_(None), Booking.cancel_reason.not_in(NOT_CANCELLED_REALLY)),
        *_of_slot(wanted),
    )


def orientations(columns: Sequence[Any], wanted: Filter) -> Select[Any]:
    """Callers sent elsewhere, on the days of the filter; whose campaign a day is, `campaign_of` says."""
    found = select(*columns).where(Orientation.cancelled_at.is_(None), *_between(Orientation.day_on, wanted))
    if campaigns := _campaigns(wanted):
        found = found.where(*_between(Orientation.day_on, _days_of(campaigns)))
    if wanted.person_id is not None:
        found = found.where(Orientation.person_id.in_(numbers_of(wanted.person_id)))
    return found


def _campaigns(wanted: Filter) -> Sequence[Campaign]:
    ids = wanted.campaign_ids or ((wanted.campaign_id,) if wanted.campaign_id is not None else ())
    return session.scalars(select(Campaign).where(Campaign.id.in_(ids))).all() if ids else ()


def _days_of(campaigns: Sequence[Campaign]) -> Filter:
    """From the first day of any to the last of all."""
    ends = [campaign.ends_on for campaign in campaigns if campaign.ends_on is not None]
    is_endless = len(ends) < len(campaigns)
    return Filter(from_on=min(c.starts_on for c in campaigns), to_on=None if is_endless else max(ends))


def _of_slot(wanted: Filter) -> list[Condition]:
    found = _between(Slot.day_on, wanted)
    if wanted.campaign_id is not None:
        found.append(Slot.campaign_id == wanted.campaign_id)
    if wanted.campaign_ids:
        found.append(Slot.campaign_id.in_(wanted.campaign_ids))
    if wanted.is_outside:
        found.append(Slot.campaign_id.is_(None))
    if wanted.person_id is not None:
        found.append(Slot.person_id.in_(numbers_of(wanted.person_id)))
    return found


def _between(column: Any, wanted: Filter) -> list[Condition]:
    ends = ((wanted.from_on, column.__ge__), (wanted.to_on, column.__le__))
    return [compare(day) for day, compare in ends if day is not None]


# -- persons ----------------------------------------------------------------------------------------------------------


def numbers_of(person_id: int) -> list[int]:
    """Every number one person has had."""
    return sorted(same_person({person_id}))


def names(person_ids: Iterable[int]) -> dict[int, str]:
    """Full names by number."""
    found = session.scalars(select(Person).where(Person.id.in_(set(person_ids))))
    return {person.id: person.full_name for person in found}


def posting_names() -> dict[int, str]:
    """Everyone who has ever posted, by name."""
    posted = select(Slot.person_id).where(Slot.person_id == Person.id).exists()
    found = session.scalars(select(Person).where(posted, Person.merged_into_id.is_(None)).order_by(Person.folded))
    return {person.id: person.full_name for person in found}


# -- cells ------------------------------------------------------------------------------------------------------------


def cells(wanted: Filter, now: datetime) -> list[Cell]:
    """Every figure of the filter by day, practitioner and campaign: tables, statements and totals are sums of these."""
    now_called = roots()
    found = [*_seat_cells(wanted, now), *_cancelled_cells(wanted), *_call_cells(wanted)]
    return [
        replace(cell, person_id=now_called[cell.person_id]) if cell.person_id in now_called else cell for cell in found
    ]


_SLOT_KEY = (Slot.day_on, Slot.person_id, Slot.campaign_id)


def _seat_cells(wanted: Filter, now: datetime) -> list[Cell]:
    conditions = seat_conditions(now)
    sums = [func.sum(sql_case((condition, 1), else_=0)) for condition in conditions.values()]
    rows = session.execute(seats([*_SLOT_KEY, *sums], wanted).group_by(*_SLOT_KEY))
    return [
        Cell(day, person, campaign, Figures(**dict(zip(conditions, map(int, counts), strict=True))))
        for day, person, campaign, *counts in rows
    ]


def _cancelled_cells(wanted: Filter) -> list[Cell]:
    rows = session.execute(cancellations([*_SLOT_KEY, func.count()], wanted).group_by(*_SLOT_KEY))
    return [Cell(day, person, campaign, Figures(cancelled=count)) for day, person, campaign, count in rows]


def _call_cells(wanted: Filter) -> list[Cell]:
    key = (Orientation.day_on, Orientation.person_id, Orientation.kind)
    rows = session.execute(orientations([*key, func.count()], wanted).group_by(*key))
    campaign = campaign_of_days()
    found = [Cell(day, person, campaign(day), Figures(**{KINDS[kind]: count})) for day, person, kind, count in rows]
    return [cell for cell in found if is_of_campaign(cell.campaign_id, wanted)]


def campaign_of_days() -> Callable[[date], int | None]:
    """Whose campaign a call of a day is: a call holds no slot, so its day decides."""
    campaigns = session.scalars(select(Campaign)).all()

    def campaign(day: date) -> int | None:
        found = rules.campaign_of(day, campaigns)
        return found.id if found else None

    return campaign


def is_of_campaign(campaign_id: int | None, wanted: Filter) -> bool:
    """Whether a campaign, or none, is what the filter asks for."""
    if wanted.is_outside:
        return campaign_id is None
    if wanted.campaign_ids:
        return campaign_id in wanted.campaign_ids
    return wanted.campaign_id in (None, campaign_id)


def grouped(found: Iterable[Cell], key: Callable[[Cell], Hashable]) -> dict[Any, Figures]:
    """Cells added up by a key."""
    sums: defaultdict[Any, list[Figures]] = defaultdict(list)
    for cell in found:
        sums[key(cell)].append(cell.figures)
    return {group: rules.total(figures) for group, figures in sums.items()}
