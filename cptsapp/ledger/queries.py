"""Reading lines: the live one of a source, the balances of an account, one person's lines."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Protocol

from sqlalchemy import func, select

from cptsapp.core.db import session
from cptsapp.ledger.models import LedgerLine, LineState
from cptsapp.ledger.rules import Balance, balance


class Source(Protocol):
    """The row a line comes from."""

    __tablename__: str
    id: Any


_LIVE = LedgerLine.state != LineState.CANCELLED


def live_line(source: Source) -> LedgerLine | None:
    """The line that stands for a row (a booking), or None. There is at most one: the database sees to it."""
    return session.scalar(
        select(LedgerLine).where(
            LedgerLine.source_type == source.__tablename__, LedgerLine.source_id == source.id, _LIVE
        )
    )


def lines_from(source_type: str, source_ids: Collection[int]) -> Sequence[LedgerLine]:
    """The lines that stand for several rows of one table, by day."""
    if not source_ids:
        return []
    wanted = LedgerLine.source_type == source_type, LedgerLine.source_id.in_(source_ids), _LIVE
    return session.scalars(select(LedgerLine).where(*wanted).order_by(LedgerLine.done_on, LedgerLine.id)).all()


def balances(account: str) -> Mapping[int, Balance]:
    """What each person has on an account: person id → balance."""
    rows = session.execute(
        select(LedgerLine.person_id, LedgerLine.state, func.sum(LedgerLine.amount_cents))
        .where(LedgerLine.account == account, _LIVE)
        .group_by(LedgerLine.person_id, LedgerLine.state)
    )
    sums: defaultdict[int, list[tuple[LineState, int]]] = defaultdict(list)
    for person_id, state, cents in rows:
        sums[person_id].append((state, int(cents)))
    return {person_id: balance(pairs) for person_id, pairs in sums.items()}


def lines_of(account: str, person_ids: Sequence[int]) -> Sequence[LedgerLine]:
    """The live lines of a person (under all their numbers) on an account, by day."""
    return session.scalars(
        select(LedgerLine)
        .where(LedgerLine.account == account, LedgerLine.person_id.in_(person_ids), _LIVE)
        .order_by(LedgerLine.done_on, LedgerLine.id)
    ).all()


def has_settled_lines(account: str) -> bool:
    """Whether something of the account is approved or paid already."""
    settled = (LineState.APPROVED, LineState.PAID)
    found = select(LedgerLine.id).where(LedgerLine.account == account, LedgerLine.state.in_(settled)).limit(1)
    return session.scalar(found) is not None
