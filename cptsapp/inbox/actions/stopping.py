"""What is under way with doctors and partners stops: when a request closes, when an agreement is withdrawn."""

from sqlalchemy import func, select

from cptsapp.audit.actions import Actor as ByUser
from cptsapp.core.db import session
from cptsapp.inbox.actions import proposals, referrals
from cptsapp.inbox.models import DoctorProposal, Recipient, Request, State


def stop_all(request: Request, *, by: ByUser | None) -> None:
    """Everything, whatever the state: proposals, the doctor chosen but not declared, what partners have."""
    end_proposals(request, by=by)
    stop_referrals(request, by=by)


def end_proposals(request: Request, *, by: ByUser | None, keeps_chosen: bool = False) -> None:
    """Release the doctors of a request about to close, and the one chosen unless that is how it ends."""
    with_chosen = request.state is State.TO_DECLARE and not keeps_chosen
    proposals.stop_all(request, by=by, resume=False, with_chosen=with_chosen)


def stop_proposals(request: Request, *, by: ByUser | None, with_chosen: bool = False) -> None:
    """Release the doctors asked, and their places; the one the person chose too when asked to. The search resumes."""
    proposals.stop_all(request, by=by, with_chosen=with_chosen)


def stop_referrals(request: Request, recipient: Recipient | None = None, *, by: ByUser | None) -> None:
    """Stop what was sent to the partners, or to those of a kind: they do not see the file any more.

    Called once a request is closed, it leaves it so; before, what waited for the answer goes back to the search.
    """
    referrals.stop_all(request, recipient, by=by)


def doctors_asked(request: Request) -> int:
    """How many doctors were ever asked for the request."""
    asked = select(func.count(DoctorProposal.person_id.distinct())).where(DoctorProposal.request_id == request.id)
    return session.scalar(asked) or 0
