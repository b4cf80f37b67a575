"""Reading a request and leading it to its end: complete or not, doctor found, declared, closed, opened again."""

from collections.abc import Collection, Sequence
from typing import Any

from cptsapp.audit.actions import Actor as ByUser
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal, refuse_if
from cptsapp.inbox.actions import priority, releases, stopping, telling
from cptsapp.inbox.actions.changing import to_change
from cptsapp.inbox.actions.household import NO_DOCTOR, Found, forget_outcome, note_outcome
from cptsapp.inbox.actions.moves import move
from cptsapp.inbox.models import Actor, Outcome, Request, Seeker
from cptsapp.inbox.rules.closing import why_not_close
from cptsapp.inbox.rules.triage import MISSING
from cptsapp.territory import queries as territory

NOTHING_MISSING = "Dites ce qui manque."
NOBODY = "Dites qui cherche de nouveau."


def accept(request_id: int, *, by: ByUser | None, version: int | None = None) -> Request:
    """The request is complete: the search begins."""
    return move(to_change(request_id, version), "accept", actor=Actor.CPTS, by=by)


def ask_more(
    request_id: int, missing: Sequence[str], note: str = "", *, by: ByUser | None, version: int | None = None
) -> Request:
    """Say what is missing: codes of `rules.triage.MISSING`, mailed to the person; the note stays in the file."""
    request = to_change(request_id, version)
    known = [code for code in MISSING if code in set(missing)]
    if not known:
        raise Refusal(NOTHING_MISSING, field="missing")
    move(request, "ask_more", actor=Actor.CPTS, by=by, note=note, missing=known)
    telling.tell_missing(request, [MISSING[code] for code in known])
    return request


def put_back(request_id: int, *, by: ByUser | None, version: int | None = None) -> Request:
    """Undo the triage: the request is to be read again."""
    return move(to_change(request_id, version), "put_back", actor=Actor.CPTS, by=by)


def find(
    request_id: int,
    found: Found,
    seeker_ids: Collection[int] = (),
    *,
    by: ByUser | None,
    actor: Actor = Actor.CPTS,
    version: int | None = None,
) -> Request:
    """A doctor found without a proposal, for everyone left (by default) or for some.

    For everyone left, the declaration is then awaited; for some, theirs is an outcome and the search goes on.
    """
    request = to_change(request_id, version)
    if not found:
        raise Refusal(NO_DOCTOR, field="doctor_id")
    left = [seeker for seeker in request.seekers if seeker.outcome is None]
    chosen = [seeker for seeker in left if not seeker_ids or seeker.id in seeker_ids]
    for seeker in chosen:
        seeker.doctor_id, seeker.doctor_name = found.doctor_id, found.name or None
    releases.narrow_all(request, {seeker.id for seeker in chosen}, actor=actor, by=by)
    if len(chosen) < len(left):
        _some_found(request, chosen, found, by, actor)
        return request
    move(request, "find", actor=actor, by=by, doctor_id=found.doctor_id)
    telling.tell_found(request)
    return request


def _some_found(request: Request, chosen: list[Seeker], found: Found, by: ByUser | None, actor: Actor) -> None:
    for seeker in chosen:
        note_outcome(request, seeker, Outcome.FOUND, by=by, actor=actor, doctor_id=found.doctor_id)
    priority.refresh(request)
    releases.settle(request, actor=actor, by=by)


def declare(request_id: int, *, by: ByUser | None, actor: Actor = Actor.CPTS, version: int | None = None) -> Request:
    """The declaration is registered: the request is closed, its outcome told."""
    request = to_change(request_id, version)
    move(request, "declare", actor=actor, by=by)
    today = territory.today()
    for seeker in request.seekers:
        if seeker.outcome is None or _awaits_declaration(seeker):
            seeker.outcome, seeker.declared_on = Outcome.FOUND, today
    session.flush()
    telling.tell_closed(request)
    return request


def search_again(
    request_id: int, note: str = "", *, by: ByUser | None, actor: Actor = Actor.CPTS, version: int | None = None
) -> Request:
    """The declaration was not made: the doctor is let go and the search begins again."""
    request = to_change(request_id, version)
    move(request, "search_again", actor=actor, by=by, note=note)
    stopping.stop_proposals(request, by=by, with_chosen=True)
    for seeker in request.seekers:
        if seeker.outcome is None or _awaits_declaration(seeker):
            forget_outcome(seeker)
    session.flush()
    priority.refresh(request)
    return request


def close(
    request_id: int,
    outcome: Outcome,
    taken: Sequence[str],
    note: str = "",
    found: Found | None = None,
    *,
    by: ByUser | None,
    version: int | None = None,
) -> Request:
    """Close with an outcome and the steps taken, told to the person and to whoever sent them (A46).

    `taken` are codes of `rules.closing.TAKEN`. What is under way with doctors and partners stops.
    """
    request = to_change(request_id, version)
    refuse_if(why_not_close(outcome, taken))
    if outcome is Outcome.FOUND and not found:
        raise Refusal(NO_DOCTOR, field="doctor_id")
    stopping.end_proposals(request, by=by, keeps_chosen=outcome is Outcome.FOUND)
    about = _steps_taken(request, taken)
    code = "withdraw" if outcome is Outcome.WITHDRAWN else "close"
    chosen = None if code == "withdraw" else outcome
    move(request, code, actor=Actor.CPTS, by=by, outcome=chosen, note=note, **about, **_said(chosen))
    stopping.stop_referrals(request, by=by)
    _end_search(request, outcome, found)
    telling.tell_closed(request, about)
    return request


def withdraw(request_id: int, *, by: ByUser | None, actor: Actor = Actor.PERSON) -> Request:
    """The person leaves, whatever is under way: it stops at once."""
    request = to_change(request_id)
    stopping.end_proposals(request, by=by)
    move(request, "withdraw", actor=actor, by=by)
    stopping.stop_referrals(request, by=by)
    _end_search(request, Outcome.WITHDRAWN, None)
    telling.tell_closed(request)
    return request


def reopen(
    request_id: int,
    seeker_ids: Collection[int] = (),
    note: str = "",
    *,
    by: ByUser | None,
    version: int | None = None,
) -> Request:
    """Open a closed request again for some of the household, by default for those who ended as the request did."""
    request = to_change(request_id, version)
    ended = request.outcome
    move(request, "reopen", actor=Actor.CPTS, by=by, note=note)
    again = [s for s in request.seekers if (s.id in seeker_ids if seeker_ids else s.outcome == ended)]
    if not again:
        raise Refusal(NOBODY, field="seekers")
    for seeker in again:
        forget_outcome(seeker)
    session.flush()
    priority.refresh(request)
    releases.free_chosen(request, {seeker.id for seeker in again}, actor=Actor.CPTS, by=by)
    return request


def _awaits_declaration(seeker: Seeker) -> bool:
    return seeker.outcome is Outcome.FOUND and seeker.declared_on is None


def _steps_taken(request: Request, taken: Sequence[str]) -> dict[str, Any]:
    about: dict[str, Any] = {"taken": list(taken)}
    if "doctors" in about["taken"] and (asked := stopping.doctors_asked(request)):
        about["doctors"] = asked
    return about


def _said(outcome: Outcome | None) -> dict[str, Any]:
    return {"ended_as": outcome.value} if outcome else {}


def _end_search(request: Request, outcome: Outcome, found: Found | None) -> None:
    for seeker in request.seekers:
        if seeker.outcome is None:
            seeker.outcome = outcome
            if found:
                seeker.doctor_id, seeker.doctor_name = found.doctor_id, found.name or None
    session.flush()
