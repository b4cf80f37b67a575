"""The rate of adhesion month by month over five years, of 600 professionals, beside a search in the directory."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

from cptsapp.core.db import session
from cptsapp.membership.queries import rate
from tests.bench import directory
from tests.bench.measure import Act
from tests.bench.rig import Person, Rig

PROFESSIONALS = 600
PAGE = "/adhesions/taux?pas=mois"
FIRST = date(2021, 1, 4)
YEARS = range(2021, 2027)
# Every profession counts, so that there are as many in the rate as in the directory.
_RULES = (
    "INSERT INTO rate_rules (professions, modes, locum_months, set_at)"
    ' SELECT json_group_array(DISTINCT profession), \'["liberal", "locum"]\', 3, ?1 FROM practice'
)
_KNOWN = (
    "INSERT INTO import (kind, state, file_name, file_bytes, extract_on, columns, read_bytes, line_count,"
    " outside_count, unchanged_count, started_at, applied_at)"
    " VALUES ('extract', 'applied', 'extrait.txt', 1, ?1, '{}', 1, 1, 0, 0, ?2, ?2)"
)
_PERSON = (
    "INSERT INTO person"
    " (id, last_name, first_name, title, folded, profession, accepts_overbook, created_at, updated_at)"
    " VALUES (?1, 'Venu' || ?1, 'Ana', '', 'venu' || ?1 || ' ana', 'nurse', 0, ?2, ?2)"
)
_MEMBER = (
    "INSERT INTO membership (person_id, college, starts_on, ends_on, fee_cents, created_at)"
    " VALUES (?, 'professionals', ?, ?, 0, ?)"
)


@contextmanager
def territory() -> Iterator[Rig]:
    """The small directory brought to 600 professionals who came over five years, a third of them members each year."""
    with directory.directory(directory.SMALL) as at:
        base = sqlite3.connect(at.instance / "cptsapp.sqlite")
        there = base.execute("SELECT count(*) FROM person").fetchone()[0]
        for number in range(there + 1, PROFESSIONALS + 1):
            base.execute(_PERSON, (number, directory.NOW))
            base.execute(
                "INSERT INTO practice (person_id, place_id, profession, mode, starts_on) VALUES (?, 1, 'nurse', ?, ?)",
                (number, "liberal", "2021-01-04"),
            )
        arrivals = ((str(FIRST + timedelta(days=number * 3)), number) for number in range(1, PROFESSIONALS + 1))
        base.executemany("UPDATE practice SET starts_on = ? WHERE person_id = ?", arrivals)
        base.execute("DELETE FROM membership")
        members = [
            (number, f"{year}-01-{number % 28 + 1:02d}", f"{year}-12-31", directory.NOW)
            for number in range(3, PROFESSIONALS + 1, 3)
            for year in YEARS
        ]
        base.executemany(_MEMBER, members)
        base.execute(_KNOWN, (str(FIRST), directory.NOW))
        base.execute(_RULES, (directory.NOW,))
        base.commit()
        base.close()
        yield at


def reading(person: Person) -> Act:
    """The page, its 61 months and its table."""
    return lambda: person.get(PAGE)


def reading_again(at: Rig) -> float:
    """What the first page after a change costs besides, in CPU milliseconds of this machine."""
    with at.app.app_context():
        rate.forget()
        started = time.process_time()
        rate.facts()
        session.remove()
        return 1000 * (time.process_time() - started)
