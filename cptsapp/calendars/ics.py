"""Writing the private feed: stable UIDs, a SEQUENCE that grows, the real time zone, references instead of names."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone

from cptsapp.calendars.queries import Agenda
from cptsapp.snp import words
from cptsapp.snp.models import Booking, BookingState, Modality, Slot, SlotState


def write(agenda: Agenda, *, name: str, zone: str, host: str, address: str) -> bytes:
    """The calendar file. `host` ends the UIDs, `address` is the page where names are read."""
    calendar = Calendar()
    calendar.add("prodid", "-//cptsapp//creneaux//FR")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    if agenda.slots:
        calendar.add_component(_timezone(zone, agenda.slots[0].day_on.year))
    for slot in agenda.slots:
        for event in _events(slot, agenda.bookings.get(slot.id, []), zone, host):
            event.add("url", address)
            calendar.add_component(event)
    content: bytes = calendar.to_ical()
    return content


@lru_cache(maxsize=8)
def _timezone(zone: str, year: int) -> Timezone:
    """The zone's rules around a year; costly to work out, and the same for everyone."""
    return Timezone.from_tzid(zone, first_date=date(year - 1, 1, 1), last_date=date(year + 3, 1, 1))


def _events(slot: Slot, bookings: list[Booking], zone: str, host: str) -> list[Event]:
    live = [booking for booking in bookings if booking.state is not BookingState.CANCELLED]
    if slot.capacity == 1:
        return [_slot_event(slot, live, zone, host)]
    within = [_seat_event(slot, booking, zone, host) for booking in bookings]
    return [_slot_event(slot, live, zone, host), *within]


def _slot_event(slot: Slot, live: list[Booking], zone: str, host: str) -> Event:
    changed_at = max(slot.posted_at, *(i for i in (slot.withdrawn_at, slot.last_taken_at) if i), slot.posted_at)
    event = _event(f"creneau-{slot.id}@{host}", slot, slot.starts_at, slot.ends_at, changed_at, zone)
    event.add("summary", _summary(slot, live))
    event.add("status", "CONFIRMED" if slot.state is SlotState.OPEN or live else "CANCELLED")
    return event


def _summary(slot: Slot, live: list[Booking]) -> str:
    if slot.capacity > 1:
        return f"Plage, {slot.free_count} sur {slot.capacity} libres"
    return f"Patient, réf. {live[0].reference}" if live else "Créneau libre"


def _seat_event(slot: Slot, booking: Booking, zone: str, host: str) -> Event:
    """One patient within a plage."""
    starts = booking.seat.starts_at
    changed_at = booking.cancelled_at or booking.booked_at
    ends = starts + (slot.ends_at - slot.starts_at) / slot.capacity
    event = _event(f"reservation-{booking.id}@{host}", slot, starts, ends, changed_at, zone)
    event.add("summary", f"Patient, réf. {booking.reference}")
    event.add("status", "CANCELLED" if booking.state is BookingState.CANCELLED else "CONFIRMED")
    return event


def _event(uid: str, slot: Slot, starts: datetime, ends: datetime, changed_at: datetime, zone: str) -> Event:
    event = Event()
    event.add("uid", uid)
    event.add("sequence", slot.sequence)
    event.add("dtstamp", changed_at.astimezone(UTC))
    event.add("last-modified", changed_at.astimezone(UTC))
    event.add("dtstart", starts.astimezone(ZoneInfo(zone)))
    event.add("dtend", ends.astimezone(ZoneInfo(zone)))
    event.add("description", words.MODALITY_AT[slot.modality].capitalize())
    if slot.modality is Modality.SURGERY:
        place = slot.practice.place
        event.add("location", ", ".join(part for part in (place.name, place.address) if part))
    return event
