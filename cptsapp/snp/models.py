"""Tables of campaigns, series, absences, slots, seats, bookings, sealed identities and calendars."""

import enum
from datetime import date, datetime, time
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cptsapp.core.db import Base, choice
from cptsapp.directory.models import Practice, Profession

SEATS_MAX = 24


class Modality(enum.StrEnum):
    """Where the patient is seen, by the letter the screens show."""

    SURGERY = "C"
    REMOTE = "T"
    HOME = "D"


class Condition(enum.StrEnum):
    """Who or what a slot is for; a closed list, so that no reason is ever typed."""

    ADULTS = "adults"
    FROM_TWO_YEARS = "from_two_years"
    FROM_SIX_YEARS = "from_six_years"
    CHILDREN = "children"
    NO_CERTIFICATE = "no_certificate"
    NO_STITCHES = "no_stitches"
    NO_PREGNANCY = "no_pregnancy"


class SlotState(enum.StrEnum):
    """Whether a slot is on the list."""

    OPEN = "open"
    WITHDRAWN = "withdrawn"
    ABSENT = "absent"


class SlotOrigin(enum.StrEnum):
    """Posted by the practitioner, or made by the answer to a broadcast (never on the list)."""

    POSTED = "posted"
    BROADCAST = "broadcast"


class RegularDoctor(enum.StrEnum):
    """First question of the protocol (B49, B55): has the caller a médecin traitant?"""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class BookingState(enum.StrEnum):
    """Where a booking stands; all but cancelled keep the seat."""

    BOOKED = "booked"
    HONOURED = "honoured"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"


class CancelledBy(enum.StrEnum):
    """On whose side a booking was cancelled."""

    PATIENT = "patient"
    PRACTITIONER = "practitioner"
    REGULATION = "regulation"


class CancelReason(enum.StrEnum):
    """Why a booking was cancelled; a closed list."""

    NO_LONGER_NEEDED = "no_longer_needed"
    CANNOT_COME = "cannot_come"
    SENT_ELSEWHERE = "sent_elsewhere"
    PRACTITIONER_AWAY = "practitioner_away"
    EMERGENCY = "emergency"
    ENTRY_ERROR = "entry_error"
    UNDONE = "undone"
    MOVED = "moved"


class FollowUp(enum.StrEnum):
    """What happens to a patient whose practitioner withdraws: the three choices of *Je m’absente*."""

    REGULATION_CALLS = "regulation_calls"
    PRACTITIONER_CALLS = "practitioner_calls"
    SEEN_ANYWAY = "seen_anyway"


class NotificationLevel(enum.StrEnum):
    """Which acts of others a user wants a mail about."""

    ALL = "all"
    SOON = "soon"
    NEVER = "never"


class Campaign(Base):
    """A season, or all year when it has no end, with its own pay rule. Amounts are a setting, never law."""

    __tablename__ = "campaign"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="ends_after_start"),
        CheckConstraint("pay_per_act_cents >= 0", name="pay_positive"),
        CheckConstraint("weekly_cap > 0", name="weekly_cap_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    pay_per_act_cents: Mapped[int]
    weekly_cap: Mapped[int] = mapped_column(default=20)
    closed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class Series(Base):
    """A weekly recurrence: local wall times on weekdays until a day; its slots are rows made once."""

    __tablename__ = "series"
    __table_args__ = (CheckConstraint("until_on >= starts_on", name="until_after_start"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    practice_id: Mapped[int] = mapped_column(ForeignKey("practice.id"), index=True)
    weekdays: Mapped[list[int]]
    starts_on: Mapped[date]
    until_on: Mapped[date]
    opens_at: Mapped[time]
    created_at: Mapped[datetime]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))


class Absence(Base):
    """Days without the practitioner, both included; open-ended while `until_on` is empty; lifted by `ended_at`."""

    __tablename__ = "absence"
    __table_args__ = (CheckConstraint("until_on IS NULL OR until_on >= from_on", name="until_after_from"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    created_at: Mapped[datetime]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    ended_at: Mapped[datetime | None]


_ON_LIST = "state = 'open' AND free_count > 0"
_FULL = "state = 'open' AND free_count = 0"
_LIVE = "state <> 'cancelled'"


class Slot(Base):
    """One time a practitioner gives, for `capacity` patients one after another.

    `free_count` is kept in the transaction of each booking; `day_on` is the local day, for indexes that stay flat.
    """

    __tablename__ = "slot"
    __table_args__ = (
        CheckConstraint(f"capacity BETWEEN 1 AND {SEATS_MAX}", name="capacity_sane"),
        CheckConstraint("free_count BETWEEN 0 AND capacity", name="free_count_within_capacity"),
        CheckConstraint("duration_minutes BETWEEN 5 AND 240", name="duration_sane"),
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        Index(
            "uq_slot_live_start",
            "person_id",
            "starts_at",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_slot_free", "starts_at", sqlite_where=text(_ON_LIST), postgresql_where=text(_ON_LIST)),
        Index("ix_slot_last_taken", "last_taken_at", sqlite_where=text(_FULL), postgresql_where=text(_FULL)),
        Index("ix_slot_person_day", "person_id", "day_on"),
        Index("ix_slot_person_posted", "person_id", "posted_at"),
        Index("ix_slot_day", "day_on", "starts_at"),
        Index("ix_slot_campaign", "campaign_id", "person_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    practice_id: Mapped[int] = mapped_column(ForeignKey("practice.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"))
    series_id: Mapped[int | None] = mapped_column(ForeignKey("series.id"), index=True)
    absence_id: Mapped[int | None] = mapped_column(ForeignKey("absence.id"), index=True)
    origin: Mapped[SlotOrigin] = mapped_column(choice(SlotOrigin, "origin"), default=SlotOrigin.POSTED)
    profession: Mapped[Profession] = mapped_column(choice(Profession, "profession"))
    modality: Mapped[Modality] = mapped_column(choice(Modality, "modality"))
    conditions: Mapped[list[str]]
    day_on: Mapped[date]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    duration_minutes: Mapped[int]
    capacity: Mapped[int]
    free_count: Mapped[int]
    state: Mapped[SlotState] = mapped_column(choice(SlotState, "state"), default=SlotState.OPEN)
    posted_at: Mapped[datetime]
    posted_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    withdrawn_at: Mapped[datetime | None]
    last_taken_at: Mapped[datetime | None]
    sequence: Mapped[int] = mapped_column(default=0)

    practice: Mapped[Practice] = relationship()
    seats: Mapped[list["Seat"]] = relationship(back_populates="slot", order_by="Seat.rank")


class Seat(Base):
    """One patient's place in a slot. A hold is (seat, user, until), at most one a user."""

    __tablename__ = "seat"
    __table_args__ = (
        UniqueConstraint("slot_id", "rank"),
        CheckConstraint("(held_by_id IS NULL) = (held_until IS NULL)", name="hold_whole"),
        Index(
            "uq_seat_held_by",
            "held_by_id",
            unique=True,
            sqlite_where=text("held_by_id IS NOT NULL"),
            postgresql_where=text("held_by_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id"))
    rank: Mapped[int]
    starts_at: Mapped[datetime]
    held_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    held_until: Mapped[datetime | None]

    slot: Mapped[Slot] = relationship(back_populates="seats")


class Booking(Base):
    """A seat taken for a patient. Two clocks run from `booked_at`: 24 h (CPTS) and 48 h (SAS), §3.1."""

    __tablename__ = "booking"
    __table_args__ = (
        Index(
            "uq_booking_live_seat",
            "seat_id",
            unique=True,
            sqlite_where=text(_LIVE),
            postgresql_where=text(_LIVE),
        ),
        Index(
            "uq_booking_reference",
            "reference",
            unique=True,
            sqlite_where=text("state = 'booked'"),
            postgresql_where=text("state = 'booked'"),
        ),
        Index("ix_booking_reference", "reference", "booked_at"),
        Index("ix_booking_booked_by", "booked_by_id", "booked_at"),
        Index(
            "ix_booking_to_recall",
            "booked_at",
            sqlite_where=text("needs_recall"),
            postgresql_where=text("needs_recall"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    seat_id: Mapped[int] = mapped_column(ForeignKey("seat.id"), index=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id"), index=True)
    reference: Mapped[str]
    state: Mapped[BookingState] = mapped_column(choice(BookingState, "state"), default=BookingState.BOOKED)
    regular_doctor: Mapped[RegularDoctor] = mapped_column(choice(RegularDoctor, "regular_doctor"))
    booked_at: Mapped[datetime]
    booked_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    desk_id: Mapped[int | None] = mapped_column(ForeignKey("desk.id"))
    moved_from_id: Mapped[int | None] = mapped_column(ForeignKey("booking.id"))
    cancelled_at: Mapped[datetime | None]
    cancelled_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    cancelled_by: Mapped[CancelledBy | None] = mapped_column(choice(CancelledBy, "cancelled_by"))
    cancel_reason: Mapped[CancelReason | None] = mapped_column(choice(CancelReason, "cancel_reason"))
    needs_recall: Mapped[bool] = mapped_column(default=False)
    outcome_at: Mapped[datetime | None]
    outcome_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    seat: Mapped[Seat] = relationship()
    slot: Mapped[Slot] = relationship()
    identity: Mapped["BookingIdentity | None"] = relationship(back_populates="booking", uselist=False)


class BookingIdentity(Base):
    """Who is coming, sealed; the row goes after the retention period and the booking stays to be counted (§6.4).

    `identity_index` is a blind index of folded name + birth year, `phone_index` of the phone.
    """

    __tablename__ = "booking_identity"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"), unique=True)
    name: Mapped[bytes]
    birth_year: Mapped[bytes]
    phone: Mapped[bytes]
    identity_index: Mapped[bytes | None] = mapped_column(index=True)
    phone_index: Mapped[bytes | None] = mapped_column(index=True)
    erase_on: Mapped[date] = mapped_column(index=True)

    booking: Mapped[Booking] = relationship(back_populates="identity")


class AgendaVersion(Base):
    """One row, raised by each change of the list, so that an unchanged poll costs one read."""

    __tablename__ = "agenda_version"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int]


class NotificationChoice(Base):
    """What a user wants to be told by mail; no row means all."""

    __tablename__ = "notification_choice"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    level: Mapped[NotificationLevel] = mapped_column(choice(NotificationLevel, "level"))


class CalendarFeed(Base):
    """A private webcal address of one practitioner's slots; no identity in it; revocable.

    `created_by_id` names the delegate who made it, and nobody when it is the practitioner's own.
    """

    __tablename__ = "calendar_feed"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]


class CalendarSource(Base):
    """A practitioner's own calendar, by file or address (sealed: private addresses are secrets)."""

    __tablename__ = "calendar_source"

    id: Mapped[int] = mapped_column(primary_key=True)
    seal_id: Mapped[UUID] = mapped_column(default=uuid4, unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    label: Mapped[str]
    address: Mapped[bytes | None]
    fetched_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    next_at: Mapped[datetime | None] = mapped_column(index=True)


class BusyTime(Base):
    """A busy time read from a practitioner's calendar: its hours only, never its title."""

    __tablename__ = "busy_time"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        Index("ix_busy_time_person", "person_id", "starts_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("calendar_source.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
