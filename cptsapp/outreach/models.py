"""Tables of call campaigns."""

import enum
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from cptsapp.core.db import Base, choice


class CallOutcome(enum.StrEnum):
    """How a call ended (B92)."""

    NO_ANSWER = "no_answer"
    CALL_BACK = "call_back"
    INFORMED = "informed"
    INTERESTED = "interested"
    WISHES_TO_JOIN = "wishes_to_join"
    REFUSES = "refuses"
    DO_NOT_CONTACT = "do_not_contact"
    WRONG_NUMBER = "wrong_number"


class TargetState(enum.StrEnum):
    """Still to call, done with, or taken off the list (joined meanwhile, objected, no number)."""

    TO_CALL = "to_call"
    DONE = "done"
    REMOVED = "removed"


class CallCampaign(Base):
    """A list of professionals to ring, and what is said to them."""

    __tablename__ = "call_campaign"
    __table_args__ = (CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="ends_after_start"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    professions: Mapped[list[str]]
    communes: Mapped[list[str]]
    members_too: Mapped[bool] = mapped_column(default=False)
    opening: Mapped[str]
    answers: Mapped[str] = mapped_column(default="")
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    closed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))


class CampaignCaller(Base):
    """Someone who calls for a campaign."""

    __tablename__ = "campaign_caller"
    __table_args__ = (UniqueConstraint("campaign_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("call_campaign.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)


class CallTarget(Base):
    """One person of a campaign. `claimed_by_id` has them on the line until `claimed_until`; one target a caller."""

    __tablename__ = "call_target"
    __table_args__ = (
        UniqueConstraint("campaign_id", "person_id"),
        CheckConstraint("(claimed_by_id IS NULL) = (claimed_until IS NULL)", name="claim_whole"),
        Index(
            "uq_call_target_claim",
            "claimed_by_id",
            unique=True,
            sqlite_where=text("claimed_by_id IS NOT NULL"),
            postgresql_where=text("claimed_by_id IS NOT NULL"),
        ),
        Index("ix_call_target_next", "campaign_id", "state", "due_at", "rank"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("call_campaign.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    rank: Mapped[int]
    state: Mapped[TargetState] = mapped_column(choice(TargetState, "target_state"), default=TargetState.TO_CALL)
    due_at: Mapped[datetime | None]
    call_count: Mapped[int] = mapped_column(default=0)
    last_outcome: Mapped[CallOutcome | None] = mapped_column(choice(CallOutcome, "call_outcome"))
    claimed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    claimed_until: Mapped[datetime | None]


class Call(Base):
    """One call and its outcome; undone, it stays, struck out."""

    __tablename__ = "call"
    __table_args__ = (
        Index("ix_call_target", "target_id", "called_at"),
        Index("ix_call_caller", "caller_id", "called_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    target_id: Mapped[int] = mapped_column(ForeignKey("call_target.id"))
    caller_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    called_at: Mapped[datetime]
    outcome: Mapped[CallOutcome] = mapped_column(choice(CallOutcome, "call_outcome"))
    call_back_at: Mapped[datetime | None]
    note: Mapped[str | None]
    undone_at: Mapped[datetime | None]
