"""Changing a slot, alone or with those that follow."""

from datetime import timedelta

import pytest

from cptsapp.core.db import session
from cptsapp.snp.models import BookingState, Modality, Series, Slot, SlotState
from tests.posting.helpers import booking_in, hidden, paris, slot_on, slots
from tests.posting.test_withdraw import make_series
from tests.tools.factories import make_place, make_practice


def sent(practice_id, **more):
    return {
        "opens": "17:00",
        "closes": "18:00",
        "capacity": "4",
        "practice": practice_id,
        "modality": "C",
        "scope": "une",
        **more,
    }


@pytest.fixture
def plage(cast):
    """A free plage of Wednesday 22, 17h00 – 18h00, of four."""
    return slot_on(cast.gp_practice, paris(22, 17), capacity=4)


def change(client, number, practice_id, **more):
    return client.post(f"/mes-creneaux/{number}/modifier", data=sent(practice_id, **more))


def test_the_page_opens_with_what_the_slot_is(gp, plage):
    page = gp.get(f"/mes-creneaux/{plage}/modifier").text
    assert 'value="17:00"' in page
    assert "Modifier mer.\u00a022, 17h00" in page
    assert "Celle-ci et les suivantes" not in page


def test_other_hours_move_the_seats(gp, cast, plage):
    place = cast.gp_practice.id
    answer = change(gp, plage, place, opens="16:00", closes="18:00")
    [made] = slots()
    assert (made.starts_at, made.ends_at, made.duration_minutes) == (paris(22, 16), paris(22, 18), 30)
    assert [s.starts_at for s in made.seats] == [paris(22, 16) + timedelta(minutes=30 * n) for n in range(4)]
    assert "Changé : mer.\u00a022, 16h00" in gp.get(answer.location).text


@pytest.mark.parametrize(("capacity", "closes"), [("6", "18:00"), ("2", "17:30"), ("1", "17:15")])
def test_more_or_fewer_places(gp, cast, plage, capacity, closes):
    change(gp, plage, cast.gp_practice.id, capacity=capacity, closes=closes)
    [made] = slots()
    assert made.capacity == made.free_count == len(made.seats) == int(capacity)
    assert [s.rank for s in made.seats] == list(range(int(capacity)))


def test_another_place_modality_and_conditions(gp, cast, plage):
    second = make_practice(cast.gp_person, make_place(address="3, place du Marché"))
    session.commit()
    number = second.id
    change(gp, plage, number, modality="D", conditions=["adults"])
    [made] = slots()
    assert (made.practice_id, made.modality, made.conditions) == (number, Modality.HOME, ["adults"])


def test_the_sequence_rises_for_calendars(gp, cast, plage):
    change(gp, plage, cast.gp_practice.id, opens="16:45")
    assert slots()[0].sequence == 1


def test_an_overlap_is_refused(gp, cast, plage):
    slot_on(cast.gp_practice, paris(22, 16))
    answer = change(gp, plage, cast.gp_practice.id, opens="16:00")
    assert answer.status_code == 409
    assert "Vous avez déjà un créneau de 16h00 à 16h15" in answer.text


def test_an_odd_hour_is_warned_once(gp, cast, plage):
    place = cast.gp_practice.id
    answer = change(gp, plage, place, closes="20:30")
    assert answer.status_code == 409
    assert "en dehors des heures" in answer.text
    assert change(gp, plage, place, closes="20:30", confirmed=hidden(answer.text, "confirmed")).status_code == 303


def test_the_past_is_refused(gp, cast):
    number = slot_on(cast.gp_practice, paris(20, 17), capacity=4)
    assert "passée" in change(gp, number, cast.gp_practice.id, opens="13:00").text


@pytest.mark.parametrize("changes", [{"capacity": "0"}, {"capacity": "25"}, {"closes": "16:00"}])
def test_a_shape_that_cannot_be(gp, cast, plage, changes):
    assert change(gp, plage, cast.gp_practice.id, **changes).status_code == 409
    assert slots()[0].capacity == 4


def test_a_forged_place_is_invalid(gp, cast, plage):
    assert change(gp, plage, cast.other_gp_practice.id).status_code == 422


def test_with_a_patient_only_places_and_conditions_change(gp, cast, plage):
    booking_in(plage)
    page = gp.get(f"/mes-creneaux/{plage}/modifier").text
    assert "Un patient est inscrit" in page
    assert 'name="opens"' not in page
    gp.post(f"/mes-creneaux/{plage}/modifier", data={"capacity": "6", "scope": "une", "opens": "09:00"})
    [made] = slots()
    assert (made.starts_at, made.ends_at) == (paris(22, 17), paris(22, 18, 30))
    assert (made.capacity, made.free_count, len(made.seats)) == (6, 5, 6)


def test_a_patient_s_hour_never_moves(gp, cast, plage):
    booked = booking_in(plage, rank=3)
    gp.post(f"/mes-creneaux/{plage}/modifier", data={"capacity": "1", "scope": "une"})
    [made] = slots()
    assert (made.capacity, made.free_count, len(made.seats)) == (1, 0, 1)
    assert made.seats[0].starts_at == paris(22, 17, 45)
    assert made.ends_at == paris(22, 18)
    assert booked


def test_no_fewer_places_than_patients(gp, cast, plage):
    booking_in(plage, rank=0)
    booking_in(plage, name="Bodin", rank=1)
    answer = gp.post(f"/mes-creneaux/{plage}/modifier", data={"capacity": "1", "scope": "une"})
    assert answer.status_code == 409
    assert "Déjà 2\u00a0patients inscrits" in answer.text


def test_a_seat_that_was_once_booked_is_not_lost(gp, cast, plage):
    booking_in(plage, rank=3, state=BookingState.CANCELLED)
    slot = session.get(Slot, plage)
    slot.free_count = 4
    session.commit()
    change(gp, plage, cast.gp_practice.id, capacity="1", closes="17:15")
    [made] = slots()
    assert (made.capacity, [s.starts_at for s in made.seats]) == (1, [paris(22, 17)])


def test_a_withdrawn_slot_does_not_change(gp, cast):
    number = slot_on(cast.gp_practice, paris(22, 17), capacity=4, state=SlotState.WITHDRAWN)
    assert change(gp, number, cast.gp_practice.id, opens="16:00").status_code == 409


def test_steppers_without_javascript(gp, cast, plage):
    answer = change(gp, plage, cast.gp_practice.id, step="opens:-1")
    assert hidden(answer.text, "opens") == "16:45"
    assert slots()[0].starts_at == paris(22, 17)


def test_this_one_leaves_the_following(gp, cast):
    first, _ = make_series(cast)
    change(gp, first, cast.gp_practice.id, opens="16:00")
    assert [slot.starts_at for slot in slots()] == [paris(22, 16), paris(29, 17)]


def test_this_one_and_the_following_counted_first(gp, cast):
    first, second = make_series(cast, (22, 29, 31))[:2]
    booking_in(second)
    place = cast.gp_practice.id
    page = change(gp, first, place, opens="16:00", scope="suite", preview="1").text
    assert "2\u00a0dates à changer" in page
    assert "1\u00a0date laissée de côté" in page
    assert "mer. 29 juil. : un patient est inscrit" in page
    answer = change(gp, first, place, opens="16:00", scope="suite", announced=hidden(page, "announced"))
    assert answer.status_code == 303
    assert [slot.starts_at for slot in slots()] == [paris(22, 16), paris(29, 17), paris(31, 16)]


def test_what_was_not_announced_is_shown_first(gp, cast):
    first, _ = make_series(cast)
    answer = change(gp, first, cast.gp_practice.id, opens="16:00", scope="suite")
    assert answer.status_code == 409
    assert "vérifiez, puis confirmez" in answer.text


def test_the_changed_ones_become_a_repetition_of_their_own(gp, cast):
    _, second, third = make_series(cast, (22, 29, 31))
    place = cast.gp_practice.id
    page = change(gp, second, place, opens="16:00", scope="suite", preview="1").text
    change(gp, second, place, opens="16:00", scope="suite", announced=hidden(page, "announced"))
    numbers = [slot.series_id for slot in slots()]
    assert numbers[0] != numbers[1] == numbers[2]
    former = session.get(Series, numbers[0])
    assert former.until_on == paris(28, 0).date()
    assert third


def test_over_the_change_of_hour_the_following_keep_the_wall_time(gp, cast):
    series = session.get(Slot, make_series(cast)[0]).series_id
    before = slot_on(cast.gp_practice, paris(21, 9, month=10), capacity=4, series_id=series)
    slot_on(cast.gp_practice, paris(28, 9, month=10), capacity=4, series_id=series)
    place = cast.gp_practice.id
    asked = {"opens": "10:00", "closes": "11:00", "scope": "suite"}
    page = change(gp, before, place, **asked, preview="1").text
    change(gp, before, place, **asked, announced=hidden(page, "announced"))
    assert [slot.starts_at.hour for slot in slots()[2:]] == [8, 9]
