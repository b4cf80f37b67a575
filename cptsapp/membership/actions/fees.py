"""Fees noted as paid, and receipts numbered once, in order, in the transaction that notes the payment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from cptsapp.audit.actions import Actor, record
from cptsapp.core.db import is_sqlite, session
from cptsapp.core.refusals import refuse_if
from cptsapp.directory.models import Membership
from cptsapp.membership import permissions
from cptsapp.territory import queries as territory

# Whoever numbers receipts on PostgreSQL waits for this turn: two would take the same number.
_TURN = "membership.receipt_number"


@dataclass(frozen=True, slots=True)
class Paid:
    """What noting a payment did: the memberships paid now, those that were already, those without a fee."""

    now: tuple[int, ...]
    already: tuple[int, ...]
    free: tuple[int, ...]


def note_paid(membership_ids: Sequence[int], paid_on: date, *, by: Actor) -> Paid:
    """Note fees as paid on a day and number their receipts. Raises Refusal for a day to come, or one fee of nothing.

    Of several, those already paid and those without a fee are left as they are, and said.
    """
    found = _locked(membership_ids)
    today = territory.today()
    if len(found) == 1 or paid_on > today:
        for membership in found:
            refuse_if(permissions.why_not_pay(membership, paid_on, today))
    due = [m for m in found if m.fee_cents and m.paid_on is None]
    number = _last_number()
    for membership in due:
        membership.paid_on = paid_on
        if membership.receipt_number is None:
            number += 1
            membership.receipt_number = number
        record("fee.paid", membership, by=by, cents=membership.fee_cents, from_on=paid_on.isoformat())
    paid = {m.id for m in due}
    free = tuple(m.id for m in found if not m.fee_cents)
    return Paid(tuple(sorted(paid)), tuple(m.id for m in found if m.id not in paid and m.fee_cents), free)


def withdraw_payment(membership_ids: Sequence[int], *, by: Actor) -> int:
    """Take payments back, and give how many there were. The receipt keeps its number: it is never another's."""
    paid = [m for m in _locked(membership_ids) if m.paid_on is not None]
    for membership in paid:
        membership.paid_on = None
        record("fee.unpaid", membership, by=by, cents=membership.fee_cents)
    return len(paid)


def _locked(membership_ids: Sequence[int]) -> Sequence[Membership]:
    if not is_sqlite():
        session.execute(select(func.pg_advisory_xact_lock(func.hashtext(_TURN))))
    return session.scalars(
        select(Membership)
        .where(Membership.id.in_(membership_ids))
        .order_by(Membership.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def _last_number() -> int:
    return session.scalar(select(func.max(Membership.receipt_number))) or 0
