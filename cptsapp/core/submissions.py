"""Double submits and retries: the same key from the same user is done once and answered alike (pitfall 25)."""

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from cptsapp.core import clock
from cptsapp.core.db import Base, session

KEPT = timedelta(days=7)  # a page left open is refused as stale long before


class Submission(Base):
    """What a form's key led to: a reference to the row, never a copy of what was typed."""

    __tablename__ = "submission"
    __table_args__ = (UniqueConstraint("user_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    key: Mapped[str]
    kind: Mapped[str]
    result_id: Mapped[int]
    at: Mapped[datetime] = mapped_column(index=True)


def result_for(user_id: int, key: str, kind: str) -> int | None:
    """The id of what this key led to already, or None."""
    found = select(Submission.result_id).where(
        Submission.user_id == user_id, Submission.key == key, Submission.kind == kind
    )
    return session.scalar(found)


def remember(user_id: int, key: str, kind: str, result_id: int) -> None:
    """Bind the key to its result, in the transaction of the act. The unique constraint refuses a second."""
    session.add(Submission(user_id=user_id, key=key, kind=kind, result_id=result_id, at=clock.now()))
    session.flush()


def purge_old() -> None:
    """Forget keys older than a week."""
    session.execute(delete(Submission).where(Submission.at < clock.now() - KEPT))
