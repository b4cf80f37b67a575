"""Rights asked for by a person, from their page or on the telephone, and how the CPTS answered."""

from uuid import uuid4

from sqlalchemy import select

from cptsapp.audit.actions import Actor as ByUser
from cptsapp.audit.actions import record
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import refuse_if
from cptsapp.inbox.actions import rights_mail
from cptsapp.inbox.actions.steps import add_step
from cptsapp.inbox.models import Actor, Request, RightAsked, RightKind
from cptsapp.inbox.patients import seal_text
from cptsapp.inbox.queries.rights import locked_right
from cptsapp.inbox.rules import rights as rules
from cptsapp.territory import queries as territory

ANONYMISED = "Ce dossier est anonymisé\u202f: rien n’y est plus gardé de la personne."
SAME_WAITS = "Ce droit a déjà été demandé\u202f: il attend sa réponse."


def ask(request: Request, kind: RightKind, note: str = "", *, by: ByUser | None) -> RightAsked:
    """Queue a right with its legal deadline, for a request locked by the caller; `by` None is the person themself.

    Asked twice, it is queued once. Raises Refusal for an anonymised file or what looks like a NIR.
    """
    refuse_if(ANONYMISED if request.anonymised_at is not None else None)
    same = RightAsked.request_id == request.id, RightAsked.kind == kind, RightAsked.done_at.is_(None)
    waiting = session.scalar(select(RightAsked.id).where(*same))
    refuse_if(SAME_WAITS if waiting is not None else None)
    made = _asked(request, kind, note)
    add_step(request, "right.asked", actor=Actor.CPTS if by else Actor.PERSON, by=by, right=kind.value)
    record("right.asked", made, by=by, right=kind.value)
    if by is None:
        rights_mail.tell_asked(made)
    return made


def note_erasure(request: Request) -> RightAsked:
    """A right to erasure done at once by the person, in a request locked by the caller: noted, to be shown for.

    One that waits already is that one. `retention.erase` answers it.
    """
    same = RightAsked.request_id == request.id, RightAsked.kind == RightKind.ERASURE, RightAsked.done_at.is_(None)
    waiting = session.scalar(select(RightAsked).where(*same))
    if waiting is not None:
        return waiting
    made = _asked(request, RightKind.ERASURE, "")
    record("right.asked", made, by=None, right=RightKind.ERASURE.value)
    return made


def _asked(request: Request, kind: RightKind, note: str) -> RightAsked:
    seal_id = uuid4()
    made = RightAsked(
        request_id=request.id,
        seal_id=seal_id,
        kind=kind,
        note=seal_text(note, seal_id, "note"),
        asked_at=clock.now(),
        due_on=rules.due_on(territory.today()),
    )
    session.add(made)
    session.flush()
    return made


def answer(right_id: int, code: str, *, by: ByUser) -> RightAsked:
    """Note how a right was answered, by a code of `rules.rights`. Raises Refusal when it was already, or so it may not.

    What the person wrote to ask goes: it has served.
    """
    found = locked_right(right_id)
    refuse_if(rules.why_not_answer(found.kind, code, is_done=found.done_at is not None))
    settle(found, code, by=by)
    request = session.get_one(Request, found.request_id)
    if request.anonymised_at is None:
        add_step(request, "right.answered", actor=Actor.CPTS, by=by, right=found.kind.value, answer=code)
    return found


def settle(found: RightAsked, code: str, *, by: ByUser | None) -> None:
    """Mark a right as answered, in the trail too."""
    found.done_at, found.done_by_id, found.answer = clock.now(), by.id if by else None, code
    found.note = None
    session.flush()
    record("right.answered", found, by=by, right=found.kind.value, answer=code)
