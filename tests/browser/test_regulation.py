"""The desk's screens in a real browser: clicks and keys counted, live, lost races, no JavaScript, axe."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.snp.models import Booking, Modality
from tests.browser.conftest import LOOKS
from tests.tools import axe
from tests.tools.factories import make_booking, make_commune, make_person, make_place, make_practice, make_slot

DOCTORS = (
    ("Anne", "Pouvreau", "Sainte-Foy", 46.55, -1.67),
    ("Julien", "Morisset", "Bretignolles-sur-Mer", 46.63, -1.86),
    ("Isabelle", "Tessier", "Saint-Gilles-Croix-de-Vie", 46.69, -1.94),
    ("Claire", "Guilbaud", "Jard-sur-Mer", 46.41, -1.58),
    ("Thomas", "Rabiller", "L’Île-d’Olonne", 46.57, -1.77),
    ("Yann", "Le Goff", "Coëx", 46.69, -1.76),
    ("Émilie", "Fradet", "Saint-Hilaire-de-Riez", 46.72, -1.94),
)
SCREENS = (
    "/creneaux",
    "/creneaux?q=talm",
    "/creneaux?q=zzz",
    "/journee",
    "/journee?jour=2026-07-21",
    "/journee/impression",
    "/reservations",
    "/orientations",
    "/diffusions",
    "/diffusions/nouvelle",
    "/hors-horaires",
    "/soins-non-programmes",
    "/entrainement",
)


@pytest.fixture
def agenda(cast) -> int:
    """Nine doctors over three days; gives Dr Renaudin's 17h02 of today."""
    practices = [cast.gp_practice, cast.other_gp_practice]
    for i, (first, last, town, latitude, longitude) in enumerate(DOCTORS):
        commune = make_commune(code=f"859{i:02}", name=town, latitude=latitude, longitude=longitude)
        person = make_person(first_name=first, last_name=last, accepts_overbook=i == 0)
        practices.append(make_practice(person, make_place(commune_code=commune.code)))
    for day in range(3):
        for i, practice in enumerate(practices):
            modality = list(Modality)[i % 3] if i > 1 else Modality.SURGERY
            at = clock.now() + timedelta(days=day, minutes=150 + 15 * i)
            made = make_slot(practice, starts_at=at, modality=modality, capacity=1 + (i == 3))
            if day == 0 and i == 0:
                wanted = made.id
            if i == 4:
                make_booking(made)
    session.commit()
    session.remove()
    return wanted


@pytest.fixture
def desk(cast, agenda, server, open_as) -> Page:
    """Léa Moreau in front of the list."""
    page = open_as(cast.regulator)
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.on("console", lambda line: page.faults.append(line.text) if line.type == "error" else None)
    page.goto("/creneaux")
    return page


def type_patient(page: Page, name: str = "Guérineau") -> None:
    """One key, three short fields, once the row has unfolded."""
    expect(page.locator("[data-keys] input").first).to_be_focused()
    page.keyboard.press("n")
    page.keyboard.type(name)
    page.keyboard.press("Tab")
    page.keyboard.type("1947")
    page.keyboard.press("Tab")
    page.keyboard.type("0639981427")


def test_a_click_a_key_three_fields_enter(desk: Page, agenda: int, picture):
    expect(desk.locator("#q")).to_be_focused()
    desk.locator(f"#c{agenda} button").click()
    expect(desk.locator("[data-hold-until]")).to_be_visible()
    picture(desk, "snp-reserve-1280")
    type_patient(desk)
    desk.keyboard.press("Enter")
    expect(desk.get_by_text("Votre référence est")).to_be_visible()
    expect(desk.get_by_role("link", name="Appel suivant")).to_be_focused()
    picture(desk, "snp-script-1280")
    desk.keyboard.press("Enter")
    expect(desk.locator("#q")).to_be_focused()
    assert desk.faults == []


def test_keys_typed_while_a_row_opens_wait_for_it(desk: Page, agenda: int):
    held = []
    desk.route("**/retenir", lambda route: held.append(route))
    with desk.expect_request("**/retenir"):
        desk.locator(f"#c{agenda} button").click()
    desk.keyboard.type("nLe Gal")
    held[0].continue_()
    name = desk.get_by_role("textbox", name="Nom")
    expect(name).to_be_focused()
    expect(name).to_have_value("Le Gal")
    expect(desk.get_by_role("radio", name="Non")).to_be_checked()
    assert desk.faults == []


def test_by_the_keyboard_alone(desk: Page, picture):
    desk.keyboard.type("talm")
    expect(desk.get_by_role("heading", name="Sur place").first).to_be_visible()
    picture(desk, "snp-liste-1280")
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("Enter")
    expect(desk.locator("[data-hold-until]")).to_be_visible()
    desk.keyboard.press("Escape")
    expect(desk.locator("[data-hold-until]")).to_have_count(0)
    expect(desk.locator("[data-slot-row]").first).to_be_focused()


def test_a_lone_letter_switches_the_modality(desk: Page):
    desk.keyboard.type("t")
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/creneaux?ou=T")


def test_a_question_mark_leads_to_the_definition(desk: Page):
    desk.keyboard.press("?")
    desk.wait_for_url("**/soins-non-programmes")


def test_the_list_follows_without_moving_the_open_row(desk: Page, agenda: int, cast, open_as):
    desk.locator(f"#c{agenda} button").click()
    type_patient(desk)
    top = desk.locator(f"#c{agenda}").bounding_box()["y"]
    other = open_as(cast.other_regulator)
    other.goto("/creneaux")
    other.locator("[data-slot-row]").nth(1).click()
    expect(desk.locator(".is-held")).to_have_count(1, timeout=4000)
    expect(desk.get_by_label("Nom")).to_have_value("Guérineau")
    assert abs(desk.locator(f"#c{agenda}").bounding_box()["y"] - top) < 2
    assert desk.faults == []


@pytest.mark.database
def test_a_lost_race_keeps_what_was_typed(desk: Page, agenda: int, cast, open_as, picture):
    desk.locator(f"#c{agenda} button").click()
    type_patient(desk)
    with_other_hands(agenda, cast)
    desk.keyboard.press("Enter")
    expect(desk.get_by_text("Vos réponses sont gardées.")).to_be_visible()
    expect(desk.get_by_label("Nom")).to_have_value("Guérineau")
    picture(desk, "snp-pris-1280")
    desk.keyboard.press("Enter")
    expect(desk.get_by_text("Votre référence est")).to_be_visible()


def with_other_hands(slot_id: int, cast) -> None:
    """Someone takes the slot although it is held: as after an expired hold."""
    from cptsapp.snp.models import Slot

    slot = session.get(Slot, slot_id)
    make_booking(slot, booked_by_id=session.merge(cast.other_regulator).id)
    session.commit()
    session.remove()


def test_a_probable_duplicate_appears_under_the_field(desk: Page, agenda: int):
    desk.locator(f"#c{agenda} button").click()
    type_patient(desk)
    desk.keyboard.press("Enter")
    desk.get_by_role("link", name="Appel suivant").click()
    desk.locator("[data-slot-row]").first.click()
    type_patient(desk)
    desk.keyboard.press("Shift+Tab")
    expect(desk.get_by_text("Peut-être déjà inscrit")).to_be_visible()
    desk.keyboard.press("Enter")
    expect(desk.get_by_text("Votre référence est")).to_be_visible()
    assert session.query(Booking.id).filter_by(state="booked").count() >= 2


def test_a_commune_counts_its_circles_and_sends_nothing_else_in_an_address(desk: Page):
    desk.goto("/diffusions/nouvelle")
    desk.get_by_label("Nom").fill("Guérineau")
    with desk.expect_request("**/diffusions/nouvelle?*") as asked:
        desk.get_by_label("Commune du patient").select_option("85288")
    expect(desk.get_by_text("dans la commune,")).to_be_visible()
    assert asked.value.url.endswith("/diffusions/nouvelle?commune=85288")
    assert desk.faults == []


def test_sent_to_their_own_doctor_in_one_click(desk: Page):
    desk.get_by_role("button", name="Adressé à son médecin traitant").click()
    expect(desk.get_by_text("Noté")).to_be_visible()
    desk.get_by_role("button", name="Annuler").click()
    expect(desk.get_by_text("Orientation retirée.")).to_be_visible()


def test_everything_works_without_javascript(cast, agenda: int, server, open_as):
    page = open_as(cast.regulator, javascript=False)
    page.goto("/creneaux?q=talm")
    page.locator(f"#c{agenda} button").click()
    page.get_by_label("Non", exact=True).check()
    page.get_by_label("Nom").fill("Guérineau")
    page.get_by_label("Né(e) en").fill("1947")
    page.get_by_label("Téléphone").fill("0639981427")
    page.get_by_role("button", name="Confirmer").click()
    expect(page.get_by_text("Votre référence est")).to_be_visible()


def test_the_day_opens_a_row_underneath(desk: Page, picture):
    desk.goto("/journee?jour=2026-07-21")
    picture(desk, "jour-lignes-1280")
    desk.locator("button.slot-chip").first.click()
    expect(desk.locator("tr.opened [data-hold-until]")).to_be_visible()
    type_patient(desk)
    desk.keyboard.press("Enter")
    expect(desk.get_by_text("Votre référence est")).to_be_visible()
    assert desk.faults == []


def test_a_newcomer_books_once_for_fun(desk: Page, picture):
    desk.get_by_role("link", name="S’entraîner").first.click()
    desk.get_by_role("button", name="Commencer").click()
    desk.locator("[data-slot-row]", has_text="Dr Alpha").first.click()
    type_patient(desk, "Exemple")
    picture(desk, "entrainement-1280")
    desk.keyboard.press("Enter")
    expect(desk.get_by_text("Votre référence est")).to_be_visible()
    desk.get_by_role("button", name="Revenir aux vrais créneaux").click()
    expect(desk.get_by_role("heading", name="Maintenant → ce soir")).to_be_visible()


@pytest.mark.parametrize(("phone", "dark"), LOOKS)
def test_every_screen_holds_for_everyone(cast, agenda: int, server, open_as, phone, dark):
    page = open_as(cast.regulator, phone=phone, dark=dark)
    found = {}
    for path in SCREENS:
        page.goto(path)
        if faults := axe.violations(page):
            found[path] = faults
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > (360 if phone else 1280):
            found[f"{path} width"] = width
    page.goto("/creneaux")
    page.locator(f"#c{agenda} button").click()
    expect(page.locator("[data-hold-until]")).to_be_visible()
    if faults := axe.violations(page):
        found["open row"] = faults
    assert found == {}
