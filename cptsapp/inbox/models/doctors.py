"""Tables of what doctors offer and of what they are asked."""

import enum
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from cptsapp.core.db import Base, choice


class Takes(enum.StrEnum):
    """Whether a doctor takes new patients (E53, E57)."""

    YES = "yes"
    CONDITIONS = "conditions"
    NO = "no"


class AnsweredBy(enum.StrEnum):
    """Who wrote an answer: the doctor by their private link, signed in, or the coordination on the phone."""

    LINK = "link"
    DOCTOR = "doctor"
    OFFICE = "office"


class CapacityCampaign(Base):
    """The question put to all GPs, members or not: do you take new patients? (E57)."""

    __tablename__ = "capacity_campaign"
    __table_args__ = (CheckConstraint("ends_on >= starts_on", name="ends_after_start"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    message: Mapped[str] = mapped_column(default="")
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    valid_until: Mapped[date]
    closed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))


class CapacityAsk(Base):
    """One doctor of a campaign: when asked, reminded, answered."""

    __tablename__ = "capacity_ask"
    __table_args__ = (UniqueConstraint("campaign_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("capacity_campaign.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    asked_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    called_at: Mapped[datetime | None]
    call_note: Mapped[str | None]
    answered_at: Mapped[datetime | None]


class Offer(Base):
    """A doctor's answer. `offered` − `taken` − `pending` are the places left; the database refuses less than none.

    A newer answer replaces it (`replaced_at`); it lapses after `valid_until` unless confirmed again. An answer changed
    within its time keeps its row, so that proposals still point at it: `version_of_id` marks what it was before.
    """

    __tablename__ = "offer"
    __table_args__ = (
        CheckConstraint("offered >= 0 AND taken >= 0 AND pending >= 0", name="places_positive"),
        CheckConstraint("taken + pending <= offered", name="places_kept"),
        CheckConstraint("takes <> 'no' OR offered = taken + pending", name="no_offers_none"),
        CheckConstraint("max_km IS NULL OR max_km BETWEEN 1 AND 200", name="distance_known"),
        CheckConstraint("version_of_id IS NULL OR replaced_at IS NOT NULL", name="version_is_past"),
        Index(
            "uq_offer_live",
            "person_id",
            unique=True,
            sqlite_where=text("replaced_at IS NULL"),
            postgresql_where=text("replaced_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("capacity_campaign.id"), index=True)
    takes: Mapped[Takes] = mapped_column(choice(Takes, "takes"))
    offered: Mapped[int] = mapped_column(default=0)
    taken: Mapped[int] = mapped_column(default=0)
    pending: Mapped[int] = mapped_column(default=0)
    valid_until: Mapped[date] = mapped_column(index=True)
    # Conditions: only these patients, or all when none is ticked (E53).
    long_term_illness: Mapped[bool] = mapped_column(default=False)
    children: Mapped[bool] = mapped_column(default=False)
    households: Mapped[bool] = mapped_column(default=False)
    own_commune: Mapped[bool] = mapped_column(default=False)
    max_km: Mapped[int | None]
    home_visits: Mapped[bool] = mapped_column(default=False)
    # Cannot, and why; what would help (E54, E58, E59).
    obstacles: Mapped[list[str]] = mapped_column(default=list)
    helps: Mapped[list[str]] = mapped_column(default=list)
    answered_at: Mapped[datetime]
    answered_by: Mapped[AnsweredBy] = mapped_column(choice(AnsweredBy, "answered_by"))
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    confirmed_at: Mapped[datetime | None]
    confirm_asked_at: Mapped[datetime | None]
    replaced_at: Mapped[datetime | None]
    version_of_id: Mapped[int | None] = mapped_column(ForeignKey("offer.id"), index=True)


class ProposalState(enum.StrEnum):
    """Where a proposal stands. Pending, accepted and chosen hold places; the others have given them back."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    CHOSEN = "chosen"
    DECLINED = "declined"
    RELEASED = "released"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"


# Chosen for one of a household, a doctor may be asked for another of it.
LIVE = "state IN ('pending', 'accepted')"
# Those a doctor said yes to, whatever came of it: whose turn it is is read of them.
SAID_YES = "state IN ('accepted', 'chosen', 'released')"


class DoctorProposal(Base):
    """A doctor asked to take one or more seekers of a request (E22). `why` are the reasons of the rank, as codes."""

    __tablename__ = "doctor_proposal"
    __table_args__ = (
        CheckConstraint("places >= 1", name="places_some"),
        CheckConstraint(
            "state = 'pending' OR state = 'cancelled' OR state = 'lapsed' OR answered_at IS NOT NULL",
            name="answered_has_day",
        ),
        Index(
            "uq_doctor_proposal_live",
            "request_id",
            "person_id",
            unique=True,
            sqlite_where=text(LIVE),
            postgresql_where=text(LIVE),
        ),
        Index(
            "ix_doctor_proposal_yes",
            "person_id",
            "answered_at",
            sqlite_where=text(SAID_YES),
            postgresql_where=text(SAID_YES),
        ),
        Index(
            "ix_doctor_proposal_waiting",
            "sent_at",
            sqlite_where=text("state = 'pending'"),
            postgresql_where=text("state = 'pending'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"), index=True)
    offer_id: Mapped[int] = mapped_column(ForeignKey("offer.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    state: Mapped[ProposalState] = mapped_column(choice(ProposalState, "proposal_state"), default=ProposalState.PENDING)
    rank: Mapped[int]
    why: Mapped[list[str]]
    places: Mapped[int]
    sent_at: Mapped[datetime]
    sent_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    reminded_at: Mapped[datetime | None]
    called_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[AnsweredBy | None] = mapped_column(choice(AnsweredBy, "answered_by"))
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    decline_reason: Mapped[str | None]
    released_at: Mapped[datetime | None]


class ProposalSeeker(Base):
    """A seeker a proposal is about."""

    __tablename__ = "proposal_seeker"
    __table_args__ = (UniqueConstraint("proposal_id", "seeker_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("doctor_proposal.id"))
    seeker_id: Mapped[int] = mapped_column(ForeignKey("seeker.id"), index=True)
