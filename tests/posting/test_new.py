"""A new slot: three taps, nothing typed."""

import pytest

from cptsapp.audit.models import AuditEvent
from cptsapp.core.db import session
from cptsapp.snp.models import AgendaVersion, BusyTime, CalendarSource, Modality
from tests.posting.helpers import hidden, paris, slot_form, slot_on, slots
from tests.tools.factories import make_place, make_practice

URL = "/mes-creneaux/nouveau"


def test_the_page_opens_with_a_chip_chosen(gp):
    page = gp.get(URL).text
    assert 'value="2026-07-20T17:00"' in page
    assert "Publier auj. 17h00" in page
    assert "12, rue des Écoliers" in page


def test_publishing_puts_it_on_top_with_an_undo(gp, cast):
    answer = gp.post(URL, data=slot_form(cast.gp_practice))
    [made] = slots()
    assert answer.location == f"/mes-creneaux?fait=publie&objet={made.id}"
    page = gp.get(answer.location).text
    assert "Publié : auj. 17h00" in page
    assert "nouveau" in page
    assert f"/mes-creneaux/{made.id}/retirer-libre" in page


def test_the_row_is_whole(gp, cast, season):
    author = cast.gp.id
    gp.post(URL, data=slot_form(cast.gp_practice, conditions=["adults"]))
    [made] = slots()
    assert made.starts_at == paris(20, 17)
    assert made.ends_at == paris(20, 17, 15)
    assert (made.capacity, made.free_count, made.campaign_id, made.conditions) == (1, 1, season, ["adults"])
    assert [seat.starts_at for seat in made.seats] == [paris(20, 17)]
    assert made.posted_by_id == author


def test_it_is_recorded_and_raises_the_version(gp, cast):
    before, author = session.get(AgendaVersion, 1).version, cast.gp.id
    gp.post(URL, data=slot_form(cast.gp_practice))
    assert session.get(AgendaVersion, 1).version == before + 1
    assert session.query(AuditEvent).filter_by(kind="slot.posted", user_id=author).count() == 1


def test_another_day_and_hour(gp, cast):
    gp.post(URL, data=slot_form(cast.gp_practice, "autre", other_day="2026-07-24", other_time="10:20"))
    assert slots()[0].starts_at == paris(24, 10, 20)


def test_another_without_an_hour_is_invalid(gp, cast):
    answer = gp.post(URL, data=slot_form(cast.gp_practice, "autre", other_day="2026-07-24"))
    assert answer.status_code == 422
    assert "Choisissez un jour et une heure" in answer.text


def test_the_last_post_is_remembered(gp, cast):
    gp.post(URL, data=slot_form(cast.gp_practice, duration=20, modality="T", conditions=["adults"]))
    page = gp.get(URL).text
    assert "Comme la dernière fois" in page
    assert "20\u00a0min · 1\u00a0patient · en téléconsultation" in page
    assert "Adultes seulement" in page


def test_habits_make_the_chips(gp, cast):
    slot_on(cast.gp_practice, paris(13, 15, 45), posted_at=paris(13, 8))
    assert 'value="2026-07-20T15:45"' in gp.get(URL).text


def test_the_same_key_publishes_once(gp, cast):
    form = slot_form(cast.gp_practice, once="k" * 16)
    first, second = gp.post(URL, data=form), gp.post(URL, data=form)
    assert first.location == second.location
    assert len(slots()) == 1


def test_an_overlap_names_the_slot_and_keeps_what_was_typed(gp, cast):
    slot_on(cast.gp_practice, paris(20, 17), capacity=4)
    answer = gp.post(URL, data=slot_form(cast.gp_practice, "2026-07-20T17:30", conditions=["adults"]))
    assert answer.status_code == 409
    assert "Vous avez déjà une plage de 4\u00a0patients de 17h00 à 18h00" in answer.text
    assert 'value="2026-07-20T17:30"' in answer.text
    assert len(slots()) == 1


def test_slots_that_touch_do_not_overlap(gp, cast):
    slot_on(cast.gp_practice, paris(20, 17))
    assert gp.post(URL, data=slot_form(cast.gp_practice, "2026-07-20T17:15")).status_code == 303


def test_the_past_is_refused_in_red(gp, cast):
    answer = gp.post(URL, data=slot_form(cast.gp_practice, "2026-07-20T14:00"))
    assert answer.status_code == 409
    assert "Cette heure est passée : il est 14h32." in answer.text


def test_an_odd_hour_is_warned_once_and_passes(gp, cast):
    form = slot_form(cast.gp_practice, "2026-07-20T21:00")
    answer = gp.post(URL, data=form)
    assert answer.status_code == 409
    assert "en dehors des heures de la CPTS" in answer.text
    assert "Publier quand même" in answer.text
    again = gp.post(URL, data={**form, "confirmed": hidden(answer.text, "confirmed")})
    assert again.status_code == 303
    assert slots()[0].starts_at == paris(20, 21)


def test_a_confirmation_of_another_hour_does_not_pass(gp, cast):
    answer = gp.post(URL, data=slot_form(cast.gp_practice, "2026-07-20T21:00"))
    key = hidden(answer.text, "confirmed")
    assert gp.post(URL, data=slot_form(cast.gp_practice, "2026-07-20T22:30", confirmed=key)).status_code == 409
    assert slots() == []


def test_one_s_own_calendar_is_warned_of(gp, cast):
    source = CalendarSource(person_id=cast.gp_person.id, label="Agenda")
    session.add(source)
    session.flush()
    session.add(
        BusyTime(source_id=source.id, person_id=cast.gp_person.id, starts_at=paris(20, 17), ends_at=paris(20, 18))
    )
    session.commit()
    answer = gp.post(URL, data=slot_form(cast.gp_practice))
    assert "Votre agenda personnel est occupé de 17h00 à 18h00." in answer.text
    form = slot_form(cast.gp_practice, confirmed=hidden(answer.text, "confirmed"))
    assert gp.post(URL, data=form).status_code == 303


def test_a_holiday_is_warned_by_name(gp, cast):
    answer = gp.post(URL, data=slot_form(cast.gp_practice, "2026-08-15T10:00"))
    assert "férié (Assomption)" in answer.text


def test_beyond_forty_eight_hours_nothing_is_said(gp, cast):
    assert gp.post(URL, data=slot_form(cast.gp_practice, "2026-08-19T10:00")).status_code == 303


def test_an_hour_that_does_not_exist_is_refused(gp, cast):
    answer = gp.post(URL, data=slot_form(cast.gp_practice, "2027-03-28T02:30"))
    assert "2h30 n’existe pas" in answer.text


def test_an_hour_that_comes_twice_is_warned(gp, cast):
    answer = gp.post(URL, data=slot_form(cast.gp_practice, "2026-10-25T02:30"))
    assert "deux fois" in answer.text


@pytest.mark.parametrize("minutes", ["0", "-5", "4", "241", "1" * 10000, "quinze", ""])
def test_a_duration_that_cannot_be(gp, cast, minutes):
    answer = gp.post(URL, data=slot_form(cast.gp_practice, duration=minutes))
    assert answer.status_code == 422
    assert slots() == []


@pytest.mark.parametrize("when", ["", "hier", "2026-13-45T99:99", "x" * 10000])
def test_a_moment_that_cannot_be(gp, cast, when):
    assert gp.post(URL, data=slot_form(cast.gp_practice, when)).status_code == 422


def test_a_forged_place_is_refused(gp, cast):
    assert gp.post(URL, data=slot_form(cast.other_gp_practice)).status_code == 422
    assert slots() == []


def test_a_forged_condition_is_refused(gp, cast):
    assert gp.post(URL, data=slot_form(cast.gp_practice, conditions=["asthme"])).status_code == 422


def test_modifying_offers_every_place(gp, cast):
    second = make_practice(cast.gp_person, make_place(address="3, place du Marché"))
    session.commit()
    form = slot_form(second, modality="D")
    assert "3, place du Marché" in gp.get(URL).text
    gp.post(URL, data=form)
    assert (slots()[0].practice_id, slots()[0].modality) == (form["practice"], Modality.HOME)


def test_without_javascript_a_stepper_is_a_button(gp, cast):
    answer = gp.post(URL, data=slot_form(cast.gp_practice, step="duration:1"))
    assert answer.status_code == 200
    assert hidden(answer.text, "duration") == "20"
    assert slots() == []


def test_a_preview_changes_only_the_label(gp, cast):
    headers = {"HX-Request": "true"}
    answer = gp.post(URL, data=slot_form(cast.gp_practice, "2026-07-20T18:30", preview="1"), headers=headers)
    assert "Publier auj. 18h30" in answer.text
    assert "<html" not in answer.text
    assert slots() == []


def test_the_chip_posted_stays_when_the_clock_moves_on(gp, cast):
    answer = gp.post(URL, data=slot_form(cast.gp_practice, "2026-07-24T10:05", preview="1"))
    assert 'value="2026-07-24T10:05"' in answer.text
