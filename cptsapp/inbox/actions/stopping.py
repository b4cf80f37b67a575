"""What is under way with doctors and partners stops: when a request closes, when an agreement is withdrawn."""

from sqlalchemy import func, select

from cptsapp.audit.actions import Actor as ByUser
from cptsapp.core.db import session
from cptsapp.inbox.models import DoctorProposal, Recipient, Referral, Request


def stop_all(request: Request, *, by: ByUser | None) -> None:
    """Everything: proposals, then what was sent to partners."""
    stop_proposals(request, by=by)
    for recipient in (Recipient.MISAS, Recipient.DAC):
        stop_referrals(request, recipient, by=by)


def stop_proposals(request: Request, *, by: ByUser | None) -> None:
    """Release the doctors asked, and their places."""


def stop_referrals(request: Request, recipient: Recipient, *, by: ByUser | None) -> None:
    """Close the file at the partners of a kind: they do not see it any more."""


def doctors_asked(request: Request) -> int:
    """How many doctors were ever asked for the request."""
    asked = select(func.count(DoctorProposal.person_id.distinct())).where(DoctorProposal.request_id == request.id)
    return session.scalar(asked) or 0


def is_with_partner(request: Request) -> bool:
    """Whether a partner still has the file in hand."""
    live = Referral.answered_at.is_(None), Referral.stopped_at.is_(None)
    return session.scalar(select(Referral.id).where(Referral.request_id == request.id, *live).limit(1)) is not None
