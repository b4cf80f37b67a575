"""Notes of the coordination on a file, and a priority decided by a person, with its reason."""

from cptsapp.audit.actions import Actor as ByUser
from cptsapp.audit.actions import record
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible, Refusal
from cptsapp.core.text import NIR_REFUSED, looks_like_nir
from cptsapp.inbox.actions import priority
from cptsapp.inbox.actions.changing import to_change
from cptsapp.inbox.actions.steps import add_step, cancel_step
from cptsapp.inbox.models import Actor, Request, Step
from cptsapp.inbox.rules.priority import OVERRIDES

EMPTY = "Écrivez une phrase."
NO_REASON = "Écrivez la raison\u202f: elle se lit sur le dossier."
ANONYMISED = "Cette demande est anonymisée\u202f: on n’y écrit plus."
NOT_OVERRIDDEN = "La priorité est déjà celle de la règle."


def note(request_id: int, text: str, *, by: ByUser | None) -> Step:
    """Write a note in the timeline, sealed. It does not mind what others did meanwhile."""
    request = to_change(request_id)
    if request.anonymised_at is not None:
        raise Refusal(ANONYMISED)
    if not text.strip():
        raise Refusal(EMPTY, field="text")
    step = add_step(request, "request.note", actor=Actor.CPTS, by=by, note=text)
    record("request.note", request, by=by)
    return step


def cancel_note(request_id: int, step_id: int, *, by: ByUser | None) -> None:
    """Strike a note through: it stays, said cancelled. Raises Invisible for a step that is no note of the request."""
    request = to_change(request_id)
    step = session.get(Step, step_id)
    if step is None or step.request_id != request.id or step.kind != "request.note":
        raise Invisible
    if step.cancelled_at is None:
        cancel_step(step, by=by)
        request.version += 1
        record("request.note_cancelled", request, by=by)


def override(request_id: int, level: str, reason: str, *, by: ByUser | None, version: int | None = None) -> Request:
    """Decide the rank instead of the rule: `level` is a key of `rules.priority.OVERRIDES`; the reason is asked."""
    request = to_change(request_id, version)
    if request.anonymised_at is not None:
        raise Refusal(ANONYMISED)
    if not reason.strip():
        raise Refusal(NO_REASON, field="reason")
    if looks_like_nir(reason):
        raise Refusal(NIR_REFUSED, field="reason")
    request.priority_override, request.override_reason = OVERRIDES[level], reason.strip()
    priority.refresh(request)
    add_step(request, "request.prioritised", actor=Actor.CPTS, by=by, level=level)
    record("request.prioritised", request, by=by)
    return request


def follow_rule(request_id: int, *, by: ByUser | None, version: int | None = None) -> Request:
    """Give the rank back to the rule."""
    request = to_change(request_id, version)
    if request.priority_override is None:
        raise Refusal(NOT_OVERRIDDEN)
    request.priority_override = request.override_reason = None
    priority.refresh(request)
    add_step(request, "request.unprioritised", actor=Actor.CPTS, by=by)
    record("request.unprioritised", request, by=by)
    return request
