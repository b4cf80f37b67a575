"""Tables of meetings and reviews, of the poll of dates, attendance and documents asked for."""

import enum
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from cptsapp.core.db import Base, choice


class MeetingKind(enum.StrEnum):
    """The first meeting by video (A74), the two reviews (A79), or one more."""

    FIRST = "first"
    REVIEW_6 = "review_6"
    REVIEW_12 = "review_12"
    EXTRA = "extra"


class MeetingState(enum.StrEnum):
    """Where a meeting stands; what may follow is in `rules.states`."""

    PLANNED = "planned"
    POLLING = "polling"
    FIXED = "fixed"
    HELD = "held"
    CANCELLED = "cancelled"


class DateReply(enum.StrEnum):
    """What someone answers to one date of the poll."""

    YES = "yes"
    MAYBE = "maybe"
    NO = "no"


class DocumentKind(enum.StrEnum):
    """What the care circle asks for (A77)."""

    PRESCRIPTION = "prescription"
    CERTIFICATE = "certificate"
    REPORT = "report"
    FORM = "form"
    OTHER = "other"


class PlanMeeting(Base):
    """A meeting of the circle. `due_on` is the day before which it must be held: computed, or moved with a reason.

    `moved_reason` is sealed under `seal_id`; `link` is the address of the video call.
    """

    __tablename__ = "plan_meeting"
    __table_args__ = (
        CheckConstraint("state NOT IN ('fixed', 'held') OR starts_at IS NOT NULL", name="fixed_has_hour"),
        CheckConstraint("minutes BETWEEN 10 AND 240", name="minutes_known"),
        CheckConstraint("(state = 'held') = (held_on IS NOT NULL)", name="held_has_day"),
        Index(
            "uq_plan_meeting_kind",
            "plan_id",
            "kind",
            unique=True,
            sqlite_where=text("kind <> 'extra' AND state <> 'cancelled'"),
            postgresql_where=text("kind <> 'extra' AND state <> 'cancelled'"),
        ),
        Index("ix_plan_meeting_due", "state", "due_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    seal_id: Mapped[UUID] = mapped_column(default=uuid4, unique=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("care_plan.id"), index=True)
    kind: Mapped[MeetingKind] = mapped_column(choice(MeetingKind, "meeting_kind"))
    state: Mapped[MeetingState] = mapped_column(choice(MeetingState, "meeting_state"), default=MeetingState.PLANNED)
    computed_on: Mapped[date]
    due_on: Mapped[date]
    moved_reason: Mapped[bytes | None]
    poll_closes_on: Mapped[date | None]
    starts_at: Mapped[datetime | None]
    minutes: Mapped[int] = mapped_column(default=45)
    link: Mapped[str] = mapped_column(default="")
    held_on: Mapped[date | None]
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


class MeetingDate(Base):
    """A date put to the circle."""

    __tablename__ = "meeting_date"
    __table_args__ = (UniqueConstraint("meeting_id", "starts_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("plan_meeting.id"))
    starts_at: Mapped[datetime]


class DateAnswer(Base):
    """What a member of the circle answers to one date."""

    __tablename__ = "date_answer"
    __table_args__ = (UniqueConstraint("date_id", "member_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    date_id: Mapped[int] = mapped_column(ForeignKey("meeting_date.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("circle_member.id"), index=True)
    reply: Mapped[DateReply] = mapped_column(choice(DateReply, "date_reply"))
    answered_at: Mapped[datetime]


class Attendance(Base):
    """Who was there."""

    __tablename__ = "attendance"
    __table_args__ = (UniqueConstraint("meeting_id", "member_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("plan_meeting.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("circle_member.id"), index=True)
    was_present: Mapped[bool]


class DocumentAsked(Base):
    """A document asked of someone of the circle: what kind, and the day it came. It is never kept here (B34)."""

    __tablename__ = "document_asked"
    __table_args__ = (CheckConstraint("received_on IS NULL OR dropped_on IS NULL", name="one_end"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("care_plan.id"), index=True)
    kind: Mapped[DocumentKind] = mapped_column(choice(DocumentKind, "document_kind"))
    member_id: Mapped[int] = mapped_column(ForeignKey("circle_member.id"), index=True)
    asked_on: Mapped[date]
    due_on: Mapped[date]
    received_on: Mapped[date | None]
    dropped_on: Mapped[date | None]
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
