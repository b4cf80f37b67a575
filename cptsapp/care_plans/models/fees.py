"""Tables of the flat fees: what the CPTS pays for which step, what was owed to whom, and the house's settings."""

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cptsapp.core.db import Base, choice
from cptsapp.ledger.models import Nature


class FeeStep(enum.StrEnum):
    """The step after which a fee is owed."""

    MEETING = "meeting"
    VALIDATION = "validation"
    REVIEW_6 = "review_6"
    REVIEW_12 = "review_12"


class FeePayee(enum.StrEnum):
    """Who is owed: the regular doctor, the lead, any other professional of the circle."""

    REGULAR_DOCTOR = "regular_doctor"
    LEAD = "lead"
    PROFESSIONAL = "professional"


class FlatFee(Base):
    """An amount in cents for a step and a payee, from a day on; a later one replaces it (A68: no public one)."""

    __tablename__ = "flat_fee"
    __table_args__ = (
        UniqueConstraint("step", "payee", "starts_on"),
        CheckConstraint("cents BETWEEN 0 AND 1000000", name="cents_known"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    step: Mapped[FeeStep] = mapped_column(choice(FeeStep, "fee_step"))
    payee: Mapped[FeePayee] = mapped_column(choice(FeePayee, "fee_payee"))
    starts_on: Mapped[date]
    cents: Mapped[int]
    nature: Mapped[Nature] = mapped_column(choice(Nature, "nature"), default=Nature.INCOME_LOSS)
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))


class PlanFee(Base):
    """A step done by someone on a plan, once: the source of a line of the ledger."""

    __tablename__ = "plan_fee"
    __table_args__ = (UniqueConstraint("plan_id", "person_id", "step"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("care_plan.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    step: Mapped[FeeStep] = mapped_column(choice(FeeStep, "fee_step"))
    flat_fee_id: Mapped[int] = mapped_column(ForeignKey("flat_fee.id"), index=True)
    done_on: Mapped[date]
    created_at: Mapped[datetime]


class CarePlanSettings(Base):
    """Delays in days, the standard commitments, retention: at most one row. Missing keys take `rules.defaults`."""

    __tablename__ = "care_plan_settings"
    __table_args__ = (
        CheckConstraint("id = 1", name="single"),
        CheckConstraint("retention_months BETWEEN 12 AND 24", name="retention_known"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    delays: Mapped[dict[str, Any]]
    commitments: Mapped[dict[str, Any]]
    retention_months: Mapped[int] = mapped_column(default=12)
    updated_at: Mapped[datetime]
