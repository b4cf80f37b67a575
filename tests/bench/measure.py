"""How each figure is taken. Ratios within one run: absolute times mean nothing from one machine to the next."""

import gc
import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask import Flask
from sqlalchemy import event
from sqlalchemy.engine import Engine
from werkzeug.test import Client

ROUNDS = 20
Act = Callable[[], object]

# What surrounds a transaction is not a question asked of the database.
FRAME = ("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA", "SAVEPOINT", "RELEASE", "--")


def bare_act() -> Act:
    """A Flask route that returns five bytes, called in-process by the same client."""
    bare = Flask("bare")
    bare.add_url_rule("/", "five", lambda: "12345")
    client = Client(bare)
    return lambda: client.get("/")


def cpu_ratios(acts: list[tuple[Act, int]], bare: Act) -> list[float]:
    """CPU of each act ÷ CPU of `bare`: the minimum over interleaved rounds.

    Each comes with how many times it is done in a round: enough for its first, cold, time not to weigh.
    """
    timed = [(bare, 200), *acts]
    least = [float("inf")] * len(timed)
    for act, _times in timed:
        act()
    for _ in range(ROUNDS):
        gc.collect()
        for number, (act, times) in enumerate(timed):
            least[number] = min(least[number], _cpu(act, times))
    return [ours / least[0] for ours in least[1:]]


def _cpu(act: Act, times: int) -> float:
    started = time.process_time()
    for _ in range(times):
        act()
    return (time.process_time() - started) / times


@contextmanager
def _on_each_connection(engine: Engine, prepare: Callable[[sqlite3.Connection], None]) -> Iterator[None]:
    """Prepare every connection of the block; they are closed at its end."""
    listener = lambda connection, _record, _proxy: prepare(connection)
    engine.dispose()
    event.listen(engine, "checkout", listener)
    try:
        yield
    finally:
        event.remove(engine, "checkout", listener)
        engine.dispose()


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """The SQL run in the block, values in place, whoever sends it; what frames a transaction is left out."""
    seen: list[str] = []

    def note(statement: str) -> None:
        if not statement.lstrip().upper().startswith(FRAME):
            seen.append(statement)

    with _on_each_connection(engine, lambda connection: connection.set_trace_callback(note)):
        yield seen


def loops(engine: Engine, act: Act) -> int:
    """Turns of SQLite's virtual machine during `act`: rows and keys walked, free of noise."""
    total = 0

    def turn() -> int:
        nonlocal total
        total += 1
        return 0

    with _on_each_connection(engine, lambda connection: connection.set_progress_handler(turn, 1)):
        act()  # statements are prepared once a connection
        total = 0
        act()
    return total


# Tables of a few rows by nature: one CPTS, one version, seven weekdays, its communes, a campaign or two a year.
SMALL = frozenset({"cpts", "agenda_version", "daytime_hours", "commune", "campaign"})
EXPLAINED = ("SELECT", "UPDATE", "DELETE", "WITH", "INSERT")


def bad_plans(engine: Engine, seen: list[str]) -> list[str]:
    """Statements that scan a table or sort in a temporary tree (a partial index prints SCAN … USING INDEX)."""
    driver = engine.raw_connection()
    bad = {}
    for statement in seen:
        if not statement.lstrip().upper().startswith(EXPLAINED):
            continue
        for *_ids, detail in driver.cursor().execute(f"EXPLAIN QUERY PLAN {statement}").fetchall():
            if _is_bad(detail, statement):
                bad[detail, statement[:60]] = f"{detail} — {' '.join(statement.split())[:1500]}"
    driver.close()
    return list(bad.values())


def _is_bad(detail: str, statement: str) -> bool:
    if "TEMP B-TREE FOR ORDER BY" in detail:
        return True
    words = detail.split()
    if words[0] != "SCAN" or "USING" in words or words[1] in SMALL:
        return False
    return not words[1].startswith("(") and words[1] != "CONSTANT" and not _is_derived(words[1], statement)


def _is_derived(name: str, statement: str) -> bool:
    """Whether this is the result of a part of the statement itself, and no table."""
    return re.search(rf"\) AS {name}\b|\b{name}\([^)]*\) AS\s*\(", statement) is not None
