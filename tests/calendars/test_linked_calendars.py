"""One's own calendar: linked by file or address, read by the worker, its busy hours kept and nothing else."""

import io
from datetime import UTC, datetime, timedelta

import pytest

from cptsapp.calendars import refresh
from cptsapp.calendars.fetch import Network
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.snp.models import BusyTime, CalendarSource
from tests.calendars.conftest import BUSY
from tests.calendars.test_fetch import PUBLIC, Reply

SECRET = "https://agenda.example/prive-marque/basic.ics"
HOURS = (datetime(2026, 7, 21, 15, tzinfo=UTC), datetime(2026, 7, 21, 16, tzinfo=UTC))


@pytest.fixture
def link(cast, gp):
    """`link(**fields)` posts the form of the first GP."""

    def post(**fields):
        address = f"/mes-creneaux/agenda/{cast.gp_person.id}/relier"
        return gp.post(address, data={"label": "Cabinet", **fields}, content_type="multipart/form-data")

    return post


def read_by_worker(*replies):
    answers = iter(replies)
    session.remove()
    refresh.refresh_due(Network(lambda _host: [PUBLIC], lambda *_: next(answers)))


def hours():
    return [(b.starts_at, b.ends_at) for b in session.query(BusyTime).order_by(BusyTime.id)]


def test_file_gives_its_busy_hours(link):
    assert link(file=(io.BytesIO(BUSY), "agenda.ics")).status_code == 303
    assert hours() == [HOURS]


def test_address_is_read_by_the_worker(link):
    assert link(address=SECRET).status_code == 303
    assert hours() == []
    read_by_worker(Reply(body=BUSY))
    assert hours() == [HOURS]


def test_address_is_sealed(link):
    link(address=SECRET)
    assert b"marque" not in session.query(CalendarSource.address).scalar()


def test_address_is_read_again_after_an_hour(link, set_clock):
    link(address=SECRET)
    read_by_worker(Reply(body=BUSY))
    read_by_worker()
    set_clock(clock.now() + timedelta(hours=1))
    read_by_worker(Reply(body=b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"))
    assert hours() == []


@pytest.mark.parametrize("reply", [Reply(404), Reply(body=b"<html>"), Reply(302, location="https://localhost/")])
def test_failure_is_shown_to_its_owner_and_keeps_the_hours(link, gp, set_clock, reply):
    link(address=SECRET)
    read_by_worker(Reply(body=BUSY))
    set_clock(clock.now() + timedelta(hours=2))
    read_by_worker(reply)
    assert hours() == [HOURS]
    text = gp.get("/mes-creneaux/agenda").get_data(as_text=True)
    assert "n’a pas pu être lu depuis lun. 20 juil. à 16h32" in text


def test_failure_ends_with_the_next_success(link, gp, set_clock):
    link(address=SECRET)
    read_by_worker(Reply(500))
    set_clock(clock.now() + timedelta(hours=2))
    read_by_worker(Reply(body=BUSY))
    assert "n’a pas pu être lu" not in gp.get("/mes-creneaux/agenda").get_data(as_text=True)


def test_no_transaction_is_open_while_it_is_fetched(link):
    link(address=SECRET)
    session.remove()
    seen = []

    def answer(*_):
        seen.append(session().in_transaction())
        return Reply(body=BUSY)

    refresh.refresh_due(Network(lambda _host: [PUBLIC], answer))
    assert seen == [False]


def test_page_counts_what_it_read(link, gp):
    link(file=(io.BytesIO(BUSY), "agenda.ics"))
    assert "1\u00a0plage occupée" in gp.get("/mes-creneaux/agenda").get_data(as_text=True)


def test_removed_calendar_leaves_nothing(link, gp):
    link(file=(io.BytesIO(BUSY), "agenda.ics"))
    gp.post(f"/mes-creneaux/agenda/relie/{session.query(CalendarSource.id).scalar()}/retirer")
    assert (session.query(CalendarSource).count(), hours()) == (0, [])


def test_form_is_shown(cast, gp):
    assert "Relier un agenda" in gp.get(f"/mes-creneaux/agenda/{cast.gp_person.id}/relier").get_data(as_text=True)


@pytest.mark.parametrize("fields", [{}, {"address": "http://agenda.example/"}, {"label": "", "address": SECRET}])
def test_incomplete_form_is_given_back(link, fields):
    response = link(**fields)
    assert response.status_code == 422
    assert session.query(CalendarSource).count() == 0


def test_file_that_is_no_calendar_is_refused(link):
    response = link(file=(io.BytesIO(b"%PDF"), "agenda.pdf"))
    assert response.status_code == 409
    assert "Ce n’est pas un fichier d’agenda" in response.get_data(as_text=True)


def test_sixth_calendar_is_refused(link):
    for _ in range(5):
        link(address=SECRET)
    assert link(address=SECRET).status_code == 409


def test_calendar_of_another_does_not_exist(cast, link, sign_in):
    link(address=SECRET)
    number = session.query(CalendarSource.id).scalar()
    assert sign_in(cast.other_gp).post(f"/mes-creneaux/agenda/relie/{number}/retirer").status_code == 404
