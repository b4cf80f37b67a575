"""The rows of a page of the inbox as the screen writes them: its names opened, and no others."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from cptsapp.accounts.identity import CurrentUser
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.inbox.models import Label, RequestLabel, Seeker, State
from cptsapp.inbox.patients import Identity, joined, open_identity
from cptsapp.inbox.rules.priority import CRITERIA
from cptsapp.inbox.rules.queues import ages, in_days, to_do
from cptsapp.inbox.rules.states import STATE_LABELS
from cptsapp.inbox.rules.timeline import sentence
from cptsapp.inbox.rules.words import CHANNELS, OUTCOMES
from cptsapp.territory import queries as territory

FIRST_STEP = "première lecture"


@dataclass(frozen=True, slots=True)
class Line:
    """A file in the list. `late` and `due` are how its deadline is written and marked; `claimed_by` is someone else."""

    reference: str
    name: str
    ages: str
    commune: str
    criteria: Sequence[tuple[str, str]]
    labels: Sequence[str]
    to_do: str
    last_step: str
    due_on: date | None
    due: str
    mark: str
    received_on: date
    source: str
    assigned_to_id: int | None
    assigned_to: str
    claimed_by: str
    state: str
    outcome: str
    snoozed_until: date | None
    is_closed: bool
    is_suspect: bool
    is_overridden: bool


def lines(rows: Sequence[Any], user: CurrentUser) -> list[Line]:
    """These rows, their names and their labels. The caller records that they were read."""
    ids = [row.id for row in rows]
    if not ids:
        return []
    known, stuck, now, today = _identities(ids), _labels(ids), clock.now(), territory.today()
    return [_line(row, known[row.id], stuck[row.id], user, (now, today)) for row in rows]


def _line(
    row: Any, known: Sequence[Identity], stuck: Sequence[str], user: CurrentUser, at: tuple[datetime, date]
) -> Line:
    now, today = at
    is_closed = row.state is State.CLOSED
    due, mark = in_days(row.due_on, today) if row.due_on else ("", "detail")
    is_held = row.claimed_by_id not in (None, user.id) and row.claimed_until > now
    return Line(
        reference=row.reference,
        name=joined(known),
        ages=ages([who.birth_date for who in known], today),
        commune=row.commune or "",
        criteria=[(CRITERIA[code], "warn" if code == "urgent" else "") for code in row.criteria],
        labels=stuck,
        to_do=to_do(row.state, row.deadline),
        last_step=_last_step(row),
        due_on=row.due_on,
        due=due,
        mark=mark,
        received_on=row.received_on,
        source=row.organisation or CHANNELS[row.channel],
        assigned_to_id=row.assigned_to_id,
        assigned_to=row.assigned_to or "",
        claimed_by=row.claimed_by if is_held else "",
        state=STATE_LABELS[row.state],
        outcome=OUTCOMES[row.outcome] if is_closed else "",
        snoozed_until=row.snoozed_until if row.snoozed_until and row.snoozed_until > today else None,
        is_closed=is_closed,
        is_suspect=row.suspected_at is not None,
        is_overridden=row.priority_override is not None,
    )


def _last_step(row: Any) -> str:
    """What was done last; a file that nobody has opened yet has only been received."""
    if row.step_kind in (None, "request.received"):
        return FIRST_STEP
    doctor = f"{row.doctor_title} {row.doctor_name}".strip() if row.doctor_name else ""
    return sentence(row.step_kind, row.step_data, doctor=doctor)


def _identities(ids: Sequence[int]) -> Mapping[int, list[Identity]]:
    columns = (Seeker.request_id, Seeker.seal_id, Seeker.name, Seeker.birth_date)
    found = defaultdict[int, list[Identity]](list)
    for row in session.execute(select(*columns).where(Seeker.request_id.in_(ids)).order_by(Seeker.id)):
        who = open_identity(row.seal_id, row.name, row.birth_date)
        if who is not None:
            found[row.request_id].append(who)
    return found


def _labels(ids: Sequence[int]) -> Mapping[int, list[str]]:
    wanted = select(RequestLabel.request_id, Label.name).join(Label, Label.id == RequestLabel.label_id)
    found = defaultdict[int, list[str]](list)
    for row in session.execute(wanted.where(RequestLabel.request_id.in_(ids)).order_by(Label.name)):
        found[row.request_id].append(row.name)
    return found
