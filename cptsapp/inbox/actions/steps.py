"""The steps of a request: what was done, by whom, kept for good in its timeline."""

from typing import Any
from uuid import uuid4

from cptsapp.audit.actions import Actor as ByUser
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.inbox.models import Actor, Request, Step
from cptsapp.inbox.patients import seal_text


def add_step(
    request: Request,
    kind: str,
    *,
    actor: Actor,
    by: ByUser | None = None,
    note: str = "",
    doctor_id: int | None = None,
    organisation_id: int | None = None,
    **data: Any,
) -> Step:
    """Write a step and mark the request as active now. `note` is sealed; `data` holds harmless values only.

    `kind` is a key of `rules.timeline.SENTENCES`. Raises Refusal for a note that holds what looks like a NIR.
    """
    seal_id = uuid4()
    step = Step(
        request_id=request.id,
        seal_id=seal_id,
        at=clock.now(),
        kind=kind,
        actor=actor,
        user_id=by.id if by else None,
        organisation_id=organisation_id,
        doctor_id=doctor_id,
        data=data,
        note=seal_text(note, seal_id, "note"),
    )
    session.add(step)
    request.last_activity_at = step.at
    request.version += 1
    session.flush()
    return step


def cancel_step(step: Step, *, by: ByUser | None) -> None:
    """Strike a step through: what it did was taken back."""
    step.cancelled_at = clock.now()
    step.cancelled_by_id = by.id if by else None
    session.flush()
