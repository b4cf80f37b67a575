"""Sixteen clients want the same three hundred seats of the real server, every second one holding first.

Sixty slots of one patient and eighty ranges of three: each client asks once for each.
"""

import sqlite3
import statistics
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from tests.bench.rig import Rig, cookie_of
from tests.bench.seed import FREE_IN_WINDOW, FREE_LATER, RANGE_SEATS, RANGES, REGULATORS
from tests.tools.http_user import Answer, HttpUser

CLIENTS = REGULATORS
SINGLES = 60
LAST = FREE_IN_WINDOW + FREE_LATER + RANGES
FIRST = LAST - RANGES - SINGLES + 1
SEATS = SINGLES + RANGES * RANGE_SEATS
BOOKED = "data-undo-until"  # only the script of one's own booking counts down


@dataclass(frozen=True)
class Outcome:
    """What the race gave."""

    winners: int
    server_errors: int
    p50: float
    p95: float
    broken: list[str]

    @property
    def tail(self) -> float:
        """p95 ÷ p50 of the requests' times."""
        return self.p95 / self.p50


def run(rig: Rig, url: str) -> Outcome:
    """The race, then what the database says of it."""
    users = [HttpUser(url, f"cptsapp={cookie_of(rig.app, 'regulator', rank)}") for rank in range(CLIENTS)]
    for user in users:
        user.get("/creneaux")
        user.more_headers["HX-Request"] = "true"
    start = threading.Barrier(CLIENTS)  # all at once on each slot, or those who hold would always come too late
    with ThreadPoolExecutor(CLIENTS) as pool:
        tries = pool.map(_try_all, range(CLIENTS), users, [start] * CLIENTS)
        answers = [answer for mine in tries for answer in mine]
    for user in users:
        user.close()
    booked = [answer for answer in answers if answer.status == 200 and BOOKED in answer.text]
    times = statistics.quantiles((answer.seconds for answer in answers), n=20)
    return Outcome(
        winners=len(booked),
        server_errors=sum(answer.status >= 500 for answer in answers),
        p50=times[9],
        p95=times[18],
        broken=_broken(rig),
    )


def _try_all(client: int, user: HttpUser, start: threading.Barrier) -> list[Answer]:
    answers = []
    for slot in range(FIRST, LAST + 1):
        start.wait(60)
        if client % 2 == 0:
            answers.append(user.post(f"/creneaux/{slot}/retenir", once=""))
        answers.append(user.post(f"/creneaux/{slot}/reserver", **_patient(client, slot)))
    return answers


def _patient(client: int, slot: int) -> dict[str, str]:
    return {
        "regular_doctor": "no",
        "name": f"Guérineau {client} {slot}",
        "birth_year": "1947",
        "phone": f"06 39 98 {slot % 100:02d} {client:02d}",
        "once": f"race-{client}-{slot}",
        "seen": "1",
    }


# What must never be: each query counts the rows that break the rule.
RULES = {
    "seats with two live bookings": (
        "SELECT count(*) FROM (SELECT seat_id FROM booking WHERE state <> 'cancelled' GROUP BY seat_id"
        " HAVING count(*) > 1)"
    ),
    "slots whose count of free seats is wrong": (
        "SELECT count(*) FROM slot WHERE free_count <> capacity - (SELECT count(*) FROM booking"
        " WHERE booking.slot_id = slot.id AND booking.state <> 'cancelled')"
    ),
    "seats raced for and not booked": (
        "SELECT count(*) FROM seat WHERE slot_id BETWEEN :first AND :last AND NOT EXISTS"
        " (SELECT 1 FROM booking WHERE booking.seat_id = seat.id AND booking.state = 'booked')"
    ),
}


def _broken(rig: Rig) -> list[str]:
    base = sqlite3.connect(rig.instance / "cptsapp.sqlite")
    bounds = {"first": FIRST, "last": LAST}
    counts = {name: base.execute(query, bounds).fetchone()[0] for name, query in RULES.items()}
    whole = base.execute("PRAGMA integrity_check").fetchone()[0]
    base.close()
    return [f"{count} {name}" for name, count in counts.items() if count] + ([] if whole == "ok" else [whole])
