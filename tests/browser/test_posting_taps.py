"""The practitioner on a phone: three taps and no keystroke, with and without JavaScript; nothing overflows; axe."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.snp.models import Slot, SlotState
from tests.browser.conftest import LOOKS
from tests.posting.helpers import booking_in, paris, slot_on
from tests.tools import axe
from tests.tools.factories import make_campaign

SCREENS = (
    "/mes-creneaux",
    "/mes-creneaux/nouveau",
    "/mes-creneaux/nouveau?forme=plage",
    "/mes-creneaux/absences",
    "/mes-creneaux/passes",
    "/mes-creneaux/profil",
)


class Hand:
    """A thumb that counts its taps."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.taps = 0

    def tap(self, target) -> None:
        """Tap, and count."""
        target.tap()
        self.taps += 1


@pytest.fixture
def list_of(cast):
    """What the pictures show: two slots today, two things tomorrow, a plage on Thursday. Gives the plage booked."""
    make_campaign(name="Été 2026")
    booking_in(slot_on(cast.gp_practice, paris(20, 17, 15)), reference="M4R8")
    slot_on(cast.gp_practice, paris(20, 18, 30))
    slot_on(cast.gp_practice, paris(21, 11, 30))
    number = slot_on(cast.gp_practice, paris(21, 17), capacity=4)
    booking_in(number, name="Bodin", reference="D3N7")
    slot_on(cast.gp_practice, paris(23, 17), capacity=4)
    return number


@pytest.mark.database
@pytest.mark.parametrize("javascript", [True, False])
def test_posting_takes_three_taps_and_no_keystroke(cast, open_as, javascript):
    page = open_as(cast.gp, phone=True, javascript=javascript)
    page.goto("/mes-creneaux")
    hand = Hand(page)
    hand.tap(page.get_by_role("link", name="+ Créneau"))
    hand.tap(page.locator("label.chip", has_text="18h30").first)
    if javascript:
        expect(page.get_by_role("button", name="Publier auj. 18h30")).to_be_visible()
    hand.tap(page.locator(".dock button"))
    expect(page.get_by_role("status").filter(has_text="Publié")).to_contain_text("Publié : auj. 18h30")
    assert hand.taps == 3
    assert session.query(Slot).one().starts_at == paris(20, 18, 30)


def test_what_was_just_published_has_the_focus(cast, list_of, open_as):
    page = open_as(cast.gp)
    page.goto("/mes-creneaux/nouveau")
    page.locator("label.chip").first.click()
    page.locator(".dock button").press("Enter")
    expect(page.locator("li.is-new a").first).to_be_focused()


def test_withdrawing_is_one_tap_and_its_undo_another(cast, list_of, open_as):
    page = open_as(cast.gp, phone=True)
    page.goto("/mes-creneaux")
    page.get_by_role("button", name="Retirer 18h30").tap()
    expect(page.locator(".toast")).to_contain_text("Retiré : auj. 18h30")
    page.get_by_role("button", name="Annuler").tap()
    expect(page.locator(".toast")).to_contain_text("Remis sur la liste")
    assert session.query(Slot).filter_by(state=SlotState.WITHDRAWN).count() == 0


def test_a_plage_counts_as_one_presses(cast, open_as):
    page = open_as(cast.gp, phone=True)
    page.goto("/mes-creneaux/nouveau?forme=plage")
    page.get_by_role("button", name="Un de plus").tap()
    expect(page.locator(".dock button")).to_contain_text("Publier 5")
    expect(page.locator("#rythme")).to_contain_text("toutes les 12")


def test_a_repetition_is_counted_before_it_is_published(cast, list_of, open_as):
    page = open_as(cast.gp, phone=True)
    page.goto("/mes-creneaux/nouveau?forme=plage")
    page.locator("label.chip", has_text="Mer.").tap()
    page.get_by_role("button", name="Choisir").tap()
    page.locator("label.chip", has_text="Jeu.").first.tap()
    expect(page.locator(".consequence")).to_contain_text("15\u00a0plages, 60\u00a0places")
    expect(page.locator(".consequence")).to_contain_text("jeu. 23 juil. : déjà publiée")
    page.get_by_role("button", name="Publier 15").tap()
    expect(page.locator(".toast")).to_contain_text("15\u00a0plages, 60\u00a0places")


def test_an_absence_says_what_goes_before_it_is_noted(cast, list_of, open_as):
    page = open_as(cast.gp, phone=True)
    page.goto("/mes-creneaux/absences")
    page.get_by_text("Du… au…").tap(force=True)
    page.get_by_label("Du", exact=True).fill("2026-07-21")
    page.get_by_label("Au soir du").fill("2026-07-24")
    expect(page.locator(".consequence")).to_contain_text("8\u00a0places libres seront retirées")
    page.get_by_text("Je le reçois quand même").tap()
    page.get_by_role("button", name="M’absenter, retirer 8").tap()
    expect(page.locator(".toast")).to_contain_text("Absence notée")


def test_an_odd_hour_is_said_where_the_thumb_is(cast, open_as):
    page = open_as(cast.gp, phone=True)
    page.goto("/mes-creneaux/nouveau")
    page.locator("label.chip", has_text="Autre…").tap()
    page.get_by_label("Jour").fill("2026-07-20")
    page.get_by_label("Heure").fill("21:00")
    page.locator(".dock button").tap()
    expect(page.locator(".dock .note")).to_be_in_viewport()
    page.get_by_role("button", name="Publier quand même").tap()
    expect(page.locator(".toast")).to_contain_text("Publié : auj. 21h00")


@pytest.mark.parametrize(("phone", "dark"), LOOKS)
def test_every_screen_is_accessible_and_fits(cast, list_of, open_as, phone, dark):
    page = open_as(cast.gp, phone=phone, dark=dark)
    practice_id = session.query(Slot.practice_id).first()[0]
    session.rollback()  # an open transaction would keep the server from noting who reads
    own = [f"/mes-creneaux/{list_of}", f"/mes-creneaux/{list_of}/retirer", f"/mes-creneaux/{list_of}/modifier"]
    repeat = f"/mes-creneaux/repeter?creneau={practice_id}~C~2026-07-22~1700~60~4~"
    for address in (*SCREENS, *own, repeat):
        page.goto(address)
        assert axe.violations(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"], address


def test_the_list_holds_at_the_end_of_the_day(cast, list_of, open_as, set_clock):
    set_clock(clock.now() + timedelta(hours=6))
    page = open_as(cast.gp, phone=True)
    page.goto("/mes-creneaux")
    expect(page.locator(".band").first).to_contain_text("Demain, mardi 21 juillet")
