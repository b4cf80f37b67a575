"""The mails to doctors about proposals: a reference, a link, a day; no name, age, criterion nor reason (§4.7).

Each is queued in the transaction of the change; a doctor without a mail is rung from the file.
"""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, select, update

from cptsapp.core.db import session
from cptsapp.inbox.mail import private_link
from cptsapp.inbox.models import DoctorProposal, LinkPurpose, Request
from cptsapp.inbox.queries import proposals as reads
from cptsapp.inbox.queries.proposals import Doctor
from cptsapp.inbox.queries.settings import delays
from cptsapp.inbox.rules.proposals import doctor_due
from cptsapp.outbox import texts
from cptsapp.outbox.actions import queue
from cptsapp.outbox.models import Message, MessageState
from cptsapp.territory import queries as territory


def propose(request: Request, proposal: DoctorProposal, doctor: Doctor, token: str) -> bool:
    """Ask the doctor, by their private link. Whether a mail was queued."""
    return _tell("proposal", request, proposal, doctor, link=_link(token), due_on=_due_on(request, proposal, doctor))


def remind(request: Request, proposal: DoctorProposal, doctor: Doctor, token: str, day: date) -> bool:
    """Ask again; False when this file had a reminder of whatever kind that day, or the doctor has no mail."""
    return _tell(
        "proposal_reminder", request, proposal, doctor, once=f"request.reminder/{request.id}/{day}", link=_link(token)
    )


def release(request: Request, proposal: DoctorProposal, *, has_lapsed: bool) -> None:
    """The courteous word to a doctor who is let go, or whom nobody awaits any more.

    None to one who was never told: the mail that had not left yet stays.
    """
    was_dropped = _drop_waiting(proposal)
    if was_dropped and proposal.answered_at is None and proposal.called_at is None and not _was_told(proposal):
        return
    _tell("proposal_over", request, proposal, _doctor(proposal), has_lapsed=has_lapsed)


def _about(proposal: DoctorProposal) -> tuple[ColumnElement[bool], ...]:
    return Message.subject_type == proposal.__tablename__, Message.subject_id == proposal.id


def _drop_waiting(proposal: DoctorProposal) -> bool:
    waiting = update(Message).where(*_about(proposal), Message.state == MessageState.WAITING)
    done: CursorResult[Any] = session.execute(  # type: ignore[assignment]  # an UPDATE's result has a count
        waiting.values(state=MessageState.DROPPED).execution_options(synchronize_session=False)
    )
    return done.rowcount > 0


def _was_told(proposal: DoctorProposal) -> bool:
    sent = select(Message.id).where(*_about(proposal), Message.state == MessageState.SENT)
    return session.scalar(sent.limit(1)) is not None


def tell_chosen(request: Request, proposal: DoctorProposal) -> None:
    """The person chose this doctor: who it is reads once signed in."""
    _tell("proposal_chosen", request, proposal, _doctor(proposal))


def _doctor(proposal: DoctorProposal) -> Doctor | None:
    return reads.doctors([proposal.person_id]).get(proposal.person_id)


def _link(token: str) -> str:
    return private_link(LinkPurpose.PROPOSAL, token)


def _due_on(request: Request, proposal: DoctorProposal, doctor: Doctor) -> date:
    return doctor_due(reads.silence_of(proposal, doctor, request.needed_before), delays())[1]


def _tell(
    name: str,
    request: Request,
    proposal: DoctorProposal,
    doctor: Doctor | None,
    *,
    once: str | None = None,
    **context: Any,
) -> bool:
    if doctor is None or not doctor.mail:
        return False
    text = texts.render(f"inbox/{name}", request=request, cpts=territory.settings(), **context)
    message = queue(
        f"request.{name}", to_address=doctor.mail, title=text.title, body=text.body, about=proposal, once_key=once
    )
    return message is not None
