"""Copying, checking and putting back the database, whichever of the two it is. No ORM here: the copy is of the file.

The rows are counted in the very snapshot that is copied, so that a writer at work changes nothing to the comparison.
"""

import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL, make_url

Counts = dict[str, int]

SQLITE_NAME = "database.sqlite"
POSTGRESQL_NAME = "database.dump"


class CopyFailed(Exception):
    """The database could not be copied, checked or put back; the message says why, without any value."""


def copy_name(url: str) -> str:
    """The name of the file a database of this address is copied to."""
    return SQLITE_NAME if url.startswith("sqlite") else POSTGRESQL_NAME


def copy(url: str, target: Path) -> Counts:
    """Copy the database while it is used; gives the rows of each table. Raises CopyFailed."""
    return _copy_sqlite(url, target) if url.startswith("sqlite") else _copy_postgresql(url, target)


def check(path: Path) -> Counts:
    """Open the copy, check it whole, count its rows. Raises CopyFailed."""
    return _check_sqlite(path) if path.name == SQLITE_NAME else _check_postgresql(path)


def put_back(path: Path, url: str) -> None:
    """Replace the database by the copy. Raises CopyFailed."""
    if (path.name == SQLITE_NAME) != url.startswith("sqlite"):
        raise CopyFailed("This copy is of another kind of database than CPTSAPP_DATABASE_URL asks for.")
    if path.name == SQLITE_NAME:
        _put_back_sqlite(path, url)
    else:
        _put_back_postgresql(path, url)


# -- SQLite -----------------------------------------------------------------------------------------------------------


def sqlite_path(url: str) -> Path:
    """Where the file is."""
    return Path(make_url(url).database or "")


def _copy_sqlite(url: str, target: Path) -> Counts:
    with closing(sqlite3.connect(sqlite_path(url), isolation_level=None)) as source:
        source.execute("PRAGMA busy_timeout=30000")
        source.execute("BEGIN")  # the pages come from the snapshot that the first read takes
        counts = _count_sqlite(source)
        with closing(sqlite3.connect(target, isolation_level=None)) as copied:
            source.backup(copied, pages=-1)  # all at once: page by page a steady writer would restart it for ever
            copied.execute("PRAGMA journal_mode=DELETE")  # one file, nothing beside it
    return counts


def _check_sqlite(path: Path) -> Counts:
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as copied:
            problems = [row[0] for row in copied.execute("PRAGMA integrity_check")]
            orphans = copied.execute("PRAGMA foreign_key_check").fetchall()
            if problems != ["ok"] or orphans:
                raise CopyFailed(f"The copy is damaged: {problems[0]}, {len(orphans)} rows point to nothing.")
            return _count_sqlite(copied)
    except sqlite3.DatabaseError as error:
        raise CopyFailed(f"The copy does not open: {type(error).__name__}.") from error


def _count_sqlite(connection: sqlite3.Connection) -> Counts:
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    names = sorted(row[0] for row in tables.fetchall())
    return {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}  # noqa: S608  names come from the schema


def _put_back_sqlite(path: Path, url: str) -> None:
    target = sqlite_path(url)
    fresh = target.with_name(target.name + ".restored")
    fresh.write_bytes(path.read_bytes())
    os.chmod(fresh, 0o600)
    for suffix in ("-wal", "-shm"):  # they belong to the file that goes
        target.with_name(target.name + suffix).unlink(missing_ok=True)
    os.replace(fresh, target)


# -- PostgreSQL -------------------------------------------------------------------------------------------------------


def _copy_postgresql(url: str, target: Path) -> Counts:
    with _snapshot(url) as (connection, snapshot):
        counts = _count_postgresql(connection)
        _run(["pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={target}"], url)
    return counts


@contextmanager
def _snapshot(url: str) -> Iterator[tuple[psycopg.Connection, str]]:
    with psycopg.connect(_libpq(make_url(url)), autocommit=True) as connection:
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        row = connection.execute("SELECT pg_export_snapshot()").fetchone()
        assert row is not None
        yield connection, row[0]
        connection.execute("ROLLBACK")


def _count_postgresql(connection: psycopg.Connection) -> Counts:
    tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1").fetchall()
    counts = {}
    for (name,) in tables:
        row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name))).fetchone()
        counts[name] = row[0] if row else 0
    return counts


def _check_postgresql(path: Path) -> Counts:
    """Read the whole archive back as text and count the rows of each COPY."""
    counts: Counts = {}
    command = ["pg_restore", "--data-only", "--file=-", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as reader:
        assert reader.stdout is not None
        table = None
        for line in reader.stdout:
            if table is None and line.startswith(b"COPY public."):
                table = line.split()[1].decode().removeprefix("public.").strip('"')
                counts[table] = 0
            elif line == b"\\.\n":
                table = None
            elif table is not None:
                counts[table] += 1
    if reader.returncode != 0:
        raise CopyFailed("pg_restore cannot read the copy.")
    return counts


def _put_back_postgresql(path: Path, url: str) -> None:
    _run(
        ["pg_restore", "--clean", "--if-exists", "--no-owner", "--single-transaction", "--exit-on-error",
         f"--dbname={_libpq(make_url(url)._replace(password=None))}", str(path)],
        url,
    )  # fmt: skip


def _libpq(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def _run(command: list[str], url: str) -> None:
    """Run one of PostgreSQL's programs; the password goes by the environment, which `ps` does not show."""
    address = make_url(url)
    environment = {**os.environ, "PGPASSWORD": str(address.password or "")} if address.password else dict(os.environ)
    if command[0] == "pg_dump":
        command = [*command, f"--dbname={_libpq(address._replace(password=None))}"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise CopyFailed(f"{command[0]} failed: {done.stderr.strip().splitlines()[-1] if done.stderr.strip() else ''}")
