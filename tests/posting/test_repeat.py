"""Repeating: counted before publishing, rows made once."""

from datetime import date

import pytest

from cptsapp.core.db import session
from cptsapp.snp.models import Absence, Series, SlotState
from cptsapp.territory.rules import local
from tests.posting.helpers import hidden, paris, range_form, slot_on, slots

DRAFT = "{}~C~2026-07-22~1700~60~4~"


@pytest.fixture
def url(cast, season):
    return f"/mes-creneaux/repeter?creneau={DRAFT.format(cast.gp_practice.id)}"


def form(page: str, **more) -> dict:
    return {
        "weekdays": ["2", "3"],
        "until": "2026-09-10",
        "announced": hidden(page, "announced"),
        "once": hidden(page, "once"),
        **more,
    }


def previewed(client, url, **more):
    return client.post(url, data={"weekdays": ["2", "3"], "until": "2026-09-10", "preview": "1", **more}).text


def test_the_button_of_the_plage_leads_here_with_what_was_filled(gp, cast):
    answer = gp.post("/mes-creneaux/nouveau?forme=plage", data=range_form(cast.gp_practice, repeat="1"))
    assert answer.location.endswith("2026-07-22~1700~60~4~")
    assert slots() == []


def test_the_page_proposes_its_weekday_until_the_end_of_the_season(gp, url):
    page = gp.get(url).text
    assert "17h00 – 18h00, 4\u00a0patients, au cabinet" in page
    assert "Fin : Été 2026" in page
    assert "Publier 8\u00a0plages" in page


def test_the_picture_13_plages_and_52_places(gp, cast, url):
    slot_on(cast.gp_practice, paris(23, 17), capacity=4)
    session.add(
        Absence(
            person_id=cast.gp_person.id,
            from_on=date(2026, 8, 12),
            until_on=date(2026, 8, 13),
            created_at=paris(1, 8),
            created_by_id=cast.gp.id,
        )
    )
    session.commit()
    page = previewed(gp, url)
    assert "13\u00a0plages, 52\u00a0places" in page
    assert "Les mercredis et jeudis, du 22 juil. au 10 sept." in page
    assert "3\u00a0dates laissées de côté" in page
    assert "jeu. 23 juil. : déjà publiée" in page
    assert "mer. 12 août et jeu. 13 août : absence" in page


def test_publishing_makes_what_was_announced(gp, url):
    page = previewed(gp, url)
    answer = gp.post(url, data=form(page))
    made = slots()
    assert answer.status_code == 303
    assert len(made) == 16
    assert {local(slot.starts_at, "Europe/Paris").hour for slot in made} == {17}
    assert len({slot.series_id for slot in made}) == 1
    assert "Publié : 16\u00a0plages, 64\u00a0places" in gp.get(answer.location).text


def test_the_undo_takes_all_of_it_back(gp, url):
    gp.post(url, data=form(previewed(gp, url)))
    series = session.query(Series).one().id
    gp.post(f"/mes-creneaux/series/{series}/retirer")
    assert {slot.state for slot in slots()} == {SlotState.WITHDRAWN}


def test_what_was_not_announced_is_shown_first(gp, url):
    page = gp.get(url).text  # announces Wednesdays only
    answer = gp.post(url, data=form(page))
    assert answer.status_code == 409
    assert "vérifiez, puis confirmez" in answer.text
    assert slots() == []
    assert gp.post(url, data=form(answer.text)).status_code == 303


def test_a_slot_posted_meanwhile_is_shown_first(gp, cast, url):
    page = previewed(gp, url)
    slot_on(cast.gp_practice, paris(30, 17), capacity=4)
    assert gp.post(url, data=form(page)).status_code == 409
    assert len(slots()) == 1


def test_the_same_key_publishes_once(gp, url):
    sent = form(previewed(gp, url))
    first, second = gp.post(url, data=sent), gp.post(url, data=sent)
    assert first.location == second.location
    assert len(slots()) == 16


def test_odd_hours_are_warned_once(gp, cast, season):
    url = f"/mes-creneaux/repeter?creneau={cast.gp_practice.id}~C~2026-07-22~2030~60~4~"
    page = previewed(gp, url)
    answer = gp.post(url, data=form(page))
    assert "en dehors des heures de la CPTS" in answer.text
    again = form(answer.text, confirmed=hidden(answer.text, "confirmed"))
    assert gp.post(url, data=again).status_code == 303


def test_over_the_last_sunday_of_october_the_wall_time_stays(gp, cast):
    url = f"/mes-creneaux/repeter?creneau={cast.gp_practice.id}~C~2026-10-23~0900~60~4~"
    data = {"weekdays": ["4"], "until": "autre", "until_day": "2026-10-30"}
    page = gp.post(url, data={**data, "preview": "1"}).text
    gp.post(url, data={**form(page), **data})
    assert [slot.starts_at.hour for slot in slots()] == [7, 8]
    assert [seat.starts_at for seat in slots()[1].seats][1] == paris(30, 9, 15, month=10)


def test_over_the_last_sunday_of_march_the_wall_time_stays(gp, cast):
    url = f"/mes-creneaux/repeter?creneau={cast.gp_practice.id}~C~2027-03-27~0900~60~4~"
    data = {"weekdays": ["5"], "until": "autre", "until_day": "2027-04-03"}
    page = gp.post(url, data={**data, "preview": "1"}).text
    gp.post(url, data={**form(page), **data})
    assert [slot.starts_at.hour for slot in slots()] == [8, 7]


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"weekdays": []}, 409),
        ({"weekdays": ["9"]}, 422),
        ({"until": "autre"}, 422),
        ({"until": "autre", "until_day": "2026-07-01"}, 409),
        ({"until": "autre", "until_day": "9999-12-31"}, 409),
        ({"until": "jamais"}, 422),
    ],
)
def test_answers_that_make_no_sense(gp, url, changes, status):
    assert gp.post(url, data=form(gp.get(url).text, **changes)).status_code == status
    assert slots() == []


@pytest.mark.parametrize(
    "draft", ["", "x", "1~C~9999-12-31~1700~60~4~", "1~Z~2026-07-22~1700~60~4~", "1~C~2026-07-22~1700~0~0~"]
)
def test_a_forged_draft_is_no_page(gp, cast, draft):
    assert gp.get(f"/mes-creneaux/repeter?creneau={draft}").status_code == 404


def test_another_s_place_is_no_page(gp, cast):
    assert gp.get(f"/mes-creneaux/repeter?creneau={DRAFT.format(cast.other_gp_practice.id)}").status_code == 404


def test_without_a_campaign_four_weeks_are_proposed(gp, cast):
    page = gp.get(f"/mes-creneaux/repeter?creneau={DRAFT.format(cast.gp_practice.id)}").text
    assert "Quatre semaines" in page
    assert "mer. 19 août" in page


def test_another_s_repetition_cannot_be_undone(gp, cast, sign_in, url):
    gp.post(url, data=form(previewed(gp, url)))
    series = session.query(Series).one().id
    assert sign_in(cast.other_gp).post(f"/mes-creneaux/series/{series}/retirer").status_code == 404
