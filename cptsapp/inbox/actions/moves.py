"""The one way a request changes state: the table of `rules.states`, its deadline, its step, its line in the trail."""

from collections.abc import Collection
from datetime import date
from typing import Any

from cptsapp.audit.actions import Actor as ByUser
from cptsapp.audit.actions import record
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import refuse_if
from cptsapp.inbox.actions import links
from cptsapp.inbox.actions.steps import add_step
from cptsapp.inbox.models import Actor, Deadline, Outcome, Request, State
from cptsapp.inbox.queries.requests import agreed, agreed_by_all
from cptsapp.inbox.queries.settings import delays
from cptsapp.inbox.rules import deadlines
from cptsapp.inbox.rules.states import BY_CODE, OUTCOMES, Move, why_not, why_not_agreed
from cptsapp.territory import queries as territory

ANONYMISED = "Cette demande est anonymisée : elle ne se rouvre pas."
MERGED = "Cette demande est réunie avec une autre : défaites d’abord la réunion."
NOT_MERGED = "Cette demande n’est pas réunie avec une autre."
SUSPECT = "Cette demande est parmi les douteuses : dites d’abord qu’elle est vraie."


def why_not_move(request: Request, code: str, concerned: Collection[int] | None = None) -> str | None:
    """Why the move may not be done now: its state, the agreement it asks for, a doubt; None when it may.

    `concerned`: the seekers it is about, whose agreement is enough; all those left without it.
    """
    move = BY_CODE[code]
    if request.anonymised_at is not None:
        return ANONYMISED
    if (request.merged_into_id is not None) != (code == "unmerge"):
        return NOT_MERGED if code == "unmerge" else MERGED
    if request.suspected_at is not None and code != "withdraw":
        return SUSPECT
    given = agreed(request) if concerned is None else agreed_by_all(concerned)
    return why_not(move, request.state) or (why_not_agreed(move, given) if move.agreement else None)


def move(
    request: Request,
    code: str,
    *,
    actor: Actor,
    by: ByUser | None,
    outcome: Outcome | None = None,
    due_on: date | None = None,
    concerned: Collection[int] | None = None,
    **about: Any,
) -> Request:
    """Do a move of the table, on a request locked by the caller. Raises Refusal with the reason when it may not be.

    `outcome` is for « close » alone; `due_on` replaces the day the deadline would fall; `concerned` are the seekers it
    is about; `about` is what the step says besides (`note`, `doctor_id`, `organisation_id`, harmless values).
    """
    wanted = BY_CODE[code]
    if actor not in wanted.actors:
        raise ValueError(f"{actor} does not do {code}")
    refuse_if(why_not_move(request, code, concerned))
    _enter(request, wanted, outcome)
    (links.end_person_links if wanted.target is State.CLOSED else links.keep_person_links)(request)
    set_deadline(request, wanted.deadline, due_on)
    kind = f"request.{code}"
    add_step(request, kind, actor=actor, by=by, **about)
    record(kind, request, by=by)
    return request


def _enter(request: Request, move: Move, outcome: Outcome | None) -> None:
    is_closing = move.target is State.CLOSED
    ending = OUTCOMES.get(move.code, outcome) if is_closing else None
    if is_closing and ending is None:
        raise ValueError("closing asks for an outcome")
    now, today = clock.now(), territory.today()  # read before anything changes: a read flushes
    request.state, request.outcome = move.target, ending
    request.closed_at, request.closed_on = (now, today) if is_closing else (None, None)
    request.snoozed_until = None
    if is_closing:
        request.claimed_by_id = request.claimed_until = None
    else:
        request.merged_into_id = None


def set_deadline(request: Request, deadline: Deadline | None, on: date | None = None) -> None:
    """Begin a named deadline today, or none; `on` is its day when it is not the settings'. Flushes."""
    if deadline is not None and on is None:
        on = deadlines.due_on(deadline, territory.today(), delays(), request.needed_before)
    request.deadline, request.due_on = deadline, on if deadline is not None else None
    session.flush()
