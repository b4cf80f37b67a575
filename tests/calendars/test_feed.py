"""The private feed: what it shows, what it never shows, and how it ends."""

from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar

from cptsapp.calendars import actions
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.snp.models import BookingState, CalendarFeed, SlotState
from tests.tools.factories import acting, make_booking, make_person, make_practice, make_slot

FIVE = datetime(2026, 7, 20, 15, 0, tzinfo=UTC)


@pytest.fixture
def address(cast):
    """A private address of the first GP's slots."""
    token = actions.create_feed(cast.gp_person, by=acting(cast.gp))
    session.commit()
    return f"/agenda/{token}.ics"


def events(client, address):
    response = client.get(address)
    assert response.status_code == 200
    return Calendar.from_ical(response.data).walk("VEVENT")


def test_free_slot_is_shown(cast, client, address):
    make_slot(cast.gp_practice, starts_at=FIVE)
    session.commit()
    [event] = events(client, address)
    assert (event["SUMMARY"], event["STATUS"]) == ("Créneau libre", "CONFIRMED")


def test_booked_slot_says_the_reference(cast, client, address):
    make_booking(make_slot(cast.gp_practice, starts_at=FIVE), reference="K7F3")
    session.commit()
    assert [e["SUMMARY"] for e in events(client, address)] == ["Patient, réf. K7F3"]


def test_uid_stays_and_sequence_grows(cast, client, address):
    slot = make_slot(cast.gp_practice, starts_at=FIVE)
    session.commit()
    number = slot.id
    [before] = events(client, address)
    slot = session.get(type(slot), number)
    slot.sequence += 1
    make_booking(slot)
    session.commit()
    client.environ_base["HTTP_IF_NONE_MATCH"] = ""
    [after] = events(client, address)
    assert before["UID"] == after["UID"]
    assert int(after["SEQUENCE"]) > int(before["SEQUENCE"])


def test_times_carry_the_zone_of_the_cpts(cast, client, address):
    make_slot(cast.gp_practice, starts_at=FIVE)
    session.commit()
    text = client.get(address).get_data(as_text=True)
    assert "DTSTART;TZID=Europe/Paris:20260720T170000" in text
    assert "BEGIN:VTIMEZONE" in text
    assert "TZOFFSETTO:+0200" in text


def test_plage_shows_its_count_and_each_patient(cast, client, address):
    slot = make_slot(cast.gp_practice, starts_at=FIVE, capacity=4)
    make_booking(slot, reference="K7F3")
    session.commit()
    assert [e["SUMMARY"] for e in events(client, address)] == ["Plage, 3 sur 4 libres", "Patient, réf. K7F3"]


def test_withdrawn_slot_is_struck_out_for_a_while(cast, client, address):
    make_slot(cast.gp_practice, starts_at=FIVE, state=SlotState.WITHDRAWN, withdrawn_at=clock.now())
    session.commit()
    assert [e["STATUS"] for e in events(client, address)] == ["CANCELLED"]


def test_slot_withdrawn_long_ago_is_gone(cast, client, address):
    make_slot(
        cast.gp_practice, starts_at=FIVE, state=SlotState.WITHDRAWN, withdrawn_at=clock.now() - timedelta(days=20)
    )
    session.commit()
    assert events(client, address) == []


def test_cancelled_booking_of_a_plage_is_struck_out(cast, client, address):
    slot = make_slot(cast.gp_practice, starts_at=FIVE, capacity=2)
    make_booking(slot, state=BookingState.CANCELLED, cancelled_at=clock.now())
    session.commit()
    assert events(client, address)[1]["STATUS"] == "CANCELLED"


def test_slots_of_others_are_not_shown(cast, client, address):
    make_slot(cast.other_gp_practice, starts_at=FIVE)
    session.commit()
    assert events(client, address) == []


def test_slots_under_a_merged_number_are_shown(cast, client, address):
    former = make_person(merged_into_id=cast.gp_person.id)
    make_slot(make_practice(former), starts_at=FIVE)
    session.commit()
    assert len(events(client, address)) == 1


def test_unchanged_feed_costs_nothing(cast, client, address):
    etag = client.get(address).headers["ETag"]
    again = client.get(address, headers={"If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")


def test_reading_is_noted(cast, client, address):
    client.get(address)
    assert session.query(CalendarFeed.read_at).scalar() == clock.now()


def test_address_is_a_secret_for_browsers_and_engines(cast, client, address):
    headers = client.get(address).headers
    assert (headers["Referrer-Policy"], headers["X-Robots-Tag"]) == ("no-referrer", "noindex")


def test_token_is_kept_hashed_only(cast, address):
    token = address.removeprefix("/agenda/").removesuffix(".ics")
    assert token.encode() not in session.query(CalendarFeed.token_hash).scalar()


@pytest.mark.parametrize("change", [{"revoked_at": clock.now()}, {"expires_at": datetime(2026, 7, 20, tzinfo=UTC)}])
def test_address_revoked_or_over_does_not_exist(cast, client, address, change):
    session.query(CalendarFeed).update(change)
    session.commit()
    assert client.get(address).status_code == 404


def test_unknown_address_does_not_exist(cast, client):
    assert client.get("/agenda/abc.ics").status_code == 404


def test_token_is_not_logged(cast, client, address, monkeypatch):
    lines = []
    monkeypatch.setattr(
        "cptsapp.http.logs.log.info", lambda *words, **values: lines.append((words, values)), raising=False
    )
    client.get(address)
    assert lines[0][1]["rule"] == "/agenda/<token>.ics"
    assert address not in str(lines)
