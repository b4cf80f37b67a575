"""Inboxes of a given size, written once under instance/bench: the first page of a queue, and a search by a name.

Of the files so many are open, in equal parts in the six queues; the others are closed. Names and birth dates are
sealed as the application seals them, and each file has three steps.
"""

import fcntl
import itertools
import random
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from cptsapp import create_app
from cptsapp.accounts.models import Role, User
from cptsapp.core.db import Base, db, session
from cptsapp.inbox.models import (
    Actor,
    AgeBand,
    Asker,
    Channel,
    Deadline,
    HomeVisit,
    Outcome,
    Reason,
    Request,
    Seeker,
    State,
    Step,
)
from cptsapp.inbox.patients import Identity, seal_seeker
from cptsapp.inbox.queries import list as inbox_list
from cptsapp.inbox.queries import searching
from tests.bench import directory, seed
from tests.bench.measure import Act
from tests.bench.rig import Person, Rig
from tests.tools import databases, factories
from tests.tools.settings import test_settings

FILES, FEW, MANY, IDENTITIES = 5_000, 1_000, 100_000, 10_000
OPEN = 900  # at once: more than any CPTS has been seen to follow, and no more after ten years than after one
QUEUE = "en-recherche"
FIRST_PAGE = f"/demandes?file={QUEUE}"
TODAY = date(2026, 7, 20)
NOW = datetime(2026, 7, 20, 12, 32, tzinfo=UTC)
FRAGMENTS = ("renaud", "gui", "mart", "dreau", "lucas", "olonne", "tier camille")
CRITERIA: tuple[list[str], ...] = ([], ["over_70"], ["long_term_illness"], ["under_6", "social_cover"], ["urgent"])
STATES = [state for state in State if state is not State.CLOSED]
DEADLINES = dict(
    zip(
        STATES,
        (
            *(Deadline.FIRST_ANSWER, Deadline.COMPLETE, Deadline.PROPOSE),
            *(Deadline.DOCTOR_ANSWER, Deadline.PARTNER_ANSWER, Deadline.DECLARATION),
        ),
        strict=True,
    )
)
BATCH = 5_000


def folder_of(files: int, open_files: int) -> Path:
    """The folder that holds an inbox of that many files: `cptsapp.sqlite`, its keys and its secret."""
    seed.FOLDER.mkdir(parents=True, exist_ok=True)
    folder = seed.FOLDER / f"demandes-{files}-{open_files}"
    stamp, version = folder / "stamp", seed.version_of(Path(__file__))
    with (seed.FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not stamp.exists() or stamp.read_text() != version:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            _build(folder, files, open_files)
            stamp.write_text(version)
    return folder


@contextmanager
def inbox(files: int, open_files: int = OPEN) -> Iterator[Rig]:
    """An application on a copy of the inbox of that size."""
    made = folder_of(files, open_files)
    with tempfile.TemporaryDirectory(dir=seed.FOLDER, prefix="run-") as name:
        folder = Path(name)
        shutil.copytree(made, folder, dirs_exist_ok=True)
        app = create_app(test_settings(folder, f"sqlite:///{folder / 'cptsapp.sqlite'}", f"@{seed.clock_file()}"))
        with app.app_context():
            engine = db.engine
        yield Rig(app, engine, folder)
        with app.app_context():
            databases.dispose()


def opening(person: Person) -> Act:
    """The first page of a queue."""
    return lambda: person.get(FIRST_PAGE)


def after_a_change(at: Rig, act: Act) -> Act:
    """The same once someone has changed a file: nothing that was counted is known any more."""

    def again() -> object:
        with at.app.app_context():
            inbox_list.forget()
        return act()

    return again


def opening_again(at: Rig, act: Act) -> float:
    """What the first page after a change costs besides, in CPU milliseconds of this machine."""
    return 1000 * (_least(after_a_change(at, act)) - _least(act))


def _least(act: Act) -> float:
    taken = []
    for _ in range(20):
        started = time.process_time()
        act()
        taken.append(time.process_time() - started)
    return min(taken)


def searching_for(at: Rig, person: Person) -> Act:
    """The next fragment, as the page asks for it: its address is sealed, as the search itself seals it."""
    with at.app.app_context():
        user_id = session.query(User.id).filter(User.display_name == "Sophie Arnaud").scalar()
        addresses = [f"/demandes?cherche={searching.sealed(typed, user_id)}" for typed in FRAGMENTS]
        session.remove()
    following = itertools.cycle(addresses)
    return lambda: person.get(next(following))


def reading_again(at: Rig) -> float:
    """What the first search of a process costs besides, in CPU milliseconds of this machine."""
    with at.app.app_context():
        searching.forget()
        started = time.process_time()
        searching.search("renaud")
        session.remove()
        return 1000 * (time.process_time() - started)


# -- the rows ---------------------------------------------------------------------------------------------------------


def _build(folder: Path, files: int, open_files: int) -> None:
    template = databases.make_template("sqlite", folder / "making")
    file = folder / "cptsapp.sqlite"
    shutil.move(template.folder / "template.sqlite", file)
    shutil.rmtree(folder / "making")
    app = create_app(test_settings(folder, f"sqlite:///{file}", seed.CLOCK))
    with app.app_context():
        factories.make_cpts()
        for number, name in enumerate(directory.COMMUNES):
            factories.make_commune(code=f"85{number:03d}", name=name, postcodes=["85100"])
        factories.make_user(Role.COORDINATOR, display_name="Sophie Arnaud")
        session.commit()
        draw = random.Random(files)  # the same inbox each time
        numbers = range(1, files + 1)
        for start in range(0, files, BATCH):
            batch = numbers[start : start + BATCH]
            _put(Request, [_request(n, is_open=n <= open_files, draw=draw) for n in batch])
            _put(Seeker, [_seeker(n, draw) for n in batch])
            _put(Step, [step for n in batch for step in _steps(n)])
            session.commit()
        databases.dispose()


def _put(table: type[Base], rows: list[dict[str, Any]]) -> None:
    session.connection().execute(insert(table.__table__), rows)  # type: ignore[arg-type]  # a table


def _request(number: int, *, is_open: bool, draw: random.Random) -> dict[str, Any]:
    state = STATES[number % len(STATES)] if is_open else State.CLOSED
    received = TODAY - timedelta(days=draw.randint(1, 60) if is_open else draw.randint(90, 700))
    at = datetime(received.year, received.month, received.day, 9, tzinfo=UTC)
    closed = None if is_open else received + timedelta(days=60)
    return {
        "id": number,
        "seal_id": UUID(int=number),
        "reference": f"D-{number:08d}",
        "state": state,
        "outcome": None if is_open else Outcome.FOUND,
        "channel": Channel.WEB,
        "asker": Asker.PERSON,
        "commune_code": f"85{draw.randrange(len(directory.COMMUNES)):03d}",
        "reason": Reason.RETIREMENT,
        "criteria": draw.choice(CRITERIA),
        "priority": draw.choice((0, 10, 20, 40)),
        "deadline": DEADLINES.get(state),
        "due_on": TODAY + timedelta(days=draw.randint(-5, 20)) if is_open else None,
        "assigned_to_id": 1 if is_open and draw.random() < 0.4 else None,
        "received_at": at,
        "received_on": received,
        "last_activity_at": at,
        "closed_at": NOW - timedelta(days=(TODAY - closed).days) if closed else None,
        "closed_on": closed,
    }


def _seeker(number: int, draw: random.Random) -> dict[str, Any]:
    last = draw.choice(directory.STARTS) + draw.choice(directory.MIDDLES) + draw.choice(directory.ENDS)
    born = date(draw.randint(1935, 2024), draw.randint(1, 12), draw.randint(1, 28))
    seeker = Seeker(seal_id=UUID(int=number))
    seal_seeker(seeker, Identity(last, draw.choice(directory.FIRST_NAMES), born))
    sealed = ("name", "birth_date", "whole_index", "last_index", "first_index", "year_index")
    values = {name: getattr(seeker, name) for name in sealed}
    return {
        "id": number,
        "request_id": number,
        "seal_id": seeker.seal_id,
        "age_band": AgeBand.FROM_45,
        "home_visit": HomeVisit.NO,
        **values,
    }


def _steps(number: int) -> list[dict[str, Any]]:
    kinds = ("request.received", "request.accept", "proposal.declined")
    return [
        {
            "request_id": number,
            "seal_id": UUID(int=number * 10 + rank),
            "at": NOW - timedelta(days=9 - rank),
            "kind": kind,
            "actor": Actor.CPTS,
            "data": {},
        }
        for rank, kind in enumerate(kinds)
    ]
