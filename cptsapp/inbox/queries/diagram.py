"""How many requests wait in each box of the diagram: the queues' own counts, split where a state is two boxes."""

from dataclasses import dataclass

from sqlalchemy import case, func, select

from cptsapp.core.db import session
from cptsapp.inbox.models import CareBreak, Deadline, Outcome, Recipient, Referral, Request, State
from cptsapp.inbox.queries.list import QueueCount, queue_counts
from cptsapp.inbox.rules.queues import BY_STATE
from cptsapp.territory import queries as territory

OF_PERSON = (Deadline.PERSON_CHOICE, Deadline.CALL_PERSON)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a box holds, how many are late, and the list that shows them."""

    count: int
    late_count: int
    url: str


def waiting() -> dict[str, Waiting]:
    """By box of `rules.diagram.BOXES`."""
    counts = queue_counts()
    found = {
        code: _of_queue(state, counts)
        for code, state in (
            ("received", State.RECEIVED),
            ("to_complete", State.TO_COMPLETE),
            ("searching", State.SEARCHING),
            ("to_declare", State.TO_DECLARE),
        )
    }
    found.update(_split(State.PROPOSED, counts, "choice", "proposed", _with_person()))
    found.update(_split(State.WITH_PARTNER, counts, "dac", "misas", _with_dac()))
    return {**found, **_closed(), **_breaks()}


def _of_queue(state: State, counts: dict[str, QueueCount]) -> Waiting:
    queue = BY_STATE[state]
    held = counts[queue.code]
    return Waiting(held.count, held.late_count, f"/demandes?file={queue.code}")


def _split(state: State, counts: dict[str, QueueCount], part: str, rest: str, found: QueueCount) -> dict[str, Waiting]:
    """One queue in two boxes that add up to its count."""
    whole = _of_queue(state, counts)
    return {
        part: Waiting(found.count, found.late_count, whole.url),
        rest: Waiting(max(whole.count - found.count, 0), max(whole.late_count - found.late_count, 0), whole.url),
    }


def _counted(*where: object) -> QueueCount:
    """As the queues count: neither snoozed nor suspect."""
    today = territory.today()
    late = func.sum(case((Request.due_on < today, 1), else_=0))
    is_shown = (Request.snoozed_until.is_(None) | (Request.snoozed_until <= today)), Request.suspected_at.is_(None)
    row = session.execute(select(func.count(), late).select_from(Request).where(*where, *is_shown)).one()  # type: ignore[arg-type]
    return QueueCount(row[0], row[1] or 0)


def _with_person() -> QueueCount:
    return _counted(Request.state == State.PROPOSED, Request.deadline.in_(OF_PERSON))


def _with_dac() -> QueueCount:
    live = select(Referral.request_id).where(
        Referral.recipient == Recipient.DAC, Referral.answered_at.is_(None), Referral.stopped_at.is_(None)
    )
    return _counted(Request.state == State.WITH_PARTNER, Request.id.in_(live))


def _closed() -> dict[str, Waiting]:
    """Those of the year, by whether a doctor was found."""
    first_day = territory.today().replace(month=1, day=1)
    is_found = case((Request.outcome == Outcome.FOUND, 1), else_=0)
    rows = session.execute(
        select(is_found.label("found"), func.count().label("closed"))
        .where(Request.state == State.CLOSED, Request.closed_on >= first_day, Request.outcome != Outcome.DUPLICATE)
        .group_by(is_found)
    )
    counts = {row.found: row.closed for row in rows}
    url = "/demandes?file=closes"
    return {"found": Waiting(counts.get(1, 0), 0, url), "ended": Waiting(counts.get(0, 0), 0, url)}


def _breaks() -> dict[str, Waiting]:
    """Breaks of the year: documented, and those that went to a bilateral with the ARS."""
    first_day = territory.today().replace(month=1, day=1)
    row = session.execute(
        select(func.count(), func.count(CareBreak.bilateral_on)).where(CareBreak.happened_on >= first_day)
    ).one()
    return {"broken": Waiting(row[0], 0, "/demandes/ruptures"), "bilateral": Waiting(row[1], 0, "/demandes/ruptures")}
