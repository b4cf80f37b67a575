"""What the plans keep of professionals and structures, told to the directory; and of the persons of requests.

A circle stays as it was once someone is kept out: a number, that is counted. Two sheets made one are one person.
"""

from sqlalchemy import delete, select, update

from cptsapp.care_plans.actions.retention import before_request_goes, erased
from cptsapp.care_plans.models import CarePlan, CircleMember, PlanFee, PlanLink, PlanState
from cptsapp.care_plans.queries.holdings import of_seeker
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.directory.keepers import Keeper, Kept
from cptsapp.inbox.followers import Follower
from cptsapp.outbox.models import Message, MessageState


def _why_not_object(numbers: set[int]) -> str | None:
    """A plan under way is nobody's to leave without a word: whoever holds it replaces them first."""
    open_plans = select(CarePlan.id).where(CarePlan.state != PlanState.CLOSED)
    theirs = CircleMember.person_id.in_(numbers), CircleMember.left_at.is_(None), CircleMember.declined_at.is_(None)
    if session.scalar(select(CircleMember.id).where(*theirs, CircleMember.plan_id.in_(open_plans)).limit(1)) is None:
        return None
    return "Elle est dans le cercle de soins d’un plan en cours\u202f: qu’elle le quitte ou soit remplacée d’abord."


def _erase(numbers: set[int]) -> None:
    """Links of theirs open nothing more, mails about their place are gone; that they were there stays."""
    theirs = select(CircleMember.id).where(CircleMember.person_id.in_(numbers))
    living = update(PlanLink).where(PlanLink.member_id.in_(theirs), PlanLink.revoked_at.is_(None))
    session.execute(living.values(revoked_at=clock.now()))
    about = Message.subject_type == CircleMember.__tablename__, Message.subject_id.in_(theirs)
    session.execute(
        delete(Message)
        .where(*about, Message.state == MessageState.WAITING)
        .execution_options(synchronize_session=False)
    )


KEEPER = Keeper(
    (
        Kept(CircleMember.person_id, "place dans un cercle de soins", "places dans des cercles de soins"),
        Kept(CircleMember.organisation_id, "place dans un cercle de soins", "places dans des cercles de soins"),
        Kept(PlanFee.person_id, "forfait de PPCS", "forfaits de PPCS"),
    ),
    _why_not_object,
    _erase,
)

FOLLOWER = Follower(before_request_goes, of_seeker, erased)
