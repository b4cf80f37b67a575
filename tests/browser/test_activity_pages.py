"""The evening on a phone, the campaign on a desk: taps counted, numbers that lead to rows, nothing that overflows."""

from datetime import date, time, timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from cptsapp.activity import actions
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.directory.models import Person
from cptsapp.regulation.models import Orientation, OrientationKind
from cptsapp.snp.models import Booking, BookingState, SlotState
from cptsapp.snp.patients import Patient, seal_patient
from cptsapp.territory.rules import local_instant
from tests.browser.conftest import LOOKS
from tests.tools import axe
from tests.tools.factories import acting, make_booking, make_campaign, make_person, make_practice, make_slot

NAMES = ("Le Goff", "Guilbaud", "Morisset", "Bonnaud", "Tessier", "Rabiller", "Martineau", "Haddad")
PATIENTS = (("Guérineau", 1947), ("Rousseau", 1988), ("Pelletier", 2021))


@pytest.fixture
def evening_of(cast):
    """Three patients of this afternoon to note, and one noted already."""
    campaign = make_campaign(name="Été 2026")
    for number, (name, year) in enumerate((*PATIENTS, ("Jaunet", 1972))):
        starts_at = clock.now() - timedelta(minutes=30 * (4 - number))
        slot = make_slot(cast.gp_practice, starts_at=starts_at, campaign_id=campaign.id)
        booking = make_booking(slot)
        session.add(seal_patient(booking, Patient(name, year, "+33639981427")))
    session.flush()
    actions.record_outcome(booking.id, BookingState.HONOURED, by=acting(cast.gp))
    session.commit()
    return booking.id


@pytest.fixture
def season_of(cast):
    """Two weeks of nine practitioners, filling up as they go."""
    campaign = make_campaign(name="Été 2026", starts_on=date(2026, 7, 6))
    practices = [cast.gp_practice, *(make_practice(make_person(last_name=name)) for name in NAMES)]
    for day_number in range(12):
        day = date(2026, 7, 6) + timedelta(days=day_number)
        for number, practice in enumerate(practices):
            starts_at = local_instant(day, time(9 + number), "Europe/Paris")
            state = SlotState.WITHDRAWN if (day_number + number) % 13 == 0 else SlotState.OPEN
            capacity = 5 if number == 1 else 2
            slot = make_slot(
                practice, starts_at=starts_at, day_on=day, campaign_id=campaign.id, capacity=capacity, state=state
            )
            if state is SlotState.OPEN and (day_number + number) % 3:
                taken = [make_booking(slot, booked_at=starts_at - timedelta(hours=9)) for _ in range(capacity)]
                for booking in taken[: capacity - (number % 2)]:
                    booking.state = BookingState.HONOURED
                    session.flush()
                    actions.settle_act(booking, by=None)
        session.add(Orientation(kind=OrientationKind.REGULAR_DOCTOR, day_on=day, at=starts_at, by_id=cast.regulator.id))
    session.commit()
    return campaign.id


def overflows(page: Page) -> bool:
    """Whether the page is wider than its window."""
    return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


def test_one_tap_a_patient(cast, evening_of, open_as, picture):
    page = open_as(cast.gp, phone=True)
    page.goto("/mes-creneaux/soir")
    expect(page.get_by_role("heading", level=1)).to_have_text("3\u00a0patients à renseigner")
    picture(page, "mg-soir-360")
    page.get_by_role("button", name="Venu : Guérineau").tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("2\u00a0patients à renseigner")
    expect(page.locator(".toast")).to_contain_text("Guérineau\u00a0: venu")
    picture(page, "mg-soir-note-360")
    page.locator(".toast").get_by_role("button", name="Annuler").tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("3\u00a0patients à renseigner")


def test_the_keyboard_goes_from_one_patient_to_the_next(cast, evening_of, open_as):
    page = open_as(cast.gp)
    page.goto("/mes-creneaux/soir")
    page.get_by_role("button", name="Absent : Guérineau").press("Enter")
    expect(page.get_by_role("button", name="Venu : Rousseau")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Venu : Pelletier")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Aucun patient à renseigner")
    expect(page.get_by_role("heading", level=1)).to_be_focused()


def test_an_undone_or_corrected_outcome_has_the_focus(cast, evening_of, open_as):
    page = open_as(cast.gp)
    page.goto("/mes-creneaux/soir")
    page.get_by_role("button", name="Venu : Rousseau").press("Enter")
    page.locator(".toast").get_by_role("button", name="Annuler").press("Enter")
    expect(page.get_by_role("button", name="Venu : Rousseau")).to_be_focused()
    page.get_by_role("link", name="Corriger : Jaunet").press("Enter")
    expect(page.get_by_role("button", name="Venu : Jaunet")).to_be_focused()


def test_without_javascript_too(cast, evening_of, open_as):
    page = open_as(cast.gp, phone=True, javascript=False)
    page.goto("/mes-creneaux/soir")
    page.get_by_role("button", name="Absent : Rousseau").tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("2\u00a0patients à renseigner")
    expect(page.locator(".toast")).to_contain_text("Rousseau\u00a0: absent")


def test_a_correction_takes_two_taps(cast, evening_of, open_as):
    page = open_as(cast.gp, phone=True)
    page.goto("/mes-creneaux/soir")
    page.get_by_role("link", name="Corriger : Jaunet").tap()
    page.get_by_role("button", name="Absent : Jaunet").tap()
    expect(page.locator(".toast")).to_contain_text("Jaunet\u00a0: absent")
    assert session.get(Booking, evening_of).state is BookingState.NO_SHOW


@pytest.mark.parametrize(("phone", "dark"), LOOKS)
def test_the_evening_is_accessible(cast, evening_of, open_as, phone, dark):
    page = open_as(cast.gp, phone=phone, dark=dark)
    page.goto("/mes-creneaux/soir")
    assert axe.violations(page) == []
    assert not overflows(page)


@pytest.mark.parametrize(("phone", "dark"), LOOKS)
def test_campaign_pages_are_accessible(cast, season_of, open_as, picture, phone, dark):
    page = open_as(cast.coordinator, phone=phone, dark=dark)
    person_id = session.scalar(select(Person.id).where(Person.last_name == "Renaudin"))
    pages = {
        "campagnes": "/campagnes",
        "campagne": f"/campagnes/{season_of}",
        "campagne-chiffres": "/campagnes/chiffres?par=jour",
        "campagne-medecin": f"/campagnes/{season_of}/medecins/{person_id}",
        "campagne-lignes": f"/campagnes/lignes?nombre=pris&medecin={person_id}",
        "campagne-nouvelle": "/campagnes/nouvelle",
        "campagne-clore": f"/campagnes/{season_of}/clore",
        "campagne-papier": f"/campagnes/{season_of}/imprimer",
    }
    for name, url in pages.items():
        page.goto(url)
        picture(page, f"{name}-{'360' if phone else '1280'}{'-sombre' if dark else ''}", full=True)
        assert axe.violations(page) == []
        assert not overflows(page), url


def test_a_number_is_one_click_from_its_rows(cast, season_of, open_as):
    page = open_as(cast.board_member)
    page.goto(f"/campagnes/{season_of}")
    number = page.locator("tfoot td").nth(2).inner_text()
    page.locator("tfoot td").nth(2).get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(number)


def test_the_day_on_paper(cast, evening_of, open_as, picture):
    page = open_as(cast.gp)
    page.goto("/mes-creneaux/imprimer")
    picture(page, "mg-journee-papier", full=True)
    assert axe.violations(page) == []
