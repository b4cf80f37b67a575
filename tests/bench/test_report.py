"""The report says each figure beside its bar, and misses what it must miss."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine
from werkzeug.test import Client

from tests.bench import browser, measure
from tests.bench.report import Report


def test_a_figure_within_its_bar_is_met(capsys):
    report = Report()
    report.line("snp.poll", 3.44, 6)
    assert capsys.readouterr().out == "snp.poll: 3.4 (6)\n"
    assert report.missed == []


def test_a_figure_beyond_its_bar_is_missed(capsys):
    report = Report()
    report.line("snp.weight cold visit", 50.1, 50, unit=" kB")
    assert capsys.readouterr().out == "snp.weight cold visit: 50.1 kB (50 kB)  MISSED\n"
    assert report.missed == ["snp.weight cold visit"]


@pytest.mark.parametrize(("value", "missed"), [(6.8, []), (7.0, ["snp.poll"])])
def test_processor_ratios_alone_have_fifteen_per_cent(value, missed):
    report = Report()
    report.line("snp.poll", value, 6, is_cpu=True)
    assert report.missed == missed


def test_an_exact_figure_must_be_just_that(capsys):
    report = Report()
    report.exact("snp.race winners ÷ seats", 299 / 300, 1)
    report.exact("snp.race 5xx", 0, 0)
    assert report.missed == ["snp.race winners ÷ seats"]
    assert "snp.race 5xx: 0 (0)\n" in capsys.readouterr().out


@pytest.fixture
def engine(tmp_path) -> Iterator[Engine]:
    """A base of two tables: one that grows and one that never does."""
    made = create_engine(f"sqlite:///{tmp_path / 'two.sqlite'}")
    with made.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE booking (id INTEGER PRIMARY KEY, slot_id INTEGER, booked_at TEXT)")
        connection.exec_driver_sql("CREATE INDEX ix_slot ON booking (slot_id)")
        connection.exec_driver_sql("CREATE TABLE cpts (id INTEGER PRIMARY KEY)")
    yield made
    made.dispose()


def _run(engine: Engine, *statements: str) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement).close()


def test_what_is_asked_is_counted_and_what_frames_it_is_not(engine):
    with measure.statements(engine) as seen:
        _run(engine, "PRAGMA foreign_keys", "INSERT INTO cpts VALUES (1)", "SELECT id FROM cpts")
    assert seen == ["INSERT INTO cpts VALUES (1)", "SELECT id FROM cpts"]


def test_more_rows_are_more_turns(engine):
    counted = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) SELECT sum(i) FROM n"

    def turns(rows: int) -> int:
        return measure.loops(engine, lambda: _run(engine, counted.format(rows)))

    assert turns(1000) > 5 * turns(100)


@pytest.mark.parametrize(
    ("statement", "count"),
    [
        ("SELECT * FROM booking WHERE id = 1", 0),
        ("SELECT * FROM booking WHERE slot_id = 1", 0),
        ("SELECT * FROM booking", 1),
        ("SELECT * FROM booking WHERE slot_id = 1 ORDER BY booked_at", 1),
        ("SELECT * FROM cpts", 0),
        ("WITH n(i) AS (SELECT 1 UNION SELECT 2) SELECT * FROM n", 0),
        ("SELECT * FROM (SELECT id FROM booking WHERE slot_id = 1 UNION SELECT 2) AS a", 0),
    ],
)
def test_a_plan_that_scans_or_sorts_is_bad(engine, statement, count):
    assert len(measure.bad_plans(engine, [statement])) == count


def test_a_ratio_compares_with_bare():
    slow = Flask("slow")
    slow.add_url_rule("/", "slow", lambda: str(sum(range(20_000))))
    client = Client(slow)
    measured = measure.cpu_ratios([(lambda: client.get("/"), 2)], measure.bare_act())
    assert measured[0] > 1.5


def test_a_budget_beyond_a_bar_is_said():
    screen = browser.SCREENS[0]
    met = browser.Budget(screen, interactive=700, blocking=0, shift=0, nodes=900, bytes=32_000)
    late = browser.Budget(screen, interactive=1300, blocking=0, shift=0, nodes=900, bytes=32_000)
    lines = browser.table([met, late])
    assert not lines[2].endswith("MISSED")
    assert lines[3].endswith("MISSED")


def test_the_bench_can_be_started():
    program = "import tests.bench.__main__ as bench; assert callable(bench.main)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
