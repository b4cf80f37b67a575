"""The dated fact that a person or a structure is a member; how one becomes so is the business of `membership`."""

import enum
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from cptsapp.core.db import Base, choice


class College(enum.StrEnum):
    """The four voting groups (B11)."""

    PROFESSIONALS = "professionals"
    STRUCTURES = "structures"
    ELECTED = "elected"
    USERS = "users"


class LeaveReason(enum.StrEnum):
    """Why someone left before the end: a closed list, so that nobody writes of anyone's health."""

    MOVED = "moved"
    RETIRED = "retired"
    CHANGED_WORK = "changed_work"
    WISHES_NO_MORE = "wishes_no_more"
    CLOSED = "closed"
    OTHER = "other"


class Membership(Base):
    """A period during which someone is a member, both days included. Its state is computed, never written.

    Legal persons are members too (C20). Two periods of one member never overlap: `migrations.guards` sees to it.
    `left_on` is the last day of who left before the end.
    """

    __tablename__ = "membership"
    __table_args__ = (
        CheckConstraint("(person_id IS NULL) <> (organisation_id IS NULL)", name="of_one"),
        CheckConstraint("ends_on >= starts_on", name="ends_after_start"),
        CheckConstraint("left_on IS NULL OR (left_on >= starts_on AND left_on <= ends_on)", name="left_within"),
        CheckConstraint("fee_cents >= 0", name="fee_positive"),
        Index("ix_membership_person", "person_id", "starts_on"),
        Index("ix_membership_organisation", "organisation_id", "starts_on"),
        Index("ix_membership_ends", "ends_on"),
        Index(
            "uq_membership_receipt_number",
            "receipt_number",
            unique=True,
            sqlite_where=text("receipt_number IS NOT NULL"),
            postgresql_where=text("receipt_number IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    college: Mapped[College] = mapped_column(choice(College, "college"))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    left_on: Mapped[date | None]
    left_reason: Mapped[LeaveReason | None] = mapped_column(choice(LeaveReason, "left_reason"))
    fee_cents: Mapped[int] = mapped_column(default=0)
    paid_on: Mapped[date | None]
    receipt_number: Mapped[int | None]
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
