"""Databases for tests: migrated once, copied per test, so that commits and locks are real."""

import os
import shutil
import uuid
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from flask_migrate import upgrade
from sqlalchemy import event
from sqlalchemy.engine import Dialect, Engine, make_url
from sqlalchemy.pool import Pool

from cptsapp import create_app
from cptsapp.core.db import db, session
from tests.tools.settings import test_settings

CLOCK = "2026-07-20T14:32:00+02:00"


@dataclass
class Template:
    """A migrated database to copy from."""

    url: str
    folder: Path

    @property
    def is_sqlite(self) -> bool:
        return self.url.startswith("sqlite")

    def copy(self, instance: Path) -> str:
        """A copy of the test's own, with the keys that open what is sealed in it; gives its address."""
        if (self.folder / "keys.json").exists():
            shutil.copy(self.folder / "keys.json", instance / "keys.json")
        if self.is_sqlite:
            target = instance / "cptsapp.sqlite"
            shutil.copyfile(self.folder / "template.sqlite", target)
            return f"sqlite:///{target}"
        name = f"test_{uuid.uuid4().hex[:12]}"
        _postgresql(f'CREATE DATABASE {name} TEMPLATE "{make_url(self.url).database}"')
        return _with_database(name)

    def discard(self, url: str) -> None:
        """Drop a copy."""
        if not self.is_sqlite:
            _postgresql(f"DROP DATABASE IF EXISTS {make_url(url).database} WITH (FORCE)")

    def drop(self) -> None:
        """Drop the template."""
        self.discard(self.url)


def make_template(kind: str, folder: Path) -> Template:
    """Migrate an empty database."""
    if kind == "sqlite":
        url = f"sqlite:///{folder / 'template.sqlite'}"
    else:
        name = f"template_{uuid.uuid4().hex[:12]}"
        _postgresql(f"CREATE DATABASE {name}")
        url = _with_database(name)
    app = create_app(test_settings(folder, url, CLOCK))
    with app.app_context():
        upgrade()
        _close(kind == "sqlite")
    return Template(url, folder)


def make_peopled(template: Template, folder: Path, write: Callable[[], None]) -> Template:
    """A copy of a template in which something is written once: copied, it costs a test nothing to have it."""
    url = template.copy(folder)
    app = create_app(test_settings(folder, url, CLOCK))
    with app.app_context():
        write()
        _close(template.is_sqlite)
    if template.is_sqlite:
        shutil.move(folder / "cptsapp.sqlite", folder / "template.sqlite")
    return Template(url, folder)


def _close(is_sqlite: bool) -> None:
    """Leave one file to copy, without its write-ahead log."""
    session.remove()
    if is_sqlite:
        with db.engine.connect() as connection:
            connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    dispose()


def dispose() -> None:
    """Close every connection of the application's engine."""
    session.remove()
    db.engine.dispose()


_compiled: dict[str, tuple[Dialect, Any]] = {}


def share_compiled(engine: Engine) -> None:
    """What one test's engine has compiled serves the others': each would write the same statements again.

    A compiled statement is known by its dialect, so they share that too; it knows nothing of one database.
    """
    name = engine.dialect.name
    if name not in _compiled:
        engine.connect().close()  # a dialect asks the version of the server at its engine's first connection
        _compiled[name] = engine.dialect, engine._compiled_cache
    engine.dialect, engine._compiled_cache = _compiled[name]


_opened: "weakref.WeakSet[psycopg.Connection]" = weakref.WeakSet()


@event.listens_for(Pool, "connect")
def _note_opened(connection: object, _record: object) -> None:
    if isinstance(connection, psycopg.Connection):
        _opened.add(connection)


def close_left_open() -> int:
    """Close what this process still has open to PostgreSQL; gives how many: collected later, they fail another test."""
    left = [connection for connection in _opened if not connection.closed]
    for connection in left:
        connection.close()
    return len(left)


def reverse_unordered(engine) -> None:
    """Make SQLite give unordered rows in reverse: a forgotten ORDER BY shows."""
    event.listen(engine, "connect", lambda c, _r: c.execute("PRAGMA reverse_unordered_selects=ON"))


def touch_distinctly(path: Path) -> None:
    """Give a file a modification time it never had, however fast it is rewritten."""
    stat = path.stat()
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns + uuid.uuid4().int % 10**6 + 1))


def server() -> str:
    """The PostgreSQL server of this run."""
    url = os.environ.get("CPTSAPP_TEST_POSTGRESQL")
    if not url:
        raise RuntimeError("CPTSAPP_TEST_POSTGRESQL names no server: run `make test`, which starts one")
    return url


def _with_database(name: str) -> str:
    return make_url(server()).set(database=name).render_as_string(hide_password=False)


def _postgresql(statement: str) -> None:
    address = make_url(server()).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(statement)
