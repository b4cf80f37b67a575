"""The table of the trail."""

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from cptsapp.core.db import Base, choice


class Category(enum.StrEnum):
    """What kind of trace an event is."""

    CHANGE = "change"
    READING = "reading"
    QUESTION = "question"


class AuditEvent(Base):
    """One act on one thing. `data` holds field names and harmless values; what is sealed is named, not copied."""

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("ix_audit_event_at", "at", "id"),
        Index("ix_audit_event_category", "category", "at", "id"),
        Index("ix_audit_event_user", "user_id", "at", "id"),
        Index("ix_audit_event_subject", "subject_type", "subject_id", "at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    category: Mapped[Category] = mapped_column(choice(Category, "category"))
    kind: Mapped[str]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    desk_id: Mapped[int | None] = mapped_column(ForeignKey("desk.id"))
    subject_type: Mapped[str]
    subject_id: Mapped[int | None]
    data: Mapped[dict[str, Any]]
