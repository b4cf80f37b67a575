"""kill -9 in a storm of bookings: what was acknowledged is there afterwards, whole, and a retry books once."""

import os
import random
import signal
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest
from sqlalchemy.engine import make_url

from cptsapp.core.db import session
from cptsapp.core.submissions import Submission
from cptsapp.outbox.models import Message
from cptsapp.snp.actions import KIND
from cptsapp.snp.models import Booking
from tests.storms.crowd import CROWD, Try, insist, slots_of
from tests.storms.invariants import broken
from tests.tools.factories import make_person, make_practice
from tests.tools.server import LiveServer, start, stop

EACH = 10  # slots that each client books, one after another
BLOWS = 3

pytestmark = [pytest.mark.database, pytest.mark.long]


@dataclass
class Storm:
    """Sixteen clients, each with slots of their own, who insist until each is booked."""

    users: list
    slots: list[list[int]]
    server: LiveServer
    done: list[Try] = field(default_factory=list)
    lost: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self, blow: Callable[[], None]) -> None:
        """Let them book; strike `BLOWS` times meanwhile."""
        with ThreadPoolExecutor(CROWD) as pool:
            working = [pool.submit(self._client, n) for n in range(CROWD)]
            for share in range(1, BLOWS + 1):
                self._wait_for(share * CROWD * EACH // (BLOWS + 1))
                blow()
            for work in working:
                work.result()

    def _client(self, client: int) -> None:
        for slot_id in self.slots[client]:
            done, lost = insist(self.users[client], client, slot_id, lambda: self.server.url)
            with self.lock:
                self.done.append(done)
                self.lost += lost

    def _wait_for(self, count: int) -> None:
        while len(self.done) < count:
            time.sleep(0.002)
        time.sleep(random.random() / 50)  # anywhere in the life of a request


@pytest.fixture
def storm(crowd, server) -> Storm:
    """The clients and their slots; a mail goes to each doctor at each booking."""
    practices = [make_practice(make_person(mail=f"medecin{n}@cpts.example")) for n in range(CROWD * EACH)]
    ids = slots_of(practices)
    return Storm(crowd(), [ids[n::CROWD] for n in range(CROWD)], server)


def check(storm: Storm, database_url: str) -> None:
    """Every answer was a booking; the database has these and no other, each of them whole."""
    assert {t.answer.status for t in storm.done} == {303}, [t.answer for t in storm.done if t.answer.status != 303][:3]
    acknowledged = {t.key: t.booking_id for t in storm.done}
    session.rollback()
    answered = dict(session.query(Submission.key, Submission.result_id).filter_by(kind=KIND).all())
    assert answered == acknowledged
    assert sorted(session.scalars(session.query(Booking.id).statement)) == sorted(acknowledged.values())
    assert broken() == {}
    assert session.query(Message).count() == CROWD * EACH
    session.rollback()
    if database_url.startswith("sqlite"):
        file = sqlite3.connect(make_url(database_url).database)
        assert file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert file.execute("PRAGMA foreign_key_check").fetchall() == []
        file.close()


def send_again(storm: Storm) -> None:
    """The same forms once more, long after: the same answers, and not one booking more."""
    for done in random.sample(storm.done, 20):
        user = storm.users[done.client]
        user.url = storm.server.url
        user.close()
        again = user.post(
            f"/creneaux/{done.slot_id}/reserver",
            regular_doctor="no",
            name="Autre",
            birth_year="1950",
            phone="06 39 98 14 27",
            seen="1",
            once=done.key,
        )
        assert (again.status, again.headers["Location"]) == (303, done.answer.headers["Location"])


def test_a_worker_killed_in_the_storm_loses_and_doubles_nothing(storm, database_url):
    def blow() -> None:
        os.kill(random.choice(storm.server.worker_pids()), signal.SIGKILL)

    storm.run(blow)
    send_again(storm)
    check(storm, database_url)


def test_the_whole_server_killed_in_the_storm_loses_and_doubles_nothing(storm, instance, database_url, clock_file):
    def blow() -> None:
        storm.server.kill_all()
        storm.server = start(instance, database_url, f"@{clock_file}")

    try:
        storm.run(blow)
        assert storm.lost > 0
        send_again(storm)
        check(storm, database_url)
    finally:
        stop(storm.server)
