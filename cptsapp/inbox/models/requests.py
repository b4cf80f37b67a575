"""Tables of requests, of the seekers of a household, of the steps taken for them."""

import enum
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cptsapp.core.db import Base, choice


class State(enum.StrEnum):
    """Where a request stands; what may follow is in `rules.states`."""

    RECEIVED = "received"
    TO_COMPLETE = "to_complete"
    SEARCHING = "searching"
    PROPOSED = "proposed"
    WITH_PARTNER = "with_partner"
    TO_DECLARE = "to_declare"
    CLOSED = "closed"


class Outcome(enum.StrEnum):
    """How a request, or the search for one of its seekers, ended."""

    FOUND = "found"
    NOT_FOUND = "not_found"
    UNREACHABLE = "unreachable"
    WITHDRAWN = "withdrawn"
    MOVED_OUTSIDE = "moved_outside"
    DUPLICATE = "duplicate"


class Actor(enum.StrEnum):
    """Who contributes to a request: one actor, one contribution (A8). The first three are doors too (A36)."""

    CPTS = "cpts"
    MISAS = "misas"
    DAC = "dac"
    DOCTOR = "doctor"
    PERSON = "person"
    CLOCK = "clock"


class Door(enum.StrEnum):
    """Which actor was asked first (A36)."""

    CPTS = "cpts"
    MISAS = "misas"
    DAC = "dac"


class Channel(enum.StrEnum):
    """How the request came (A25, E24)."""

    WEB = "web"
    PHONE = "phone"
    REFERRAL = "referral"


class Asker(enum.StrEnum):
    """Who asks: the person, someone close, a professional who attests the person's agreement (E51)."""

    PERSON = "person"
    RELATIVE = "relative"
    PROFESSIONAL = "professional"


class Reason(enum.StrEnum):
    """Why a doctor is sought (E29, §4.3)."""

    RETIREMENT = "retirement"
    NEWCOMER = "newcomer"
    TOO_FAR = "too_far"
    NO_HOME_VISITS = "no_home_visits"
    DISAGREEMENT = "disagreement"
    DECEASED = "deceased"
    NEVER_HAD = "never_had"
    STUDENT = "student"
    DECLARATION_MISSING = "declaration_missing"


class HomeVisit(enum.StrEnum):
    """Whether the doctor must come (E49)."""

    NO = "no"
    EXCEPTIONALLY = "exceptionally"
    EXCLUSIVELY = "exclusively"


class AgeBand(enum.StrEnum):
    """Ages as the figures group them; the two ends are criteria of priority (E28)."""

    UNDER_6 = "under_6"
    FROM_6 = "from_6"
    FROM_16 = "from_16"
    FROM_25 = "from_25"
    FROM_45 = "from_45"
    FROM_60 = "from_60"
    FROM_71 = "from_71"


class Recipient(enum.StrEnum):
    """To whom a seeker agrees that the request be sent (E52, §6.3)."""

    DOCTORS = "doctors"
    MISAS = "misas"
    DAC = "dac"


class Consent(enum.StrEnum):
    """How an agreement was given."""

    WEB = "web"
    PHONE = "phone"
    IN_PERSON = "in_person"
    PROFESSIONAL = "professional"


class Deadline(enum.StrEnum):
    """What must be done by `due_on`: each has its delay in the settings."""

    FIRST_ANSWER = "first_answer"
    COMPLETE = "complete"
    PROPOSE = "propose"
    DOCTOR_ANSWER = "doctor_answer"
    CALL_DOCTOR = "call_doctor"
    PERSON_CHOICE = "person_choice"
    CALL_PERSON = "call_person"
    PARTNER_ANSWER = "partner_answer"
    DECLARATION = "declaration"


OPEN = "state <> 'closed'"


class Request(Base):
    """A file. `details` is one sealed JSON (`patients.Contact`); it is None once the file is anonymised."""

    __tablename__ = "request"
    __table_args__ = (
        CheckConstraint("(state = 'closed') = (outcome IS NOT NULL)", name="closed_has_outcome"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_has_day"),
        CheckConstraint("(claimed_by_id IS NULL) = (claimed_until IS NULL)", name="claim_whole"),
        CheckConstraint("(due_on IS NULL) = (deadline IS NULL)", name="deadline_whole"),
        CheckConstraint("anonymised_at IS NULL OR (state = 'closed' AND details IS NULL)", name="anonymised_is_blank"),
        CheckConstraint("merged_into_id IS NULL OR outcome = 'duplicate'", name="merged_is_duplicate"),
        CheckConstraint("(priority_override IS NULL) = (override_reason IS NULL)", name="override_has_reason"),
        Index("ix_request_queue", "state", "due_on", "id"),
        Index("ix_request_ended", "state", "closed_at", "id"),
        Index("ix_request_priority", "state", "priority", "id"),
        Index(
            "ix_request_closed",
            "closed_at",
            sqlite_where=text("state = 'closed' AND anonymised_at IS NULL"),
            postgresql_where=text("state = 'closed' AND anonymised_at IS NULL"),
        ),
        Index("ix_request_active", "last_activity_at", sqlite_where=text(OPEN), postgresql_where=text(OPEN)),
        Index(
            "ix_request_suspect",
            "suspected_at",
            sqlite_where=text("suspected_at IS NOT NULL"),
            postgresql_where=text("suspected_at IS NOT NULL"),
        ),
        {"sqlite_autoincrement": True},  # a number is never given again: the trail and the mails speak by it
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    seal_id: Mapped[UUID] = mapped_column(default=uuid4, unique=True)
    reference: Mapped[str] = mapped_column(unique=True)
    state: Mapped[State] = mapped_column(choice(State, "request_state"), default=State.RECEIVED)
    outcome: Mapped[Outcome | None] = mapped_column(choice(Outcome, "outcome"))
    door: Mapped[Door] = mapped_column(choice(Door, "door"), default=Door.CPTS)
    channel: Mapped[Channel] = mapped_column(choice(Channel, "channel"))
    asker: Mapped[Asker] = mapped_column(choice(Asker, "asker"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    commune_code: Mapped[str] = mapped_column(ForeignKey("commune.code"), index=True)
    reason: Mapped[Reason] = mapped_column(choice(Reason, "reason"))
    current_doctor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    is_followed: Mapped[bool | None]
    medical_difficulty: Mapped[bool] = mapped_column(default=False)
    social_difficulty: Mapped[bool] = mapped_column(default=False)
    coordination_difficulty: Mapped[bool] = mapped_column(default=False)
    needed_before: Mapped[date | None]
    details: Mapped[bytes | None]
    phone_index: Mapped[bytes | None] = mapped_column(index=True)
    asker_phone_index: Mapped[bytes | None] = mapped_column(index=True)
    # The rule's sum and its override; `criteria` are the codes of those that fired, for all its seekers.
    priority: Mapped[int] = mapped_column(default=0)
    criteria: Mapped[list[str]] = mapped_column(default=list)
    priority_override: Mapped[int | None]
    override_reason: Mapped[str | None]
    seeker_count: Mapped[int] = mapped_column(default=1)
    deadline: Mapped[Deadline | None] = mapped_column(choice(Deadline, "deadline"))
    due_on: Mapped[date | None] = mapped_column(index=True)
    snoozed_until: Mapped[date | None] = mapped_column(index=True)
    assigned_to_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    claimed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    claimed_until: Mapped[datetime | None]
    suspected_at: Mapped[datetime | None]
    received_at: Mapped[datetime] = mapped_column(index=True)
    received_on: Mapped[date]
    last_activity_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_on: Mapped[date | None]
    anonymised_at: Mapped[datetime | None]
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("request.id"), index=True)
    # Raised by each change: a page that was read before it is refused with what changed.
    version: Mapped[int] = mapped_column(default=1)

    seekers: Mapped[list["Seeker"]] = relationship(back_populates="request", order_by="Seeker.id")


class Seeker(Base):
    """Someone of the household who needs a doctor. Name and birth date are sealed, None once anonymised.

    The four indexes are HMACs of composites, so that a name spelled otherwise or a slipped date is still found:
    whole = name + date, last = last name + date, first = first name + date, year = name + year of birth.
    """

    __tablename__ = "seeker"
    __table_args__ = (CheckConstraint("(name IS NULL) = (birth_date IS NULL)", name="identity_whole"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"), index=True)
    seal_id: Mapped[UUID] = mapped_column(default=uuid4, unique=True)
    name: Mapped[bytes | None]
    birth_date: Mapped[bytes | None]
    whole_index: Mapped[bytes | None] = mapped_column(index=True)
    last_index: Mapped[bytes | None] = mapped_column(index=True)
    first_index: Mapped[bytes | None] = mapped_column(index=True)
    year_index: Mapped[bytes | None] = mapped_column(index=True)
    age_band: Mapped[AgeBand] = mapped_column(choice(AgeBand, "age_band"))
    long_term_illness: Mapped[bool] = mapped_column(default=False)
    social_cover: Mapped[bool] = mapped_column(default=False)
    is_pregnant: Mapped[bool] = mapped_column(default=False)
    can_travel: Mapped[bool] = mapped_column(default=True)
    home_visit: Mapped[HomeVisit] = mapped_column(choice(HomeVisit, "home_visit"), default=HomeVisit.NO)
    outcome: Mapped[Outcome | None] = mapped_column(choice(Outcome, "outcome"))
    doctor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    doctor_name: Mapped[str | None]
    declared_on: Mapped[date | None]

    request: Mapped[Request] = relationship(back_populates="seekers")


class Agreement(Base):
    """A seeker's agreement that the request go to a recipient: who collected it, when, how; withdrawn, it stays."""

    __tablename__ = "agreement"
    __table_args__ = (
        Index(
            "uq_agreement_live",
            "seeker_id",
            "recipient",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    seeker_id: Mapped[int] = mapped_column(ForeignKey("seeker.id"), index=True)
    recipient: Mapped[Recipient] = mapped_column(choice(Recipient, "recipient"))
    consent: Mapped[Consent] = mapped_column(choice(Consent, "consent"))
    given_at: Mapped[datetime]
    collected_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    withdrawn_at: Mapped[datetime | None]


class Step(Base):
    """One thing done for a request, in its timeline; cancelled, it stays, struck through. `note` is sealed.

    `data` holds harmless values only, names of professionals by their number (`doctor_id`).
    """

    __tablename__ = "step"
    __table_args__ = (Index("ix_step_request", "request_id", "at", "id"), Index("ix_step_actor", "actor", "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"))
    seal_id: Mapped[UUID] = mapped_column(default=uuid4, unique=True)
    at: Mapped[datetime]
    kind: Mapped[str]
    actor: Mapped[Actor] = mapped_column(choice(Actor, "actor"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    doctor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    data: Mapped[dict[str, Any]]
    note: Mapped[bytes | None]
    cancelled_at: Mapped[datetime | None]
    cancelled_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))


class Label(Base):
    """A word the coordination sticks on requests (A18)."""

    __tablename__ = "label"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)


class RequestLabel(Base):
    """A label on a request."""

    __tablename__ = "request_label"
    __table_args__ = (UniqueConstraint("request_id", "label_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"))
    label_id: Mapped[int] = mapped_column(ForeignKey("label.id"), index=True)


class ToldApart(Base):
    """Two seekers said not to be the same person: not asked again."""

    __tablename__ = "told_apart"
    __table_args__ = (
        UniqueConstraint("first_id", "second_id"),
        CheckConstraint("first_id < second_id", name="in_order"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    first_id: Mapped[int] = mapped_column(ForeignKey("seeker.id"))
    second_id: Mapped[int] = mapped_column(ForeignKey("seeker.id"), index=True)
    said_at: Mapped[datetime]
    said_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))


class RequestMerge(Base):
    """Two files made one: what moved, by numbers alone, so that it can be undone."""

    __tablename__ = "request_merge"
    __table_args__ = (
        CheckConstraint("kept_id <> merged_id", name="of_two"),
        Index(
            "uq_request_merge_live",
            "merged_id",
            unique=True,
            sqlite_where=text("undone_at IS NULL"),
            postgresql_where=text("undone_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kept_id: Mapped[int] = mapped_column(ForeignKey("request.id"), index=True)
    merged_id: Mapped[int] = mapped_column(ForeignKey("request.id"))
    moved: Mapped[dict[str, Any]]
    merged_at: Mapped[datetime]
    merged_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))


class IntakeDraft(Base):
    """A phone intake being typed, sealed, for its author alone and for seven days (§6.4)."""

    __tablename__ = "intake_draft"

    id: Mapped[int] = mapped_column(primary_key=True)
    seal_id: Mapped[UUID] = mapped_column(default=uuid4, unique=True)
    reference: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    content: Mapped[bytes]
    started_at: Mapped[datetime]
    saved_at: Mapped[datetime] = mapped_column(index=True)


class OutsideCount(Base):
    """Who came from outside the territory: a number by commune and month, and nothing else (A59)."""

    __tablename__ = "outside_count"
    __table_args__ = (UniqueConstraint("commune_code", "month_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    commune_code: Mapped[str]
    month_on: Mapped[date]
    count: Mapped[int] = mapped_column(default=0)
