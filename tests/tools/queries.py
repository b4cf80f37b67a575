"""Counting the statements of a piece of code: a list costs the same number with 1 and 30 rows."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from cptsapp.core.db import db


@contextmanager
def count_queries() -> Iterator[list[str]]:
    """The statements sent meanwhile."""
    sent: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
