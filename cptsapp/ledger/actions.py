"""Writing lines: owed with an act, taken back with its correction, approved and paid by person and account."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from cptsapp.accounts.identity import CurrentUser
from cptsapp.audit.actions import Actor, record
from cptsapp.core import clock, french
from cptsapp.core.db import session
from cptsapp.core.refusals import Forbidden, Refusal, refuse_if
from cptsapp.directory.merged import roots
from cptsapp.ledger import queries
from cptsapp.ledger.models import AnnualCap, LedgerLine, LineState, Nature
from cptsapp.ledger.permissions import why_not_cancel, why_not_settle
from cptsapp.ledger.rules import STATE_WORDS, STEPS, Step, beyond, may_go


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
    line = queries.held_line(source)
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
    """Approve what persons are owed on an account; gives how many lines. Raises as `settle_lines` does."""
    return settle_lines(Step.APPROVE, queries.Scope(person_ids, account), by=by)


def pay(account: str, person_ids: Sequence[int], *, by: CurrentUser) -> int:
    """Note as paid what was approved; gives how many lines. Raises as `settle_lines` does."""
    return settle_lines(Step.PAY, queries.Scope(person_ids, account), by=by)


def withdraw_approval(account: str, person_ids: Sequence[int], *, by: CurrentUser) -> int:
    """Take an approval back while nothing is paid; gives how many lines. Raises as `settle_lines` does."""
    return settle_lines(Step.WITHDRAW_APPROVAL, queries.Scope(person_ids, account), by=by)


def withdraw_payment(account: str, person_ids: Sequence[int], *, by: CurrentUser) -> int:
    """Say that it was not paid after all; gives how many lines. Raises as `settle_lines` does."""
    return settle_lines(Step.WITHDRAW_PAYMENT, queries.Scope(person_ids, account), by=by)


def settle_lines(step: Step, scope: queries.Scope, *, by: CurrentUser, seen_cents: int | None = None) -> int:
    """Move the lines of a scope one step; gives how many. `seen_cents`: the sum their approver read.

    Raises Forbidden; Refusal when nothing is left, when the sum is another, and when the cap of a year would be passed.
    """
    if why_not_settle(by):
        raise Forbidden
    before, after = STEPS[step]
    caps = queries.held_caps() if step is Step.APPROVE else {}
    lines = queries.held_lines(scope, before)
    if not lines:
        raise Refusal(
            f"Rien n’est «\u00a0{STATE_WORDS[before]}\u00a0» ici\u202f: la page a peut-être changé entre-temps."
        )
    cents = sum(line.amount_cents for line in lines)
    if seen_cents is not None and seen_cents != cents:
        raise Refusal(
            f"La somme est maintenant de {french.money(cents)}\u202f: relisez le relevé avant de recommencer."
        )
    _refuse_beyond(caps, lines)
    for line in lines:
        _move(line, after)
    session.flush()
    about = {"account": scope.account, "year": scope.year, "line_kind": scope.kind}
    told: dict[str, Any] = {name: value for name, value in about.items() if value is not None}
    record(f"lines.{after}", lines[0], by=by, count=len(lines), cents=cents, **told)
    return len(lines)


def _refuse_beyond(caps: Mapping[int, int], lines: Sequence[LedgerLine]) -> None:
    """Nobody is paid more than the cap of a year, whatever it is for (§2.7); of several, all are named."""
    if not caps:
        return
    now_called = roots()
    more: Counter[tuple[int, int]] = Counter()
    for line in lines:
        more[now_called.get(line.person_id, line.person_id), line.done_on.year] += line.amount_cents
    settled = queries.settled_sums(person_id for person_id, _ in more)
    excess = {
        key: too_much
        for key, cents in more.items()
        if (too_much := beyond(caps.get(key[1]), settled.get(key, 0), cents))
    }
    if excess:
        raise Refusal(_beyond_words(excess, caps))


def _beyond_words(excess: Mapping[tuple[int, int], int], caps: Mapping[int, int]) -> str:
    names = queries.names({person_id for person_id, _ in excess})
    said = [
        f"{names[person_id]}, {french.money(cents)} de trop en {year} (plafond {french.money(caps[year])})"
        for (person_id, year), cents in sorted(excess.items())
    ]
    everyone = "\u202f; ".join(said)
    return f"Le plafond annuel serait dépassé\u202f: {everyone}. Rien n’est approuvé."


def save_cap(year: int, cents: int, *, by: CurrentUser) -> None:
    """Write the most one person may be paid in a year, in cents. Raises Forbidden. The trail keeps what it was."""
    if not by.can("ledger.settings"):
        raise Forbidden
    cap = session.get(AnnualCap, year, with_for_update=True)
    before = cap.cents if cap is not None else None
    if before == cents:
        return
    cap = cap or AnnualCap(year=year)
    cap.cents, cap.updated_at, cap.updated_by_id = cents, clock.now(), by.id
    session.add(cap)
    session.flush()
    record("cap.set", None, by=by, year=year, changes={"cents": [before, cents]})


def _move(line: LedgerLine, after: LineState) -> None:
    assert may_go(line.state, after)  # callers have asked why_not
    line.state = after
    line.changed_at = clock.now()
