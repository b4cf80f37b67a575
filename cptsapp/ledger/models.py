"""The table of lines."""

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
    source_type: Mapped[str]
    source_id: Mapped[int]
    state: Mapped[LineState] = mapped_column(choice(LineState, "state"), default=LineState.OWED)
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    changed_at: Mapped[datetime]
