"""What a reading keeps while it goes on, on disk: a person's lines may be far apart, a city has 100,000 of them."""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import fields
from itertools import groupby
from typing import Any

from cptsapp.core.text import fold
from cptsapp.imports.rules.reader import Row, Unreadable

BATCH = 500
_FIELDS = tuple(column.name for column in fields(Row))
_TABLES = (
    "CREATE TABLE row (who TEXT, adeli TEXT, is_rpps INTEGER, names TEXT, profession TEXT, commune TEXT,"
    " practice TEXT, line INTEGER, doubt TEXT, body TEXT)",
    "CREATE TABLE unreadable (line INTEGER, reason TEXT)",
)


class Spool:
    """A private file that goes with the process. Persons are told by their number, RPPS or ADELI."""

    def __init__(self) -> None:
        self._base = sqlite3.connect("", isolation_level=None)
        self._base.execute("PRAGMA cache_size=-4000")
        for table in _TABLES:
            self._base.execute(table)
        self._base.execute("BEGIN")
        self._rows: list[tuple[object, ...]] = []

    def fill(self, lines: Iterable[Row | Unreadable]) -> None:
        """Keep every line."""
        for line in lines:
            if isinstance(line, Unreadable):
                self._base.execute("INSERT INTO unreadable VALUES (?, ?)", line)
            else:
                self._keep(line)
        self._write()
        self._one_person_two_numbers()

    def _keep(self, row: Row) -> None:
        self._rows.append(
            (
                row.identifier,
                None if row.is_rpps else row.identifier,
                row.is_rpps,
                fold(f"{row.last_name} {row.first_name}"),
                row.profession_code,
                row.commune_code,
                row.practice,
                row.line,
                "\u202f; ".join(row.doubts) or None,
                json.dumps({name: getattr(row, name) for name in _FIELDS}, ensure_ascii=False),
            )
        )
        if len(self._rows) >= BATCH:
            self._write()

    def _write(self) -> None:
        self._base.executemany("INSERT INTO row VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", self._rows)
        self._rows.clear()

    def _one_person_two_numbers(self) -> None:
        """Who passed from ADELI to RPPS and is there under both: same names, profession, and commune or practice."""
        self._base.execute("CREATE INDEX row_who ON row (who, line)")
        if self._base.execute("SELECT 1 FROM row WHERE NOT is_rpps LIMIT 1").fetchone() is None:
            return
        self._base.execute("CREATE INDEX row_names ON row (names, profession)")
        pairs = self._base.execute(
            "SELECT a.who, min(r.who), count(DISTINCT r.who) FROM row a JOIN row r ON r.names = a.names"
            " AND r.profession = a.profession AND r.is_rpps AND a.names <> ''"
            " AND ((r.commune = a.commune AND a.commune <> '') OR r.practice = a.practice)"
            " WHERE NOT a.is_rpps GROUP BY a.who"
        ).fetchall()
        for adeli, rpps, candidates in pairs:
            if candidates == 1:
                self._base.execute("UPDATE row SET who = ? WHERE who = ? AND NOT is_rpps", (rpps, adeli))
                self._base.execute("UPDATE row SET adeli = ? WHERE who = ?", (adeli, rpps))

    def kept(self) -> Iterator[dict[str, str]]:
        """One entry for each person and practice, in the order of the file; what is doubtful is not there."""
        found = self._base.execute(
            "SELECT who, min(line), practice, commune, profession, body FROM row WHERE doubt IS NULL"
            " GROUP BY who, practice ORDER BY 2"
        )
        for who, _line, practice, commune, profession, body in found:
            row = json.loads(body)
            yield {
                "id": who,
                "last_name": row["last_name"],
                "first_name": row["first_name"],
                "profession_code": profession,
                "commune_code": commune,
                "practice": practice,
            }

    def doubtful(self) -> Iterator[dict[str, Any]]:
        """The lines that wait for a decision, and why."""
        found = self._base.execute("SELECT line, doubt FROM row WHERE doubt IS NOT NULL ORDER BY line")
        return ({"line": line, "reason": reason} for line, reason in found)

    def unreadable(self) -> Iterator[dict[str, Any]]:
        """The lines that could not be read, and why."""
        found = self._base.execute("SELECT line, reason FROM unreadable ORDER BY line")
        return ({"line": line, "reason": reason} for line, reason in found)

    def count(self) -> tuple[int, int, int]:
        """How many persons, doubtful lines and unreadable lines there are so far."""
        self._write()
        persons, doubts = self._base.execute("SELECT count(DISTINCT who), count(doubt) FROM row").fetchone()
        unreadable = self._base.execute("SELECT count(*) FROM unreadable").fetchone()[0]
        return persons, doubts, unreadable

    def persons(self) -> Iterator[tuple[str | None, list[Row]]]:
        """The lines of each person, in the order of their numbers, with the ADELI number they have or had."""
        found = self._base.execute("SELECT who, adeli, body FROM row ORDER BY who, line")
        for _who, rows in groupby(found, key=lambda row: row[0]):
            mine = list(rows)
            yield next((row[1] for row in mine if row[1]), None), [_row(row[2]) for row in mine]

    def close(self) -> None:
        """Forget everything."""
        self._base.close()


def _row(body: str) -> Row:
    values = json.loads(body)
    return Row(**values | {"communes": tuple(values["communes"])})
