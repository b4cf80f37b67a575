"""A register of 200 conventions and 5,000 commitments, in all states, and what its first page costs."""

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from cptsapp.accounts.models import Role
from cptsapp.checklists.models import Checklist, Commitment
from cptsapp.conventions.models import Article, Convention, ConventionParty, FrozenText, Partner
from cptsapp.conventions.queries import register
from cptsapp.conventions.rules.texts import ArticleText, Text
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.text import fold
from cptsapp.directory.models import Organisation, Person
from tests.bench import lists
from tests.bench.measure import Act
from tests.bench.rig import Person as Visitor
from tests.bench.rig import Rig
from tests.tools import factories

CONVENTIONS, COMMITMENTS, OWNERS = 200, 5_000, 40
PAGE = "/conventions"
TODAY = date(2026, 7, 20)
STATES = ("in_force",) * 15 + ("draft", "circulated", "adopted", "ended", "ended")
TEXT = Text("Convention", (ArticleText("1", "Objet", "Les parties coopèrent."),))


@contextmanager
def conventions() -> Iterator[Rig]:
    """An application with that register, a coordinator, and a practitioner who owes some of it."""
    with lists.small_rig() as rig:
        with rig.app.app_context():
            factories.make_cpts()
            factories.make_user(Role.COORDINATOR, display_name="Sophie Arnaud")
            people = [_person(number) for number in range(OWNERS)]
            factories.make_user(Role.PRACTITIONER, person_id=people[0].id, mail="place0@cpts.example")
            _write([person.id for person in people])
            session.commit()
            session.remove()
        yield rig


def _person(number: int) -> Person:
    person: Person = factories.make_person(last_name=f"Place{number:02d}", first_name="Anne")
    return person


def _write(people: list[int]) -> None:
    """The same register each time."""
    now, draw = clock.now(), random.Random(CONVENTIONS)
    numbers = range(1, CONVENTIONS + 1)
    names = {number: f"{('DAC', 'MSP', 'EHPAD', 'Commune')[number % 4]} Exemple {number:03d}" for number in numbers}
    _rows(Organisation, ({"id": n, "name": names[n], "folded": fold(names[n]), "created_at": now} for n in numbers))
    kinds = ("dac", "msp", "care_home", "commune")
    _rows(
        Partner,
        (
            {"id": n, "organisation_id": n, "kind": kinds[n % 4], "relation": "partnership", "created_at": now}
            for n in numbers
        ),
    )
    states = {number: STATES[number % len(STATES)] for number in numbers}
    _rows(Checklist, ({"id": n, "kind": "convention", "is_live": states[n] == "in_force"} for n in numbers))
    _rows(Convention, (_convention(n, names[n], states[n], people, draw) for n in numbers))
    _rows(
        ConventionParty,
        (
            {"convention_id": n, "partner_id": partner, "position": place}
            for n in numbers
            for place, partner in enumerate((None, n))
        ),
    )
    _rows(Article, ({"convention_id": n, "position": 1, "number": "1", "title": "Objet", "body": ""} for n in numbers))
    frozen = {"number": 1, "content": TEXT.as_json(), "checksum": TEXT.checksum, "frozen_at": now}
    _rows(FrozenText, ({"convention_id": n, **frozen} for n in numbers if states[n] != "draft"))
    _rows(Commitment, (_commitment(n, people, draw) for n in range(COMMITMENTS)))


def _rows(table: type[Any], rows: Iterator[dict[str, Any]]) -> None:
    session.execute(insert(table), list(rows))


def _convention(number: int, name: str, state: str, people: list[int], draw: random.Random) -> dict[str, Any]:
    ends_on = TODAY + timedelta(days=draw.randrange(10, 400))
    is_over = state == "ended"
    return {
        "id": number,
        "title": f"Convention avec {name}",
        "state": state,
        "checklist_id": number,
        "lead_id": people[number % len(people)],
        "starts_on": date(2025, 1, 1),
        "ends_on": ends_on,
        "renewal": "tacit",
        "renewal_months": 12,
        "notice_months": 3,
        "comments_due_on": TODAY + timedelta(days=9),
        "checksum": None if state in ("draft", "circulated") else TEXT.checksum,
        "ended_on": TODAY - timedelta(days=number) if is_over else None,
        "end_reason": "term" if is_over else None,
        "created_at": clock.now(),
        "version": 1,
    }


def _commitment(number: int, people: list[int], draw: random.Random) -> dict[str, Any]:
    state = draw.choice(("todo", "todo", "doing", "done", "done", "dropped"))
    return {
        "seal_id": UUID(int=number),
        "checklist_id": 1 + number % CONVENTIONS,
        "position": number,
        "number": f"2.{number % 5}",
        "heading": "Recherche de médecin traitant",
        "label": f"Réunion de bilan numéro {number}",
        "expected": "compte rendu" if number % 2 else "",
        "side": "cpts" if number % 3 else "partner",
        "owner_id": people[number % len(people)],
        "due_on": TODAY + timedelta(days=draw.randrange(-20, 300)),
        "state": state,
        "done_on": TODAY if state == "done" else None,
        "changed_at": clock.now(),
        "version": 1,
        "is_continuous": False,
    }


def opening(person: Visitor) -> Act:
    """The first page of the register."""
    return lambda: person.get(PAGE)


def after_a_change(at: Rig, act: Act) -> Act:
    """The same once someone has ticked something: nothing that was counted is known any more."""

    def again() -> object:
        with at.app.app_context():
            register.forget()
        return act()

    return again


def reading_again(at: Rig) -> float:
    """What the first page after a change costs besides, in CPU milliseconds of this machine."""
    with at.app.app_context():
        register.forget()
        started = time.process_time()
        register.lines_by_id()
        session.remove()
        return 1000 * (time.process_time() - started)
