"""What is kept of persons goes: some months after the closing, at once when they ask; figures stay (§6.4).

An anonymised file holds nothing sealed, no index, no free text, no link and no mail; its commune, reason, bands of
age, criteria, steps and outcome are still counted.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, select, update

from cptsapp.audit.actions import Actor as ByUser
from cptsapp.audit.actions import record
from cptsapp.audit.erasure import blank_changes
from cptsapp.core import clock, erasures
from cptsapp.core.db import session
from cptsapp.core.erasures import Erased
from cptsapp.core.local import day_bounds
from cptsapp.core.periods import months_later
from cptsapp.inbox import followers
from cptsapp.inbox.actions import links, stopping
from cptsapp.inbox.actions.drafts_about import drop_drafts_about
from cptsapp.inbox.actions.moves import move
from cptsapp.inbox.actions.rights import settle
from cptsapp.inbox.actions.steps import add_step
from cptsapp.inbox.models import (
    Actor,
    CareBreak,
    DoctorProposal,
    InboxLink,
    Outcome,
    Referral,
    Request,
    RequestLabel,
    RightAsked,
    RightKind,
    SearchQuestion,
    State,
    Step,
)
from cptsapp.inbox.patients import read_seeker
from cptsapp.inbox.queries.requests import locked
from cptsapp.inbox.queries.settings import settings
from cptsapp.outbox.models import Message, MessageState
from cptsapp.outbox.private import MARK
from cptsapp.territory import queries as territory

BATCH = 50  # so many files in one transaction: writers wait meanwhile
OVERRIDE = "anonymisée"
QUESTION_DAYS = 366  # as long as the trail keeps who asked what
TO_PROFESSIONALS = ("doctor_proposal", "referral", "care_break")
DUE, ASKED, AGAIN = "retention", "asked", "restored"


def anonymise_due(now: datetime) -> int:
    """Anonymise the files closed for longer than the months set, some at a time; gives how many.

    A file whose person waits for the answer to a right is left alone until then.
    """
    if territory.current() is None:
        return 0
    found = session.scalars(_due(now).order_by(Request.closed_at, Request.id).limit(BATCH)).all()
    for request_id in found:
        anonymise(locked(request_id), because=DUE, by=None)
    return len(found)


def _due(now: datetime) -> Any:
    last_day = months_later(territory.local(now).date(), -settings().retention_months)
    waits = select(RightAsked.id).where(RightAsked.request_id == Request.id, RightAsked.done_at.is_(None)).exists()
    return select(Request.id).where(
        Request.state == State.CLOSED,
        Request.anonymised_at.is_(None),
        Request.closed_at < day_bounds(last_day)[1],
        ~waits,
    )


def erase(request_id: int, *, by: ByUser | None, actor: Actor = Actor.CPTS, because: str = ASKED) -> Request:
    """Erase at once, by right: what is under way stops, the file is closed as withdrawn, then anonymised.

    The files joined with it are about the same person: they go too. Erased twice, nothing happens.
    """
    request = locked(request_id)
    for one in _family(request):
        if one.anonymised_at is None:
            _close(one, actor, by)
            anonymise(one, because=because, by=by, actor=actor)
    return request


def _family(request: Request) -> Sequence[Request]:
    """The file and those joined with it, each locked: kept or merged, near or far."""
    known: set[int] = set()
    more = {request.id}
    while more:
        known |= more
        near = select(Request.id, Request.merged_into_id).where(
            or_(Request.id.in_(known), Request.merged_into_id.in_(known))
        )
        rows = session.execute(near).all()
        more = ({row.id for row in rows} | {row.merged_into_id for row in rows if row.merged_into_id}) - known
    return [locked(number) for number in sorted(known)]


def _close(request: Request, actor: Actor, by: ByUser | None) -> None:
    """Close a file that is still open, telling nobody by mail: the address goes with the rest."""
    if request.state is State.CLOSED:
        return
    stopping.stop_all(request, by=by)
    move(request, "withdraw", actor=actor, by=by)
    for seeker in request.seekers:
        seeker.outcome = seeker.outcome or Outcome.WITHDRAWN
    session.flush()


def anonymise(request: Request, *, because: str, by: ByUser | None, actor: Actor = Actor.CLOCK) -> None:
    """Blank a closed file, locked by the caller: seals, indexes, free texts, links, mails, drafts. Figures stay."""
    if request.state is not State.CLOSED:
        raise ValueError("only a closed file is anonymised")
    followers.before_anonymise(request, because, by)
    known = [who for who in map(read_seeker, request.seekers) if who is not None]
    _answer_rights(request, by)
    add_step(request, "request.anonymised", actor=actor, by=by, because=because)
    record("request.anonymised", request, by=by, because=because)
    _forget_questions(request)
    drop_drafts_about(known, request.reference)
    _drop_messages(request)
    _revoke_links(request)
    _blank_rows(request)
    _blank_seekers(request)
    _blank_request(request)


def _answer_rights(request: Request, by: ByUser | None) -> None:
    """Nothing is left to copy nor to correct: an erasure answers every right that waits."""
    waiting = select(RightAsked).where(RightAsked.request_id == request.id, RightAsked.done_at.is_(None))
    for right in session.scalars(waiting).all():
        settle(right, "erased" if right.kind is RightKind.ERASURE else "given_up", by=by)


def _forget_questions(request: Request) -> None:
    """« Recherche en cours ? » asked about these persons: that it was asked stays, not about whom."""
    indexes = [seeker.whole_index for seeker in request.seekers if seeker.whole_index is not None]
    about = or_(SearchQuestion.request_id == request.id, SearchQuestion.whole_index.in_(indexes))
    session.execute(update(SearchQuestion).where(about).values(who=None, whole_index=None))


def _drop_messages(request: Request) -> None:
    """Mails about the file: their addresses go with them.

    A word to a doctor or a partner that still waits leaves first: it tells them to stop, by the reference alone.
    """
    about = {
        "request": [request.id],
        "seeker": [seeker.id for seeker in request.seekers],
        "right_asked": _numbers(RightAsked, request),
        "doctor_proposal": _numbers(DoctorProposal, request),
        "referral": _numbers(Referral, request),
        "care_break": _numbers(CareBreak, request),
    }
    for table, numbers in about.items():
        theirs = Message.subject_type == table, Message.subject_id.in_(numbers)
        gone = delete(Message).where(*theirs)
        if table in TO_PROFESSIONALS:
            has_left = Message.state != MessageState.WAITING
            gone = gone.where(or_(has_left, Message.to_address.startswith(MARK)))
        session.execute(gone)
        blank_changes(table, numbers)


def _numbers(table: Any, request: Request) -> list[int]:
    return list(session.scalars(select(table.id).where(table.request_id == request.id)))


def _revoke_links(request: Request) -> None:
    theirs = select(DoctorProposal.id).where(DoctorProposal.request_id == request.id)
    links.revoke(or_(InboxLink.request_id == request.id, InboxLink.proposal_id.in_(theirs)))


def _blank_rows(request: Request) -> None:
    """What was written at each step, sent to partners, noted of a break; the words stuck on the file."""
    _blank(Step, request, note=None)
    _blank(Referral, request, asked=None, note=None, doctor_name=None, handled_by=None)
    _blank(CareBreak, request, note=None)
    _blank(RightAsked, request, note=None)
    session.execute(delete(RequestLabel).where(RequestLabel.request_id == request.id))


def _blank(table: Any, request: Request, **values: None) -> None:
    session.execute(update(table).where(table.request_id == request.id).values(**values))


def _blank_seekers(request: Request) -> None:
    for seeker in request.seekers:
        seeker.name = seeker.birth_date = seeker.doctor_name = None
        seeker.whole_index = seeker.last_index = seeker.first_index = seeker.year_index = None


def _blank_request(request: Request) -> None:
    request.details = request.phone_index = request.asker_phone_index = None
    if request.override_reason is not None:  # free text; that it was decided by hand stays
        request.override_reason = OVERRIDE
    request.anonymised_at = clock.now()
    session.flush()


# -- the file outside the database ------------------------------------------------------------------------------------


def note_erasures() -> int:
    """Write in the file of erasures every anonymised request it lacks, and what follows them; gives how many.

    Only what is committed counts. Called once the transaction has ended, and every few minutes: a crash in between
    loses nothing.
    """
    rows = session.execute(select(Request.seal_id).where(Request.anonymised_at.is_not(None)).order_by(Request.id))
    gone = [Erased(Request.__tablename__, row.seal_id) for row in rows]
    return erasures.append(gone + followers.erased(), clock.now())


def erase_again(erased: Iterable[Erased]) -> int:
    """After a step back in time: erase what the files of erasures say was; gives how many files came back whole."""
    seals = [one.seal_id for one in erased if one.thing == Request.__tablename__]
    found = select(Request.id).where(Request.seal_id.in_(seals), Request.anonymised_at.is_(None)).order_by(Request.id)
    numbers = session.scalars(found).all()
    for number in numbers:
        one = locked(number)
        _close(one, Actor.CPTS, None)
        anonymise(one, because=AGAIN, by=None)
    return len(numbers)


# -- what is not about a file -----------------------------------------------------------------------------------------


def forget_questions(now: datetime) -> int:
    """Whom old « recherche en cours ? » questions were about, found or not; gives how many were blanked."""
    is_old = SearchQuestion.asked_at < now - timedelta(days=QUESTION_DAYS)
    tells = or_(SearchQuestion.who.is_not(None), SearchQuestion.whole_index.is_not(None))
    blanked = update(SearchQuestion).where(is_old, tells).values(who=None, whole_index=None)
    return session.connection().execute(blanked).rowcount


def forget_break_notes(now: datetime) -> int:
    """What was noted of a break in care that is about no file, once the months set are over; its facts are counted."""
    if territory.current() is None:
        return 0
    last_day = months_later(territory.local(now).date(), -settings().retention_months)
    is_old = CareBreak.request_id.is_(None), CareBreak.reported_at < day_bounds(last_day)[1]
    blanked = update(CareBreak).where(*is_old, CareBreak.note.is_not(None)).values(note=None)
    return session.connection().execute(blanked).rowcount


def forget_old(now: datetime) -> int:
    """Both of the above: what tells of a person without being of a file."""
    return forget_questions(now) + forget_break_notes(now)
