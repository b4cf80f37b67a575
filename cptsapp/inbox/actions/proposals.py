"""Doctors are asked, answer, are released. The request's row is held first, then the places, by answer's number."""

from collections.abc import Iterable, Mapping, Sequence

from cptsapp.audit.actions import Actor as ByUser
from cptsapp.audit.actions import record
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal, refuse_if
from cptsapp.directory.merged import same_person
from cptsapp.inbox import doctor_mail
from cptsapp.inbox.actions import links, places
from cptsapp.inbox.actions.choices import choose, none_suits, tell_fewer, tell_names
from cptsapp.inbox.actions.moves import move
from cptsapp.inbox.actions.releases import begin_choice, let_all_go, let_go, settle, stop_all
from cptsapp.inbox.actions.steps import add_step
from cptsapp.inbox.models import (
    Actor,
    AnsweredBy,
    Deadline,
    DoctorProposal,
    Offer,
    ProposalSeeker,
    ProposalState,
    Request,
    Seeker,
)
from cptsapp.inbox.queries import proposals as reads
from cptsapp.inbox.queries.places import offer_of
from cptsapp.inbox.queries.proposals import Doctor, proposal_locked
from cptsapp.inbox.queries.requests import locked, seekers_left
from cptsapp.inbox.rules import proposals as rules

__all__ = [
    "accept",
    "cancel",
    "choose",
    "decline",
    "give_reason",
    "none_suits",
    "note_call",
    "propose",
    "stop_all",
    "take_back",
    "tell_identity",
    "undo_answer",
]

NOBODY = "Cochez au moins un médecin."
TOO_MANY = "Trois médecins au plus à la fois."
NO_SEEKER = "Dites pour qui\u202f: chacun a déjà un médecin, ou n’est pas de cette demande."
NO_OFFER = "{name} ne dit pas prendre de nouveaux patients."
ANSWERED = "Chaque médecin a déjà répondu."
ASKED_ALREADY = "{name} est déjà sollicité pour cette demande."


def propose(
    request: Request,
    doctor_ids: Sequence[int],
    seeker_ids: Iterable[int] | None = None,
    *,
    by: ByUser,
    why: Mapping[int, list[str]] | None = None,
) -> list[DoctorProposal]:
    """Ask one to three doctors, in the order given, for all of the household still without one or for some (E22).

    `why`: the reasons of each doctor's rank, as codes. Each place is held at once, the doctor's mail is queued.
    Raises Refusal: nobody or too many asked, no place left, no agreement, one of them asked already.
    """
    request = locked(request.id)
    concerned = _concerned(request, seeker_ids)
    found = reads.doctors(doctor_ids)
    refuse_if(None if set(doctor_ids) <= found.keys() else NO_OFFER.format(name="Ce médecin"))
    known = {doctor.id: doctor for doctor in found.values()}
    numbers = list(dict.fromkeys(found[number].id for number in doctor_ids))
    refuse_if(_why_not_so_many(request, numbers, {seeker.id for seeker in concerned}))
    offers = {number: _offer(known, number) for number in numbers}
    for number in sorted(numbers, key=lambda number: offers[number].id):
        _hold(known[number], offers[number].id, len(concerned))
    first_rank = 1 + max((proposal.rank for proposal in reads.proposals_of(request.id)), default=0)
    made = [
        _ask(request, known[number], offers[number], first_rank + place, concerned, (why or {}).get(number, []), by)
        for place, number in enumerate(numbers)
    ]
    _say_asked(request, made, [seeker.id for seeker in concerned], by)
    for proposal in made:
        doctor_mail.propose(request, proposal, known[proposal.person_id], links.link_for_proposal(proposal))
    settle(request, actor=Actor.CPTS, by=by)
    return made


def _concerned(request: Request, seeker_ids: Iterable[int] | None) -> list[Seeker]:
    left = seekers_left(request)
    if seeker_ids is None:
        concerned = left
    else:
        wanted = set(seeker_ids)
        concerned = [seeker for seeker in left if seeker.id in wanted]
        if len(concerned) < len(wanted):
            raise Refusal(NO_SEEKER, field="seekers")
    if not concerned:
        raise Refusal(NO_SEEKER, field="seekers")
    return concerned


def _why_not_so_many(request: Request, numbers: Sequence[int], concerned: set[int]) -> str | None:
    if not numbers:
        return NOBODY
    waiting = reads.proposals_of(request.id, *rules.WAITING)
    theirs = reads.seeker_ids(proposal.id for proposal in waiting)
    already = sum(bool(theirs.get(proposal.id, set()) & concerned) for proposal in waiting)
    return TOO_MANY if len(numbers) + already > rules.MOST else None


def _offer(known: Mapping[int, Doctor], number: int) -> Offer:
    offer = offer_of(number)
    if offer is None:
        raise Refusal(NO_OFFER.format(name=known[number].name))
    return offer


def _hold(doctor: Doctor, offer_id: int, count: int) -> None:
    try:
        places.hold(offer_id, count)
    except Refusal as refusal:
        raise Refusal(f"{doctor.name}\u00a0: {refusal.message}") from refusal


def _ask(
    request: Request, doctor: Doctor, offer: Offer, rank: int, concerned: Sequence[Seeker], why: list[str], by: ByUser
) -> DoctorProposal:
    same = same_person({doctor.id})
    if any(proposal.person_id in same for proposal in reads.proposals_of(request.id, *rules.WAITING)):
        raise Refusal(ASKED_ALREADY.format(name=doctor.name))
    proposal = DoctorProposal(
        request_id=request.id,
        offer_id=offer.id,
        person_id=doctor.id,
        state=ProposalState.PENDING,
        rank=rank,
        why=why,
        places=len(concerned),
        sent_at=clock.now(),
        sent_by_id=by.id,
    )
    session.add(proposal)
    session.flush()
    session.add_all(ProposalSeeker(proposal_id=proposal.id, seeker_id=seeker.id) for seeker in concerned)
    record("proposal.sent", proposal, by=by, places=proposal.places)
    return proposal


def _say_asked(request: Request, made: Sequence[DoctorProposal], concerned: list[int], by: ByUser) -> None:
    first, *others = made
    move(request, "propose", actor=Actor.CPTS, by=by, concerned=concerned, doctor_id=first.person_id, proposal=first.id)
    for proposal in others:
        add_step(
            request, "request.propose", actor=Actor.CPTS, by=by, doctor_id=proposal.person_id, proposal=proposal.id
        )


# -- answers ----------------------------------------------------------------------------------------------------------


def _who(answered_by: AnsweredBy) -> Actor:
    return Actor.CPTS if answered_by is AnsweredBy.OFFICE else Actor.DOCTOR


def accept(proposal_id: int, answered_by: AnsweredBy, *, by: ByUser | None = None) -> DoctorProposal:
    """« Je prends »: the place is taken, the person is told whom they may call (E22). Said twice, it is said.

    Whoever answered no, or nothing in time, may still take while doctors are sought. Raises Refusal without a place.
    """
    proposal, request = proposal_locked(proposal_id)
    refuse_if(rules.why_not_accept(proposal.state, request.state))
    if proposal.state in rules.ANSWERED:
        return proposal
    if proposal.state is not ProposalState.PENDING:
        _await_again(proposal, request, answered_by, by)
    wishes_a_call = request.deadline is Deadline.CALL_PERSON
    places.take(proposal.offer_id, proposal.places)
    _answer(proposal, ProposalState.ACCEPTED, answered_by, by)
    move(
        request,
        "offer_choice",
        actor=_who(answered_by),
        by=by,
        doctor_id=proposal.person_id,
        proposal=proposal.id,
        answered_by=answered_by.value,
    )
    record("proposal.accepted", proposal, by=by, answered_by=answered_by.value)
    begin_choice(request, by_phone=wishes_a_call)
    tell_names(request)
    return proposal


def decline(proposal_id: int, answered_by: AnsweredBy, *, reason: str = "", by: ByUser | None = None) -> DoctorProposal:
    """« Pas cette fois »: recorded at once, the reason may follow or never come. Raises Refusal when it is over."""
    proposal, request = proposal_locked(proposal_id)
    refuse_if(rules.why_not_decline(proposal.state))
    if proposal.state is ProposalState.DECLINED:
        return give_reason(proposal_id, reason) if reason else proposal
    places.give_back_pending(proposal.offer_id, proposal.places)
    _answer(proposal, ProposalState.DECLINED, answered_by, by)
    proposal.decline_reason = _known_reason(reason)
    add_step(
        request,
        "proposal.declined",
        actor=_who(answered_by),
        by=by,
        doctor_id=proposal.person_id,
        proposal=proposal.id,
        reason=proposal.decline_reason,
    )
    record("proposal.declined", proposal, by=by, answered_by=answered_by.value)
    settle(request, actor=_who(answered_by), by=by)
    return proposal


def give_reason(proposal_id: int, reason: str) -> DoctorProposal:
    """Why the doctor cannot: after the answer, and changed at will. Raises Refusal when they did not say no."""
    proposal, request = proposal_locked(proposal_id)
    if proposal.state is not ProposalState.DECLINED:
        raise Refusal(rules.OVER)
    wanted = _known_reason(reason)
    if wanted != proposal.decline_reason:
        proposal.decline_reason = wanted
        request.version += 1
        record("proposal.reason", proposal, by=None)
    return proposal


def _known_reason(reason: str) -> str | None:
    return reason if reason in rules.DECLINE_REASONS else None


def _answer(proposal: DoctorProposal, state: ProposalState, answered_by: AnsweredBy, by: ByUser | None) -> None:
    proposal.state = state
    proposal.answered_at, proposal.answered_by = clock.now(), answered_by
    proposal.answered_by_id = by.id if by else None
    proposal.decline_reason = None
    session.flush()


def undo_answer(proposal_id: int, answered_by: AnsweredBy, *, by: ByUser | None = None) -> DoctorProposal:
    """The answer is taken back and the doctor awaited again. Raises Refusal once the person has chosen them,
    when the request went another way, or when the place given back was taken since.
    """
    proposal, request = proposal_locked(proposal_id)
    if proposal.state is ProposalState.PENDING:
        return proposal
    refuse_if(rules.why_not_undo(proposal.state, request.state))
    had_accepted = proposal.state is ProposalState.ACCEPTED
    if had_accepted:
        places.untake(proposal.offer_id, proposal.places)
        _pend(proposal)
        _say_awaited(request, proposal, answered_by, by)
    else:
        _await_again(proposal, request, answered_by, by)
    record("proposal.undone", proposal, by=by)
    settle(request, actor=_who(answered_by), by=by)
    if had_accepted:
        tell_fewer(request)
    return proposal


def _await_again(proposal: DoctorProposal, request: Request, answered_by: AnsweredBy, by: ByUser | None) -> None:
    """A proposal that had given its place back holds one again, on the answer the doctor has now given."""
    refuse_if(rules.ASKED_AGAIN if reads.is_asked_again(proposal) else None)
    offer = offer_of(proposal.person_id)
    left = {seeker.id for seeker in seekers_left(request)}
    if offer is None or not {seeker.id for seeker in reads.seekers_of(proposal)} <= left:
        raise Refusal(rules.OVER)
    places.hold(offer.id, proposal.places)
    proposal.offer_id = offer.id
    _pend(proposal)
    _say_awaited(request, proposal, answered_by, by)


def _pend(proposal: DoctorProposal) -> None:
    proposal.state = ProposalState.PENDING
    proposal.sent_at = clock.now()
    proposal.reminded_at = proposal.called_at = None
    proposal.answered_at = proposal.answered_by = proposal.answered_by_id = proposal.decline_reason = None
    session.flush()


def _say_awaited(request: Request, proposal: DoctorProposal, answered_by: AnsweredBy, by: ByUser | None) -> None:
    move(
        request,
        "await_again",
        actor=_who(answered_by),
        by=by,
        concerned=[seeker.id for seeker in reads.seekers_of(proposal)],
        doctor_id=proposal.person_id,
        proposal=proposal.id,
    )


# -- the office -------------------------------------------------------------------------------------------------------


def cancel(proposal_id: int, *, by: ByUser) -> DoctorProposal:
    """The office takes a proposal back; the doctor is told with a courteous word. Raises Refusal when it is over."""
    proposal, request = proposal_locked(proposal_id)
    if proposal.state not in rules.WAITING:
        raise Refusal(rules.OVER)
    let_go(request, proposal, ProposalState.CANCELLED, "proposal.cancelled", actor=Actor.CPTS, by=by)
    settle(request, actor=Actor.CPTS, by=by)
    return proposal


def take_back(request: Request, *, by: ByUser) -> int:
    """« Annuler » after a sending: those asked last and still silent are asked no more. How many were.

    Raises Refusal when each has answered.
    """
    request = locked(request.id)
    silent = reads.proposals_of(request.id, ProposalState.PENDING)
    last = [p for p in silent if p.sent_at == max(other.sent_at for other in silent)]
    if not last:
        raise Refusal(ANSWERED)
    let_all_go(request, last, "proposal.cancelled", actor=Actor.CPTS, by=by)
    settle(request, actor=Actor.CPTS, by=by)
    return len(last)


def note_call(proposal_id: int, *, by: ByUser, note: str = "") -> DoctorProposal:
    """The office rang a silent doctor, who will answer: the delay before the search widens begins again."""
    proposal, request = proposal_locked(proposal_id)
    if proposal.state is not ProposalState.PENDING:
        raise Refusal(rules.OVER)
    proposal.called_at = clock.now()
    add_step(
        request,
        "proposal.called",
        actor=Actor.CPTS,
        by=by,
        note=note,
        doctor_id=proposal.person_id,
        proposal=proposal.id,
    )
    record("proposal.called", proposal, by=by)
    settle(request, actor=Actor.CPTS, by=by)
    return proposal


def tell_identity(proposal_id: int, *, by: ByUser) -> DoctorProposal:
    """The office told a doctor who accepted, on the phone, whom they will see. Raises Refusal before they accept."""
    proposal, request = proposal_locked(proposal_id)
    if proposal.state not in rules.ANSWERED:
        raise Refusal(rules.NOT_ACCEPTED)
    add_step(request, "proposal.told", actor=Actor.CPTS, by=by, doctor_id=proposal.person_id, proposal=proposal.id)
    record("proposal.told", proposal, by=by)
    return proposal
