"""Writing lines: owed with an act, taken back with its correction, approved and paid by person and account."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from cptsapp.accounts.identity import CurrentUser
from cptsapp.audit.actions import Actor, record
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Forbidden, Refusal, refuse_if
from cptsapp.ledger import queries
from cptsapp.ledger.models import LedgerLine, LineState, Nature
from cptsapp.ledger.permissions import why_not_cancel, why_not_settle
from cptsapp.ledger.rules import STATE_WORDS, may_go


@dataclass(frozen=True, slots=True)
class Due:
    """What is owed, before it is written: to whom, how much in cents, on which account, for what day, of what kind."""

    person_id: int
    cents: int
    account: str
    kind: str
    done_on: date
    nature: Nature = Nature.INCOME_LOSS

    def is_said_by(self, line: LedgerLine) -> bool:
        """Whether an existing line already says exactly this."""
        written = (line.person_id, line.amount_cents, line.account, line.kind, line.done_on, line.nature)
        return written == (self.person_id, self.cents, self.account, self.kind, self.done_on, self.nature)


def settle(source: queries.Source, due: Due | None, *, by: Actor | None) -> None:
    """Make the source's live line say what is due: write it, replace it, or take it back. Done twice, it does nothing.

    Raises Refusal when the present line is approved or paid and would have to change (B47).
    """
    line = queries.live_line(source)
    if line is not None and due is not None and due.is_said_by(line):
        return
    if line is not None:
        cancel(line, by=by)
    if due is not None:
        owe(source, due, by=by)


def owe(source: queries.Source, due: Due, *, by: Actor | None) -> LedgerLine:
    """Write a line for a row. The unique index refuses a second live one (IntegrityError)."""
    now = clock.now()
    line = LedgerLine(
        person_id=due.person_id,
        kind=due.kind,
        done_on=due.done_on,
        amount_cents=due.cents,
        account=due.account,
        nature=due.nature,
        source_type=source.__tablename__,
        source_id=source.id,
        state=LineState.OWED,
        created_at=now,
        created_by_id=by.id if by else None,
        changed_at=now,
    )
    session.add(line)
    session.flush()
    record("line.owed", line, by=by, cents=due.cents, account=due.account)
    return line


def cancel(line: LedgerLine, *, by: Actor | None) -> None:
    """Take an amount back; the line stays, cancelled. Raises Refusal once it is approved or paid."""
    refuse_if(why_not_cancel(line))
    _move(line, LineState.CANCELLED)
    session.flush()
    record("line.cancelled", line, by=by, cents=line.amount_cents, account=line.account)


def approve(account: str, person_ids: Sequence[int], *, by: CurrentUser) -> int:
    """Approve what one person is owed on an account; gives how many lines. Raises Forbidden, or Refusal for none."""
    return _move_all(account, person_ids, LineState.OWED, LineState.APPROVED, by)


def pay(account: str, person_ids: Sequence[int], *, by: CurrentUser) -> int:
    """Note as paid what was approved; gives how many lines. Raises Forbidden, or Refusal for none."""
    return _move_all(account, person_ids, LineState.APPROVED, LineState.PAID, by)


def withdraw_approval(account: str, person_ids: Sequence[int], *, by: CurrentUser) -> int:
    """Take an approval back while nothing is paid; gives how many lines. Raises Forbidden, or Refusal for none."""
    return _move_all(account, person_ids, LineState.APPROVED, LineState.OWED, by)


def withdraw_payment(account: str, person_ids: Sequence[int], *, by: CurrentUser) -> int:
    """Say that it was not paid after all; gives how many lines. Raises Forbidden, or Refusal for none."""
    return _move_all(account, person_ids, LineState.PAID, LineState.APPROVED, by)


def _move_all(account: str, person_ids: Sequence[int], before: LineState, after: LineState, by: CurrentUser) -> int:
    if why_not_settle(by):
        raise Forbidden
    lines = [line for line in queries.lines_of(account, person_ids) if line.state is before]
    if not lines:
        raise Refusal(
            f"Rien n’est «\u00a0{STATE_WORDS[before]}\u00a0» ici\u202f: la page a peut-être changé entre-temps."
        )
    for line in lines:
        _move(line, after)
    session.flush()
    cents = sum(line.amount_cents for line in lines)
    record(f"lines.{after}", lines[0], by=by, account=account, count=len(lines), cents=cents)
    return len(lines)


def _move(line: LedgerLine, after: LineState) -> None:
    assert may_go(line.state, after)  # callers have asked why_not
    line.state = after
    line.changed_at = clock.now()
