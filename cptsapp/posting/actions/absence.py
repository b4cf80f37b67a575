"""Being absent hides what is free and restores it on return; each patient already booked needs a choice."""

from collections.abc import Mapping
from datetime import date

from cptsapp.accounts.identity import CurrentUser
from cptsapp.audit.actions import record
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.core.submissions import remember, result_for
from cptsapp.posting import queries
from cptsapp.posting.actions.withdraw import reopen, settle
from cptsapp.posting.queries import Consequence
from cptsapp.posting.rules import absence as rules
from cptsapp.posting.rules.draft import Outdated, refuse_fault
from cptsapp.posting.rules.series import is_absent
from cptsapp.snp.actions import bump_version
from cptsapp.snp.models import Absence, FollowUp, Slot, SlotState
from cptsapp.territory import queries as territory

KIND = "posting.absence"  # of a submission


def what_goes(by: CurrentUser, person_id: int, first: date, last: date | None, *, lock: bool = False) -> Consequence:
    """What an absence on these days takes away."""
    return queries.consequence(by, person_id, queries.to_hide(person_id, first, last, lock=lock))


def declare_absence(
    person_id: int,
    days: tuple[date, date | None],
    choices: Mapping[int, FollowUp],
    *,
    by: CurrentUser,
    key: str,
    announced: str,
) -> Absence:
    """Note an absence from a day to a day, both included, or without an end, and hide what is free meanwhile.

    Raises Invisible, Refusal, or Outdated when the panel that was read no longer tells the truth.
    """
    if (done := result_for(by.id, key, KIND)) is not None:
        return session.get_one(Absence, done)
    person = queries.person_for(by, person_id)
    first, last = days
    refuse_fault(rules.absence_fault(first, last, territory.today()))
    found = what_goes(by, person.id, first, last, lock=True)
    if found.digest != announced:
        raise Outdated
    absence = Absence(person_id=person.id, from_on=first, until_on=last, created_at=clock.now(), created_by_id=by.id)
    session.add(absence)
    session.flush()
    settle(found, choices, by=by)
    for slot in found.slots:
        _hide(slot, absence)
    remember(by.id, key, KIND, absence.id)
    record("absence.declared", absence, by=by, slots=len(found.slots), places=found.free_count)
    bump_version()
    return absence


def _hide(slot: Slot, absence: Absence) -> None:
    slot.state = SlotState.ABSENT
    slot.absence_id = absence.id
    slot.sequence += 1
    session.flush()


def end_absence(absence_id: int, *, by: CurrentUser) -> tuple[Absence, int]:
    """Come back: what was hidden and is still to come returns, unless its time was given to something else.

    Ending twice changes nothing. Gives the absence and the number of places back. Raises Invisible.
    """
    absence = queries.absence_for(by, absence_id)
    if absence.ended_at is not None:
        return absence, 0
    absence.ended_at = clock.now()
    session.flush()
    others = queries.absences(absence.person_id)
    back = 0
    for slot in queries.hidden_by(absence.id, lock=True):
        other = next((o for o in others if is_absent(slot.day_on, [(o.from_on, o.until_on)])), None)
        back += _hand_over(slot, other) if other else _return(slot, by)
    record("absence.ended", absence, by=by, places=back)
    bump_version()
    return absence, back


def _hand_over(slot: Slot, other: Absence) -> int:
    """Another absence covers that day: the slot stays hidden, by that one."""
    slot.absence_id = other.id
    return 0


def _return(slot: Slot, by: CurrentUser) -> int:
    """The places that come back with a slot; none when its time has passed or is taken."""
    if slot.state is not SlotState.ABSENT:
        return 0
    try:
        reopen(slot, by=by)
    except Refusal:
        return 0
    return slot.free_count
