"""What a step of a plan is worth to those who did it: a fee each, and the line of the ledger that follows (A68)."""

from collections.abc import Iterable, Sequence
from datetime import date

from cptsapp.audit.actions import Actor
from cptsapp.care_plans.models import CarePlan, CircleMember, FeeStep, FlatFee, PlanFee
from cptsapp.care_plans.queries import fees as queries
from cptsapp.care_plans.queries.fees import LINE_KIND, account_of
from cptsapp.care_plans.rules.fees import fee_of
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.directory.merged import roots
from cptsapp.ledger import actions as ledger
from cptsapp.ledger.models import LineState
from cptsapp.ledger.queries import held_line, hold_lines_from, live_line


def owe_for(
    plan: CarePlan, step: FeeStep, members: Iterable[CircleMember], on: date, by: Actor | None
) -> Sequence[PlanFee]:
    """Say who did a step of a plan, locked by the caller, on a local day: exactly these members, and nobody else.

    Done twice it changes nothing; whoever is no longer among them has their fee taken back. Gives the fees that stand:
    who is not among them is « sans forfait ». Raises Refusal when a fee already approved or paid would have to change.
    """
    now_called = roots()
    amounts = queries.amounts()
    present = {fee.person_id: fee for fee in queries.fees_of_step(plan.id, step)}
    hold_lines_from(queries.SOURCE, [fee.id for fee in present.values()])
    written = {now_called.get(number, number): fee for number, fee in present.items()}
    wanted: dict[int, PlanFee] = {}
    there = list(members)
    professions = queries.professions(there)
    for member in there:
        amount = fee_of(member, professions.get(member.person_id or 0), amounts, step, on)
        if amount is None or member.person_id is None:
            continue
        person_id = now_called.get(member.person_id, member.person_id)
        if person_id not in wanted:
            wanted[person_id] = _fee(written.get(person_id), plan, member.person_id, amount, on)
    for fee in present.values():
        if fee not in wanted.values():
            _settle(fee, None, by)
    for fee in wanted.values():
        _settle(fee, session.get_one(FlatFee, fee.flat_fee_id), by)
    return list(wanted.values())


def take_back(plan: CarePlan, step: FeeStep, by: Actor | None) -> None:
    """Say that a step of a plan, locked by the caller, was not done after all. Raises Refusal once one is approved."""
    owe_for(plan, step, (), clock.now().date(), by)


def _fee(written: PlanFee | None, plan: CarePlan, person_id: int, amount: FlatFee, on: date) -> PlanFee:
    """The row of a person and a step: one for ever, so that the ledger knows what it took back."""
    if written is None:
        written = PlanFee(plan_id=plan.id, person_id=person_id, step=amount.step, created_at=clock.now())
        session.add(written)
    if not _stands(written, amount, on):
        written.flat_fee_id, written.done_on = amount.id, on
    session.flush()
    return written


def _stands(fee: PlanFee, amount: FlatFee, on: date) -> bool:
    """Whether someone is already owed for this day and place: an amount changed since then does not change it."""
    if fee.id is None or live_line(fee) is None or fee.done_on != on:
        return False
    return session.get_one(FlatFee, fee.flat_fee_id).payee is amount.payee


def _settle(fee: PlanFee, amount: FlatFee | None, by: Actor | None) -> None:
    line = held_line(fee)
    if line is not None and amount is None and line.state is not LineState.OWED:
        raise Refusal("Un forfait de cette étape est déjà approuvé pour paiement\u00a0: voyez d’abord la trésorerie.")
    ledger.settle(fee, _due(fee, amount) if amount is not None else None, by=by)


def _due(fee: PlanFee, amount: FlatFee) -> ledger.Due:
    return ledger.Due(fee.person_id, amount.cents, account_of(fee.done_on.year), LINE_KIND, fee.done_on, amount.nature)
