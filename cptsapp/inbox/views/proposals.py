"""Proposing doctors from the file, noting what they said on the phone, what the person chose."""

from collections.abc import Callable

from flask import request
from werkzeug.wrappers import Response

from cptsapp.accounts.current import me
from cptsapp.core.refusals import Refusal
from cptsapp.http.access import requires
from cptsapp.inbox.actions import choices, proposals
from cptsapp.inbox.actions.changing import to_change
from cptsapp.inbox.forms.proposals import in_order, numbers
from cptsapp.inbox.models import Actor, AnsweredBy, Request
from cptsapp.inbox.queries.proposals import proposals_of
from cptsapp.inbox.queries.ranking import ranked
from cptsapp.inbox.views.blueprint import blueprint
from cptsapp.inbox.views.file import act

ONE = "/demandes/<reference>/propositions/<int:proposal_id>"
NOT_OF_FILE = "Cette proposition n’est pas de ce dossier."


@blueprint.post("/demandes/<reference>/proposer")
@requires("inbox.manage")
def propose_doctors(reference: str) -> Response:
    """Ask the doctors ticked, in the order typed, for the seekers ticked."""

    def do(request_id: int, version: int | None) -> None:
        asked = to_change(request_id, version)
        people = numbers(request.form.getlist("personne")) if "foyer" in request.form.getlist("vu") else None
        chosen = [seeker for seeker in asked.seekers if people is None or seeker.id in people]
        why = {doctor.person_id: list(doctor.reasons) for doctor in ranked(asked, chosen)}
        proposals.propose(asked, in_order(request.form), people, by=me(), why=why)

    return act(reference, do)


@blueprint.post("/demandes/<reference>/proposer/annuler")
@requires("inbox.manage")
def take_back_proposals(reference: str) -> Response:
    """Undo the last sending, for those who have not answered."""

    def do(request_id: int, version: int | None) -> None:
        proposals.take_back(to_change(request_id, version), by=me())

    return act(reference, do)


def _on_one(reference: str, proposal_id: int, do: Callable[[int], object]) -> Response:
    """Do something to a proposal of this file. Raises Refusal, shown on the file, for another file's."""

    def with_file(request_id: int, version: int | None) -> None:
        found = to_change(request_id, version)
        _refuse_another(found, proposal_id)
        do(proposal_id)

    return act(reference, with_file)


def _refuse_another(found: Request, proposal_id: int) -> None:
    if proposal_id not in {proposal.id for proposal in proposals_of(found.id)}:
        raise Refusal(NOT_OF_FILE)


@blueprint.post(f"{ONE}/reponse")
@requires("inbox.manage")
def note_doctor_answer(reference: str, proposal_id: int) -> Response:
    """What a doctor answered on the phone."""
    answer, reason = request.form.get("reponse", ""), request.form.get("motif", "")

    def do(number: int) -> None:
        if answer == "oui":
            proposals.accept(number, AnsweredBy.OFFICE, by=me())
        elif answer == "non":
            proposals.decline(number, AnsweredBy.OFFICE, reason=reason, by=me())
        else:
            raise Refusal("Dites ce que le médecin a répondu.")

    return _on_one(reference, proposal_id, do)


@blueprint.post(f"{ONE}/reprendre")
@requires("inbox.manage")
def undo_doctor_answer(reference: str, proposal_id: int) -> Response:
    """The answer is taken back: the doctor is awaited again."""
    return _on_one(reference, proposal_id, lambda number: proposals.undo_answer(number, AnsweredBy.OFFICE, by=me()))


@blueprint.post(f"{ONE}/annuler")
@requires("inbox.manage")
def cancel_proposal(reference: str, proposal_id: int) -> Response:
    """The office takes the proposal back."""
    return _on_one(reference, proposal_id, lambda number: proposals.cancel(number, by=me()))


@blueprint.post(f"{ONE}/appele")
@requires("inbox.manage")
def note_doctor_called(reference: str, proposal_id: int) -> Response:
    """The doctor was rung and will answer."""
    return _on_one(reference, proposal_id, lambda number: proposals.note_call(number, by=me()))


@blueprint.post(f"{ONE}/coordonnees")
@requires("inbox.manage")
def tell_doctor(reference: str, proposal_id: int) -> Response:
    """The doctor was told on the phone whom they will see."""
    return _on_one(reference, proposal_id, lambda number: proposals.tell_identity(number, by=me()))


@blueprint.post(f"{ONE}/choisir")
@requires("inbox.manage")
def choose_doctor(reference: str, proposal_id: int) -> Response:
    """The person says they have an appointment with this doctor."""

    def do(request_id: int, version: int | None) -> None:
        choices.choose(to_change(request_id, version), proposal_id, actor=Actor.CPTS, by=me())

    return act(reference, do)


@blueprint.post("/demandes/<reference>/aucun-medecin")
@requires("inbox.manage")
def no_doctor_suits(reference: str) -> Response:
    """The person says none of those who accepted will do."""

    def do(request_id: int, version: int | None) -> None:
        choices.none_suits(to_change(request_id, version), actor=Actor.CPTS, by=me())

    return act(reference, do)


@blueprint.post("/demandes/<reference>/personne-appelee")
@requires("inbox.manage")
def note_person_call(reference: str) -> Response:
    """The person was rung: what is awaited of them begins again."""

    def do(request_id: int, version: int | None) -> None:
        choices.note_person_called(to_change(request_id, version), by=me())

    return act(reference, do)
