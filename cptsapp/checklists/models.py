"""Tables of checklists, commitments, evidence and journals. What is typed is sealed: a plan is about a patient."""

import enum
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from cptsapp.core.db import Base, choice


class ChecklistKind(enum.StrEnum):
    """What a checklist belongs to."""

    CONVENTION = "convention"
    CARE_PLAN = "care_plan"


class CommitmentState(enum.StrEnum):
    """Where a commitment stands; what may follow is in `rules`. Late is derived, never stored."""

    TODO = "todo"
    DOING = "doing"
    DONE = "done"
    DROPPED = "dropped"


class Side(enum.StrEnum):
    """Who owes a commitment: a party of the convention, or a role of the plan (A74–A79)."""

    CPTS = "cpts"
    PARTNER = "partner"
    REGULAR_DOCTOR = "regular_doctor"
    LEAD = "lead"
    CIRCLE = "circle"


class EvidenceKind(enum.StrEnum):
    """How a commitment is shown to be kept."""

    FILE = "file"
    LINK = "link"
    FIGURE = "figure"


class Checklist(Base):
    """The commitments and the journal of one convention or plan, which points to it.

    `is_live`: what it lists is asked of people today; a draft's and an ended convention's are not.
    """

    __tablename__ = "checklist"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[ChecklistKind] = mapped_column(choice(ChecklistKind, "checklist_kind"))
    is_live: Mapped[bool] = mapped_column(default=False)


_OPEN = "state IN ('todo', 'doing')"


class Commitment(Base):
    """One thing owed. `number` and `heading` are those of its article; `expected` is how it is shown to be done.

    Without `due_on`: « en continu », or no day yet (`due_months` after the start then gives it). `every_months`: it
    comes again once done. `comment` is sealed under `seal_id`. `version` is raised by each change.
    """

    __tablename__ = "commitment"
    __table_args__ = (
        CheckConstraint("every_months IS NULL OR every_months BETWEEN 1 AND 60", name="every_known"),
        CheckConstraint("due_months IS NULL OR due_months BETWEEN 0 AND 120", name="due_known"),
        CheckConstraint("NOT is_continuous OR (due_on IS NULL AND every_months IS NULL)", name="continuous_has_no_day"),
        CheckConstraint("(state = 'done') = (done_on IS NOT NULL)", name="done_has_day"),
        CheckConstraint("renewed_from_id <> id", name="renewed_from_another"),
        Index("ix_commitment_checklist", "checklist_id", "position", "id"),
        Index(
            "ix_commitment_owner",
            "owner_id",
            "due_on",
            sqlite_where=text(_OPEN),
            postgresql_where=text(_OPEN),
        ),
        Index("ix_commitment_due", "due_on", sqlite_where=text(_OPEN), postgresql_where=text(_OPEN)),
        {"sqlite_autoincrement": True},  # one removed from a draft gives its number to no other: the trail speaks by it
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    seal_id: Mapped[UUID] = mapped_column(default=uuid4, unique=True)
    checklist_id: Mapped[int] = mapped_column(ForeignKey("checklist.id"))
    code: Mapped[str | None]  # which of the standard ones it is, for whoever fills them in by an act
    position: Mapped[int]
    number: Mapped[str] = mapped_column(default="")
    heading: Mapped[str] = mapped_column(default="")
    label: Mapped[str]
    expected: Mapped[str] = mapped_column(default="")
    side: Mapped[Side] = mapped_column(choice(Side, "side"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    due_on: Mapped[date | None]
    due_months: Mapped[int | None]
    every_months: Mapped[int | None]
    is_continuous: Mapped[bool] = mapped_column(default=False)
    state: Mapped[CommitmentState] = mapped_column(
        choice(CommitmentState, "commitment_state"), default=CommitmentState.TODO
    )
    done_on: Mapped[date | None]
    comment: Mapped[bytes | None]
    changed_at: Mapped[datetime]
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    # The occurrence before this one: unique, so that two people who tick it renew it once.
    renewed_from_id: Mapped[int | None] = mapped_column(ForeignKey("commitment.id"), unique=True)
    version: Mapped[int] = mapped_column(default=1)


class Evidence(Base):
    """What shows that a commitment was kept: a file, a link or a figure as it stood that day. Withdrawn, it stays."""

    __tablename__ = "evidence"
    __table_args__ = (
        CheckConstraint(
            "(kind = 'file') = (file_id IS NOT NULL) AND (kind = 'link') = (url IS NOT NULL)"
            " AND (kind = 'figure') = (figure IS NOT NULL)",
            name="of_one",
        ),
        CheckConstraint("(figure IS NULL) = (value IS NULL)", name="figure_has_value"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    commitment_id: Mapped[int] = mapped_column(ForeignKey("commitment.id"), index=True)
    kind: Mapped[EvidenceKind] = mapped_column(choice(EvidenceKind, "evidence_kind"))
    label: Mapped[str] = mapped_column(default="")
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"), index=True)
    url: Mapped[str | None]
    figure: Mapped[str | None]  # the code of a figure of the app, with its value as it was written
    value: Mapped[str | None]
    added_at: Mapped[datetime]
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))


class JournalEntry(Base):
    """What happened: an act (`kind` has a sentence, `data` harmless values) or what someone wrote, sealed in `note`."""

    __tablename__ = "journal_entry"
    __table_args__ = (Index("ix_journal_entry_checklist", "checklist_id", "at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    seal_id: Mapped[UUID] = mapped_column(default=uuid4, unique=True)
    checklist_id: Mapped[int] = mapped_column(ForeignKey("checklist.id"))
    at: Mapped[datetime]
    kind: Mapped[str]
    data: Mapped[dict[str, Any]]
    commitment_id: Mapped[int | None] = mapped_column(ForeignKey("commitment.id"), index=True)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"), index=True)
    happened_on: Mapped[date | None]
    note: Mapped[bytes | None]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    cancelled_at: Mapped[datetime | None]
    cancelled_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
