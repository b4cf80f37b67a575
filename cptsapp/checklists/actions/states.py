"""Making a checklist, adding what is owed, saying where it stands. What recurs comes again once it is done."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import delete, exists, func, select

from cptsapp.accounts.identity import CurrentUser
from cptsapp.accounts.models import User
from cptsapp.audit.actions import Actor, record
from cptsapp.checklists.actions.journal import note_event, refuse_nir, sealed
from cptsapp.checklists.models import (
    Checklist,
    ChecklistKind,
    Commitment,
    CommitmentState,
    Evidence,
    JournalEntry,
    Side,
)
from cptsapp.checklists.permissions import can_read, why_not_manage, why_not_tick
from cptsapp.checklists.rules import STATE_WORDS, falls_again, why_not_go
from cptsapp.checklists.sources import source_of
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.french import day_short, hour
from cptsapp.core.local import local
from cptsapp.core.refusals import Invisible, Refusal, refuse_if
from cptsapp.core.rows import hold
from cptsapp.territory import queries as territory

TWICE = timedelta(seconds=10)  # a second click of the same person
NOT_YET = "Ce jour n’est pas encore venu."
NO_REASON = "Écrivez pourquoi\u202f: la raison se lit au journal."


@dataclass(frozen=True, slots=True)
class Owed:
    """A commitment before it is written; see `models.Commitment` for each field."""

    label: str
    side: Side
    number: str = ""
    heading: str = ""
    expected: str = ""
    owner_id: int | None = None
    due_on: date | None = None
    due_months: int | None = None
    every_months: int | None = None
    is_continuous: bool = False
    code: str | None = None


def open_checklist(kind: ChecklistKind, *, is_live: bool) -> Checklist:
    """A new empty checklist."""
    checklist = Checklist(kind=kind, is_live=is_live)
    session.add(checklist)
    session.flush()
    return checklist


def add(checklist_id: int, owed: Owed, *, by: Actor | None, renewed_from_id: int | None = None) -> Commitment:
    """Add a commitment at the end of its article. Raises Refusal for a text that looks like a NIR."""
    refuse_nir(owed.label, owed.expected)
    last = session.scalar(select(func.max(Commitment.position)).where(Commitment.checklist_id == checklist_id))
    commitment = Commitment(
        checklist_id=checklist_id,
        position=(last or 0) + 1,
        label=owed.label.strip(),
        side=owed.side,
        number=owed.number,
        heading=owed.heading,
        expected=owed.expected.strip(),
        owner_id=owed.owner_id,
        due_on=owed.due_on,
        due_months=owed.due_months,
        every_months=owed.every_months,
        is_continuous=owed.is_continuous,
        code=owed.code,
        changed_at=clock.now(),
        changed_by_id=by.id if by else None,
        renewed_from_id=renewed_from_id,
    )
    session.add(commitment)
    session.flush()
    record("commitment.added", commitment, by=by)
    return commitment


def locked(commitment_id: int) -> Commitment:
    """The commitment, its row held until the end of the transaction; raises Invisible when there is none."""
    return hold(Commitment, commitment_id)


def tick(
    commitment_id: int,
    after: CommitmentState,
    *,
    by: CurrentUser,
    version: int | None = None,
    on: date | None = None,
    comment: str = "",
) -> Commitment:
    """Say where a commitment stands, for whoever owes it or holds its list; `on`: the day done, today unless told.

    A second click of the same person changes nothing. Raises Invisible, or Refusal: it is not theirs to say, someone
    said it before them (who, and when), the page was read before a change, a day to come, dropped without a reason.
    """
    commitment, checklist = held(commitment_id, by)
    if commitment.state is after and _is_sent_twice(commitment, by):
        return commitment
    refuse_if(why_not_tick(checklist, commitment.owner_id, by))
    refuse_if(why_not_manage(checklist, by) if after is CommitmentState.DROPPED else None)
    refuse_if(_why_not(commitment, after))
    refuse_stale(commitment, version)
    today = territory.today()
    if on is not None and on > today:
        raise Refusal(NOT_YET, field="done_on")
    if after is CommitmentState.DROPPED and not comment.strip():
        raise Refusal(NO_REASON, field="reason")
    set_state(commitment, after, by=by, on=on or today, comment=comment)
    source_of(checklist).changed(commitment, by)
    return commitment


def held(commitment_id: int, by: CurrentUser) -> tuple[Commitment, Checklist]:
    """A commitment to be changed, its row held, and its checklist. Raises Invisible when the user may not read it."""
    checklist_id = session.scalar(select(Commitment.checklist_id).where(Commitment.id == commitment_id))
    if checklist_id is None:
        raise Invisible
    checklist = session.get_one(Checklist, checklist_id)
    source_of(checklist).hold(checklist)
    commitment = locked(commitment_id)
    if not can_read(checklist, commitment.owner_id, by):
        raise Invisible
    return commitment, checklist


def set_state(
    commitment: Commitment, after: CommitmentState, *, by: Actor | None, on: date, comment: str = ""
) -> Commitment | None:
    """Change the state of a commitment locked by the caller; gives the next occurrence when it comes again.

    `on`: the local day it was done. Raises Refusal when the table has no such change, or for what looks like a NIR.
    The source is not told: it is the one that calls (`tick` tells it).
    """
    refuse_if(_why_not(commitment, after))
    before, commitment.state = commitment.state, after
    commitment.done_on = on if after is CommitmentState.DONE else None
    if comment.strip():
        commitment.comment = sealed(comment, commitment, "comment")
    touch(commitment, by)
    kind = f"commitment.{after}"
    note_event(commitment.checklist_id, kind, by=by, commitment_id=commitment.id, note=comment)
    record(kind, commitment, by=by)
    if before is CommitmentState.DONE:
        _take_back_renewal(commitment, by)
    return _renew(commitment, by) if after is CommitmentState.DONE else None


def _renew(done: Commitment, by: Actor | None) -> Commitment | None:
    """The next occurrence, once; its day follows from those it was owed on, not from the one it was done."""
    if done.every_months is None or done.due_on is None:
        return None
    if session.scalar(select(Commitment.id).where(Commitment.renewed_from_id == done.id)) is not None:
        return None
    again = Owed(
        label=done.label,
        side=done.side,
        number=done.number,
        heading=done.heading,
        expected=done.expected,
        owner_id=done.owner_id,
        due_on=falls_again(done.due_on, _days_before(done), done.every_months),
        every_months=done.every_months,
        code=done.code,
    )
    return add(done.checklist_id, again, by=by, renewed_from_id=done.id)


def _days_before(commitment: Commitment) -> Iterator[date]:
    """The days of the times before this one, the nearest first, each read when it is asked for."""
    number = commitment.renewed_from_id
    while number is not None:
        earlier = session.get_one(Commitment, number)
        if earlier.due_on is not None:
            yield earlier.due_on
        number = earlier.renewed_from_id


def _take_back_renewal(commitment: Commitment, by: Actor | None) -> None:
    """What was not done after all does not come again yet; an occurrence that someone has touched stays."""
    wanted = select(Commitment).where(Commitment.renewed_from_id == commitment.id).with_for_update()
    again = session.scalar(wanted)
    if again is None or again.version > 1 or _is_spoken_of(again.id):
        return
    record("commitment.renewed_away", again, by=by)
    session.execute(delete(Commitment).where(Commitment.id == again.id))
    session.expunge(again)


def _is_spoken_of(commitment_id: int) -> bool:
    shown = exists().where(Evidence.commitment_id == commitment_id)
    told = exists().where(JournalEntry.commitment_id == commitment_id)
    return bool(session.scalar(select(shown | told)))


def touch(commitment: Commitment, by: Actor | None) -> None:
    """Say who changed it last, and raise its version."""
    commitment.changed_at = clock.now()
    commitment.changed_by_id = by.id if by else None
    commitment.version += 1
    session.flush()


def refuse_stale(commitment: Commitment, version: int | None) -> None:
    """Raise Refusal, saying who and when, when the page was read before someone changed the commitment."""
    if version is None or version == commitment.version:
        return
    who, at = _last_change(commitment)
    told = f"{who} a changé cet engagement" if who else "Cet engagement a changé"
    word = STATE_WORDS[commitment.state]
    raise Refusal(f"{told}, {at}\u00a0: il est «\u00a0{word}\u00a0». Relisez-le avant de recommencer.")


def _why_not(commitment: Commitment, after: CommitmentState) -> str | None:
    return why_not_go(commitment.state, after, *_last_change(commitment))


def _last_change(commitment: Commitment) -> tuple[str, str]:
    """Who changed it last, « » for the application, and when: « lun. 20 juil. 14h32 »."""
    user = session.get(User, commitment.changed_by_id) if commitment.changed_by_id else None
    at = local(commitment.changed_at)
    return user.display_name if user else "", f"{day_short(at)} {hour(at)}"


def _is_sent_twice(commitment: Commitment, by: CurrentUser) -> bool:
    return commitment.changed_by_id == by.id and clock.now() - commitment.changed_at < TWICE
