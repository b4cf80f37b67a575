"""The one way a convention changes state: the table of `rules.states`, a line of its journal, one of the trail."""

from datetime import date
from typing import Any

from cptsapp.audit.actions import Actor, record
from cptsapp.checklists.actions import note_event
from cptsapp.checklists.models import Checklist
from cptsapp.conventions.models import Convention, ConventionState, EndReason
from cptsapp.conventions.rules.states import BY_CODE, why_not
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal, refuse_if

CHANGED = "Cette convention a changé pendant que vous la lisiez\u202f: relisez-la avant de recommencer."


def move(
    convention: Convention,
    code: str,
    *,
    by: Actor | None,
    ended_on: date | None = None,
    end_reason: EndReason | None = None,
    file_id: int | None = None,
    happened_on: date | None = None,
    note: str = "",
    **about: Any,
) -> Convention:
    """Do a move of the table on a convention locked by the caller. Raises Refusal when its state forbids it.

    `ended_on` and `end_reason` are for « end » alone. `about` goes to the journal: harmless values.
    """
    refuse_if(why_not(code, convention.state))
    convention.state = BY_CODE[code].target
    is_ending = convention.state is ConventionState.ENDED
    if is_ending and (ended_on is None or end_reason is None):
        raise ValueError("ending asks for a day and a reason")
    convention.ended_on, convention.end_reason = (ended_on, end_reason) if is_ending else (None, None)
    convention.version += 1
    session.flush()
    checklist = session.get_one(Checklist, convention.checklist_id)
    checklist.is_live = convention.state is ConventionState.IN_FORCE
    if end_reason is not None:
        about, happened_on = {"reason": end_reason.value, **about}, happened_on or ended_on
    kind = f"convention.{code}"
    note_event(convention.checklist_id, kind, by=by, file_id=file_id, happened_on=happened_on, note=note, **about)
    record(kind, convention, by=by)
    return convention


def refuse_stale(convention: Convention, version: int | None) -> None:
    """Raise Refusal when the page was read before someone changed the convention."""
    if version is not None and version != convention.version:
        raise Refusal(CHANGED)
