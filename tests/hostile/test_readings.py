"""A page that gives a patient's telephone is a reading, recorded; a row in a list is not."""

from sqlalchemy import select

from cptsapp.audit.models import AuditEvent, Category
from cptsapp.core.db import session
from cptsapp.snp.models import Absence
from tests.posting.helpers import booking_in, hidden, paris, slot_on

URL = "/mes-creneaux/absences"
DATES = {"length": "dates", "from_on": "2026-07-21", "until_on": "2026-07-24"}


def readings() -> list[int | None]:
    """The bookings whose identity was opened."""
    found = select(AuditEvent.subject_id).where(AuditEvent.category == Category.READING)
    return list(session.scalars(found.where(AuditEvent.subject_type == "booking")))


def absence(client, booking_id: int, choice: str) -> int:
    """Declare an absence with this choice for its patient; gives its number."""
    page = client.post(URL, data={**DATES, "preview": "1"}).text
    sent = {**DATES, "announced": hidden(page, "announced"), "once": hidden(page, "once")}
    client.post(URL, data={**sent, f"suite-{booking_id}": choice})
    return session.query(Absence).one().id


def test_patients_to_call_are_read(cast, gp):
    booking_id = booking_in(slot_on(cast.gp_practice, paris(21, 11, 30)), name="Bodin", reference="D3N7")
    number = absence(gp, booking_id, "practitioner_calls")
    before = readings()
    assert "tel:" in gp.get(f"{URL}/{number}").text
    assert readings() == [*before, booking_id]


def test_patients_who_still_come_are_a_row(cast, gp):
    booking_id = booking_in(slot_on(cast.gp_practice, paris(21, 11, 30)), name="Bodin", reference="D3N7")
    number = absence(gp, booking_id, "seen_anyway")
    assert "tel:" not in gp.get(f"{URL}/{number}").text
    assert readings() == []


def test_a_coordinator_who_looks_reads_nobody(cast, gp, coordinator):
    booking_id = booking_in(slot_on(cast.gp_practice, paris(21, 11, 30)), name="Bodin", reference="D3N7")
    number = absence(gp, booking_id, "practitioner_calls")
    before = readings()
    assert "Bodin" not in coordinator.get(f"{URL}/{number}").text
    assert readings() == before
