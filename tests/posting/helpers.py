"""Words the tests of posting share: local moments, posts as the forms send them, slots read again."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from cptsapp.core.db import session
from cptsapp.snp.models import Booking, Slot
from cptsapp.snp.patients import Patient, seal_patient
from tests.tools.factories import make_booking, make_slot

PARIS = ZoneInfo("Europe/Paris")


def paris(day: int, hour: int, minute: int = 0, month: int = 7, year: int = 2026) -> datetime:
    """A moment of July 2026 unless said otherwise, on the clock of the wall."""
    return datetime(year, month, day, hour, minute, tzinfo=PARIS)


def slot_form(practice, when: str = "2026-07-20T17:00", **more) -> dict:
    """What the form of one slot sends."""
    return {"when": when, "practice": practice.id, "modality": "C", "duration": 15, **more}


def range_form(practice, day: str = "2026-07-22", opens: str = "17:00", closes: str = "18:00", **more) -> dict:
    """What the form of a plage sends."""
    return {
        "day": day,
        "opens": opens,
        "closes": closes,
        "capacity": 4,
        "practice": practice.id,
        "modality": "C",
        **more,
    }


def slots(**filters) -> list[Slot]:
    """The slots in the base, in order of time."""
    session.rollback()
    return list(session.scalars(select(Slot).filter_by(**filters).order_by(Slot.starts_at, Slot.id)))


def slot_on(practice, starts_at: datetime, **more) -> int:
    """A committed slot; gives its number."""
    slot = make_slot(practice, starts_at=starts_at, day_on=starts_at.date(), **more)
    session.commit()
    return slot.id


def booking_in(slot_id: int, name: str = "Rousseau", rank: int = 0, **more) -> int:
    """A committed booking of a seat of that slot, with a patient; gives its number."""
    slot = session.get(Slot, slot_id)
    made = make_booking(slot, seat_id=slot.seats[rank].id, **more)
    session.add(seal_patient(made, Patient(name, 1988, "+33639980011")))
    session.commit()
    return made.id


def booking(booking_id: int) -> Booking:
    """A booking as it now is."""
    session.rollback()
    return session.get_one(Booking, booking_id)


def hidden(page: str, name: str) -> str:
    """The value of a hidden field of a page."""
    start = page.index(f'name="{name}"')
    tag = page[page.rindex("<input", 0, start) : page.index(">", start)]
    return tag.split('value="')[1].split('"')[0]
