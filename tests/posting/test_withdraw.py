"""Withdrawing: one tap and undo; with a patient, one of three choices."""

from datetime import timedelta

import pytest

from cptsapp.audit.models import AuditEvent
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.snp.models import BookingState, CancelledBy, CancelReason, Series, SlotState
from tests.posting.helpers import booking, booking_in, hidden, paris, slot_on, slots


def make_series(cast, days=(22, 29)) -> list[int]:
    """A plage repeated on those days of July."""
    series = Series(
        practice_id=cast.gp_practice.id,
        weekdays=[2],
        starts_on=paris(days[0], 17).date(),
        until_on=paris(days[-1], 17).date(),
        opens_at=paris(22, 17).time(),
        created_at=clock.now(),
        created_by_id=cast.gp.id,
    )
    session.add(series)
    session.commit()
    number = series.id
    return [slot_on(cast.gp_practice, paris(day, 17), capacity=4, series_id=number) for day in days]


def confirm(client, number, follow_up=None, scope="une", **choices):
    """Confirm the page of withdrawal as it was read."""
    address = f"/mes-creneaux/{number}/retirer{'?suite=1' if scope == 'suite' else ''}"
    page = client.get(address).text
    sent = {f"suite-{booked}": value for booked, value in (follow_up or {}).items()}
    return client.post(
        address.split("?")[0], data={"scope": scope, "announced": hidden(page, "announced"), **sent, **choices}
    )


def test_a_free_slot_goes_in_one_tap_and_says_so(gp, cast):
    number = slot_on(cast.gp_practice, paris(20, 18, 30))
    answer = gp.post(f"/mes-creneaux/{number}/retirer-libre")
    assert slots()[0].state is SlotState.WITHDRAWN
    page = gp.get(answer.location).text
    assert "Retiré : auj. 18h30" in page
    assert f"/mes-creneaux/{number}/remettre" in page


def test_the_undo_puts_it_back(gp, cast):
    number = slot_on(cast.gp_practice, paris(20, 18, 30))
    gp.post(f"/mes-creneaux/{number}/retirer-libre")
    answer = gp.post(f"/mes-creneaux/{number}/remettre")
    assert slots()[0].state is SlotState.OPEN
    assert "Remis sur la liste : auj. 18h30" in gp.get(answer.location).text


def test_a_double_tap_is_harmless(gp, cast):
    number = slot_on(cast.gp_practice, paris(20, 18, 30))
    first = gp.post(f"/mes-creneaux/{number}/retirer-libre")
    assert gp.post(f"/mes-creneaux/{number}/retirer-libre").location == first.location
    assert session.query(AuditEvent).filter_by(kind="slot.withdrawn").count() == 1


def test_it_does_not_come_back_over_another(gp, cast):
    number = slot_on(cast.gp_practice, paris(20, 18, 30), state=SlotState.WITHDRAWN)
    slot_on(cast.gp_practice, paris(20, 18, 30))
    answer = gp.post(f"/mes-creneaux/{number}/remettre")
    assert answer.status_code == 409
    assert "Vous avez déjà un créneau" in answer.text


def test_it_does_not_come_back_once_past(gp, cast):
    number = slot_on(cast.gp_practice, paris(20, 9), state=SlotState.WITHDRAWN)
    assert gp.post(f"/mes-creneaux/{number}/remettre").status_code == 409


def test_a_past_slot_is_not_withdrawn(gp, cast):
    assert gp.post(f"/mes-creneaux/{slot_on(cast.gp_practice, paris(20, 9))}/retirer-libre").status_code == 409


def test_a_booked_one_is_not_withdrawn_in_one_tap(gp, cast):
    number = slot_on(cast.gp_practice, paris(20, 17))
    booking_in(number)
    answer = gp.post(f"/mes-creneaux/{number}/retirer-libre")
    assert answer.status_code == 409
    assert "dites d’abord ce qu’il devient" in answer.text


def test_a_plage_gives_back_its_free_seats_and_keeps_its_patient(gp, cast):
    number = slot_on(cast.gp_practice, paris(21, 17), capacity=4)
    booked = booking_in(number)
    assert "Retirer les 3 places libres" in gp.get(f"/mes-creneaux/{number}").text
    gp.post(f"/mes-creneaux/{number}/retirer-libre")
    assert (slots()[0].state, slots()[0].free_count) == (SlotState.WITHDRAWN, 3)
    assert booking(booked).state is BookingState.BOOKED


@pytest.mark.parametrize(("choice", "recall"), [("regulation_calls", True), ("practitioner_calls", False)])
def test_two_choices_cancel(gp, cast, choice, recall):
    number = slot_on(cast.gp_practice, paris(21, 17))
    booked = booking_in(number)
    assert confirm(gp, number, {booked: choice}).status_code == 303
    found = booking(booked)
    assert (found.state, found.needs_recall) == (BookingState.CANCELLED, recall)
    assert (found.cancelled_by, found.cancel_reason) == (CancelledBy.PRACTITIONER, CancelReason.PRACTITIONER_AWAY)
    assert slots()[0].state is SlotState.WITHDRAWN


def test_the_third_keeps_the_patient(gp, cast):
    number = slot_on(cast.gp_practice, paris(21, 17))
    booked = booking_in(number)
    answer = confirm(gp, number, {booked: "seen_anyway"})
    assert booking(booked).state is BookingState.BOOKED
    assert slots()[0].state is SlotState.OPEN
    assert "Rien n’a changé" in gp.get(answer.location).text


def test_who_calls_finds_the_number_on_the_sheet(gp, cast):
    number = slot_on(cast.gp_practice, paris(21, 17))
    booked = booking_in(number)
    answer = confirm(gp, number, {booked: "practitioner_calls"})
    page = gp.get(answer.location).text
    assert "à appeler par le cabinet" in page
    assert "tel:+33639980011" in page


def test_no_choice_is_no_withdrawal(gp, cast):
    number = slot_on(cast.gp_practice, paris(21, 17))
    booked = booking_in(number)
    answer = confirm(gp, number, {booked: "je ne sais pas"})
    assert answer.status_code == 409
    assert "Dites ce que devient chaque patient" in answer.text
    assert booking(booked).state is BookingState.BOOKED


def test_a_patient_booked_meanwhile_is_shown_first(gp, cast):
    number = slot_on(cast.gp_practice, paris(21, 17), capacity=2)
    page = gp.get(f"/mes-creneaux/{number}/retirer").text
    booking_in(number)
    answer = gp.post(f"/mes-creneaux/{number}/retirer", data={"scope": "une", "announced": hidden(page, "announced")})
    assert answer.status_code == 409
    assert "1\u00a0patient est déjà inscrit" in answer.text


def test_this_one_and_the_following(gp, cast):
    first, second = make_series(cast)
    booked = booking_in(second)
    page = gp.get(f"/mes-creneaux/{first}/retirer?suite=1").text
    assert "7\u00a0places libres seront retirées" in page
    answer = confirm(gp, first, {booked: "seen_anyway"}, scope="suite")
    assert answer.status_code == 303
    assert {slot.state for slot in slots()} == {SlotState.WITHDRAWN}
    assert booking(booked).state is BookingState.BOOKED


def test_this_one_only_leaves_the_following(gp, cast):
    first, _ = make_series(cast)
    confirm(gp, first)
    assert [slot.state for slot in slots()] == [SlotState.WITHDRAWN, SlotState.OPEN]


def test_the_undo_of_the_following_puts_them_all_back(gp, cast):
    first, _ = make_series(cast)
    confirm(gp, first, scope="suite")
    gp.post(f"/mes-creneaux/{first}/remettre")
    assert {slot.state for slot in slots()} == {SlotState.OPEN}


def test_the_scope_previews_without_a_reload(gp, cast):
    first, _ = make_series(cast)
    answer = gp.post(
        f"/mes-creneaux/{first}/retirer", data={"scope": "suite", "preview": "1"}, headers={"HX-Request": "true"}
    )
    assert "8\u00a0places libres" in answer.text
    assert "<html" not in answer.text


def test_a_forged_scope_is_invalid(gp, cast):
    number = slot_on(cast.gp_practice, paris(21, 17))
    assert gp.post(f"/mes-creneaux/{number}/retirer", data={"scope": "tout"}).status_code == 422


def test_another_s_slot_does_not_exist(gp, cast):
    number = slot_on(cast.other_gp_practice, paris(21, 17))
    for act in ("retirer-libre", "remettre", "retirer", "modifier"):
        assert gp.post(f"/mes-creneaux/{number}/{act}").status_code == 404
    assert slots()[0].state is SlotState.OPEN


def test_a_secretary_withdraws_in_her_own_name(secretary, cast):
    number, author = slot_on(cast.gp_practice, paris(21, 17)), cast.secretary.id
    assert secretary.post(f"/mes-creneaux/{number}/retirer-libre").status_code == 303
    assert session.query(AuditEvent).filter_by(kind="slot.withdrawn").one().user_id == author


def test_a_coordinator_settles_for_whoever_has_no_account(coordinator, cast):
    number = slot_on(cast.other_gp_practice, paris(21, 17))
    booked = booking_in(number)
    assert confirm(coordinator, number, {booked: "regulation_calls"}).status_code == 303
    assert booking(booked).needs_recall


def test_a_plage_begun_still_gives_back_what_is_to_come(gp, cast, set_clock):
    number = slot_on(cast.gp_practice, paris(20, 17), capacity=4)
    set_clock(paris(20, 17) + timedelta(minutes=20))
    assert gp.post(f"/mes-creneaux/{number}/retirer-libre").status_code == 303
