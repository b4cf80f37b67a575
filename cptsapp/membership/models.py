"""Tables of applications, of the texts accepted with them, of reminders and of the rules of the rate."""

import enum
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from cptsapp.core.db import Base, choice
from cptsapp.directory.models import College, Profession


class PeriodKind(enum.StrEnum):
    """What a membership covers: the calendar year, or twelve months from its first day."""

    CIVIL = "civil"
    ROLLING = "rolling"


class ApplicationState(enum.StrEnum):
    """Where an application stands."""

    RECEIVED = "received"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class TextKind(enum.StrEnum):
    """What a member accepts."""

    CHARTER = "charter"
    STATUTES = "statutes"


class MembershipSettings(Base):
    """How this CPTS counts its members' year and fee, and who sees them: at most one row."""

    __tablename__ = "membership_settings"
    __table_args__ = (
        CheckConstraint("id = 1", name="single"),
        CheckConstraint("person_fee_cents >= 0 AND organisation_fee_cents >= 0", name="fees_positive"),
        CheckConstraint("reminder_days BETWEEN 1 AND 120", name="reminder_known"),
        CheckConstraint("target_percent IS NULL OR target_percent BETWEEN 1 AND 100", name="target_known"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    period_kind: Mapped[PeriodKind] = mapped_column(choice(PeriodKind, "period_kind"), default=PeriodKind.CIVIL)
    person_fee_cents: Mapped[int] = mapped_column(default=0)
    organisation_fee_cents: Mapped[int] = mapped_column(default=0)
    reminder_days: Mapped[int] = mapped_column(default=30)
    is_open: Mapped[bool] = mapped_column(default=True)
    shows_members: Mapped[bool] = mapped_column(default=False)
    target_percent: Mapped[int | None]
    address: Mapped[str | None]
    updated_at: Mapped[datetime]


class MemberText(Base):
    """The charter or the statutes, one version of them; a published version never changes."""

    __tablename__ = "member_text"
    __table_args__ = (UniqueConstraint("kind", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[TextKind] = mapped_column(choice(TextKind, "text_kind"))
    version: Mapped[int]
    published_on: Mapped[date]
    body: Mapped[str]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))


class Acceptance(Base):
    """A member's agreement to one version of a text."""

    __tablename__ = "acceptance"
    __table_args__ = (
        CheckConstraint("(person_id IS NULL) OR (organisation_id IS NULL)", name="of_one_at_most"),
        CheckConstraint(
            "person_id IS NOT NULL OR organisation_id IS NOT NULL OR application_id IS NOT NULL", name="of_someone"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    text_id: Mapped[int] = mapped_column(ForeignKey("member_text.id"), index=True)
    application_id: Mapped[int | None] = mapped_column(ForeignKey("application.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    accepted_on: Mapped[date]


class Application(Base):
    """A request to join, as it was typed; `person_id` or `organisation_id` once it is known who that is."""

    __tablename__ = "application"
    __table_args__ = (
        CheckConstraint("(person_id IS NULL) OR (organisation_id IS NULL)", name="of_one_at_most"),
        CheckConstraint("(state = 'approved') = (membership_id IS NOT NULL)", name="approved_has_membership"),
        Index(
            "uq_application_open_person",
            "person_id",
            unique=True,
            sqlite_where=text("state = 'received' AND person_id IS NOT NULL"),
            postgresql_where=text("state = 'received' AND person_id IS NOT NULL"),
        ),
        Index(
            "uq_application_open_organisation",
            "organisation_id",
            unique=True,
            sqlite_where=text("state = 'received' AND organisation_id IS NOT NULL"),
            postgresql_where=text("state = 'received' AND organisation_id IS NOT NULL"),
        ),
        Index("ix_application_state", "state", "received_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    state: Mapped[ApplicationState] = mapped_column(
        choice(ApplicationState, "application_state"), default=ApplicationState.RECEIVED
    )
    is_suspect: Mapped[bool] = mapped_column(default=False)
    college: Mapped[College] = mapped_column(choice(College, "college"))
    title: Mapped[str] = mapped_column(default="")
    last_name: Mapped[str]
    first_name: Mapped[str]
    profession: Mapped[Profession | None] = mapped_column(choice(Profession, "profession"))
    rpps: Mapped[str | None]
    organisation_name: Mapped[str | None]
    organisation_number: Mapped[str | None]
    address: Mapped[str | None]
    commune_code: Mapped[str | None]
    mail: Mapped[str | None]
    phone: Mapped[str | None]
    message: Mapped[str | None]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    membership_id: Mapped[int | None] = mapped_column(ForeignKey("membership.id"), unique=True)
    received_at: Mapped[datetime]
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    decided_at: Mapped[datetime | None]
    decided_on: Mapped[date | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    decision_note: Mapped[str | None]


class MembershipReminder(Base):
    """A reminder sent before the end of a membership: one at most for each."""

    __tablename__ = "membership_reminder"

    id: Mapped[int] = mapped_column(primary_key=True)
    membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id"), unique=True)
    sent_at: Mapped[datetime]


class RateRules(Base):
    """Who is counted among the professionals of the territory, from the day it is decided; the last row holds."""

    __tablename__ = "rate_rules"
    __table_args__ = (CheckConstraint("locum_months BETWEEN 0 AND 24", name="locum_months_known"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    professions: Mapped[list[str]]
    modes: Mapped[list[str]]
    locum_months: Mapped[int] = mapped_column(default=3)
    set_at: Mapped[datetime]
    set_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
