"""Who opened which patient: noted booking by booking, after the page, for a GET writes nothing itself."""

from collections.abc import Iterable

from sqlalchemy import select

from cptsapp.accounts.identity import CurrentUser
from cptsapp.audit.actions import record_reading
from cptsapp.core.db import session
from cptsapp.snp.models import Booking


def note_readings(kind: str, booking_ids: Iterable[int], *, by: CurrentUser) -> None:
    """Record that the user opened the patients of these bookings. Call it through `http.app.after_commit`."""
    wanted = select(Booking).where(Booking.id.in_(list(booking_ids))).order_by(Booking.id)
    for booking in session.scalars(wanted).all():
        record_reading(kind, booking, by=by)
