"""A member's private links: 128 bits, stored hashed, with an end, revocable; made here, opened here (pitfall 24)."""

from datetime import timedelta

from sqlalchemy import select, update

from cptsapp.care_plans.models import CarePlan, CircleMember, PlanAgreement, PlanLink, PlanState
from cptsapp.care_plans.queries.settings import delays
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible
from cptsapp.core.tokens import new_token, token_hash
from cptsapp.outbox import texts
from cptsapp.outbox.private import wrap

PATH = "/ppcs/lien"


def new_link(member: CircleMember) -> str:
    """A link more for a member: those sent before still open. The token is given once."""
    token, now = new_token(), clock.now()
    end = now + timedelta(days=delays()["link"])
    session.add(PlanLink(token_hash=token_hash(token), member_id=member.id, created_at=now, expires_at=end))
    session.flush()
    return token


def in_mail(token: str) -> str:
    """The link as a mail's body may hold it: sealed until it leaves."""
    return wrap(texts.address(f"{PATH}/{token}"))


def opened(token: str) -> tuple[CarePlan, CircleMember]:
    """Whose living link this is, and of which plan.

    Raises Invisible when it is unknown, revoked or past its end; when the member left, the person no longer agrees to
    them, or the plan is closed.
    """
    now = clock.now()
    found = session.execute(
        select(CarePlan, CircleMember)
        .join(CircleMember, CircleMember.plan_id == CarePlan.id)
        .join(PlanLink, PlanLink.member_id == CircleMember.id)
        .join(PlanAgreement, PlanAgreement.member_id == CircleMember.id)
        .where(
            PlanLink.token_hash == token_hash(token),
            PlanLink.revoked_at.is_(None),
            PlanLink.expires_at > now,
            PlanAgreement.withdrawn_at.is_(None),
            CircleMember.left_at.is_(None),
            CarePlan.state != PlanState.CLOSED,
        )
    ).first()
    if found is None:
        raise Invisible
    return found.CarePlan, found.CircleMember


def revoke_for(member_id: int) -> None:
    """No link of this member opens any more."""
    living = PlanLink.member_id == member_id, PlanLink.revoked_at.is_(None)
    session.execute(update(PlanLink).where(*living).values(revoked_at=clock.now()))
