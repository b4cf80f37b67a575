"""Calendars made to keep the machine busy, and servers that never finish their sentence."""

import http.client
import socket
import threading
import time
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest

from cptsapp.calendars import apart, fetch, rules
from cptsapp.calendars.fetch import NotFetched

NOW = datetime(2026, 7, 20, 12, tzinfo=UTC)
EVERY_SECOND = (
    f"FREQ=DAILY;BYHOUR={','.join(map(str, range(24)))};BYMINUTE={','.join(map(str, range(60)))}"
    f";BYSECOND={','.join(map(str, range(60)))}"
)


def calendar(*events: tuple[str, str]) -> bytes:
    """A calendar of events that begin then and recur so."""
    body = "".join(
        f"BEGIN:VEVENT\r\nUID:{number}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:{start}\r\nDURATION:PT10M\r\n"
        f"RRULE:{rule}\r\nEND:VEVENT\r\n"
        for number, (start, rule) in enumerate(events)
    )
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{body}END:VCALENDAR\r\n".encode()


def read(content: bytes) -> list[rules.Interval]:
    return apart.busy_hours(content, NOW, NOW + timedelta(days=180), "Europe/Paris")


def test_an_honest_calendar_is_read_as_before():
    honest = calendar(("20260721T080000Z", "FREQ=WEEKLY;COUNT=2"))
    first = datetime(2026, 7, 21, 8, tzinfo=UTC)
    assert read(honest) == [(at, at + timedelta(minutes=10)) for at in (first, first + timedelta(days=7))]


def test_what_is_no_calendar_is_still_told():
    with pytest.raises(rules.NotACalendar, match="pas un fichier d’agenda"):
        read(b"bonjour")


@pytest.mark.parametrize(
    "content",
    [
        calendar(("20260101T000000Z", EVERY_SECOND)),
        calendar(*[("00010101T000000Z", "FREQ=DAILY")] * 100),
        calendar(("20260101T000000Z", "FREQ=DAILY;INTERVAL=0")),
    ],
    ids=["every second by parts", "since the year 1", "never advancing"],
)
def test_a_calendar_without_end_is_refused_in_time(content, monkeypatch):
    monkeypatch.setattr(apart, "SECONDS", 2)
    began = time.monotonic()
    with pytest.raises(rules.NotACalendar):
        read(content)
    assert time.monotonic() - began < 4


def test_a_file_linked_is_read_apart(cast, gp, ids, monkeypatch):
    monkeypatch.setattr(apart, "SECONDS", 1)
    content = calendar(("20260101T000000Z", EVERY_SECOND))
    data = {"label": "Cabinet", "file": (BytesIO(content), "a.ics")}
    answer = gp.post(f"/mes-creneaux/agenda/{ids.person}/relier", data=data, content_type="multipart/form-data")
    assert answer.status_code == 409
    assert "trop lourd" in answer.text


@pytest.fixture
def drip():
    """A server of ours that sends a byte now and then, for ever; gives its port."""
    listening = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def serve() -> None:
        connection, _ = listening.accept()
        with connection:
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
            while not stop.wait(0.1):
                try:
                    connection.sendall(b"x")
                except OSError:
                    return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield listening.getsockname()[1]
    stop.set()
    listening.close()
    thread.join(2)


def test_a_server_that_drips_is_left_in_time(drip, monkeypatch):
    """One byte now and then satisfies every socket's timeout: only a deadline for the whole ends it."""

    def open_plain(_address: str, _ip: str, timeout: float) -> fetch.Reply:
        connection = http.client.HTTPConnection("127.0.0.1", drip, timeout=timeout)
        return fetch.ask(connection, "/a.ics", timeout)

    monkeypatch.setattr(fetch, "TIMEOUT_SECONDS", 1)
    network = fetch.Network(lambda _host: ["93.184.215.14"], open_plain)
    began = time.monotonic()
    with pytest.raises(NotFetched):
        fetch.fetch("https://agenda.example/a.ics", network)
    assert time.monotonic() - began < 3
