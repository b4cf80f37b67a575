"""Sixteen regulators at once, each over their own connection to the real server."""

import http.client
import re
import secrets
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from cptsapp.core.db import session
from cptsapp.directory.models import Practice
from tests.tools.factories import make_slot
from tests.tools.http_user import Answer, HttpUser

CROWD = 16
BOOKED = re.compile(r"/reservations/(\d+)/script")
PATIENT = {"regular_doctor": "no", "name": "Guérineau", "birth_year": "1947", "phone": "06 39 98 14 27", "seen": "1"}
T = TypeVar("T")
R = TypeVar("R")
PATIENCE = 30  # seconds a client goes on trying while the server is away


@dataclass(frozen=True)
class Try:
    """One attempt of one client at one slot."""

    client: int
    slot_id: int
    key: str
    answer: Answer

    @property
    def booking_id(self) -> int | None:
        """The booking that the server acknowledged, or None."""
        found = BOOKED.search(self.answer.headers.get("Location", ""))
        return int(found.group(1)) if found else None


def name_of(client: int) -> str:
    """How the others read this client's name."""
    return f"Poste {client} Essai"


def slots_of(practices: Iterable[Practice], **values: object) -> list[int]:
    """A slot a practice, committed; their ids."""
    ids = [make_slot(practice, **values).id for practice in practices]
    session.commit()
    return ids


def at_once(deed: Callable[[T], R], things: Sequence[T]) -> list[R]:
    """Do it for each at the same time, a thread each; an exception comes back out."""
    with ThreadPoolExecutor(len(things)) as pool:
        return list(pool.map(deed, things))


def typed(client: int) -> dict[str, str]:
    """What this client types: a name of their own, so that an answer shows whose it is."""
    return {**PATIENT, "name": f"Guérineau {client}", "once": secrets.token_urlsafe(9)}


def hold(user: HttpUser, slot_id: int) -> Answer:
    """Unfold the row."""
    return user.post(f"/creneaux/{slot_id}/retenir", once="")


def reserve(user: HttpUser, client: int, slot_id: int, form: dict[str, str] | None = None) -> Try:
    """Send the booking."""
    values = form or typed(client)
    return Try(client, slot_id, values["once"], user.post(f"/creneaux/{slot_id}/reserver", **values))


def race(users: Sequence[HttpUser], slot_ids: Sequence[int]) -> tuple[list[Try], list[Answer]]:
    """Every client wants every slot, in the same order; every second one holds it first. Bookings, then holds."""

    def run(client: int) -> tuple[list[Try], list[Answer]]:
        tries, holds = [], []
        for slot_id in slot_ids:
            if client % 2 == 0:
                holds.append(hold(users[client], slot_id))
            tries.append(reserve(users[client], client, slot_id))
        return tries, holds

    done = at_once(run, range(len(users)))
    return [t for tries, _ in done for t in tries], [a for _, holds in done for a in holds]


def insist(user: HttpUser, client: int, slot_id: int, where: Callable[[], str]) -> tuple[Try, int]:
    """Send the same form, with the same key, until an answer comes; gives how many times none came.

    `where` is the server's address now: it changes when the server is started again.
    """
    form, lost = typed(client), 0
    end = time.monotonic() + PATIENCE
    while True:
        user.url = where()
        try:
            return reserve(user, client, slot_id, form), lost
        except (OSError, http.client.HTTPException):
            lost += 1
            assert time.monotonic() < end, "the server never came back"
            time.sleep(0.05)
