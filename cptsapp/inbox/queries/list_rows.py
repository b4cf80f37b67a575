"""The rows of a page of the inbox as the screen writes them: its names opened, and no others."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Integer, bindparam, select

from cptsapp.accounts.identity import CurrentUser
from cptsapp.core import clock, french
from cptsapp.core.prepared import Prepared
from cptsapp.inbox.models import Label, RequestLabel, Seeker, State
from cptsapp.inbox.patients import Identity, joined, open_identity
from cptsapp.inbox.queries import searching
from cptsapp.inbox.rules.priority import CRITERIA
from cptsapp.inbox.rules.queues import ages, in_days, to_do
from cptsapp.inbox.rules.states import STATE_LABELS
from cptsapp.inbox.rules.timeline import sentence
from cptsapp.inbox.rules.words import CHANNELS, OUTCOMES
from cptsapp.territory import queries as territory

FIRST_STEP = "première lecture"


@dataclass(slots=True)  # not frozen: fifty are made a page, and a frozen one takes three times as long
class Line:
    """A file in the list, in words. `mark` is how its deadline shows; `claimed_by` is someone else, there now.

    `day` and `day_detail`: by when, or when it was closed. `criteria` are words, each with whether it is urgency.
    """

    reference: str
    name: str
    ages: str
    commune: str
    criteria: Sequence[tuple[str, bool]]
    labels: Sequence[str]
    act: str
    detail: str
    day: str
    day_detail: str
    mark: str
    received: str
    source: str
    assigned_to: str
    claimed_by: str
    snoozed: str
    is_closed: bool
    is_suspect: bool
    is_overridden: bool


def lines(rows: Sequence[Any], user: CurrentUser, *, tells_state: bool = False) -> list[Line]:
    """These rows, their names and their labels; `tells_state` where files of every state stand together.

    The caller records that they were read.
    """
    ids = [row.id for row in rows]
    if not ids:
        return []
    known, stuck, now, today = _identities(ids), _labels(ids), clock.now(), territory.today()
    return [_line(row, known[row.id], stuck.get(row.id, ()), (user.id, now, today, tells_state)) for row in rows]


def _line(
    row: Any, known: Sequence[Identity], stuck: Sequence[str], at: tuple[int | None, datetime, date, bool]
) -> Line:
    user_id, now, today, tells_state = at
    is_closed = row.state is State.CLOSED
    day, day_detail, mark = _day(row.closed_on, row.due_on, today)
    is_held = row.claimed_by_id is not None and row.claimed_by_id != user_id and row.claimed_until > now
    return Line(
        reference=row.reference,
        name=joined(known),
        ages=ages([who.birth_date for who in known], today),
        commune=row.commune or "",
        criteria=[_TAGS[code] for code in row.criteria],
        labels=stuck,
        act=OUTCOMES[row.outcome] if is_closed else to_do(row.state, row.deadline),
        detail=STATE_LABELS[row.state] if tells_state else _last_step(row),
        day=day,
        day_detail=day_detail,
        mark=mark,
        received=_received(row.received_on, today),
        source=row.organisation or CHANNELS[row.channel],
        assigned_to=row.assigned_to or "",
        claimed_by=row.claimed_by if is_held else "",
        snoozed=french.day_numeric(row.snoozed_until) if row.snoozed_until and row.snoozed_until > today else "",
        is_closed=is_closed,
        is_suspect=row.suspected_at is not None,
        is_overridden=row.priority_override is not None,
    )


_TAGS = {code: (label, code == "urgent") for code, label in CRITERIA.items()}


# Few days and few kinds of steps stand on a page: their words are made once.
@lru_cache(maxsize=2000)
def _day(closed_on: date | None, due_on: date | None, today: date) -> tuple[str, str, str]:
    if closed_on is not None:
        return french.day_numeric(closed_on), "", "detail"
    if due_on is None:
        return "—", "", "detail"
    return french.day_short(due_on), *in_days(due_on, today)


@lru_cache(maxsize=2000)
def _received(on: date, today: date) -> str:
    """« 13 juil. », and the year of another year."""
    return french.day_short(on).split(" ", 1)[1] if on.year == today.year else french.day_numeric(on)


def _last_step(row: Any) -> str:
    """What was done last; a file that nobody has opened yet has only been received."""
    if row.step_kind in (None, "request.received"):
        return FIRST_STEP
    doctor = f"{row.doctor_title} {row.doctor_name}".strip() if row.doctor_name else ""
    return sentence(row.step_kind, row.step_data, doctor=doctor) if row.step_data else _plain(row.step_kind, doctor)


@lru_cache(maxsize=2000)
def _plain(kind: str, doctor: str) -> str:
    return sentence(kind, {}, doctor=doctor)


PAGE_MAX = 50
# So many places in the IN, those left over filled with zero: the driver runs it as it stands.
_IDS = [bindparam(f"id{rank}", type_=Integer) for rank in range(PAGE_MAX)]
_NAMES = Prepared(
    lambda: select(Seeker.id, Seeker.request_id, Seeker.seal_id, Seeker.name, Seeker.birth_date).where(
        Seeker.request_id.in_(_IDS)
    ),
    remembers=True,
)
_STUCK = Prepared(
    lambda: (
        select(RequestLabel.request_id, Label.name)
        .join(Label, Label.id == RequestLabel.label_id)
        .where(RequestLabel.request_id.in_(_IDS))
    )
)


def _numbered(ids: Sequence[int]) -> dict[str, int]:
    return {f"id{rank}": ids[rank] if rank < len(ids) else 0 for rank in range(PAGE_MAX)}


def _identities(ids: Sequence[int]) -> Mapping[int, list[Identity]]:
    found, opened = defaultdict[int, list[Identity]](list), searching.opened_identities()
    for row in sorted(_NAMES.all(**_numbered(ids))):
        key = (row.name, row.birth_date)
        who = opened.get(key)
        if who is None and (who := open_identity(row.seal_id, row.name, row.birth_date)):
            opened[key] = who
        if who is not None:
            found[row.request_id].append(who)
    return found


def _labels(ids: Sequence[int]) -> Mapping[int, list[str]]:
    found = defaultdict[int, list[str]](list)
    for request_id, name in sorted(_STUCK.all(**_numbered(ids))):
        found[request_id].append(name)
    return found
