"""The rows behind every figure of the requests, read once for the screen, the list and the file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select

from cptsapp.core.db import session
from cptsapp.core.local import day_bounds, local
from cptsapp.inbox.models import (
    Actor,
    BreakCause,
    CareBreak,
    DoctorProposal,
    Offer,
    Outcome,
    OutsideCount,
    ProposalState,
    Request,
    Seeker,
    Step,
)
from cptsapp.inbox.rules.figures import Row
from cptsapp.territory.models import Commune

FOUND_STEPS = ("request.choose", "request.find", "request.partner_find")


@dataclass(frozen=True, slots=True)
class Period:
    """From a day to a day, both included, of the reception."""

    from_on: date
    to_on: date


def rows(period: Period) -> list[Row]:
    """A row a seeker received in the period; neither duplicates nor what was sent by robots."""
    found_at = (
        select(Step.request_id, func.min(Step.at).label("at"))
        .where(Step.kind.in_(FOUND_STEPS), Step.cancelled_at.is_(None))
        .group_by(Step.request_id)
        .subquery()
    )
    outcome = func.coalesce(Seeker.outcome, Request.outcome).label("ending")
    found = (
        select(
            Seeker.id,
            Request.reference,
            Request.received_on,
            Request.door,
            Request.channel,
            Request.reason,
            Request.commune_code,
            Request.state,
            Seeker.age_band,
            Seeker.long_term_illness,
            Seeker.social_cover,
            Seeker.is_pregnant,
            Seeker.home_visit,
            outcome,
            Request.needed_before,
            found_at.c.at,
        )
        .join(Request, Request.id == Seeker.request_id)
        .outerjoin(found_at, found_at.c.request_id == Request.id)
        .where(
            Request.received_on.between(period.from_on, period.to_on),
            Request.suspected_at.is_(None),
            func.coalesce(Seeker.outcome, Request.outcome, "") != Outcome.DUPLICATE.value,
        )
        .order_by(Request.received_on, Seeker.id)
    )
    return [_row(line) for line in session.execute(found)]


def _row(line: Any) -> Row:
    *plain, ending, needed_before, found_at = line
    outcome = Outcome(ending) if ending else None
    found_on = local(found_at).date() if found_at is not None else None
    return Row(
        *plain,
        outcome,  # type: ignore[call-arg]  # thirteen columns, in the order of the fields
        needed_before is not None,
        found_on,
    )


def commune_names(codes: Sequence[str]) -> dict[str, str]:
    """The names of these communes."""
    return {
        row.code: row.name for row in session.execute(select(Commune.code, Commune.name).where(Commune.code.in_(codes)))
    }


@dataclass(frozen=True, slots=True)
class ActorWork:
    """What an actor contributed in the period (A8): steps done, and requests they were done for."""

    actor: Actor
    steps: int
    requests: int


def work(period: Period) -> list[ActorWork]:
    """The steps of each actor on the days of the period, cancelled ones left out; the software's own too."""
    first, last = day_bounds(period.from_on)[0], day_bounds(period.to_on)[1]
    found = (
        select(Step.actor, func.count(), func.count(Step.request_id.distinct()))
        .where(Step.at >= first, Step.at < last, Step.cancelled_at.is_(None))
        .group_by(Step.actor)
    )
    by_actor = {row[0]: ActorWork(*row) for row in session.execute(found)}
    return [by_actor[actor] for actor in Actor if actor in by_actor]


@dataclass(frozen=True, slots=True)
class WorkLine:
    """A step behind the work of an actor."""

    on: date
    kind: str
    reference: str


def work_lines(period: Period, actor: Actor) -> list[WorkLine]:
    """The very steps counted."""
    first, last = day_bounds(period.from_on)[0], day_bounds(period.to_on)[1]
    found = (
        select(Step.at, Step.kind, Request.reference)
        .join(Request, Request.id == Step.request_id)
        .where(Step.at >= first, Step.at < last, Step.cancelled_at.is_(None), Step.actor == actor)
        .order_by(Step.at, Step.id)
    )
    return [WorkLine(local(at).date(), kind, reference) for at, kind, reference in session.execute(found)]


@dataclass(frozen=True, slots=True)
class Supply:
    """Doctors today: answers in force, places offered, taken, pending; and the proposals of the period by state."""

    doctors: int
    offered: int
    taken: int
    pending: int
    proposals: dict[ProposalState, int]


def supply(period: Period, today: date) -> Supply:
    """What doctors offer today, and how they answered the proposals sent in the period."""
    in_force = Offer.replaced_at.is_(None), Offer.valid_until >= today
    places = session.execute(
        select(func.count(), func.sum(Offer.offered), func.sum(Offer.taken), func.sum(Offer.pending)).where(
            *in_force, Offer.offered > 0
        )
    ).one()
    first, last = day_bounds(period.from_on)[0], day_bounds(period.to_on)[1]
    states = session.execute(
        select(DoctorProposal.state, func.count())
        .where(DoctorProposal.sent_at >= first, DoctorProposal.sent_at < last)
        .group_by(DoctorProposal.state)
    )
    doctors, offered, taken, pending = places
    return Supply(doctors, offered or 0, taken or 0, pending or 0, dict(states.all()))


def breaks(period: Period) -> dict[BreakCause, int]:
    """Breaks in care of the period, by cause."""
    found = (
        select(CareBreak.cause, func.count())
        .where(CareBreak.happened_on.between(period.from_on, period.to_on))
        .group_by(CareBreak.cause)
    )
    by_cause = dict(session.execute(found).all())
    return {cause: by_cause[cause] for cause in BreakCause if cause in by_cause}


def outside(period: Period) -> list[tuple[str, int]]:
    """Who came from outside in the months of the period, by commune (A59): its code, a number."""
    found = (
        select(OutsideCount.commune_code, func.sum(OutsideCount.count))
        .where(OutsideCount.month_on.between(period.from_on.replace(day=1), period.to_on))
        .group_by(OutsideCount.commune_code)
        .order_by(func.sum(OutsideCount.count).desc(), OutsideCount.commune_code)
    )
    return [(code, number) for code, number in session.execute(found)]
