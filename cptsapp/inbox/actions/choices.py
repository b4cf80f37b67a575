"""The person chooses among the doctors who accepted, or none; the others are thanked and have their place back."""

from collections.abc import Collection, Iterable

from cptsapp.audit.actions import Actor as ByUser
from cptsapp.audit.actions import record
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal, refuse_if
from cptsapp.inbox import doctor_mail, mail
from cptsapp.inbox.actions import links, priority
from cptsapp.inbox.actions.moves import move, set_deadline
from cptsapp.inbox.actions.releases import has_mail, let_all_go, narrow_all, settle
from cptsapp.inbox.actions.steps import add_step
from cptsapp.inbox.actions.telling import tell_found
from cptsapp.inbox.models import Actor, Deadline, DoctorProposal, LinkPurpose, Outcome, ProposalState, Request, State
from cptsapp.inbox.queries import proposals as reads
from cptsapp.inbox.queries.requests import locked, seekers_left
from cptsapp.inbox.rules import proposals as rules
from cptsapp.territory import queries as territory

NOT_OF_REQUEST = "Ce médecin n’a pas été proposé pour cette demande."
NOBODY_ACCEPTED = "Aucun médecin n’a accepté d’être contacté."


def tell_names(request: Request) -> None:
    """Tell the person that a doctor accepts to be contacted; the names are behind their private link (E22, §4.7)."""
    if has_mail(request):
        _tell(request, "choice")


def tell_fewer(request: Request) -> None:
    """Tell the person that a doctor they were told of is no longer there."""
    if has_mail(request):
        _tell(request, "choice_fewer")


def _tell(request: Request, name: str) -> None:
    link = mail.private_link(LinkPurpose.PERSON, links.another_for_person(request))
    mail.tell_person(request, name, link=link)


def choose(
    request: Request, proposal_id: int, *, actor: Actor = Actor.PERSON, by: ByUser | None = None
) -> DoctorProposal:
    """« J’ai un rendez-vous »: this doctor, for those of the household the proposal is about.

    The others are released with a courteous word. When everyone has a doctor the declaration is awaited, else the
    search goes on for who is left. Raises Refusal when the doctor did not accept, or is not of this request.
    """
    request = locked(request.id)
    proposal = next((p for p in reads.proposals_of(request.id) if p.id == proposal_id), None)
    if proposal is None:
        raise Refusal(NOT_OF_REQUEST, field="proposal")
    if proposal.state is ProposalState.CHOSEN:
        return proposal
    refuse_if(rules.why_not_choose(proposal.state))
    proposal.state = ProposalState.CHOSEN
    chosen_for = _give_doctor(request, proposal)
    record("proposal.chosen", proposal, by=by)
    narrow_all(request, chosen_for, actor=actor, by=by)
    if seekers_left(request):
        _go_on(request, proposal, actor, by)
    else:
        move(request, "choose", actor=actor, by=by, doctor_id=proposal.person_id, proposal=proposal.id)
        tell_found(request)
    doctor_mail.tell_chosen(request, proposal)
    return proposal


def _give_doctor(request: Request, proposal: DoctorProposal) -> set[int]:
    concerned = {seeker.id for seeker in reads.seekers_of(proposal)}
    for seeker in request.seekers:
        if seeker.id in concerned and seeker.outcome is None:
            seeker.outcome, seeker.doctor_id = Outcome.FOUND, proposal.person_id
    session.flush()
    return concerned


def _go_on(request: Request, proposal: DoctorProposal, actor: Actor, by: ByUser | None) -> None:
    add_step(request, "proposal.chosen", actor=actor, by=by, doctor_id=proposal.person_id, proposal=proposal.id)
    priority.refresh(request)
    settle(request, actor=actor, by=by)


def none_suits(
    request: Request,
    *,
    actor: Actor = Actor.PERSON,
    by: ByUser | None = None,
    proposal_ids: Collection[int] | None = None,
) -> int:
    """« Aucun ne peut »: those who accepted (or some of them) are thanked; the search resumes when nobody is awaited.

    How many were. Raises Refusal when nobody had accepted.
    """
    request = locked(request.id)
    accepted = _accepted(request, proposal_ids)
    if not accepted:
        raise Refusal(NOBODY_ACCEPTED)
    let_all_go(request, accepted, "proposal.released", actor=actor, by=by)
    settle(request, actor=actor, by=by)
    return len(accepted)


def _accepted(request: Request, proposal_ids: Collection[int] | None) -> list[DoctorProposal]:
    accepted: Iterable[DoctorProposal] = reads.proposals_of(request.id, ProposalState.ACCEPTED)
    return [proposal for proposal in accepted if proposal_ids is None or proposal.id in proposal_ids]


def ask_for_call(request: Request, *, actor: Actor = Actor.PERSON, by: ByUser | None = None) -> None:
    """« Je préfère que vous m’appeliez »: someone rings the person today. Raises Refusal once the request is closed."""
    request = locked(request.id)
    if request.state is State.CLOSED:
        raise Refusal("Cette demande est close.")
    set_deadline(request, Deadline.CALL_PERSON, territory.today())
    add_step(request, "person.wants_call", actor=actor, by=by)
    record("person.wants_call", request, by=by)


def note_person_called(request: Request, *, by: ByUser, note: str = "") -> None:
    """The office rang the person: what is awaited of them begins again. Raises Refusal when no call was awaited."""
    request = locked(request.id)
    if request.deadline is not Deadline.CALL_PERSON:
        raise Refusal("Aucun appel n’est attendu pour cette demande.")
    add_step(request, "person.called", actor=Actor.CPTS, by=by, note=note)
    record("person.called", request, by=by)
    if request.state is State.PROPOSED:
        has_choice = bool(reads.proposals_of(request.id, ProposalState.ACCEPTED))
        if has_choice:
            set_deadline(request, Deadline.PERSON_CHOICE)
        else:
            request.deadline = request.due_on = None
            settle(request, actor=Actor.CPTS, by=by)
    else:
        set_deadline(request, AFTER_CALL.get(request.state, Deadline.FIRST_ANSWER))


# What is awaited once the person was rung, by state.
AFTER_CALL = {
    State.RECEIVED: Deadline.FIRST_ANSWER,
    State.TO_COMPLETE: Deadline.COMPLETE,
    State.SEARCHING: Deadline.PROPOSE,
    State.WITH_PARTNER: Deadline.PARTNER_ANSWER,
    State.TO_DECLARE: Deadline.DECLARATION,
}
