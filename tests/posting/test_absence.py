"""Being absent hides and restores; patients already booked need a choice."""

import pytest

from cptsapp.core.db import session
from cptsapp.snp.models import Absence, BookingState, SlotState
from tests.posting.helpers import booking, booking_in, hidden, paris, slot_on, slots

URL = "/mes-creneaux/absences"
DATES = {"length": "dates", "from_on": "2026-07-21", "until_on": "2026-07-24"}


@pytest.fixture
def week(cast):
    """Tomorrow 11h30; tomorrow a plage of four with a patient; Thursday a plage of four. Gives the booking."""
    slot_on(cast.gp_practice, paris(21, 11, 30))
    booked = booking_in(slot_on(cast.gp_practice, paris(21, 17), capacity=4), name="Bodin", reference="D3N7")
    slot_on(cast.gp_practice, paris(23, 17), capacity=4)
    return booked


def declare(client, asked, follow_up=None, **more):
    page = client.post(URL, data={**asked, "preview": "1"}).text
    choices = {f"suite-{number}": value for number, value in (follow_up or {}).items()}
    sent = {**asked, **choices, "announced": hidden(page, "announced"), "once": hidden(page, "once"), **more}
    return client.post(URL, data=sent)


def test_the_picture_eight_places_and_one_patient(gp, week):
    page = gp.post(URL, data={**DATES, "preview": "1"}).text
    assert "8\u00a0places libres seront retirées" in page
    assert "Demain : 11h30 et 3 à 17h00" in page
    assert "Jeu. 23 juil. : 4 à 17h00" in page
    assert "1\u00a0patient est déjà inscrit" in page
    assert "Bodin, 1988" in page
    assert "M’absenter, retirer 8\u00a0places" in page


def test_today_is_what_the_page_opens_on(gp, cast):
    slot_on(cast.gp_practice, paris(20, 17))
    page = gp.get(URL).text
    assert "M’absenter, retirer 1\u00a0place" in page


def test_it_hides_and_says_so(gp, week):
    answer = declare(gp, DATES, {week: "seen_anyway"})
    assert {slot.state for slot in slots()} == {SlotState.ABSENT}
    page = gp.get(answer.location).text
    assert "Absence notée : du mar. 21 juil. au ven. 24 juil." in page
    assert "Annuler l’absence" in page


def test_coming_back_restores(gp, week):
    declare(gp, DATES, {week: "seen_anyway"})
    number = session.query(Absence).one().id
    answer = gp.post(f"{URL}/{number}/lever")
    assert {slot.state for slot in slots()} == {SlotState.OPEN}
    assert "8\u00a0places remises sur la liste" in gp.get(answer.location).text


def test_coming_back_twice_is_harmless(gp, week):
    declare(gp, DATES, {week: "seen_anyway"})
    number = session.query(Absence).one().id
    gp.post(f"{URL}/{number}/lever")
    assert gp.post(f"{URL}/{number}/lever").status_code == 303


@pytest.mark.parametrize(("choice", "state"), [("regulation_calls", "cancelled"), ("seen_anyway", "booked")])
def test_the_choice_is_done(gp, week, choice, state):
    declare(gp, DATES, {week: choice})
    found = booking(week)
    assert (found.state, found.needs_recall) == (BookingState(state), choice == "regulation_calls")


def test_those_one_calls_oneself_are_listed(gp, week):
    answer = declare(gp, DATES, {week: "practitioner_calls"})
    page = gp.get(answer.location).text
    assert "À appeler par le cabinet" in page
    assert "tel:+33639980011" in page


def test_the_place_of_a_cancelled_patient_comes_back_free(gp, week):
    declare(gp, DATES, {week: "regulation_calls"})
    gp.post(f"{URL}/{session.query(Absence).one().id}/lever")
    assert sum(slot.free_count for slot in slots(state=SlotState.OPEN)) == 9


def test_only_what_is_still_to_come_returns(gp, week, set_clock):
    declare(gp, DATES, {week: "seen_anyway"})
    set_clock(paris(22, 8))
    gp.post(f"{URL}/{session.query(Absence).one().id}/lever")
    assert [slot.state for slot in slots()] == [SlotState.ABSENT, SlotState.ABSENT, SlotState.OPEN]


def test_what_another_slot_has_taken_does_not_return(gp, week, cast):
    practice = cast.gp_practice
    declare(gp, DATES, {week: "seen_anyway"})
    slot_on(session.merge(practice, load=True), paris(23, 17, 30))
    gp.post(f"{URL}/{session.query(Absence).one().id}/lever")
    assert [slot.state for slot in slots(capacity=4)] == [SlotState.OPEN, SlotState.ABSENT]


def test_without_an_end(gp, week, cast):
    slot_on(cast.gp_practice, paris(30, 9, month=12))
    declare(gp, {"length": "sans-fin"}, {week: "seen_anyway"})
    assert {slot.state for slot in slots()} == {SlotState.ABSENT}
    assert session.query(Absence).one().until_on is None
    assert "Je suis revenu·e" in gp.get("/mes-creneaux").text


def test_it_hides_the_slots_of_every_place(gp, cast):
    from tests.tools.factories import make_place, make_practice

    second = make_practice(cast.gp_person, make_place(address="3, place du Marché"))
    session.commit()
    slot_on(cast.gp_practice, paris(21, 9))
    slot_on(second, paris(21, 15))
    declare(gp, DATES)
    assert {slot.state for slot in slots()} == {SlotState.ABSENT}


def test_another_absence_keeps_hidden_what_it_covers(gp, week):
    declare(gp, DATES, {week: "seen_anyway"})
    first = session.query(Absence).one().id
    declare(gp, {"length": "dates", "from_on": "2026-07-23", "until_on": "2026-07-23"})
    gp.post(f"{URL}/{first}/lever")
    assert [slot.state for slot in slots()] == [SlotState.OPEN, SlotState.OPEN, SlotState.ABSENT]


def test_a_patient_booked_meanwhile_is_shown_first(gp, cast):
    number = slot_on(cast.gp_practice, paris(21, 11, 30))
    page = gp.post(URL, data={**DATES, "preview": "1"}).text
    booking_in(number)
    answer = gp.post(URL, data={**DATES, "announced": hidden(page, "announced")})
    assert answer.status_code == 409
    assert "1\u00a0patient est déjà inscrit" in answer.text
    assert session.query(Absence).count() == 0


def test_without_a_choice_nothing_is_done(gp, week):
    answer = declare(gp, DATES)
    assert answer.status_code == 409
    assert {slot.state for slot in slots()} == {SlotState.OPEN}


@pytest.mark.parametrize(
    ("asked", "status", "said"),
    [
        ({"length": "dates"}, 422, "le premier et le dernier jour"),
        ({"length": "dates", "from_on": "2026-07-19", "until_on": "2026-07-24"}, 409, "Le premier jour est passé."),
        ({"length": "dates", "from_on": "2026-07-24", "until_on": "2026-07-21"}, 409, "La fin est avant le début."),
        ({"length": "dates", "from_on": "demain", "until_on": "2026-07-21"}, 422, ""),
        ({"length": "longtemps"}, 422, ""),
    ],
)
def test_days_that_make_no_sense(gp, asked, status, said):
    answer = gp.post(URL, data=asked)
    assert answer.status_code == status
    assert said in answer.text
    assert session.query(Absence).count() == 0


def test_the_same_key_notes_one_absence(gp, week):
    page = gp.post(URL, data={**DATES, "preview": "1"}).text
    sent = {**DATES, f"suite-{week}": "seen_anyway", "announced": hidden(page, "announced"), "once": "k" * 16}
    assert gp.post(URL, data=sent).location == gp.post(URL, data=sent).location
    assert session.query(Absence).count() == 1


def test_a_secretary_notes_it_in_her_own_name(secretary, week, cast):
    author = cast.secretary.id
    assert declare(secretary, DATES, {week: "regulation_calls"}).status_code == 303
    assert session.query(Absence).one().created_by_id == author


def test_a_coordinator_sees_references_only(coordinator, week, cast):
    page = coordinator.post(f"{URL}?pour={cast.gp_person.id}", data={**DATES, "preview": "1"}).text
    assert "D3N7" in page
    assert "Bodin" not in page


def test_another_s_absence_does_not_exist(gp, week, sign_in, cast):
    other = sign_in(cast.other_gp)
    declare(gp, DATES, {week: "seen_anyway"})
    number = session.query(Absence).one().id
    assert other.get(f"{URL}/{number}").status_code == 404
    assert other.post(f"{URL}/{number}/lever").status_code == 404


def test_publishing_on_a_day_of_absence_is_warned(gp, cast):
    from tests.posting.helpers import slot_form

    form = slot_form(cast.gp_practice, "2026-07-22T10:00")
    declare(gp, DATES)
    answer = gp.post("/mes-creneaux/nouveau", data=form)
    assert answer.status_code == 409
    assert "Une absence est notée le mer. 22 juil." in answer.text


def test_nothing_is_proposed_while_one_is_away(gp):
    declare(gp, {"length": "sans-fin"})
    page = gp.get("/mes-creneaux/nouveau").text
    assert "Autre…" in page
    assert page.count('name="when"') == 1
