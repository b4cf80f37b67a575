"""Tables of the CPTS, its communes, its neighbours and its hours."""

import enum
from datetime import datetime, time

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cptsapp.core.db import Base, choice


class IdentityMode(enum.StrEnum):
    """How much of the patient a booking keeps (§6.2): full, initials and year, or nothing."""

    FULL = "full"
    INITIALS = "initials"
    NOTHING = "nothing"


class Cpts(Base):
    """The one CPTS this installation serves: exactly one row, made at the first visit."""

    __tablename__ = "cpts"
    __table_args__ = (
        CheckConstraint("id = 1", name="single"),
        CheckConstraint("size_tier BETWEEN 1 AND 4", name="size_tier_known"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    mark: Mapped[str]
    phone: Mapped[str | None]
    zone: Mapped[str]
    holiday_region: Mapped[str]
    size_tier: Mapped[int]
    identity_mode: Mapped[IdentityMode] = mapped_column(
        choice(IdentityMode, "identity_mode"), default=IdentityMode.FULL
    )
    out_of_hours_name: Mapped[str]
    out_of_hours_phone: Mapped[str]
    desk_lock_minutes: Mapped[int] = mapped_column(default=3)
    retention_months: Mapped[int] = mapped_column(default=3)
    updated_at: Mapped[datetime]


class DaytimeHours(Base):
    """The daytime window of one weekday (0 is Monday), local wall time; a weekday without a row is out of hours."""

    __tablename__ = "daytime_hours"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday_known"),
        CheckConstraint("closes_at > opens_at", name="closes_after_opening"),
    )

    weekday: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    opens_at: Mapped[time]
    closes_at: Mapped[time]


class Neighbour(Base):
    """A neighbouring CPTS and how to reach it."""

    __tablename__ = "neighbour"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    address: Mapped[str | None]
    phone: Mapped[str | None]
    website: Mapped[str | None]

    communes: Mapped[list["Commune"]] = relationship(back_populates="neighbour", order_by="Commune.name")


class Commune(Base):
    """A commune this CPTS deals with: its own, or a neighbour's. The national list stays in package data."""

    __tablename__ = "commune"

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    folded: Mapped[str] = mapped_column(index=True)
    postcodes: Mapped[list[str]]
    population: Mapped[int]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    is_own: Mapped[bool]
    neighbour_id: Mapped[int | None] = mapped_column(ForeignKey("neighbour.id"), index=True)

    neighbour: Mapped[Neighbour | None] = relationship(back_populates="communes")
