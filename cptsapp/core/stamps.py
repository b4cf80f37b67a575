"""A stamp changes with each transaction that writes in some tables.

What a process keeps in memory, made from these tables, is true as long as the stamp is the one it was made under. The
stamp is written last, by the same commit: nobody waits for its row but for the time of a commit, no two transactions
wait for each other, and no action can forget it.
"""

import re
import secrets
from typing import Any

from sqlalchemy import BigInteger, Connection, bindparam, event, select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Mapped, mapped_column

from cptsapp.core.db import Base, session
from cptsapp.core.prepared import Prepared

_WRITES = re.compile(r"\s*(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM)\s+\"?(\w+)", re.IGNORECASE)
_KEY = "written_tables"
UNSTAMPED = {"is_stamped": False}  # execution options of a connection whose writes change no stamp
_watched: dict[str, frozenset[str]] = {}


class Stamp(Base):
    """The stamp of a group of tables: a number drawn at random, so that a copy put back bears none that was seen."""

    __tablename__ = "stamp"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger)


_READ = Prepared(lambda: select(Stamp.value).where(Stamp.name == bindparam("name")))
_WRITE = {
    "sqlite": "INSERT INTO stamp (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    "postgresql": "INSERT INTO stamp (name, value) VALUES (%s, %s)"
    " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
}


def watch(name: str, *tables: type[Base]) -> str:
    """From now on a commit that wrote in one of these tables changes the stamp of that name; gives the name."""
    _watched[name] = frozenset(table.__tablename__ for table in tables)
    return name


def value(name: str) -> int | None:
    """The stamp as it stands for this transaction; None before the first change."""
    found: int | None = _READ.scalar(name=name)
    return found


def is_written(name: str) -> bool:
    """Whether this transaction has itself written in these tables: what it reads may yet be taken back."""
    if not (session.registry.has() and session().in_transaction()):
        return False
    session.flush()
    return not _watched[name].isdisjoint(session.connection().info.get(_KEY, ()))


def listen(engine: Engine) -> None:
    """Note on each connection which tables its transaction writes in."""
    event.listen(engine, "before_cursor_execute", _note)
    event.listen(engine, "commit", _write)
    event.listen(engine, "rollback", _forget)


def _note(connection: Connection, _cursor: Any, statement: str, *_rest: Any) -> None:
    found = _WRITES.match(statement)
    if found and UNSTAMPED.items().isdisjoint(connection.get_execution_options().items()):
        connection.info.setdefault(_KEY, set()).add(found[1])


def _forget(connection: Connection) -> None:
    connection.info.pop(_KEY, None)


def _write(connection: Connection) -> None:
    written = connection.info.pop(_KEY, None)
    for name, tables in _watched.items():
        if written and not tables.isdisjoint(written):
            cursor = connection.connection.cursor()
            cursor.execute(_WRITE[connection.dialect.name], (name, secrets.randbits(62)))
            cursor.close()
