"""Tables of plans, of their care circles, agreements, private links and rights. Whoever is helped is sealed."""

import enum
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from cptsapp.core.db import Base, choice


class PlanState(enum.StrEnum):
    """Where a plan stands; what may follow is in `rules.states`."""

    PREPARING = "preparing"
    MEETING = "meeting"
    VALIDATING = "validating"
    ACTIVE = "active"
    CLOSED = "closed"


class PlanEnd(enum.StrEnum):
    """Why a plan is closed."""

    COMPLETED = "completed"
    LEFT = "left"
    OBJECTED = "objected"
    MOVED = "moved"
    DECEASED = "deceased"
    CANCELLED = "cancelled"


class MemberRole(enum.StrEnum):
    """What someone is in the care circle."""

    REGULAR_DOCTOR = "regular_doctor"
    LEAD = "lead"
    PROFESSIONAL = "professional"
    STRUCTURE = "structure"
    RELATIVE = "relative"


class Consent(enum.StrEnum):
    """How the person's agreement was collected."""

    PHONE = "phone"
    IN_PERSON = "in_person"
    WRITTEN = "written"
    PROFESSIONAL = "professional"


class RightKind(enum.StrEnum):
    """A right the person uses (§6.3)."""

    ACCESS = "access"
    OBJECTION = "objection"
    DEPARTURE = "departure"


class CarePlan(Base):
    """A plan: « PPCS 2026-017 » is (`year`, `number`). Its person is the request's seeker, or sealed here; never both.

    Once anonymised there is neither. `version` is raised by each change.
    """

    __tablename__ = "care_plan"
    __table_args__ = (
        UniqueConstraint("year", "number"),
        CheckConstraint("(name IS NULL) = (birth_date IS NULL)", name="identity_whole"),
        CheckConstraint("seeker_id IS NULL OR name IS NULL", name="identity_once"),
        CheckConstraint(
            "anonymised_at IS NOT NULL OR seeker_id IS NOT NULL OR name IS NOT NULL", name="identity_known"
        ),
        CheckConstraint("(seeker_id IS NULL) OR (request_id IS NOT NULL)", name="seeker_of_request"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_has_day"),
        CheckConstraint("(state = 'closed') = (end_reason IS NOT NULL)", name="closed_has_reason"),
        CheckConstraint("anonymised_at IS NULL OR (state = 'closed' AND name IS NULL)", name="anonymised_is_blank"),
        CheckConstraint("state <> 'active' OR validated_on IS NOT NULL", name="active_is_validated"),
        Index("ix_care_plan_state", "state", "opened_on", "id"),
        Index(
            "uq_care_plan_seeker",
            "seeker_id",
            unique=True,
            sqlite_where=text("seeker_id IS NOT NULL AND state <> 'closed'"),
            postgresql_where=text("seeker_id IS NOT NULL AND state <> 'closed'"),
        ),
        {"sqlite_autoincrement": True},  # the trail and the mails speak of a plan by its number
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    seal_id: Mapped[UUID] = mapped_column(default=uuid4, unique=True)
    year: Mapped[int]
    number: Mapped[int]
    state: Mapped[PlanState] = mapped_column(choice(PlanState, "plan_state"), default=PlanState.PREPARING)
    request_id: Mapped[int | None] = mapped_column(ForeignKey("request.id"), index=True)
    seeker_id: Mapped[int | None] = mapped_column(ForeignKey("seeker.id"))
    name: Mapped[bytes | None]
    birth_date: Mapped[bytes | None]
    phone: Mapped[bytes | None]
    commune_code: Mapped[str] = mapped_column(ForeignKey("commune.code"), index=True)
    checklist_id: Mapped[int] = mapped_column(ForeignKey("checklist.id"), unique=True)
    opened_on: Mapped[date]
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    validated_on: Mapped[date | None]
    validated_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    closed_at: Mapped[datetime | None] = mapped_column(index=True)
    end_reason: Mapped[PlanEnd | None] = mapped_column(choice(PlanEnd, "plan_end"))
    anonymised_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)


class CircleMember(Base):
    """Someone of the care circle: a person of the directory, a structure, or a relative whose name is sealed.

    A relative's `name` and `contact` (JSON of phone, mail, link to the person) are sealed under `seal_id`.
    """

    __tablename__ = "circle_member"
    __table_args__ = (
        CheckConstraint("role <> 'relative' OR (person_id IS NULL AND organisation_id IS NULL)", name="relative_alone"),
        CheckConstraint("role = 'relative' OR (name IS NULL AND contact IS NULL)", name="only_relatives_sealed"),
        CheckConstraint(
            "role NOT IN ('regular_doctor', 'lead', 'professional') OR person_id IS NOT NULL", name="professional_known"
        ),
        CheckConstraint("role <> 'structure' OR organisation_id IS NOT NULL", name="structure_known"),
        CheckConstraint("accepted_at IS NULL OR declined_at IS NULL", name="one_answer"),
        Index(
            "uq_circle_member_person",
            "plan_id",
            "person_id",
            unique=True,
            sqlite_where=text("person_id IS NOT NULL AND left_at IS NULL"),
            postgresql_where=text("person_id IS NOT NULL AND left_at IS NULL"),
        ),
        Index(
            "uq_circle_member_doctor",
            "plan_id",
            unique=True,
            sqlite_where=text("role = 'regular_doctor' AND left_at IS NULL"),
            postgresql_where=text("role = 'regular_doctor' AND left_at IS NULL"),
        ),
        Index(
            "uq_circle_member_lead",
            "plan_id",
            unique=True,
            sqlite_where=text("is_lead AND left_at IS NULL"),
            postgresql_where=text("is_lead AND left_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    seal_id: Mapped[UUID] = mapped_column(default=uuid4, unique=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("care_plan.id"), index=True)
    role: Mapped[MemberRole] = mapped_column(choice(MemberRole, "member_role"))
    is_lead: Mapped[bool] = mapped_column(default=False)  # the référent, whatever else they are (a nurse, the DAC)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    name: Mapped[bytes | None]
    contact: Mapped[bytes | None]
    added_at: Mapped[datetime]
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    invited_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    declined_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]


class PlanAgreement(Base):
    """The person's agreement that someone of the circle knows of the plan; withdrawn, it stays."""

    __tablename__ = "plan_agreement"
    __table_args__ = (
        Index(
            "uq_plan_agreement_live",
            "member_id",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("circle_member.id"))
    consent: Mapped[Consent] = mapped_column(choice(Consent, "plan_consent"))
    given_at: Mapped[datetime]
    collected_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    withdrawn_at: Mapped[datetime | None]


class PlanLink(Base):
    """A member's private link, for whoever has no account: 128 bits, stored hashed, with an end, revocable."""

    __tablename__ = "plan_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("circle_member.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class PlanRight(Base):
    """A right the person used, and the day by which the law wants an answer. `note` is sealed."""

    __tablename__ = "plan_right"
    __table_args__ = (
        Index(
            "ix_plan_right_waiting",
            "due_on",
            sqlite_where=text("done_at IS NULL"),
            postgresql_where=text("done_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    seal_id: Mapped[UUID] = mapped_column(default=uuid4, unique=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("care_plan.id"), index=True)
    kind: Mapped[RightKind] = mapped_column(choice(RightKind, "plan_right_kind"))
    note: Mapped[bytes | None]
    asked_at: Mapped[datetime]
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    due_on: Mapped[date]
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
