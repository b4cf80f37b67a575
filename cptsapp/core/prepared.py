"""Reads that every request repeats: compiled once, run by the driver itself, ten times lighter than the session's.

Where the session has a transaction open, it is asked there, and sees what the request has changed; before that, on a
connection borrowed for the time of the question.
"""

from collections import namedtuple
from collections.abc import Callable
from typing import Any, NamedTuple

from sqlalchemy import CompoundSelect, Float, Select
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
    is_plain: bool  # rows come as texts and numbers, not yet as lists


REMEMBERED_MAX = 20_000  # rows: some megabytes


class Prepared:
    """A SELECT of columns, with named parameters (no IN of a list); `make` writes it when it is first asked.

    Written at the import, the statements of a worker were a tenth of its start, and it may never ask most of them.
    With `remembers`, a row that comes back the same is not converted again: the open list reads a hundred of them each
    time someone books one. `row` is a NamedTuple of the same columns in the same order, when rules have one.
    """

    def __init__(
        self,
        make: Callable[[], Select[*tuple[Any, ...]] | CompoundSelect[Any]],
        *,
        remembers: bool = False,
        row: Any = None,
    ) -> None:
        self._make = make
        self._known: dict[Any, Any] | None = {} if remembers else None
        self._row: Any = row
        self._by_dialect: dict[str, _Compiled] = {}

    def all(self, **values: Any) -> list[Any]:
        """The rows, read by the names of their columns."""
        compiled, rows = self._fetch(values)
        if self._known is None or not compiled.is_plain:
            return [self._converted(compiled, row) for row in rows]
        return [self._known.get(row) or self._learnt(compiled, row) for row in rows]

    def _learnt(self, compiled: _Compiled, row: tuple[Any, ...]) -> Any:
        assert self._known is not None
        if len(self._known) >= REMEMBERED_MAX:
            self._known.clear()
        found = self._known[row] = self._converted(compiled, row)
        return found

    def _converted(self, compiled: _Compiled, row: tuple[Any, ...]) -> Any:
        values = list(row)
        for place, convert in compiled.inward:
            if values[place] is not None:
                values[place] = convert(values[place])
        return self._row._make(values)

    def scalar(self, **values: Any) -> Any:
        """The first column of the first row, or None."""
        rows = self.all(**values)
        return rows[0][0] if rows else None

    def _fetch(self, values: dict[str, Any]) -> tuple[_Compiled, list[tuple[Any, ...]]]:
        engine = db.engine
        compiled = self._by_dialect.get(engine.dialect.name)
        if compiled is None:
            compiled = self._by_dialect[engine.dialect.name] = self._compile(engine.dialect)
        sent = {**compiled.fixed, **values}
        for name, convert in compiled.outward.items():
            sent[name] = convert(sent[name])
        asked = sent if compiled.names is None else [sent[name] for name in compiled.names]
        if session.registry.has() and session().in_transaction():
            session.flush()
            return compiled, _rows(session.connection().connection, compiled.sql, asked)
        connection = engine.raw_connection()
        try:
            return compiled, _rows(connection, compiled.sql, asked)
        finally:
            connection.close()

    def _compile(self, dialect: Dialect) -> _Compiled:
        statement = self._make()
        self._row = self._row or namedtuple("_row", [column.key for column in statement.selected_columns])  # type: ignore[misc]
        return _compile(statement, dialect)


def _rows(connection: PoolProxiedConnection, sql: str, asked: Any) -> list[tuple[Any, ...]]:
    cursor = connection.cursor()
    cursor.execute(sql, asked)
    return list(cursor.fetchall())


def _compile(statement: Select[*tuple[Any, ...]] | CompoundSelect[Any], dialect: Dialect) -> _Compiled:
    compiled = statement.compile(dialect=dialect)
    outward = {name: _kind(bind.type, dialect).bind_processor(dialect) for bind, name in compiled.bind_names.items()}
    inward = (_converter(column.type, dialect) for column in statement.selected_columns)
    return _Compiled(
        str(compiled),
        getattr(compiled, "positiontup", None),
        dict(compiled.params),
        {name: convert for name, convert in outward.items() if convert},
        [(place, convert) for place, convert in enumerate(inward) if convert],
        dialect.name == "sqlite",
    )


def _converter(kind: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    if isinstance(kind, Float):  # drivers give floats; psycopg's processor would ask the type the server sent
        return None
    return _kind(kind, dialect).result_processor(dialect, None)


def _kind(kind: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    return kind.dialect_impl(dialect)
