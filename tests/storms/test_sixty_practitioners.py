"""Sixty practitioners with six slots each: the screens cost what they cost with three, and stay light."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from sqlalchemy import event

from cptsapp.core import clock
from cptsapp.core.db import db, is_sqlite, session
from cptsapp.directory.models import Person
from cptsapp.snp.models import Slot
from tests.tools.factories import make_booking, make_delegation, make_person, make_practice, make_slot
from tests.tools.queries import count_queries

FEW, MANY, EACH = 3, 60, 6
WEIGHT_MAX = 150_000  # bytes before compression
NODES_MAX = 3_000  # elements, for 360 slots
SCREENS = [
    ("regulator", "/creneaux"),
    ("regulator", "/creneaux?q=tal"),
    ("regulator", "/journee"),
    ("regulator", "/reservations"),
    ("regulator", "/annuaire/medecins"),
    ("secretary", "/mes-creneaux?choisir=1"),
    ("coordinator", "/mes-creneaux"),
    ("coordinator", "/creneaux"),
    ("coordinator", "/annuaire"),
]


@contextmanager
def statements() -> Iterator[list[str]]:
    """Every statement meanwhile: on SQLite those too that do not pass through SQLAlchemy."""
    if not is_sqlite():
        with count_queries() as sent:
            yield sent
        return
    traced: list[str] = []

    def follow(connection, _record, _proxy) -> None:
        connection.set_trace_callback(traced.append)

    event.listen(db.engine, "checkout", follow)
    try:
        yield traced
    finally:
        event.remove(db.engine, "checkout", follow)
        db.engine.dispose()


class Nodes(HTMLParser):
    """Counts elements."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def handle_starttag(self, _tag, _attrs) -> None:
        self.count += 1


def nodes_of(page: str) -> int:
    """How many elements the page has."""
    parser = Nodes()
    parser.feed(page)
    return parser.count


def add_practitioners(cast, count: int) -> None:
    """Each with slots and plages today, tomorrow and the day after, one of them booked."""
    assistant = session.get_one(Person, session.merge(cast.secretary).person_id)
    regulator_id = session.merge(cast.regulator).id
    for _ in range(count):
        person = make_person()
        practice = make_practice(person)
        make_delegation(assistant, person)
        for n in range(EACH):
            starts_at = clock.now() + timedelta(days=n // 2, hours=1 + n % 2)
            slot = make_slot(practice, starts_at=starts_at, capacity=1 + 3 * (n % 2))
            if n == 1:
                make_booking(slot, booked_by_id=regulator_id)
    session.commit()


@pytest.mark.parametrize(("role", "path"), SCREENS)
def test_the_number_of_practitioners_costs_no_statement(cast, sign_in, role, path):
    user = getattr(cast, role)
    counts = []
    for more in (FEW, MANY - FEW):
        add_practitioners(cast, more)
        client = sign_in(session.merge(user))
        client.get(path)  # caches of the first time
        with statements() as sent:
            answer = client.get(path)
        assert answer.status_code == 200
        counts.append(len(sent))
    assert counts[0] == counts[1]
    assert counts[0] > 0 or not is_sqlite()
    body = answer.get_data()
    assert len(body) < WEIGHT_MAX
    assert nodes_of(answer.text) < NODES_MAX
    assert session.query(Slot).count() == MANY * EACH


def test_a_practitioner_sees_their_own_alone_among_sixty(cast, sign_in):
    client = sign_in(cast.gp)
    make_slot(session.merge(cast.gp_practice))
    session.commit()
    with statements() as alone:
        before = client.get("/mes-creneaux").text
    add_practitioners(cast, MANY)
    with statements() as among:
        after = client.get("/mes-creneaux").text
    assert len(among) == len(alone)
    assert len(after) == len(before)
