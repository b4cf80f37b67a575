"""Double submits and retries: the same key from the same user is done once and answered alike (pitfall 25)."""

from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import ForeignKey, UniqueConstraint, delete, func, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from cptsapp.core import clock
from cptsapp.core.db import Base, is_sqlite, session

KEPT = timedelta(days=7)  # a page left open is refused as stale long before
KEY_MAX = 100  # ours have 16 signs; a longer one is someone's own, and no index takes thousands


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
    """The id of what this key led to already, or None. An empty key is no key.

    Of two sendings at the same instant the second waits for the first: SQLite has one writer, PostgreSQL is told to.
    """
    if not key:
        return None
    if not is_sqlite():
        session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"{user_id} {kept(key)}"))))
    found = select(Submission.result_id).where(
        Submission.user_id == user_id, Submission.key == kept(key), Submission.kind == kind
    )
    return session.scalar(found)


def remember(user_id: int, key: str, kind: str, result_id: int) -> None:
    """Bind the key to its result, in the transaction of the act. The unique constraint refuses a second."""
    if not key:
        return
    session.flush()
    session.connection().execute(
        insert(Submission.__table__),  # type: ignore[arg-type]  # a table
        {"user_id": user_id, "key": kept(key), "kind": kind, "result_id": result_id, "at": clock.now()},
    )


def kept(key: str) -> str:
    """The key as it is stored."""
    return key if len(key) <= KEY_MAX else sha256(key.encode(errors="surrogatepass")).hexdigest()


def purge_old() -> None:
    """Forget keys older than a week."""
    session.execute(delete(Submission).where(Submission.at < clock.now() - KEPT))
