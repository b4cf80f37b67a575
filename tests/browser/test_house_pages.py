"""Journal, messages, calendars and mails in a real browser: axe in light and dark, nothing overflows at 360 px."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from cptsapp.audit.actions import record, record_reading
from cptsapp.calendars import actions as calendars
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.outbox.actions import queue
from cptsapp.outbox.models import MessageState
from cptsapp.snp import mail
from cptsapp.snp.models import BusyTime, CalendarSource
from tests.browser.conftest import DARK
from tests.tools import axe
from tests.tools.factories import acting, make_booking, make_slot

DESK = ("/journal", "/messages", "/messages?etat=en-attente")
PHONE = ("/mes-creneaux/agenda", "/compte/notifications")


@pytest.fixture
def trail_of(cast, set_clock):
    """A day of traces, read backwards."""
    now = clock.now()
    slot = make_slot(cast.gp_practice)
    booking = make_booking(slot, reference="K7F3")
    acts = [
        (-300, cast.administrator, "role.granted", cast.gp, {"role": "practitioner", "starts_on": "2026-07-20"}),
        (-200, cast.coordinator, "person.correct", cast.gp_person, {"changes": {"last_name": ["Renaud", "Renaudin"]}}),
        (-60, cast.gp, "slot.posted", slot, {"capacity": 1}),
        (-30, cast.regulator, "hold.taken", slot, {}),
        (-29, cast.regulator, "booking.created", booking, {"reference": "K7F3"}),
        (-5, cast.regulator, "booking.cancelled", booking, {"reason": "cannot_come", "side": "patient"}),
    ]  # fmt: skip
    for minutes, who, kind, thing, data in acts:
        set_clock(now + timedelta(minutes=minutes))
        record(kind, thing, by=acting(who), **data)
    set_clock(now - timedelta(minutes=20))
    record_reading("booking.read", booking, by=acting(cast.secretary))
    set_clock(now)
    session.commit()
    return booking.id


@pytest.fixture
def messages_of(cast):
    """One failed, some waiting, one late."""
    mail.tell_practice("booked", make_booking(make_slot(cast.other_gp_practice)), by=acting(cast.regulator))
    failed = queue("try", to_address="parti@cpts.example", title="Votre accès à la CPTS", body="x")
    failed.state, failed.attempts, failed.last_error = MessageState.FAILED, 8, "550"
    session.commit()


@pytest.fixture
def calendars_of(cast):
    """An address, a calendar read well and one that fails."""
    now = clock.now()
    calendars.create_feed(cast.gp_person, by=acting(cast.gp))
    good = CalendarSource(person_id=cast.gp_person.id, label="Cabinet", fetched_at=now)
    session.add_all(
        [good, CalendarSource(person_id=cast.gp_person.id, label="Maison", failed_at=now - timedelta(hours=5))]
    )
    session.flush()
    session.add(
        BusyTime(source_id=good.id, person_id=cast.gp_person.id, starts_at=now, ends_at=now + timedelta(hours=1))
    )
    session.commit()


@pytest.fixture
def everything(trail_of, messages_of, calendars_of):
    """All of it."""


def widths(page: Page) -> tuple[int, int]:
    return tuple(page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]"))


@pytest.mark.parametrize("dark", DARK)
def test_pages_of_the_desk_have_no_fault(everything, cast, open_as, dark, picture):
    page = open_as(session.merge(cast.coordinator), dark=dark)
    for address in DESK:
        page.goto(address)
        assert axe.violations(page) == [], address
    page.goto("/journal")
    picture(page, f"journal{'-sombre' if dark else ''}-1280")


@pytest.mark.parametrize("dark", DARK)
def test_pages_of_the_phone_have_no_fault(everything, cast, open_as, dark, picture):
    page = open_as(session.merge(cast.gp), dark=dark, phone=True)
    for address in PHONE:
        page.goto(address)
        assert axe.violations(page) == [], address
        picture(page, f"{address.rpartition('/')[2]}{'-sombre' if dark else ''}-360")


@pytest.mark.parametrize("who", ["coordinator", "gp"])
def test_nothing_overflows_on_a_phone(everything, cast, open_as, who, picture):
    page = open_as(session.merge(getattr(cast, who)), phone=True)
    for address in DESK if who == "coordinator" else PHONE:
        page.goto(address)
        wide, shown = widths(page)
        assert wide <= shown, address
    picture(page, f"dernier-{who}-360")


def test_thing_is_one_click_away(trail_of, cast, open_as):
    page = open_as(session.merge(cast.coordinator))
    page.goto("/journal")
    page.get_by_role("link", name="réservation").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Qui a lu ou changé")


def test_filter_stays_in_the_address(trail_of, cast, open_as):
    page = open_as(session.merge(cast.coordinator))
    page.goto("/journal")
    page.get_by_label("Qui", exact=True).select_option(label="Léa Moreau")
    page.get_by_role("button", name="Filtrer").click()
    page.wait_for_url("**qui=*")
    page.get_by_role("link", name="Changements").click()
    page.wait_for_url("**geste=changements*")
    assert "qui=" in page.url


def test_address_is_made_on_a_phone_without_a_script(calendars_of, cast, open_as, picture):
    page = open_as(session.merge(cast.gp), phone=True, javascript=False)
    page.goto("/mes-creneaux/agenda")
    page.get_by_role("button", name="Créer une adresse").click()
    expect(page.get_by_role("link", name="Ouvrir dans mon agenda")).to_be_visible()
    picture(page, "agenda-adresse-360")
