"""A plage: a day, hours, patients."""

from datetime import timedelta

import pytest

from tests.posting.helpers import paris, range_form, slot_on, slots

URL = "/mes-creneaux/nouveau?forme=plage"


def test_the_page_opens_filled(gp):
    page = gp.get(URL).text
    assert "Publier 4\u00a0places, auj." in page
    assert "Un patient tous les quarts d’heure." in page


def test_a_day_already_posted_is_not_the_first_proposed(gp, cast):
    slot_on(cast.gp_practice, paris(20, 17), capacity=4)
    assert "Publier 4\u00a0places, demain" in gp.get(URL).text


def test_publishing_makes_its_seats(gp, cast):
    answer = gp.post(URL, data=range_form(cast.gp_practice))
    [made] = slots()
    assert answer.location == f"/mes-creneaux?fait=publie&objet={made.id}"
    assert (made.capacity, made.free_count, made.duration_minutes) == (4, 4, 15)
    assert [seat.starts_at for seat in made.seats] == [paris(22, 17) + timedelta(minutes=15 * n) for n in range(4)]
    assert made.ends_at == paris(22, 18)


def test_a_slot_of_a_later_day_comes_on_top(gp, cast):
    slot_on(cast.gp_practice, paris(20, 18, 30))
    answer = gp.post(URL, data=range_form(cast.gp_practice))
    page = gp.get(answer.location).text
    assert page.index("Publié à l’instant, mercredi 22 juillet") < page.index("Aujourd’hui, lundi 20 juillet")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"capacity": "0"}, "De 1 à 24 patients."),
        ({"capacity": "1000"}, "De 1 à 24 patients."),
        ({"capacity": "-1"}, "De 1 à 24 patients."),
        ({"closes": "16:00"}, "La fin est avant le début."),
        ({"closes": "17:00"}, "La fin est avant le début."),
        ({"opens": "08:00", "closes": "20:30"}, "Au plus 12 heures"),
        ({"capacity": "13"}, "au moins 5\u00a0minutes par patient"),
        ({"opens": "10:00", "closes": "18:00", "capacity": "1"}, "trop long"),
        ({"day": "2026-07-19"}, "Cette heure est passée"),
    ],
)
def test_what_cannot_be_is_said_in_red(gp, cast, changes, said):
    answer = gp.post(URL, data=range_form(cast.gp_practice, **changes))
    assert answer.status_code == 409
    assert said in answer.text
    assert slots() == []


@pytest.mark.parametrize(
    "changes",
    [
        {"capacity": "beaucoup"},
        {"capacity": "9" * 10000},
        {"opens": "25:00"},
        {"day": "demain"},
        {"day": "autre"},
        {"modality": "X"},
    ],
)
def test_what_makes_no_sense_is_invalid(gp, cast, changes):
    assert gp.post(URL, data=range_form(cast.gp_practice, **changes)).status_code == 422
    assert slots() == []


def test_another_day(gp, cast):
    gp.post(URL, data=range_form(cast.gp_practice, "autre", other_day="2026-07-31"))
    assert slots()[0].starts_at == paris(31, 17)


def test_a_plage_that_runs_past_closing_is_warned(gp, cast):
    assert gp.post(URL, data=range_form(cast.gp_practice, opens="19:30", closes="20:30")).status_code == 409


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("capacity:1", 'value="5"'),
        ("capacity:-1", 'value="3"'),
        ("opens:1", 'value="17:15"'),
        ("closes:-1", 'value="17:45"'),
    ],
)
def test_steppers_without_javascript(gp, cast, step, expected):
    answer = gp.post(URL, data=range_form(cast.gp_practice, step=step))
    assert answer.status_code == 200
    assert expected in answer.text
    assert slots() == []


def test_steppers_stop_at_their_bounds(gp, cast):
    assert 'value="24"' in gp.post(URL, data=range_form(cast.gp_practice, capacity="24", step="capacity:1")).text
    assert 'value="00:00"' in gp.post(URL, data=range_form(cast.gp_practice, opens="00:00", step="opens:-1")).text


def test_a_forged_step_changes_nothing(gp, cast):
    assert gp.post(URL, data=range_form(cast.gp_practice, step="practice:1")).status_code == 200
    assert gp.post(URL, data=range_form(cast.gp_practice, step="")).status_code == 200


def test_a_preview_says_why_hours_do_not_fit(gp, cast):
    headers = {"HX-Request": "true"}
    answer = gp.post(URL, data=range_form(cast.gp_practice, closes="16:00", preview="1"), headers=headers)
    assert "La fin est avant le début." in answer.text
    assert 'hx-swap-oob="true"' in answer.text


def test_the_last_plage_is_remembered(gp, cast):
    gp.post(URL, data=range_form(cast.gp_practice, opens="09:00", closes="10:00", capacity=3))
    page = gp.get(URL).text
    assert 'value="09:00"' in page
    assert "Un patient toutes les 20\u00a0minutes." in page
