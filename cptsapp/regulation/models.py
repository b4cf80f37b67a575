"""Tables of orientations, broadcasts and practice mode."""

import enum
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cptsapp.core.db import Base, choice
from cptsapp.snp.models import Modality, RegularDoctor


class OrientationKind(enum.StrEnum):
    """Where a caller was sent without a slot (B49, §3.2)."""

    REGULAR_DOCTOR = "regular_doctor"
    OVERBOOK = "overbook"
    OUT_OF_HOURS = "out_of_hours"


class Orientation(Base):
    """A caller sent elsewhere: a count, without any identity. `person_id` is the doctor of an *en sus*."""

    __tablename__ = "orientation"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[OrientationKind] = mapped_column(choice(OrientationKind, "kind"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    regular_doctor: Mapped[RegularDoctor | None] = mapped_column(choice(RegularDoctor, "regular_doctor"))
    day_on: Mapped[date] = mapped_column(index=True)
    at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    desk_id: Mapped[int | None] = mapped_column(ForeignKey("desk.id"))
    cancelled_at: Mapped[datetime | None]


class BroadcastState(enum.StrEnum):
    """Where a broadcast stands."""

    OPEN = "open"
    TAKEN = "taken"
    CLOSED = "closed"


class Broadcast(Base):
    """A request to a circle of practitioners; the first POST takes it. The identity is sealed under `seal_id`."""

    __tablename__ = "broadcast"
    __table_args__ = (
        Index(
            "ix_broadcast_open",
            "created_at",
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    seal_id: Mapped[UUID] = mapped_column(default=uuid4, unique=True)
    state: Mapped[BroadcastState] = mapped_column(choice(BroadcastState, "state"), default=BroadcastState.OPEN)
    circle: Mapped[str]
    commune_code: Mapped[str | None] = mapped_column(ForeignKey("commune.code"))
    modality: Mapped[Modality | None] = mapped_column(choice(Modality, "modality"))
    regular_doctor: Mapped[RegularDoctor] = mapped_column(choice(RegularDoctor, "regular_doctor"))
    name: Mapped[bytes | None]
    birth_year: Mapped[bytes | None]
    phone: Mapped[bytes | None]
    created_at: Mapped[datetime]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    desk_id: Mapped[int | None] = mapped_column(ForeignKey("desk.id"))
    expires_at: Mapped[datetime]
    taken_at: Mapped[datetime | None]
    taken_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("booking.id"))
    erase_on: Mapped[date] = mapped_column(index=True)

    recipients: Mapped[list["BroadcastRecipient"]] = relationship(back_populates="broadcast")


class BroadcastRecipient(Base):
    """A practitioner asked, with the hash of their private link."""

    __tablename__ = "broadcast_recipient"
    __table_args__ = (UniqueConstraint("broadcast_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    broadcast_id: Mapped[int] = mapped_column(ForeignKey("broadcast.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    declined_at: Mapped[datetime | None]

    broadcast: Mapped[Broadcast] = relationship(back_populates="recipients")


class DrillSlot(Base):
    """A false slot of practice mode (B54): one user's own, erased on leaving, in no figure."""

    __tablename__ = "drill_slot"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    doctor_name: Mapped[str]
    commune_name: Mapped[str]
    address: Mapped[str]
    modality: Mapped[Modality] = mapped_column(choice(Modality, "modality"))
    day_on: Mapped[date]
    starts_at: Mapped[datetime]
    capacity: Mapped[int]
    free_count: Mapped[int]
    reference: Mapped[str | None]
    lost_at: Mapped[datetime | None]
    oriented_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
