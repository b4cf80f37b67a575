"""Tables of what the CPTS adds to a sheet: corrections, exchanges, movements, merges, objections."""

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from cptsapp.core.db import Base, choice


class SheetKind(enum.StrEnum):
    """What a sheet of the directory is about."""

    PERSON = "person"
    ORGANISATION = "organisation"
    PLACE = "place"


class MovementKind(enum.StrEnum):
    """What the territory gains or loses (E55, E62)."""

    ARRIVAL = "arrival"
    RETIREMENT = "retirement"
    DEPARTURE = "departure"
    REPLACEMENT = "replacement"
    MATERNITY = "maternity"
    LEAVE = "leave"


class Channel(enum.StrEnum):
    """How an exchange took place."""

    CALL = "call"
    MEETING = "meeting"
    MAIL = "mail"
    ONLINE = "online"


class PinnedField(Base):
    """A column corrected by hand, and what the extract said of it then: an import asks before it writes over it."""

    __tablename__ = "pinned_field"
    __table_args__ = (UniqueConstraint("sheet_kind", "sheet_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    sheet_kind: Mapped[SheetKind] = mapped_column(choice(SheetKind, "sheet_kind"))
    sheet_id: Mapped[int]
    name: Mapped[str]
    file_value: Mapped[str | None]
    pinned_at: Mapped[datetime]
    pinned_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))


class Movement(Base):
    """An arrival, a retirement foreseen, a replacement, a leave: dated, and said by someone (E55, E62)."""

    __tablename__ = "movement"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="ends_after_start"),
        CheckConstraint("replaced_by_id IS NULL OR replaced_by_id <> person_id", name="replaced_by_another"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[MovementKind] = mapped_column(choice(MovementKind, "movement_kind"))
    starts_on: Mapped[date] = mapped_column(index=True)
    ends_on: Mapped[date | None]
    is_confirmed: Mapped[bool] = mapped_column(default=False)
    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    note: Mapped[str | None]
    cancelled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))


class Exchange(Base):
    """What was said with a professional, on a day: for the coordination alone."""

    __tablename__ = "exchange"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    held_on: Mapped[date]
    channel: Mapped[Channel] = mapped_column(choice(Channel, "channel"))
    note: Mapped[str]
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))


class Objection(Base):
    """Someone who asked to be kept out, remembered by keyed fingerprints of what would bring them back (§6.2)."""

    __tablename__ = "objection"

    id: Mapped[int] = mapped_column(primary_key=True)
    fingerprint: Mapped[bytes] = mapped_column(unique=True)
    objected_on: Mapped[date]


class Merge(Base):
    """Two sheets made one: which was kept, what it took from the other, so that it can be undone."""

    __tablename__ = "merge"
    __table_args__ = (
        CheckConstraint("kept_id <> merged_id", name="of_two"),
        Index(
            "uq_merge_live",
            "sheet_kind",
            "merged_id",
            unique=True,
            sqlite_where=text("undone_at IS NULL"),
            postgresql_where=text("undone_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    sheet_kind: Mapped[SheetKind] = mapped_column(choice(SheetKind, "sheet_kind"))
    kept_id: Mapped[int] = mapped_column(index=True)
    merged_id: Mapped[int]
    taken: Mapped[dict[str, Any]]
    merged_at: Mapped[datetime]
    merged_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))


class Distinct(Base):
    """Two sheets that look alike and are not the same: said once, never proposed again."""

    __tablename__ = "distinct_pair"
    __table_args__ = (
        UniqueConstraint("sheet_kind", "low_id", "high_id"),
        CheckConstraint("low_id < high_id", name="in_order"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    sheet_kind: Mapped[SheetKind] = mapped_column(choice(SheetKind, "sheet_kind"))
    low_id: Mapped[int]
    high_id: Mapped[int]
    said_at: Mapped[datetime]
    said_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
