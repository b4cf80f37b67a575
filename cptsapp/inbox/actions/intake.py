"""A call being typed: kept sealed as it goes for its author alone, then received, or forgotten after a week (§6.4)."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import delete, func, select

from cptsapp.accounts.identity import CurrentUser
from cptsapp.audit.actions import record
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible, Refusal
from cptsapp.core.seal import ring
from cptsapp.core.submissions import remember, result_for
from cptsapp.core.text import NIR_REFUSED, looks_like_nir
from cptsapp.inbox.actions import merging
from cptsapp.inbox.actions.receive import Intake, receive
from cptsapp.inbox.actions.steps import add_step
from cptsapp.inbox.models import Actor, IntakeDraft, Request, Seeker
from cptsapp.inbox.queries import intake as queries
from cptsapp.inbox.queries.intake import COLUMN, DRAFTS_MAX, Content, content_of, draft_of
from cptsapp.inbox.queries.requests import locked
from cptsapp.inbox.queries.settings import delays

FULL = f"Vous avez {DRAFTS_MAX} brouillons : terminez-en, ou jetez-en."
RECEIVED = "intake.received"  # the reference is the form's key: of two sendings at once the second waits
TAKEN = "Cette référence a déjà servi : recommencez la saisie."
CLOSED = "Cette demande est close : ouvrez-la pour la rouvrir."


def keep(reference: str, answers: Mapping[str, Sequence[str]], *, by: CurrentUser) -> IntakeDraft | None:
    """Keep what was typed so far, sealed; None when the request is received already.

    Raises Invisible for what is no reference; Refusal for what looks like a NIR, for too many drafts, or for a
    reference that is another's.
    """
    if not queries.is_reference(reference):
        raise Invisible
    if any(looks_like_nir(value) for values in answers.values() for value in values):
        raise Refusal(NIR_REFUSED)
    if result_for(by.id, reference, RECEIVED) is not None:
        return None
    draft = draft_of(by, reference) or _new(reference, by)
    held = content_of(draft) if draft.content else Content()
    held.answers = {name: list(values) for name, values in answers.items()}
    return _seal(draft, held)


def _new(reference: str, by: CurrentUser) -> IntakeDraft:
    _refuse_taken(reference)
    count = session.scalar(select(func.count()).select_from(IntakeDraft).where(IntakeDraft.user_id == by.id))
    if (count or 0) >= DRAFTS_MAX:
        raise Refusal(FULL)
    now = clock.now()
    draft = IntakeDraft(seal_id=uuid4(), reference=reference, user_id=by.id, content=b"", started_at=now, saved_at=now)
    session.add(draft)
    return draft


def _refuse_taken(reference: str) -> None:
    """A reference read aloud in another's call, or borne by a file, is no longer free."""
    for model in (IntakeDraft, Request):
        if session.scalar(select(model.id).where(model.reference == reference)) is not None:
            raise Refusal(TAKEN)


def _seal(draft: IntakeDraft, held: Content) -> IntakeDraft:
    draft.content = ring().seal(held.packed(), draft.seal_id, COLUMN)
    draft.saved_at = clock.now()
    session.flush()
    return draft


def drop(draft: IntakeDraft) -> None:
    """Throw a draft away."""
    session.delete(draft)
    session.flush()


def register(intake: Intake, reference: str, *, by: CurrentUser) -> Request:
    """Receive the request of a call under the reference already read aloud; sent twice, it is one.

    Whoever was said to be another than someone known is told apart for good. Raises Invisible for what is no
    reference, Refusal as `receive` does.
    """
    if not queries.is_reference(reference):
        raise Invisible
    already = result_for(by.id, reference, RECEIVED)
    if already is not None:
        return session.get_one(Request, already)
    draft = draft_of(by, reference)
    if draft is None:
        _refuse_taken(reference)
    held = content_of(draft)
    request, _token = receive(intake, by=by, reference=reference)
    for rank, seeker_id in held.apart:
        if rank < len(request.seekers) and session.get(Seeker, seeker_id) is not None:
            merging.tell_apart(request.seekers[rank].id, seeker_id, by=by)
    if draft is not None:
        drop(draft)
    remember(by.id, reference, RECEIVED, request.id)
    return request


def tell_apart(draft: IntakeDraft, rank: int, seeker_id: int) -> None:
    """Someone named in the call is not this one: not asked again in this call, nor on the file that comes of it."""
    held = content_of(draft)
    if [rank, seeker_id] not in held.apart:
        held.apart.append([rank, seeker_id])
    _seal(draft, held)


def call_again(draft: IntakeDraft, request_id: int, *, by: CurrentUser) -> Request:
    """The call was of someone whose file exists: it says so, and the draft which file it repeats. Raises Refusal."""
    request = locked(request_id)
    if request.closed_at is not None:
        raise Refusal(CLOSED)
    held = content_of(draft)
    if held.same_as != request.reference:
        add_step(request, "request.called_again", actor=Actor.CPTS, by=by)
        record("request.called_again", request, by=by)
    held.same_as = request.reference
    _seal(draft, held)
    return request


def purge_drafts(now: datetime) -> int:
    """Forget the drafts untouched for seven days (a setting); gives how many."""
    last = now - timedelta(days=delays()["draft"])
    gone = session.scalars(delete(IntakeDraft).where(IntakeDraft.saved_at < last).returning(IntakeDraft.id)).all()
    return len(gone)
