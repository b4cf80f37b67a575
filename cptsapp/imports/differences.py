"""Both sides of an item, field by field, as the open row of the review shows them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, or_, select

from cptsapp.accounts.models import User
from cptsapp.core.db import session
from cptsapp.core.french import day_numeric
from cptsapp.core.local import local
from cptsapp.directory.models import PinnedField, Practice, SheetKind
from cptsapp.imports.models import ImportItem
from cptsapp.imports.wording import LABELS


@dataclass(frozen=True, slots=True)
class Side:
    """A field: what the directory says, what the file says, and a word about ours (who corrected it, when)."""

    label: str
    ours: str
    theirs: str
    note: str = ""

    @property
    def is_different(self) -> bool:
        """Whether the two say something else."""
        return self.ours != self.theirs


def sides(item: ImportItem) -> list[Side]:
    """Every field that one side has, in the order one reads: who, then where. One statement."""
    ours: Mapping[str, str] = item.ours.get("fields", {})
    theirs: Mapping[str, str] = item.found.get("fields", {})
    notes = _notes(item)
    labels = dict.fromkeys([*theirs, *ours])
    return [Side(label, ours.get(label, ""), theirs.get(label, ""), notes.get(label, "")) for label in labels]


def _notes(item: ImportItem) -> dict[str, str]:
    """Who corrected by hand what the file disputes, by label."""
    pinned = [op for op in item.found.get("ops", []) if op.get("is_pinned")]
    if not pinned:
        return {}
    rows = session.execute(
        select(PinnedField.name, PinnedField.pinned_at, User.display_name)
        .outerjoin(User, User.id == PinnedField.pinned_by_id)
        .where(_of(item, pinned), PinnedField.name.in_({op["name"] for op in pinned}))
    )
    return {LABELS[name]: _note(who, local(at).date()) for name, at, who in rows if name in LABELS}


def _of(item: ImportItem, ops: list[dict[str, Any]]) -> Any:
    """WHERE over the fields that were corrected on the person's sheet, or at the places of the disputed practices."""
    practices = [op["id"] for op in ops if op["op"] == "practice"]
    places = select(Practice.place_id).where(Practice.id.in_(practices))
    return or_(
        and_(PinnedField.sheet_kind == SheetKind.PERSON, PinnedField.sheet_id == item.person_id),
        and_(PinnedField.sheet_kind == SheetKind.PLACE, PinnedField.sheet_id.in_(places)),
    )


def _note(who: str | None, day: Any) -> str:
    by = f" par {who}" if who else ""
    return f"corrigé à la main{by}, le {day_numeric(day)}"
