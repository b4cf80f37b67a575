"""Writing the trail: called by every action, in its transaction."""

from typing import Any, Protocol

from sqlalchemy import insert

from cptsapp.audit.models import AuditEvent, Category
from cptsapp.core import clock
from cptsapp.core.db import session

_LINE = insert(AuditEvent.__table__)  # type: ignore[arg-type]  # a table; no object is needed for a line nobody holds


class Actor(Protocol):
    """Whoever acts: a signed-in user. `None` stands for the software itself."""

    @property
    def id(self) -> int | None: ...
    @property
    def desk_id(self) -> int | None: ...


class Thing(Protocol):
    """A row with a number."""

    __tablename__: str


def record(
    kind: str,
    thing: Thing | None,
    *,
    by: Actor | None,
    category: Category = Category.CHANGE,
    **data: Any,
) -> None:
    """Note who did what to which row. `data` holds harmless JSON values only: never a patient's name, year or phone."""
    session.flush()  # what the line is about stands before it
    session.connection().execute(
        _LINE,
        {
            "at": clock.now(),
            "category": category,
            "kind": kind,
            "user_id": by.id if by else None,
            "desk_id": by.desk_id if by else None,
            "subject_type": thing.__tablename__ if thing is not None else "",
            "subject_id": getattr(thing, "id", None),
            "data": data,
        },
    )


def record_reading(kind: str, thing: Thing, *, by: Actor, **data: Any) -> None:
    """Note that someone opened a patient's data. From a GET, call it through `http.app.after_commit`."""
    record(kind, thing, by=by, category=Category.READING, **data)
