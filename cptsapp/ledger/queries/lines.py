"""Reading lines: the live one of a source, the balances of an account, those an act is about, what is settled."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Select, extract, func, select

from cptsapp.core.db import session
from cptsapp.directory.merged import roots, same_person
from cptsapp.ledger.models import AnnualCap, LedgerLine, LineState
from cptsapp.ledger.rules import Balance, balance


class Source(Protocol):
    """The row a line comes from."""

    __tablename__: str
    id: Any


@dataclass(frozen=True, slots=True)
class Scope:
    """Which lines an act is about: of persons' numbers, of an account, a year, a kind; None does not narrow."""

    person_ids: Sequence[int] | None = None
    account: str | None = None
    year: int | None = None
    kind: str | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """WHERE over the lines that stand."""
        found = [_LIVE]
        if self.person_ids is not None:
            found.append(LedgerLine.person_id.in_(self.person_ids))
        if self.account is not None:
            found.append(LedgerLine.account == self.account)
        if self.year is not None:
            found.append(of_year(self.year))
        if self.kind is not None:
            found.append(LedgerLine.kind == self.kind)
        return found


_LIVE = LedgerLine.state != LineState.CANCELLED


def of_year(year: int) -> ColumnElement[bool]:
    """WHERE over lines: of what was done in a calendar year."""
    return LedgerLine.done_on.between(date(year, 1, 1), date(year, 12, 31))


def live_line(source: Source) -> LedgerLine | None:
    """The line that stands for a row (a booking), or None. There is at most one: the database sees to it."""
    return session.scalar(_line_of(source))


def held_line(source: Source) -> LedgerLine | None:
    """The same, held until the end of the transaction: it is not approved while it is taken back, nor the reverse."""
    return session.scalar(_line_of(source).with_for_update().execution_options(populate_existing=True))


def _line_of(source: Source) -> Select[LedgerLine]:
    own = LedgerLine.source_type == source.__tablename__, LedgerLine.source_id == source.id
    return select(LedgerLine).where(*own, _LIVE)


def lines_from(source_type: str, source_ids: Collection[int]) -> Sequence[LedgerLine]:
    """The lines that stand for several rows of one table, by day."""
    if not source_ids:
        return []
    wanted = LedgerLine.source_type == source_type, LedgerLine.source_id.in_(source_ids), _LIVE
    return session.scalars(select(LedgerLine).where(*wanted).order_by(LedgerLine.done_on, LedgerLine.id)).all()


def hold_lines_from(source_type: str, source_ids: Collection[int]) -> None:
    """Hold the lines that stand for several rows, in the one order: whoever approves them waits, or is waited for."""
    if source_ids:
        own = LedgerLine.source_type == source_type, LedgerLine.source_id.in_(source_ids), _LIVE
        session.execute(select(LedgerLine.id).where(*own).order_by(LedgerLine.id).with_for_update())


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


def held_lines(scope: Scope, state: LineState) -> Sequence[LedgerLine]:
    """The lines of a scope in a state, their rows held until the end of the transaction, so that each moves once."""
    wanted = select(LedgerLine).where(*scope.conditions(), LedgerLine.state == state).order_by(LedgerLine.id)
    return session.scalars(wanted.with_for_update().execution_options(populate_existing=True)).all()


def held_caps() -> Mapping[int, int]:
    """Year → cents, held until the end of the transaction: approvals that count against them pass one by one."""
    wanted = select(AnnualCap).order_by(AnnualCap.year).with_for_update()
    return {cap.year: cap.cents for cap in session.scalars(wanted.execution_options(populate_existing=True))}


def settled_sums(person_ids: Iterable[int]) -> Mapping[tuple[int, int], int]:
    """(person, year) → cents approved or paid, all accounts together; each person under the number they have now."""
    now_called = roots()
    year = extract("year", LedgerLine.done_on)
    settled = LedgerLine.state.in_((LineState.APPROVED, LineState.PAID))
    rows = session.execute(
        select(LedgerLine.person_id, year, func.sum(LedgerLine.amount_cents))
        .where(LedgerLine.person_id.in_(same_person(set(person_ids))), settled)
        .group_by(LedgerLine.person_id, year)
    )
    sums: defaultdict[tuple[int, int], int] = defaultdict(int)
    for person_id, of, cents in rows:
        sums[now_called.get(person_id, person_id), int(of)] += int(cents)
    return sums
