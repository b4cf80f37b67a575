"""Tables of the settings, the private links and the rights of persons."""

import enum
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from cptsapp.core.db import Base, choice


class InboxSettings(Base):
    """Delays in days, weights of the criteria, retention, and what the public page says: at most one row."""

    __tablename__ = "inbox_settings"
    __table_args__ = (
        CheckConstraint("id = 1", name="single"),
        CheckConstraint("retention_months BETWEEN 12 AND 24", name="retention_known"),
        CheckConstraint("inactive_months BETWEEN 1 AND 12", name="inactive_known"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    is_open: Mapped[bool] = mapped_column(default=True)
    # Days of each named deadline (`Deadline`), and of the ladder of silence.
    delays: Mapped[dict[str, Any]]
    weights: Mapped[dict[str, Any]]
    inactive_months: Mapped[int] = mapped_column(default=6)
    retention_months: Mapped[int] = mapped_column(default=12)
    line_phone: Mapped[str | None]
    line_hours: Mapped[str] = mapped_column(default="")
    dpo_contact: Mapped[str] = mapped_column(default="")
    updated_at: Mapped[datetime]


class LinkPurpose(enum.StrEnum):
    """What a private link opens."""

    PERSON = "person"
    CAPACITY = "capacity"
    PROPOSAL = "proposal"


class InboxLink(Base):
    """A private link: 128 bits, stored hashed, with an end, revocable. A GET shows nothing personal (pitfall 24)."""

    __tablename__ = "inbox_link"
    __table_args__ = (
        CheckConstraint(
            "(purpose = 'person') = (request_id IS NOT NULL)"
            " AND (purpose = 'capacity') = (person_id IS NOT NULL)"
            " AND (purpose = 'proposal') = (proposal_id IS NOT NULL)",
            name="of_one",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[LinkPurpose] = mapped_column(choice(LinkPurpose, "link_purpose"))
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    request_id: Mapped[int | None] = mapped_column(ForeignKey("request.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("capacity_campaign.id"), index=True)
    proposal_id: Mapped[int | None] = mapped_column(ForeignKey("doctor_proposal.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    failure_count: Mapped[int] = mapped_column(default=0)


class RightKind(enum.StrEnum):
    """A right a person uses (§6.3)."""

    ACCESS = "access"
    RECTIFICATION = "rectification"
    ERASURE = "erasure"


class RightAsked(Base):
    """A right asked for, and the day by which the law wants an answer; done at once, or queued."""

    __tablename__ = "right_asked"
    __table_args__ = (
        Index(
            "ix_right_asked_waiting",
            "due_on",
            sqlite_where=text("done_at IS NULL"),
            postgresql_where=text("done_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    seal_id: Mapped[UUID] = mapped_column(default=uuid4, unique=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"), index=True)
    kind: Mapped[RightKind] = mapped_column(choice(RightKind, "right_kind"))
    note: Mapped[bytes | None]
    asked_at: Mapped[datetime]
    due_on: Mapped[date]
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    answer: Mapped[str | None]
