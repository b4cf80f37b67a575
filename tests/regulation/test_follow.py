"""An open list follows the others within two seconds; unchanged, it costs a few bytes."""

from datetime import timedelta

import pytest
from sqlalchemy import event

from cptsapp.core import clock
from cptsapp.core.db import db
from tests.regulation.conftest import FRAGMENT, TYPED


def etag_of(client) -> str:
    return client.get("/creneaux/suivi", headers=FRAGMENT).headers["ETag"]


def follow(client, etag):
    return client.get("/creneaux/suivi", headers={**FRAGMENT, "If-None-Match": etag})


def test_unchanged_it_says_nothing(desk, slot):
    response = follow(desk, etag_of(desk))
    assert response.status_code == 204
    assert not response.data


@pytest.mark.parametrize("act", ["retenir", "reserver"])
def test_another_s_act_shows(desk, other_desk, slot, act):
    etag = etag_of(desk)
    other_desk.post(f"/creneaux/{slot}/{act}", data=TYPED, headers=FRAGMENT)
    response = follow(desk, etag)
    assert response.status_code == 200
    word = {"retenir": "retenu", "reserver": "pris"}[act]
    assert f"<i>{word}</i>" in response.get_data(as_text=True)


def test_a_hold_that_ends_shows(desk, other_desk, slot, set_clock):
    other_desk.post(f"/creneaux/{slot}/retenir", headers=FRAGMENT)
    etag = etag_of(desk)
    set_clock(clock.now() + timedelta(minutes=2))
    html = follow(desk, etag).get_data(as_text=True)
    assert "retenu" not in html


def test_a_slot_that_begins_leaves(desk, slot, set_clock):
    etag = etag_of(desk)
    set_clock(clock.now() + timedelta(hours=2))
    assert "Renaudin" not in follow(desk, etag).get_data(as_text=True)


def test_the_counts_beside_the_list_follow(desk, slot):
    html = desk.get("/creneaux/suivi", headers=FRAGMENT).get_data(as_text=True)
    assert '<hx-partial hx-target="#ou"' in html


def test_the_filter_is_followed_too(desk, slot, later):
    html = desk.get("/creneaux/suivi?ou=T", headers=FRAGMENT).get_data(as_text=True)
    assert "Renaudin" not in html


def test_without_javascript_it_is_the_list(desk, slot):
    assert desk.get("/creneaux/suivi?q=tal").location == "/creneaux?q=tal"


def test_an_odd_etag_is_answered_with_the_list(desk, slot):
    assert follow(desk, 'W/"x.y"').status_code == 200


def test_the_poll_s_answer_is_the_page_s_list(desk, slot, later):
    page = desk.get("/creneaux").get_data(as_text=True)
    followed = desk.get("/creneaux/suivi", headers=FRAGMENT).get_data(as_text=True)
    inside = followed[: followed.index("<hx-partial")].strip()
    assert inside in page


def statements(client, request) -> int:
    seen = []
    listener = lambda *a: seen.append(a[2])
    event.listen(db.engine, "before_cursor_execute", listener)
    try:
        request(client)
    finally:
        event.remove(db.engine, "before_cursor_execute", listener)
    return len([s for s in seen if not s.startswith(("PRAGMA", "BEGIN", "COMMIT", "ROLLBACK"))])


def test_statements(desk, slot, later):
    desk.get("/creneaux")
    assert statements(desk, lambda c: c.get("/creneaux")) <= 4
    assert statements(desk, lambda c: c.get("/creneaux?q=tal")) <= 4
    etag = etag_of(desk)
    assert statements(desk, lambda c: follow(c, etag)) <= 2
    count = statements(desk, lambda c: c.post(f"/creneaux/{slot}/reserver", data=TYPED, headers=FRAGMENT))
    assert count <= 12
