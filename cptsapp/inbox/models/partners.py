"""Tables of what goes to the partners (MiSAS, DAC), of what they answer and ask, and of the breaks in care."""

import enum
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from cptsapp.core.db import Base, choice
from cptsapp.inbox.models.requests import Recipient


class PartnerAnswer(enum.StrEnum):
    """What a partner answers (A29–A34, A48)."""

    FOUND = "found"
    NOT_FOUND = "not_found"
    TOO_COMPLEX = "too_complex"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    CARE_BREAK = "care_break"


class BreakCause(enum.StrEnum):
    """What a break in care comes from, in the words of the DAC's observatory (§4.5)."""

    NO_REFERRING_PROFESSIONAL = "no_referring"
    MEDICAL = "medical"
    RIGHTS = "rights"
    ISOLATION = "isolation"
    REFUSED_BY_STRUCTURE = "refused_by_structure"
    COMMUNICATION = "communication"


class Pathway(enum.StrEnum):
    """The pathway a break belongs to (§4.5)."""

    MENTAL_HEALTH = "mental_health"
    ELDERLY = "elderly"
    DISABILITY = "disability"
    ONCOLOGY = "oncology"
    PAEDIATRICS = "paediatrics"
    OTHER = "other"


class SearchAnswer(enum.StrEnum):
    """The answer to « Y a-t-il une recherche en cours ? » (A40)."""

    YES = "yes"
    NO = "no"
    CHECKING = "checking"


class Referral(Base):
    """A request sent to a partner organisation, and its answer. Sealed: what is asked, what was done, the notes."""

    __tablename__ = "referral"
    __table_args__ = (
        CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answered_has_day"),
        CheckConstraint("recipient <> 'doctors'", name="to_a_partner"),
        Index(
            "uq_referral_live",
            "request_id",
            unique=True,
            sqlite_where=text("answered_at IS NULL AND stopped_at IS NULL"),
            postgresql_where=text("answered_at IS NULL AND stopped_at IS NULL"),
        ),
        Index("ix_referral_organisation", "organisation_id", "sent_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"), index=True)
    seal_id: Mapped[UUID] = mapped_column(default=uuid4, unique=True)
    recipient: Mapped[Recipient] = mapped_column(choice(Recipient, "recipient"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    # The one it came from, when a partner hands it to another (A31).
    handed_from_id: Mapped[int | None] = mapped_column(ForeignKey("referral.id"))
    asked: Mapped[bytes | None]
    sent_at: Mapped[datetime]
    sent_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    due_on: Mapped[date]
    # A62–A67: acknowledged, the requester called back, handed to a coordinator, is a PPCS needed?
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    called_back_on: Mapped[date | None]
    handled_by: Mapped[str | None]
    needs_ppcs: Mapped[bool | None]
    answer: Mapped[PartnerAnswer | None] = mapped_column(choice(PartnerAnswer, "partner_answer"))
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    doctor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    doctor_name: Mapped[str | None]
    first_visit_on: Mapped[date | None]
    note: Mapped[bytes | None]
    stopped_at: Mapped[datetime | None]


class CareBreak(Base):
    """A documented break in care: cause, pathway, commune, day; the words are read again before they leave."""

    __tablename__ = "care_break"
    __table_args__ = (
        CheckConstraint("(reviewed_at IS NULL) = (reviewed_text IS NULL)", name="review_whole"),
        Index(
            "ix_care_break_unread",
            "reported_at",
            sqlite_where=text("reviewed_at IS NULL"),
            postgresql_where=text("reviewed_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    seal_id: Mapped[UUID] = mapped_column(default=uuid4, unique=True)
    request_id: Mapped[int | None] = mapped_column(ForeignKey("request.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    commune_code: Mapped[str] = mapped_column(ForeignKey("commune.code"), index=True)
    happened_on: Mapped[date] = mapped_column(index=True)
    cause: Mapped[BreakCause] = mapped_column(choice(BreakCause, "break_cause"))
    pathway: Mapped[Pathway] = mapped_column(choice(Pathway, "pathway"))
    note: Mapped[bytes | None]
    reported_at: Mapped[datetime]
    reported_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    reviewed_text: Mapped[str | None]
    reviewed_at: Mapped[datetime | None]
    reviewed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    exported_at: Mapped[datetime | None]
    # The bilateral with the ARS (A34): on the agenda, then what was decided.
    bilateral_on: Mapped[date | None]
    bilateral_note: Mapped[str | None]


class SearchQuestion(Base):
    """« Y a-t-il une recherche en cours ? »: who asked, what was answered. Only initials and year are kept, sealed.

    `whole_index` is the blind index of the seeker asked about, so that the questions about someone can be listed.
    """

    __tablename__ = "search_question"
    __table_args__ = (
        Index("ix_search_question_user", "user_id", "asked_at"),
        Index("ix_search_question_organisation", "organisation_id", "asked_at"),
        Index(
            "ix_search_question_checking",
            "asked_at",
            sqlite_where=text("answer = 'checking' AND checked_at IS NULL"),
            postgresql_where=text("answer = 'checking' AND checked_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    seal_id: Mapped[UUID] = mapped_column(default=uuid4, unique=True)
    who: Mapped[bytes | None]
    whole_index: Mapped[bytes | None] = mapped_column(index=True)
    asked_at: Mapped[datetime]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    answer: Mapped[SearchAnswer] = mapped_column(choice(SearchAnswer, "search_answer"))
    request_id: Mapped[int | None] = mapped_column(ForeignKey("request.id"), index=True)
    searched_by: Mapped[str | None]
    since_on: Mapped[date | None]
    checked_at: Mapped[datetime | None]
    checked_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    # The partner says they begin a search; it lapses by itself.
    begins_until: Mapped[date | None]
