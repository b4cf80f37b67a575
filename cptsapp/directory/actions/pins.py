"""Keeping what a person corrected by hand: an import asks before it writes over a pinned column."""

from collections.abc import Mapping
from datetime import date
from enum import Enum
from typing import Any

from sqlalchemy import delete

from cptsapp.audit.actions import Actor
from cptsapp.core import clock
from cptsapp.core.db import is_sqlite, session
from cptsapp.directory.models import PinnedField, SheetKind
from cptsapp.directory.rules.pins import IMPORTED

_KEY = ["sheet_kind", "sheet_id", "name"]


def pin(sheet_kind: SheetKind, sheet_id: int, name: str, file_value: str | None, *, by: Actor | None) -> None:
    """Keep a column of a sheet from imports. What the file said of it the first time stays what it said."""
    values = {
        "sheet_kind": sheet_kind,
        "sheet_id": sheet_id,
        "name": name,
        "file_value": file_value,
        "pinned_at": clock.now(),
        "pinned_by_id": by.id if by else None,
    }
    again = {"pinned_at": values["pinned_at"], "pinned_by_id": values["pinned_by_id"]}
    session.execute(_insert(PinnedField).values(values).on_conflict_do_update(index_elements=_KEY, set_=again))


def _insert(table: type[PinnedField]) -> Any:
    """An INSERT that may become an update. Each database has its own, and loading both would slow every start."""
    if is_sqlite():
        from sqlalchemy.dialects.sqlite import insert
    else:
        from sqlalchemy.dialects.postgresql import insert  # type: ignore[assignment]
    return insert(table)


def unpin(sheet_kind: SheetKind, sheet_id: int, name: str) -> None:
    """Let imports write a column again."""
    session.execute(
        delete(PinnedField).where(
            PinnedField.sheet_kind == sheet_kind, PinnedField.sheet_id == sheet_id, PinnedField.name == name
        )
    )


def pin_changes(sheet_kind: SheetKind, sheet_id: int, before: Mapping[str, Any], *, by: Actor | None) -> None:
    """Pin those of the corrected columns that an import would write; `before` is what they held."""
    for name in sorted(IMPORTED[sheet_kind] & before.keys()):
        pin(sheet_kind, sheet_id, name, _as_text(before[name]), by=by)


def _as_text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, Enum):
        return str(value.value)
    return value.isoformat() if isinstance(value, date) else str(value)
