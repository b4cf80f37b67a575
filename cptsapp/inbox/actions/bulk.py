"""One gesture on several requests: each is done or left aside with its reason, and all in one transaction."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from cptsapp.audit.actions import Actor as ByUser
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.inbox.actions import sorting, triage
from cptsapp.inbox.models import Request, State
from cptsapp.inbox.rules.states import BEFORE_SEARCH

SIZE_MAX = 200  # a gesture holds the others' writes as long as it lasts

ACTS = {
    "confier": "Confier",
    "etiqueter": "Étiqueter",
    "reporter": "Reporter",
    "accepter": "Demande complète",
    "reprendre": "Reprendre maintenant",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What a gesture would do: to which references, and how many it leaves aside, by reason."""

    act: str
    references: Sequence[str]
    left: Sequence[tuple[str, int]]
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """How many it was done to, and how many were left aside meanwhile, by reason."""

    count: int
    left: Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Values:
    """What the gesture asks for: who follows, until when, which label."""

    user_id: int | None = None
    until: date | None = None
    label: str = ""


def plan(act: str, references: Sequence[str]) -> Plan:
    """What a gesture of `ACTS` would do to these references, those that do not exist aside."""
    wanted = list(dict.fromkeys(references))
    kept, left = [], Counter[str]()
    for row in _rows(wanted[:SIZE_MAX]):
        reason = _why_not(act, row)
        if reason:
            left[reason] += 1
        else:
            kept.append(row.reference)
    return Plan(act, kept, sorted(left.items()), len(wanted) > SIZE_MAX)


def _rows(references: Sequence[str]) -> Sequence[Any]:
    columns = (Request.id, Request.reference, Request.state, Request.suspected_at, Request.snoozed_until)
    return session.execute(select(*columns).where(Request.reference.in_(references)).order_by(Request.id)).all()


def _why_not(act: str, row: Any) -> str:
    if row.suspected_at is not None:
        return "parmi les douteuses"
    if act != "etiqueter" and row.state is State.CLOSED:
        return "déjà close"
    if act == "accepter" and row.state not in BEFORE_SEARCH:
        return "déjà en recherche, ou plus loin"
    return "non reportée" if act == "reprendre" and row.snoozed_until is None else ""


def apply(act: str, references: Sequence[str], values: Values, *, by: ByUser) -> Done:
    """Do it, in the order in which the requests came: two gestures at once wait for each other, and end.

    Raises Refusal when what the gesture asks for is refused; a request that is refused on its own is left aside.
    """
    act_on, count, left = _act(act, values, by), 0, Counter[str]()
    for row in _rows(references[:SIZE_MAX]):
        try:
            act_on(row.id)
        except Refusal as refusal:
            if refusal.field is not None:
                raise
            left[refusal.message] += 1
        else:
            count += 1
    return Done(count, sorted(left.items()))


def _act(act: str, values: Values, by: ByUser) -> Callable[[int], object]:
    acts: dict[str, Callable[[int], object]] = {
        "confier": lambda number: sorting.assign(number, values.user_id, by=by),
        "etiqueter": lambda number: sorting.stick(number, values.label, by=by),
        "reporter": lambda number: sorting.snooze(number, values.until, by=by),
        "accepter": lambda number: triage.accept(number, by=by),
        "reprendre": lambda number: sorting.wake(number, by=by),
    }
    return acts[act]
