"""The database: engine hooks, naming convention, the type of an instant.

SQLite by default, PostgreSQL when outgrown. A transaction begins at the first query; whether it may write is asked
from the predicate that `http` sets (a safe method cannot), so that even the query that loads the user decides right.
"""

import enum
import sqlite3
import threading
import time as time_module
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    JSON,
    Boolean,
    Connection,
    Date,
    DateTime,
    Enum,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Time,
    TypeDecorator,
    Uuid,
    event,
    text,
)
from sqlalchemy.engine import Dialect, Engine
from sqlalchemy.orm import DeclarativeBase, registry

PATIENCE_SECONDS = 10
BUSY_TIMEOUT = f"PRAGMA busy_timeout={1000 * PATIENCE_SECONDS}"
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Instant(TypeDecorator[datetime]):
    """An instant: aware in Python, UTC in the base. A naive value is refused with ValueError."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime refused: an instant carries its zone")
        in_utc = value.astimezone(UTC)
        return in_utc.replace(tzinfo=None) if dialect.name == "sqlite" else in_utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _values(choices: type[enum.Enum]) -> list[str]:
    return [str(member.value) for member in choices]


def choice(choices: type[enum.Enum], name: str) -> Enum:
    """The type of a closed list: stored as its short words, with a CHECK in the database called `name`."""
    return Enum(choices, name=name, values_callable=_values, native_enum=False, create_constraint=True, length=24)


class Base(DeclarativeBase):
    """Base of every table. The registry is given whole: Flask-SQLAlchemy refuses a bare `type_annotation_map`."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMING),
        type_annotation_map={
            bool: Boolean(),
            bytes: LargeBinary(),
            date: Date(),
            datetime: Instant(),
            int: Integer(),
            str: String(),
            time: Time(),
            UUID: Uuid(),
            dict[str, Any]: JSON(),
            list[str]: JSON(),
            list[int]: JSON(),
        },
    )


db = SQLAlchemy(model_class=Base)
session = db.session

_writes: Callable[[], bool] = lambda: True


def set_write_predicate(predicate: Callable[[], bool]) -> None:
    """Say who decides whether the transaction that begins now may write. `http` asks the request's method."""
    global _writes  # one policy a process, set once at start
    _writes = predicate


def listen(engine: Engine) -> None:
    """Put the connection and transaction hooks on an engine."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _on_sqlite_connect)
        turn = _Turn()
        event.listen(engine, "begin", turn.begin)
        event.listen(engine, "checkin", turn.end)
    else:
        event.listen(engine, "begin", _on_postgresql_begin)


def _on_sqlite_connect(connection: Any, _record: Any) -> None:
    # The driver's own transactions lose updates without a word; ours begin below.
    connection.isolation_level = None
    connection.execute(BUSY_TIMEOUT)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA secure_delete=ON")  # what is erased is overwritten in the file, not merely let go


class _Turn:
    """One writer at a time on SQLite, in the order they came.

    SQLite lets those who wait sleep and try again, each for longer than the last time: under a storm some never came
    in. Threads of one process queue here, so that only one of them has to try against the other processes.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def begin(self, connection: Connection) -> None:
        """Begin a transaction, to read or to write. Raises sqlite3.OperationalError when no turn comes."""
        driver = connection.connection.driver_connection
        assert driver is not None
        writes = _writes()
        if connection.info.get("writes") != writes:
            driver.execute(f"PRAGMA query_only={'OFF' if writes else 'ON'}")
            connection.info["writes"] = writes
        if not writes:
            driver.execute("BEGIN")
        else:
            self._take(connection.info)
            _begin_writing(driver)

    def _take(self, info: dict[str, Any]) -> None:
        if not info.get("has_turn"):
            if not self._lock.acquire(timeout=PATIENCE_SECONDS):
                raise sqlite3.OperationalError("database is locked")
            info["has_turn"] = True

    def end(self, _connection: Any, record: Any) -> None:
        """The connection goes back to the pool: the next may write."""
        if record.info.pop("has_turn", False):
            self._lock.release()


def _begin_writing(driver: Any) -> None:
    """Try every millisecond: the others' transactions last a few."""
    driver.execute("PRAGMA busy_timeout=0")
    try:
        end = time_module.monotonic() + PATIENCE_SECONDS
        while not _is_begun(driver, is_last=time_module.monotonic() > end):
            time_module.sleep(0.001)
    finally:
        driver.execute(BUSY_TIMEOUT)


def _is_begun(driver: Any, *, is_last: bool) -> bool:
    try:
        driver.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if is_last or error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise
        return False
    return True


def _on_postgresql_begin(connection: Connection) -> None:
    if not _writes():
        connection.execute(text("SET TRANSACTION READ ONLY"))


def init_app(app: Flask, url: str) -> None:
    """Bind the database to the application. `url` is an SQLAlchemy address."""
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = _engine_options(url)
    db.init_app(app)
    with app.app_context():
        listen(db.engine)


def _engine_options(url: str) -> dict[str, Any]:
    # The text of a database error ends in a log: it must not quote the values of the statement.
    if url.startswith("sqlite"):
        return {"connect_args": {"check_same_thread": False, "timeout": 10}, "hide_parameters": True}
    return {"pool_pre_ping": True, "pool_size": 10, "max_overflow": 10, "hide_parameters": True}


def empty_log() -> None:
    """Let what was erased leave SQLite's write-ahead log too; ends the session's transaction, which must be a reading.

    Those who are reading keep it a moment longer: whoever calls it every so often gets there. PostgreSQL sees to its
    own by itself.
    """
    if not is_sqlite():
        return
    session.rollback()
    with db.engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute("PRAGMA busy_timeout=0")
        try:
            driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        finally:
            driver.execute(BUSY_TIMEOUT)


def is_sqlite() -> bool:
    """Whether this application runs on SQLite."""
    return db.engine.dialect.name == "sqlite"
