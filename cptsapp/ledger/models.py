"""The tables of lines and of the yearly cap."""

import enum
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from cptsapp.core.db import Base, choice


class LineState(enum.StrEnum):
    """Where a line stands."""

    OWED = "owed"
    APPROVED = "approved"
    PAID = "paid"
    CANCELLED = "cancelled"


class Nature(enum.StrEnum):
    """What an amount is, kept apart (§2.7): IPR, for income lost, or RPMSP, pay for taking part in a mission."""

    INCOME_LOSS = "income_loss"
    MISSION_PAY = "mission_pay"


class LedgerLine(Base):
    """An amount in cents owed to a person for something done on a day; `source` names the row it comes from."""

    __tablename__ = "ledger_line"
    __table_args__ = (
        CheckConstraint("amount_cents >= 0", name="amount_positive"),
        Index(
            "uq_ledger_line_live",
            "source_type",
            "source_id",
            unique=True,
            sqlite_where=text("state <> 'cancelled'"),
            postgresql_where=text("state <> 'cancelled'"),
        ),
        Index("ix_ledger_line_person", "person_id", "done_on"),
        Index("ix_ledger_line_account", "account", "person_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str]
    done_on: Mapped[date]
    amount_cents: Mapped[int]
    account: Mapped[str]
    nature: Mapped[Nature] = mapped_column(choice(Nature, "nature"), default=Nature.INCOME_LOSS)
    source_type: Mapped[str]
    source_id: Mapped[int]
    state: Mapped[LineState] = mapped_column(choice(LineState, "state"), default=LineState.OWED)
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    changed_at: Mapped[datetime]


class AnnualCap(Base):
    """The most one person may be paid in a year, both natures together, in cents: the PASS of that year (§2.7)."""

    __tablename__ = "annual_cap"
    __table_args__ = (CheckConstraint("cents > 0", name="cents_positive"),)

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    cents: Mapped[int]
    updated_at: Mapped[datetime]
    updated_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
