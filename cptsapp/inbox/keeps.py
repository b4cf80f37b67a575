"""What the requests keep of doctors and structures, told to the directory; figures and steps stay, they are counted."""

from sqlalchemy import select, update

from cptsapp.core.db import session
from cptsapp.directory.keepers import Keeper, Kept
from cptsapp.inbox.models import (
    CapacityAsk,
    CareBreak,
    DoctorProposal,
    InboxLink,
    Offer,
    ProposalState,
    Referral,
    Request,
    SearchQuestion,
    Seeker,
    Step,
)


def _why_not_object(numbers: set[int]) -> str | None:
    live = (ProposalState.PENDING, ProposalState.ACCEPTED, ProposalState.CHOSEN)
    theirs = DoctorProposal.person_id.in_(numbers), DoctorProposal.state.in_(live)
    if session.scalar(select(DoctorProposal.id).where(*theirs).limit(1)) is None:
        return None
    return "Des patients lui sont proposés : libérez d’abord ces propositions."


def _erase(numbers: set[int]) -> None:
    """What was typed about them; what they offered and answered stays a number."""
    session.execute(update(CapacityAsk).where(CapacityAsk.person_id.in_(numbers)).values(call_note=None))
    session.execute(update(Seeker).where(Seeker.doctor_id.in_(numbers)).values(doctor_name=None))
    session.execute(update(Referral).where(Referral.doctor_id.in_(numbers)).values(doctor_name=None))


KEEPER = Keeper(
    (
        Kept(Offer.person_id, "réponse sur ses places", "réponses sur ses places"),
        Kept(CapacityAsk.person_id),
        Kept(InboxLink.person_id),
        Kept(DoctorProposal.person_id, "patient proposé", "patients proposés"),
        Kept(Seeker.doctor_id, "patient suivi", "patients suivis"),
        Kept(Request.current_doctor_id, "demande de ses patients", "demandes de ses patients"),
        Kept(Step.doctor_id),
        Kept(Referral.doctor_id),
        Kept(Referral.organisation_id, "dossier transmis", "dossiers transmis"),
        Kept(Request.organisation_id, "demande envoyée", "demandes envoyées"),
        Kept(Step.organisation_id),
        Kept(CareBreak.organisation_id, "point de rupture", "points de rupture"),
        Kept(SearchQuestion.organisation_id, "question posée", "questions posées"),
    ),
    _why_not_object,
    _erase,
)
