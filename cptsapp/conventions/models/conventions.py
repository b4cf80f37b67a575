"""Tables of conventions, their parties and articles, the frozen texts, comments and signatures."""

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cptsapp.core.db import Base, choice


class ConventionState(enum.StrEnum):
    """Where a convention stands; what may follow is in `rules.states`."""

    DRAFT = "draft"
    CIRCULATED = "circulated"
    ADOPTED = "adopted"
    IN_FORCE = "in_force"
    ENDED = "ended"


class Renewal(enum.StrEnum):
    """What happens on its last day: tacit renewal unless notice is given, a decision, or nothing."""

    TACIT = "tacit"
    EXPRESS = "express"
    NONE = "none"


class EndReason(enum.StrEnum):
    """Why a convention is over."""

    TERM = "term"
    NOTICE = "notice"
    REPLACED = "replaced"
    PARTNER_LEFT = "partner_left"
    ABANDONED = "abandoned"


class Convention(Base):
    """A convention, or an amendment when it has a parent. Days are local to the CPTS.

    `ends_on` is its last day, both included, moved by each renewal. `checksum` is that of the frozen text that was
    adopted and that the parties sign. `version` is raised by each change of the draft.
    """

    __tablename__ = "convention"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="ends_after_start"),
        CheckConstraint("renewal = 'none' OR renewal_months BETWEEN 1 AND 120", name="renewal_known"),
        CheckConstraint("renewal <> 'tacit' OR (notice_months BETWEEN 0 AND 24)", name="notice_known"),
        CheckConstraint("(state = 'ended') = (ended_on IS NOT NULL)", name="ended_has_day"),
        CheckConstraint("(state = 'ended') = (end_reason IS NOT NULL)", name="ended_has_reason"),
        CheckConstraint("state NOT IN ('adopted', 'in_force') OR checksum IS NOT NULL", name="adopted_is_frozen"),
        CheckConstraint("state <> 'in_force' OR starts_on IS NOT NULL", name="in_force_has_start"),
        CheckConstraint("(parent_id IS NULL) = (amendment_number IS NULL)", name="amendment_has_number"),
        UniqueConstraint("parent_id", "amendment_number"),
        Index("ix_convention_register", "state", "ends_on", "id"),
        {"sqlite_autoincrement": True},  # the trail speaks of a convention by its number: it is never given again
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    state: Mapped[ConventionState] = mapped_column(
        choice(ConventionState, "convention_state"), default=ConventionState.DRAFT
    )
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("convention.id"))
    amendment_number: Mapped[int | None]
    template_version_id: Mapped[int | None] = mapped_column(ForeignKey("template_version.id"), index=True)
    checklist_id: Mapped[int] = mapped_column(ForeignKey("checklist.id"), unique=True)
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    renewal: Mapped[Renewal] = mapped_column(choice(Renewal, "renewal"), default=Renewal.NONE)
    renewal_months: Mapped[int | None]
    notice_months: Mapped[int | None]
    comments_due_on: Mapped[date | None]
    adopted_on: Mapped[date | None]
    minutes_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"), index=True)
    checksum: Mapped[str | None]
    notice_given_on: Mapped[date | None]
    notice_by_cpts: Mapped[bool | None]
    ended_on: Mapped[date | None]
    end_reason: Mapped[EndReason | None] = mapped_column(choice(EndReason, "end_reason"))
    end_note: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    version: Mapped[int] = mapped_column(default=1)

    articles: Mapped[list["Article"]] = relationship(order_by="Article.position")
    parties: Mapped[list["ConventionParty"]] = relationship(order_by="ConventionParty.position")


class ConventionParty(Base):
    """Who signs: the CPTS (no partner) or a partner. The first partner is the one the register shows."""

    __tablename__ = "convention_party"
    __table_args__ = (
        UniqueConstraint("convention_id", "position"),
        Index(
            "uq_convention_party_partner",
            "convention_id",
            "partner_id",
            unique=True,
            sqlite_where=text("partner_id IS NOT NULL"),
            postgresql_where=text("partner_id IS NOT NULL"),
        ),
        Index(
            "uq_convention_party_cpts",
            "convention_id",
            unique=True,
            sqlite_where=text("partner_id IS NULL"),
            postgresql_where=text("partner_id IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    convention_id: Mapped[int] = mapped_column(ForeignKey("convention.id"))
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id"), index=True)
    position: Mapped[int]


class Article(Base):
    """An article as it stands: « 2.1.3 », its title, its paragraphs. Its commitments carry its number."""

    __tablename__ = "article"
    __table_args__ = (UniqueConstraint("convention_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    convention_id: Mapped[int] = mapped_column(ForeignKey("convention.id"))
    position: Mapped[int]
    number: Mapped[str]
    title: Mapped[str]
    body: Mapped[str]


class FrozenText(Base):
    """A text as circulated or adopted: `content` is `rules.texts.Text`, `checksum` its SHA-256; never changed."""

    __tablename__ = "frozen_text"
    __table_args__ = (
        UniqueConstraint("convention_id", "number"),
        CheckConstraint("length(checksum) = 64", name="checksum_whole"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    convention_id: Mapped[int] = mapped_column(ForeignKey("convention.id"))
    number: Mapped[int]
    content: Mapped[dict[str, Any]]
    checksum: Mapped[str]
    frozen_at: Mapped[datetime]
    frozen_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))


class ConventionComment(Base):
    """A remark on a circulated text, on one article or on the whole, and what was answered."""

    __tablename__ = "convention_comment"
    __table_args__ = (CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answered_has_day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    convention_id: Mapped[int] = mapped_column(ForeignKey("convention.id"), index=True)
    text_id: Mapped[int] = mapped_column(ForeignKey("frozen_text.id"), index=True)
    article_number: Mapped[str | None]
    body: Mapped[str]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    said_by: Mapped[str] = mapped_column(default="")  # for a remark that came by mail or by telephone
    said_at: Mapped[datetime]
    answer: Mapped[str | None]
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))


class Signature(Base):
    """A party's signature of a frozen text: the day, the name, the signed file. Cancelled, it stays."""

    __tablename__ = "signature"
    __table_args__ = (
        Index(
            "uq_signature_live",
            "text_id",
            "party_id",
            unique=True,
            sqlite_where=text("cancelled_at IS NULL"),
            postgresql_where=text("cancelled_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    text_id: Mapped[int] = mapped_column(ForeignKey("frozen_text.id"))
    party_id: Mapped[int] = mapped_column(ForeignKey("convention_party.id"), index=True)
    signer: Mapped[str]
    function: Mapped[str] = mapped_column(default="")
    signed_on: Mapped[date]
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"), index=True)
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    cancelled_at: Mapped[datetime | None]
    cancelled_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
