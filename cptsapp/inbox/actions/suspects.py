"""Requests set apart as a robot's: recognised by someone, or erased, at once or after seven days (« Douteuses »)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, delete, select, update
from sqlalchemy.orm import InstrumentedAttribute

from cptsapp.audit.actions import Actor as ByUser
from cptsapp.audit.actions import record
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.inbox import mail
from cptsapp.inbox.actions import links
from cptsapp.inbox.actions.steps import add_step
from cptsapp.inbox.models import (
    Actor,
    Agreement,
    CareBreak,
    InboxLink,
    Request,
    RequestLabel,
    RequestMerge,
    RightAsked,
    SearchQuestion,
    Seeker,
    State,
    Step,
    ToldApart,
)
from cptsapp.inbox.queries.requests import locked
from cptsapp.inbox.queries.settings import delays
from cptsapp.outbox.models import Message

NOT_SUSPECT = "Cette demande n’est plus parmi les douteuses."
BATCH = 500
_BY_SEEKER: tuple[InstrumentedAttribute[Any], ...] = (Agreement.seeker_id, ToldApart.first_id, ToldApart.second_id)
_BY_REQUEST: tuple[InstrumentedAttribute[Any], ...] = (
    Step.request_id,
    RequestLabel.request_id,
    InboxLink.request_id,
    RightAsked.request_id,
    RequestMerge.kept_id,
    RequestMerge.merged_id,
    Seeker.request_id,
)


def trust(request_id: int, *, by: ByUser) -> Request:
    """A request set apart is a real one: it joins « Nouvelles », and the receipt that waited leaves by mail.

    Its first deadline stays the one its author was told; the link they read on screen still opens. Trusted twice, it is
    done once.
    """
    request = locked(request_id)
    if request.suspected_at is None:
        return request
    request.suspected_at = None
    add_step(request, "request.trusted", actor=Actor.CPTS, by=by)
    record("request.trusted", request, by=by)
    if request.state is not State.CLOSED:  # withdrawn meanwhile, nobody is to read it
        mail.tell_received(request, links.another_for_person(request))
    return request


def discard(request_id: int, *, by: ByUser) -> None:
    """Erase a request set apart without waiting. Raises Refusal when someone has recognised it meanwhile, or
    has merged another with it.
    """
    request = locked(request_id)
    if request.suspected_at is None or _holds_another(request_id):
        raise Refusal(NOT_SUSPECT)
    record("request.discarded", request, by=by)
    session.expunge(request)
    _erase([request_id])


def purge(now: datetime) -> int:
    """Erase those set apart for more than seven days that nobody has recognised; how many."""
    over = now - timedelta(days=delays()["suspect"])
    old = select(Request.id).where(Request.suspected_at.is_not(None), Request.suspected_at <= over).order_by(Request.id)
    count = 0
    while ids := list(session.scalars(_unused(old).limit(BATCH))):
        _erase(ids)
        count += len(ids)
    if count:
        record("requests.purged", None, by=None, count=count)
    return count


def _holds_another(request_id: int) -> bool:
    return session.scalar(select(Request.id).where(Request.merged_into_id == request_id).limit(1)) is not None


def _unused(query: "Select[int]") -> "Select[int]":
    """Without those that another was merged into: such a one is somebody's."""
    held = select(Request.merged_into_id).where(Request.merged_into_id.is_not(None))
    return query.where(Request.id.not_in(held))


def _forget_mails(ids: Sequence[int]) -> None:
    """Mails about them hold an address, and their number may be that of the next request."""
    rights = session.scalars(select(RightAsked.id).where(RightAsked.request_id.in_(ids))).all()
    for table, numbers in (("request", ids), ("right_asked", rights)):
        session.execute(delete(Message).where(Message.subject_type == table, Message.subject_id.in_(numbers)))


def _erase(ids: Sequence[int]) -> None:
    seekers = list(session.scalars(select(Seeker.id).where(Seeker.request_id.in_(ids))))
    session.execute(update(SearchQuestion).where(SearchQuestion.request_id.in_(ids)).values(request_id=None))
    _forget_mails(ids)
    session.execute(update(CareBreak).where(CareBreak.request_id.in_(ids)).values(request_id=None, note=None))
    for column in _BY_SEEKER:
        session.execute(delete(column.class_).where(column.in_(seekers)))
    for column in _BY_REQUEST:
        session.execute(delete(column.class_).where(column.in_(ids)))
    session.execute(delete(Request).where(Request.id.in_(ids)))
