"""The table of messages."""

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from cptsapp.core.db import Base, choice
from cptsapp.outbox.private import MARK, unwrap


class MessageState(enum.StrEnum):
    """Where a message stands."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"


class CalendarMethod(enum.StrEnum):
    """What a calendar does with the file it receives (RFC 5546)."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


class Message(Base):
    """A mail to one address, sealed when it is a patient's (`private.wrap`).

    `once_key` is unique: one reminder per thing, kind and day can exist (pitfall 16).
    """

    __tablename__ = "message"
    __table_args__ = (
        Index(
            "ix_message_due",
            "next_at",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index(
            "ix_message_failed",
            "id",
            sqlite_where=text("state = 'failed'"),
            postgresql_where=text("state = 'failed'"),
        ),
        Index("ix_message_subject", "subject_type", "subject_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    to_address: Mapped[str]
    to_user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    title: Mapped[str]
    body: Mapped[str]
    subject_type: Mapped[str | None]
    subject_id: Mapped[int | None]
    once_key: Mapped[str | None] = mapped_column(unique=True)
    state: Mapped[MessageState] = mapped_column(choice(MessageState, "state"), default=MessageState.WAITING)
    message_id: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    next_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]
    last_error: Mapped[str | None]

    @property
    def text(self) -> str:
        """The body as its addressee reads it, private links opened."""
        return unwrap(self.body)

    @property
    def address(self) -> str:
        """Where it goes, opened when it is sealed."""
        return unwrap(self.to_address)

    @property
    def shown_address(self) -> str:
        """The same for who looks after the mails, and never a patient's."""
        return "adresse privée" if self.to_address.startswith(MARK) else self.to_address


class MessageCalendar(Base):
    """A calendar file that leaves with a message. Who organises and who is asked are said when it leaves (`smtp`)."""

    __tablename__ = "message_calendar"

    message_id: Mapped[int] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"), primary_key=True)
    method: Mapped[CalendarMethod] = mapped_column(choice(CalendarMethod, "calendar_method"))
    content: Mapped[str]
