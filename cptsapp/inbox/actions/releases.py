"""Doctors are let go, with a courteous word and their place back; and what is awaited once they are."""

from collections.abc import Iterable

from sqlalchemy import delete, select

from cptsapp.audit.actions import Actor as ByUser
from cptsapp.audit.actions import record
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.inbox import doctor_mail
from cptsapp.inbox.actions import links, places
from cptsapp.inbox.actions.moves import move, set_deadline
from cptsapp.inbox.actions.steps import add_step, cancel_step
from cptsapp.inbox.models import (
    Actor,
    Deadline,
    DoctorProposal,
    InboxLink,
    ProposalSeeker,
    ProposalState,
    Request,
    State,
    Step,
)
from cptsapp.inbox.patients import read_contact
from cptsapp.inbox.queries import proposals as reads
from cptsapp.inbox.queries.requests import locked
from cptsapp.inbox.queries.settings import delays
from cptsapp.inbox.rules import proposals as rules
from cptsapp.territory import queries as territory

P = ProposalState
OF_PERSON = (Deadline.PERSON_CHOICE, Deadline.CALL_PERSON)


def stop_all(
    request: Request,
    *,
    by: ByUser | None,
    actor: Actor = Actor.CPTS,
    resume: bool = True,
    with_chosen: bool = False,
) -> int:
    """Let every doctor go at once: the agreement was withdrawn, or the request closes. How many were.

    `resume=False` when the caller moves the request itself; `with_chosen` releases also the doctor the person chose,
    for a request that does not end by their declaration.
    """
    request = locked(request.id)
    states = rules.LIVE if with_chosen else rules.WAITING
    live = reads.proposals_of(request.id, *states)
    let_all_go(request, live, "proposal.released", actor=actor, by=by)
    if resume:
        settle(request, actor=actor, by=by)
    return len(live)


def let_all_go(
    request: Request, proposals: Iterable[DoctorProposal], kind: str, *, actor: Actor, by: ByUser | None
) -> None:
    """Let several go, their places given back in the order of the answers' numbers."""
    for proposal in sorted(proposals, key=lambda proposal: proposal.offer_id):
        target = P.CANCELLED if proposal.state is P.PENDING else P.RELEASED
        let_go(request, proposal, target, kind, actor=actor, by=by)


def let_go(
    request: Request,
    proposal: DoctorProposal,
    target: ProposalState,
    kind: str,
    *,
    actor: Actor,
    by: ByUser | None,
) -> None:
    """Give the place back, end the private link, write the step and the word to the doctor.

    A doctor who accepted is released whatever the target: what they answered stays.
    """
    if proposal.state is P.PENDING:
        places.give_back_pending(proposal.offer_id, proposal.places)
    else:
        places.give_back_taken(proposal.offer_id, proposal.places)
        target = P.RELEASED
    proposal.state, proposal.released_at = target, clock.now()
    session.flush()
    if target is P.CANCELLED:
        _strike(request, proposal, by)
    if target is not P.LAPSED:  # who did not answer in time may still take, from the same link
        links.revoke(InboxLink.proposal_id == proposal.id)
    add_step(request, kind, actor=actor, by=by, doctor_id=proposal.person_id, proposal=proposal.id)
    record(kind, proposal, by=by)
    doctor_mail.release(request, proposal, has_lapsed=target is P.LAPSED)


def _strike(request: Request, proposal: DoctorProposal, by: ByUser | None) -> None:
    """The line « Proposée au Dr … » stays, struck through."""
    asked = session.scalars(
        select(Step)
        .where(
            Step.request_id == request.id,
            Step.kind == "request.propose",
            Step.doctor_id == proposal.person_id,
            Step.cancelled_at.is_(None),
        )
        .order_by(Step.id.desc())
    ).first()
    if asked is not None:
        cancel_step(asked, by=by)


def narrow(request: Request, proposal: DoctorProposal, without: set[int], *, actor: Actor, by: ByUser | None) -> None:
    """Some of the household have their doctor: the proposal is about the others, or is let go when nobody is left."""
    theirs = {seeker.id for seeker in reads.seekers_of(proposal)}
    gone = theirs & without
    if not gone:
        return
    if gone == theirs:
        let_all_go(request, [proposal], "proposal.released", actor=actor, by=by)
        return
    give_back = places.give_back_pending if proposal.state is P.PENDING else places.give_back_taken
    give_back(proposal.offer_id, len(gone))
    proposal.places -= len(gone)
    session.execute(
        delete(ProposalSeeker).where(ProposalSeeker.proposal_id == proposal.id, ProposalSeeker.seeker_id.in_(gone))
    )
    session.flush()
    record("proposal.narrowed", proposal, by=by, places=proposal.places)


def narrow_all(request: Request, without: set[int], *, actor: Actor, by: ByUser | None) -> None:
    """Some of the household seek no more, however that came: no doctor is awaited nor kept for them."""
    for proposal in sorted(reads.proposals_of(request.id, *rules.WAITING), key=lambda waiting: waiting.offer_id):
        narrow(request, proposal, without, actor=actor, by=by)


def free_chosen(request: Request, seeking: set[int], *, actor: Actor, by: ByUser | None) -> None:
    """Some seek again: the doctor chosen for them has their place back, and reads who they are no more."""
    for proposal in sorted(reads.proposals_of(request.id, P.CHOSEN), key=lambda chosen: chosen.offer_id):
        narrow(request, proposal, seeking, actor=actor, by=by)


def settle(request: Request, *, actor: Actor, by: ByUser | None) -> None:
    """What is awaited now: the choice of the person, else the first silent doctor; without any, the search resumes."""
    if request.state is not State.PROPOSED:
        return
    waiting = reads.proposals_of(request.id, *rules.WAITING)
    if not waiting:
        move(request, "resume", actor=actor, by=by)
    elif any(proposal.state is P.ACCEPTED for proposal in waiting):
        _await_choice(request)
    else:
        _await_doctors(request, waiting)


def _await_choice(request: Request) -> None:
    """The person chooses; whom no mail reaches is rung, and from today."""
    if request.deadline not in OF_PERSON:
        begin_choice(request)


def begin_choice(request: Request, *, by_phone: bool = False) -> None:
    """The person has so many days to choose from now; without a mail, or who is to be rung, someone rings first."""
    if has_mail(request) and not by_phone:
        set_deadline(request, Deadline.PERSON_CHOICE)
    else:
        set_deadline(request, Deadline.CALL_PERSON, territory.today())


def has_mail(request: Request) -> bool:
    """Whether a mail reaches the person, or whoever asked for them."""
    contact = read_contact(request)
    return bool(contact.mail or contact.asker_mail)


def _await_doctors(request: Request, waiting: Iterable[DoctorProposal]) -> None:
    proposals = list(waiting)
    known = reads.doctors(proposal.person_id for proposal in proposals)
    silences = [reads.silence_of(p, known.get(p.person_id), request.needed_before) for p in proposals]
    awaited = rules.first_due(silences, delays())
    if awaited is not None:
        set_deadline(request, *awaited)
