"""Reads that every request repeats: compiled once, run by the driver itself, ten times lighter than the session's.

Where the session has a transaction open, it is asked there, and sees what the request has changed; before that, on a
connection borrowed for the time of the question.
"""

from collections import namedtuple
from collections.abc import Callable
from typing import Any, NamedTuple

from sqlalchemy import Select
from sqlalchemy.engine import Dialect
from sqlalchemy.pool import PoolProxiedConnection
from sqlalchemy.types import TypeEngine

from cptsapp.core.db import db, session

Convert = Callable[[Any], Any]


class _Compiled(NamedTuple):
    """The text for one dialect; values that never change; how values go to the driver and come back."""

    sql: str
    names: list[str] | None  # in order, where the driver wants them so
    fixed: dict[str, Any]
    outward: dict[str, Convert]
    inward: list[tuple[int, Convert]]


class Prepared:
    """A SELECT of columns, with named parameters (no IN of a list)."""

    def __init__(self, statement: Select[*tuple[Any, ...]]) -> None:
        self._statement = statement
        self._row: Any = namedtuple("_row", [column.key for column in statement.selected_columns])  # type: ignore[misc]
        self._by_dialect: dict[str, _Compiled] = {}

    def all(self, **values: Any) -> list[Any]:
        """The rows, read by the names of their columns."""
        compiled, rows = self._fetch(values)
        for row in rows:
            for place, convert in compiled.inward:
                if row[place] is not None:
                    row[place] = convert(row[place])
        return [self._row._make(row) for row in rows]

    def scalar(self, **values: Any) -> Any:
        """The first column of the first row, or None."""
        rows = self.all(**values)
        return rows[0][0] if rows else None

    def _fetch(self, values: dict[str, Any]) -> tuple[_Compiled, list[list[Any]]]:
        engine = db.engine
        compiled = self._by_dialect.get(engine.dialect.name)
        if compiled is None:
            compiled = self._by_dialect[engine.dialect.name] = _compile(self._statement, engine.dialect)
        sent = {**compiled.fixed, **values}
        for name, convert in compiled.outward.items():
            sent[name] = convert(sent[name])
        asked = sent if compiled.names is None else [sent[name] for name in compiled.names]
        if session.registry.has() and session().in_transaction():
            return compiled, _rows(session.connection().connection, compiled.sql, asked)
        connection = engine.raw_connection()
        try:
            return compiled, _rows(connection, compiled.sql, asked)
        finally:
            connection.close()


def _rows(connection: PoolProxiedConnection, sql: str, asked: Any) -> list[list[Any]]:
    cursor = connection.cursor()
    cursor.execute(sql, asked)
    return [list(row) for row in cursor.fetchall()]


def _compile(statement: Select[*tuple[Any, ...]], dialect: Dialect) -> _Compiled:
    compiled = statement.compile(dialect=dialect)
    outward = {name: _kind(bind.type, dialect).bind_processor(dialect) for name, bind in compiled.binds.items()}
    inward = (_kind(column.type, dialect).result_processor(dialect, None) for column in statement.selected_columns)
    return _Compiled(
        str(compiled),
        getattr(compiled, "positiontup", None),
        dict(compiled.params),
        {name: convert for name, convert in outward.items() if convert},
        [(place, convert) for place, convert in enumerate(inward) if convert],
    )


def _kind(kind: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    return kind.dialect_impl(dialect)
