"""The calling page in a browser: one key an outcome and the next person ready, on a telephone, without JavaScript."""

import pytest
from playwright.sync_api import expect

from cptsapp.accounts.models import Role, User
from cptsapp.core.db import session
from cptsapp.outreach.models import Call, CallOutcome, CallTarget
from tests.browser.conftest import LOOKS
from tests.tools import axe
from tests.tools.factories import make_call, make_call_campaign, make_membership, make_nurse, make_user

NAMES = (
    ("Céline", "Draouet", "85288", "+33261915528"),
    ("Bastien", "Rocheteau", "85194", "+33261915530"),
    ("Nora", "Lamine", "85194", "+33261915531"),
    ("Éric", "Poupelin", "85194", "+33261915532"),
    ("Adrien", "Pallier", "85288", "+33261915533"),
)


@pytest.fixture
def calls(cast):
    """A campaign over five nurses of whom one was called; its number and the assistant who calls."""
    assistant = make_user(Role.ASSISTANT, display_name="Maxime Roy-Essai")
    people = [make_nurse(town, phone=phone, first_name=f, last_name=n) for f, n, town, phone in NAMES]
    make_membership(make_nurse("85288", first_name="Simon", last_name="Vrignaud"))
    campaign = make_call_campaign(*people, callers=(assistant, cast.gp), name="Infirmiers non adhérents, deux communes")
    last = session.query(CallTarget).filter_by(campaign_id=campaign.id, rank=5).one()
    make_call(last, assistant, CallOutcome.INTERESTED, note="plutôt le soir")
    found = campaign.id, assistant.id
    session.commit()
    return found


@pytest.fixture
def desk(calls, open_as):
    """`desk(phone=…)`: the calling page of the assistant, with the first person on the line."""

    def begin(**how):
        page = open_as(session.get_one(User, calls[1]), **how)
        page.goto(f"/appels/{calls[0]}")
        page.get_by_role("button", name="Appeler la personne suivante").click()
        expect(page.get_by_role("heading", name="Céline Draouet")).to_be_visible()
        return page

    return begin


def focused(page):
    """What has the focus, as it is named."""
    return page.evaluate("document.activeElement.getAttribute('aria-label')")


def outcomes():
    session.rollback()
    found = session.query(Call.outcome).order_by(Call.id).all()
    session.rollback()
    return [row.outcome for row in found][1:]


def test_a_key_notes_the_outcome_and_the_next_number_has_the_focus(desk):
    page = desk()
    assert focused(page) == "Appeler Céline Draouet au 02\u00a061\u00a091\u00a055\u00a028"
    page.keyboard.press("3")
    expect(page.get_by_role("heading", name="Bastien Rocheteau")).to_be_visible()
    assert focused(page).startswith("Appeler Bastien Rocheteau")
    page.keyboard.press("1")
    expect(page.get_by_role("heading", name="Nora Lamine")).to_be_visible()
    assert outcomes() == [CallOutcome.INFORMED, CallOutcome.NO_ANSWER]


@pytest.mark.parametrize(
    ("key", "outcome"), [("4", "interested"), ("6", "refuses"), ("7", "do_not_contact"), ("8", "wrong_number")]
)
def test_each_key_is_its_outcome(desk, key, outcome):
    page = desk()
    page.keyboard.press(key)
    expect(page.get_by_role("heading", name="Bastien Rocheteau")).to_be_visible()
    assert outcomes() == [outcome]


def test_one_click_notes_the_outcome(desk):
    page = desk()
    page.get_by_role("button", name="Refuse").click()
    expect(page.get_by_role("heading", name="Bastien Rocheteau")).to_be_visible()
    assert focused(page).startswith("Appeler Bastien Rocheteau")


def test_the_arrow_passes_over(desk):
    page = desk()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("heading", name="Bastien Rocheteau")).to_be_visible()
    assert outcomes() == []


def test_a_key_after_a_click_in_the_frame_still_counts(desk):
    page = desk()
    page.get_by_role("heading", name="Céline Draouet").click()
    page.keyboard.press("3")
    expect(page.get_by_role("heading", name="Bastien Rocheteau")).to_be_visible()


def test_digits_of_a_note_stay_in_the_note(desk):
    page = desk()
    page.get_by_label("Une note").fill("")
    page.get_by_label("Une note").press_sequentially("après 18h")
    expect(page.get_by_label("Une note")).to_have_value("après 18h")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Choisissez comment l’appel s’est terminé")).to_be_visible()
    expect(page.get_by_label("Une note")).to_have_value("après 18h")
    assert outcomes() == []


def test_to_call_back_takes_a_key_and_enter(desk):
    page = desk()
    page.keyboard.press("2")
    expect(page.get_by_role("heading", name="Rappeler Céline Draouet")).to_be_visible()
    expect(page.get_by_label("Jour")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Bastien Rocheteau")).to_be_visible()
    assert outcomes() == ["call_back"]


def test_the_last_call_is_taken_back_in_one_click(desk):
    page = desk()
    page.keyboard.press("3")
    page.get_by_role("button", name="Annuler l’appel à Céline Draouet").click()
    expect(page.get_by_role("heading", name="Céline Draouet")).to_be_visible()


def test_without_javascript_everything_is_a_post(desk):
    page = desk(javascript=False)
    page.get_by_label("Une note").fill("plutôt le soir")
    page.get_by_role("button", name="À rappeler").click()
    page.get_by_role("button", name="Rappeler ce jour-là").click()
    expect(page.get_by_role("heading", name="Bastien Rocheteau")).to_be_visible()
    page.get_by_role("button", name="Passer").click()
    expect(page.get_by_role("heading", name="Nora Lamine")).to_be_visible()
    assert outcomes() == ["call_back"]


def test_on_a_telephone_the_eight_outcomes_are_on_the_first_screen(desk, picture):
    page = desk(phone=True)
    box = page.get_by_role("button", name="Mauvais numéro").bounding_box()
    picture(page, "appels-360")
    assert box["y"] + box["height"] <= 740
    assert box["height"] >= 48
    expect(page.get_by_role("status").filter(has_text="Adrien Pallier")).to_be_visible()


@pytest.mark.parametrize(("phone", "dark"), LOOKS)
def test_no_violation_and_nothing_overflows(desk, calls, open_as, cast, picture, phone, dark):
    page = desk(phone=phone, dark=dark)
    campaign = f"/appels/{calls[0]}"
    picture(page, f"appels-{'360-sombre' if phone else '1280'}", full=True)
    _check(page, campaign)
    office = open_as(cast.coordinator, phone=phone, dark=dark)
    number = session.query(Call.id).limit(1).scalar()
    session.rollback()
    paths = ["/appels", "/appels/nouvelle"]
    paths += [f"{campaign}{more}" for more in ("/resultats", "/personnes", "/journal", "/modifier")]
    for path in [*paths, f"{campaign}/appels/{number}/corriger", campaign]:
        office.goto(path)
        _check(office, path)
        picture(
            office,
            f"appels-{path.replace(campaign, 'c').strip('/').replace('/', '-')}-{360 if phone else 1280}",
            full=True,
        )


def _check(page, path):
    assert axe.violations(page) == [], path
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_the_number_follows_the_ticks(calls, server, open_as, cast):
    page = open_as(cast.coordinator)
    page.goto("/appels/nouvelle")
    page.get_by_role("checkbox", name="Infirmiers").check()
    page.get_by_role("checkbox", name="Les Sables-d’Olonne").check()
    expect(page.get_by_role("heading", name="3\u00a0personnes à appeler")).to_be_visible()
    page.get_by_role("checkbox", name="Talmont-Saint-Hilaire").check()
    expect(page.get_by_role("heading", name="5\u00a0personnes à appeler")).to_be_visible()
    expect(page.get_by_text("1\u00a0adhérent")).to_be_visible()
