"""Tables of an import and of what it found."""

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from cptsapp.core.db import Base, choice


class ImportKind(enum.StrEnum):
    """Where the file comes from."""

    EXTRACT = "extract"
    LIST = "list"


class ImportState(enum.StrEnum):
    """Where an import stands."""

    MAPPING = "mapping"
    WAITING = "waiting"
    READING = "reading"
    REVIEW = "review"
    APPLIED = "applied"
    ABANDONED = "abandoned"
    FAILED = "failed"


class ItemKind(enum.StrEnum):
    """What the review says of a person, a structure or a line."""

    NEW = "new"
    CHANGED = "changed"
    GONE = "gone"
    DOUBTFUL = "doubtful"
    UNREADABLE = "unreadable"


class Decision(enum.StrEnum):
    """What is done with an item when the import is applied."""

    TAKE = "take"
    KEEP_OURS = "keep_ours"
    SEPARATE = "separate"
    LATER = "later"


_IS_OPEN = "state IN ('mapping', 'waiting', 'reading', 'review')"


class Import(Base):
    """One file brought in: one at a time is open (two people importing at once)."""

    __tablename__ = "import"
    __table_args__ = (
        CheckConstraint(f"({_IS_OPEN}) = (turn IS NOT NULL)", name="open_has_turn"),
        CheckConstraint("turn = 1", name="one_turn"),
        CheckConstraint("(state = 'applied') = (applied_at IS NOT NULL)", name="applied_has_instant"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[ImportKind] = mapped_column(choice(ImportKind, "import_kind"))
    state: Mapped[ImportState] = mapped_column(choice(ImportState, "import_state"))
    # 1 while it is open, nothing afterwards: being unique, it lets one import be open at a time.
    turn: Mapped[int | None] = mapped_column(unique=True)
    file_name: Mapped[str]
    file_bytes: Mapped[int]
    # Where the file waits, under the folder of the data; emptied once it is read for good.
    stored_as: Mapped[str | None]
    extract_on: Mapped[date]
    columns: Mapped[dict[str, Any]]
    read_bytes: Mapped[int] = mapped_column(default=0)
    line_count: Mapped[int] = mapped_column(default=0)
    outside_count: Mapped[int] = mapped_column(default=0)
    unchanged_count: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str | None]
    started_at: Mapped[datetime]
    started_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    beat_at: Mapped[datetime | None]
    applied_at: Mapped[datetime | None]
    applied_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))


class ImportItem(Base):
    """One thing the review shows: what the file says, what we have, why, and what was decided."""

    __tablename__ = "import_item"
    __table_args__ = (Index("ix_import_item_kind", "import_id", "kind", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("import.id"))
    kind: Mapped[ItemKind] = mapped_column(choice(ItemKind, "item_kind"))
    lines: Mapped[list[int]]
    reason: Mapped[str]
    label: Mapped[str]
    found: Mapped[dict[str, Any]]
    ours: Mapped[dict[str, Any]]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    needs_decision: Mapped[bool] = mapped_column(default=False)
    decision: Mapped[Decision | None] = mapped_column(choice(Decision, "decision"))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
