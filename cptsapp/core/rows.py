"""Holding a row to change it."""

from typing import TypeVar

from cptsapp.core.db import Base, session
from cptsapp.core.refusals import Invisible

Row = TypeVar("Row", bound=Base)


def hold(kind: type[Row], number: int) -> Row:
    """The row of that number, as it stands and nobody else's until the transaction ends; raises Invisible for none.

    Every action that changes one begins so: of two at once the second sees what the first did (SQLite has one writer).
    """
    found = session.get(kind, number, with_for_update=True, populate_existing=True)
    if found is None:
        raise Invisible
    return found
