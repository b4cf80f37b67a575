"""The settings of the plans: delays, standard commitments, retention, flat fees; the trail keeps what was."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from cptsapp.accounts.identity import CurrentUser
from cptsapp.audit.actions import record
from cptsapp.care_plans.models import CarePlanSettings, FeePayee, FeeStep, FlatFee, PlanFee
from cptsapp.care_plans.queries.settings import SETTINGS_ID, delays, settings
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Forbidden, Invisible, Refusal
from cptsapp.ledger.models import Nature

USED = "Ce forfait est déjà dû à quelqu’un\u202f: écrivez-en un autre, avec un autre premier jour."


def save(values: Mapping[str, Any], *, by: CurrentUser) -> None:
    """Write `delays`, `commitments` and `retention_months`. Plans already engaged keep their days and their words.

    Raises Forbidden.
    """
    _check(by)
    kept = session.get(CarePlanSettings, SETTINGS_ID)
    row = kept or settings()
    wanted = {**values, "delays": {**delays(), **values["delays"]}}
    changes = _changes(row, wanted)
    if kept is not None and not changes:
        return
    for name, value in wanted.items():
        setattr(row, name, value)
    row.updated_at = clock.now()
    session.add(row)
    session.flush()
    record("plan.settings", row, by=by, changes=changes)


def _changes(row: CarePlanSettings, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Field → before and after; each delay is a field; of the words of commitments, that they changed."""
    was, said = delays(), wanted["delays"]
    changes: dict[str, Any] = {code: [was.get(code), days] for code, days in said.items() if was.get(code) != days}
    if row.commitments != wanted["commitments"]:
        changes["commitments"] = None
    if row.retention_months != wanted["retention_months"]:
        changes["retention_months"] = [row.retention_months, wanted["retention_months"]]
    return changes


@dataclass(frozen=True, slots=True)
class FeeTerms:
    """An amount in cents for a step and a payee from a day on; zero says that there is none any more."""

    step: FeeStep
    payee: FeePayee
    starts_on: date
    cents: int
    nature: Nature


def set_fee(terms: FeeTerms, *, by: CurrentUser) -> FlatFee:
    """Write an amount, or correct the one of the same day. What is owed already does not change.

    Raises Forbidden, or Refusal once the one of that day is owed to someone.
    """
    _check(by)
    same = FlatFee.step == terms.step, FlatFee.payee == terms.payee, FlatFee.starts_on == terms.starts_on
    fee = session.scalar(select(FlatFee).where(*same).with_for_update())
    before = fee.cents if fee is not None else None
    if fee is None:
        fee = FlatFee(step=terms.step, payee=terms.payee, starts_on=terms.starts_on)
    else:
        _refuse_used(fee)
    fee.cents, fee.nature, fee.created_at, fee.created_by_id = terms.cents, terms.nature, clock.now(), by.id
    session.add(fee)
    session.flush()
    _record("flat_fee.set", fee, by, changes={"cents": [before, terms.cents]})
    return fee


def remove_fee(fee_id: int, *, by: CurrentUser) -> None:
    """Take away an amount written by mistake. Raises Forbidden, Invisible, or Refusal once it is owed to someone."""
    _check(by)
    fee = session.get(FlatFee, fee_id, with_for_update=True)
    if fee is None:
        raise Invisible
    _refuse_used(fee)
    _record("flat_fee.removed", fee, by, cents=fee.cents)
    session.delete(fee)
    session.flush()


def _record(kind: str, fee: FlatFee, by: CurrentUser, **about: Any) -> None:
    starts_on = fee.starts_on.isoformat()
    record(kind, fee, by=by, step=fee.step.value, payee=fee.payee.value, starts_on=starts_on, **about)


def _refuse_used(fee: FlatFee) -> None:
    if session.scalar(select(PlanFee.id).where(PlanFee.flat_fee_id == fee.id).limit(1)) is not None:
        raise Refusal(USED, field="starts_on")


def _check(by: CurrentUser) -> None:
    if not by.can("plans.settings"):
        raise Forbidden
