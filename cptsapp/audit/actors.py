"""Names of those who act, for the trail and the messages, which stand below the accounts in the layers."""

from collections.abc import Iterable

from sqlalchemy import select

from cptsapp.core.db import Base, session


def names(user_ids: Iterable[int | None]) -> dict[int, str]:
    """The shown name of each user."""
    return _names("user", "display_name", user_ids)


def desk_names(desk_ids: Iterable[int | None]) -> dict[int, str]:
    """The name of each regulation desk."""
    return _names("desk", "name", desk_ids)


def everyone() -> list[tuple[int, str]]:
    """All users by name, for a filter."""
    table = Base.metadata.tables["user"]
    return [
        (r.id, r.display_name)
        for r in session.execute(select(table.c.id, table.c.display_name).order_by(table.c.display_name, table.c.id))
    ]


def _names(table_name: str, column: str, ids: Iterable[int | None]) -> dict[int, str]:
    wanted = {i for i in ids if i is not None}
    if not wanted:
        return {}
    table = Base.metadata.tables[table_name]
    rows = session.execute(select(table.c.id, table.c[column]).where(table.c.id.in_(wanted)))
    return {row[0]: row[1] for row in rows}
