"""The alerts on what comes in the conventions in force: ninety days ahead, then thirty; one mail a day at most.

The journal of each convention keeps what was told, so that nothing is told twice and a worker that slept catches up.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from cptsapp.audit.actions import record
from cptsapp.checklists.actions import note_event
from cptsapp.checklists.models import Commitment, JournalEntry
from cptsapp.checklists.rules import OPEN
from cptsapp.conventions import alert_mail
from cptsapp.conventions.alert_mail import Coming
from cptsapp.conventions.models import Convention, ConventionState
from cptsapp.conventions.queries.partners import names_of
from cptsapp.conventions.rules.alerts import AHEAD, Milestone, Told, is_review, milestones, to_tell
from cptsapp.conventions.rules.terms import decision_due_on
from cptsapp.core.db import session
from cptsapp.core.local import day_bounds
from cptsapp.territory import queries as territory

KIND, OF_REVIEW = "convention.reminded", "convention.review_reminded"


def alert(_now: datetime) -> int:
    """Queue the mails of the day, and note what they told in the journals. How many mails were queued."""
    if territory.current() is None:
        return 0
    today = territory.today()
    if _has_told(today):
        return 0
    coming = list(_coming(today))
    queued = alert_mail.tell(coming, today) if coming else 0
    if not queued:
        return 0
    for each in coming:
        _note(each.checklist_id, each.told)
    record("conventions.alerted", None, by=None, count=len(coming))
    return queued


def _has_told(today: date) -> bool:
    """Whether the mails of the day have left."""
    first, last = day_bounds(today)
    wanted = select(JournalEntry.id).where(
        JournalEntry.at >= first, JournalEntry.at < last, JournalEntry.kind.in_((KIND, OF_REVIEW))
    )
    return session.scalar(wanted.limit(1)) is not None


def _note(checklist_id: int, told: Told) -> None:
    kind = KIND if told.commitment_id is None else OF_REVIEW
    note_event(
        checklist_id,
        kind,
        by=None,
        commitment_id=told.commitment_id,
        milestone=told.milestone.value,
        due_on=told.on.isoformat(),
        ahead=told.ahead,
    )


# -- what comes -------------------------------------------------------------------------------------------------------


def _coming(today: date) -> Iterator[Coming]:
    """What is to be told today, convention by convention."""
    rows = session.execute(
        select(
            Convention.id,
            Convention.checklist_id,
            Convention.parent_id,
            Convention.lead_id,
            Convention.renewal,
            Convention.ends_on,
            Convention.notice_months,
            Convention.notice_given_on,
        )
        .where(Convention.state == ConventionState.IN_FORCE)
        .order_by(Convention.id)
    ).all()
    numbers = {row.checklist_id for row in rows}
    told, reviews, names = _told(numbers), _reviews(numbers, today), names_of({row.id for row in rows})
    for row in rows:
        partners = ", ".join(names.get(row.id, ()))
        known = told[row.checklist_id]
        for found, label in (*_of_term(row, today, known), *_of_reviews(reviews[row.checklist_id], today, known)):
            yield Coming(row.id, row.checklist_id, partners, row.lead_id, found, label)


def _of_term(row: Any, today: date, known: set[Told]) -> Iterator[tuple[Told, str]]:
    if row.parent_id is not None:  # an amendment ends with what it amends
        return
    decision_on = decision_due_on(row.renewal, row.ends_on, row.notice_months)
    for milestone, on in milestones(row.renewal, row.ends_on, decision_on, has_notice=row.notice_given_on is not None):
        if (found := to_tell(milestone, on, today, known)) is not None:
            yield found, ""


def _of_reviews(reviews: Sequence[Any], today: date, known: set[Told]) -> Iterator[tuple[Told, str]]:
    for row in reviews:
        if (found := to_tell(Milestone.REVIEW, row.due_on, today, known, row.id)) is not None:
            yield found, row.label


def _told(checklist_ids: set[int]) -> Mapping[int, set[Told]]:
    """What the journals say was told, by checklist."""
    rows = session.execute(
        select(JournalEntry.checklist_id, JournalEntry.commitment_id, JournalEntry.data).where(
            JournalEntry.checklist_id.in_(checklist_ids), JournalEntry.kind.in_((KIND, OF_REVIEW))
        )
    )
    found: dict[int, set[Told]] = defaultdict(set)
    for row in rows:
        on, milestone = date.fromisoformat(row.data["due_on"]), Milestone(row.data["milestone"])
        found[row.checklist_id].add(Told(milestone, on, row.data["ahead"], row.commitment_id))
    return found


def _reviews(checklist_ids: set[int], today: date) -> Mapping[int, list[Any]]:
    """The meetings still owed and due soon, by checklist."""
    rows = session.execute(
        select(Commitment.id, Commitment.checklist_id, Commitment.label, Commitment.due_on, Commitment.every_months)
        .where(
            Commitment.checklist_id.in_(checklist_ids),
            Commitment.state.in_(OPEN),
            Commitment.due_on.between(today, today + timedelta(days=max(AHEAD))),
        )
        .order_by(Commitment.due_on, Commitment.id)
    )
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        if is_review(row.label, row.every_months):
            found[row.checklist_id].append(row)
    return found
