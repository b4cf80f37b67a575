"""The rows behind a number: references and hours, never an identity. Counted, they give the number (pitfall 22)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, tuple_

from cptsapp.activity.queries import figures
from cptsapp.activity.queries.figures import Filter
from cptsapp.activity.rules import CALLS, OUTCOME_WORDS
from cptsapp.core.db import session
from cptsapp.regulation.models import Orientation
from cptsapp.snp.models import Booking, BookingState, RegularDoctor, Seat, Slot, SlotState
from cptsapp.territory import queries as territory

PAGE = 200
ANSWERS = {RegularDoctor.YES: "oui", RegularDoctor.NO: "non", RegularDoctor.UNKNOWN: "ne sait pas"}
Key = tuple[datetime, int]


@dataclass(frozen=True, slots=True)
class Line:
    """One seat, booking or call: local hour, practitioner ("" for nobody in particular), state, reference."""

    key: Key
    at: datetime
    practitioner: str
    state: str
    reference: str
    booked_at: datetime | None
    regular_doctor: str


@dataclass(frozen=True, slots=True)
class Lines:
    """A page of lines and the key that the next begins after, if there is one."""

    rows: Sequence[Line]
    next_key: Key | None


def lines(code: str, wanted: Filter, now: datetime, after: Key | None = None) -> Lines:
    """The rows that make one figure, by hour. `code` is one of `rules.MEASURES`; raises KeyError for another."""
    found = _calls(code, wanted, after) if code in CALLS else _bookings(code, wanted, now, after)
    return Lines(found[:PAGE], found[PAGE - 1].key if len(found) > PAGE else None)


_SEAT = (Seat.id, Seat.starts_at, Slot.person_id, Slot.state.label("slot_state"))
_BOOKING = (Booking.state, Booking.reference, Booking.booked_at, Booking.regular_doctor)


def _bookings(code: str, wanted: Filter, now: datetime, after: Key | None) -> list[Line]:
    if code == "cancelled":
        query = figures.cancellations([*_SEAT, *_BOOKING, Booking.id.label("key")], wanted)
        return _seat_lines(_page(query, Seat.starts_at, Booking.id, after))
    query = figures.seats([*_SEAT, *_BOOKING, Seat.id.label("key")], wanted)
    return _seat_lines(_page(query.where(figures.seat_conditions(now)[code]), Seat.starts_at, Seat.id, after))


def _page(query: Select[Any], at: Any, number: Any, after: Key | None) -> Sequence[Row[Any]]:
    """One row more than a page, so that it is known whether another follows."""
    if after is not None:
        query = query.where(tuple_(at, number) > after)
    return session.execute(query.order_by(at, number).limit(PAGE + 1)).all()


def _seat_lines(rows: Sequence[Row[Any]]) -> list[Line]:
    names = figures.names(row.person_id for row in rows)
    return [
        Line(
            key=(row.starts_at, row.key),
            at=territory.local(row.starts_at),
            practitioner=names[row.person_id],
            state=_state(row.state, row.slot_state),
            reference=row.reference or "",
            booked_at=territory.local(row.booked_at) if row.booked_at else None,
            regular_doctor=ANSWERS.get(row.regular_doctor, ""),
        )
        for row in rows
    ]


def _state(booking: BookingState | None, slot: SlotState) -> str:
    if booking is None:
        return "libre" if slot is SlotState.OPEN else "retirée"
    return "prise" if booking is BookingState.BOOKED else OUTCOME_WORDS[booking]


def _calls(code: str, wanted: Filter, after: Key | None) -> list[Line]:
    kind = next(kind for kind, known in figures.KINDS.items() if known == code)
    columns = (Orientation.id, Orientation.at, Orientation.day_on, Orientation.person_id, Orientation.regular_doctor)
    query = figures.orientations(columns, wanted).where(Orientation.kind == kind)
    campaign = figures.campaign_of_days()
    rows = [
        row
        for row in session.execute(query.order_by(Orientation.at, Orientation.id))
        if figures.is_of_campaign(campaign(row.day_on), wanted) and (after is None or (row.at, row.id) > after)
    ][: PAGE + 1]
    names = figures.names(row.person_id for row in rows if row.person_id)
    return [_call_line(row, names.get(row.person_id, "")) for row in rows]


def _call_line(row: Row[Any], name: str) -> Line:
    answer = ANSWERS.get(row.regular_doctor, "")
    return Line((row.at, row.id), territory.local(row.at), name, "adressé", "", None, answer)
