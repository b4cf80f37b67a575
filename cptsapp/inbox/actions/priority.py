"""Keeping a request's priority true: at each change, and each night for ages and dates that pass."""

from datetime import datetime

from sqlalchemy import select

from cptsapp.core.db import session
from cptsapp.inbox.models import Request, Seeker, State
from cptsapp.inbox.patients import read_seeker
from cptsapp.inbox.queries.settings import weights
from cptsapp.inbox.rules import ages, priority
from cptsapp.territory import queries as territory

BATCH = 200


def refresh(request: Request) -> None:
    """Write which criteria fire today for those still without a doctor, and their sum; an override stays."""
    today = territory.today()
    concerned = [seeker for seeker in request.seekers if seeker.outcome is None] or request.seekers
    for seeker in concerned:
        who = read_seeker(seeker)
        if who is not None:
            seeker.age_band = ages.band_on(who.birth_date, today)
    codes = priority.fired_for_all(map(_need, concerned), request.needed_before, today)
    if codes != request.criteria:  # JSON: an equal list must not count as a change
        request.criteria = codes
    sum_of_weights = priority.weigh(codes, weights())
    request.priority = sum_of_weights if request.priority_override is None else request.priority_override
    session.flush()


def _need(seeker: Seeker) -> priority.Need:
    return priority.Need(
        seeker.age_band, seeker.long_term_illness, seeker.social_cover, seeker.is_pregnant, seeker.home_visit
    )


def refresh_open(_now: datetime) -> None:
    """The same for every open request: birthdays and « sous 1 mois » come with the days."""
    wanted = select(Request).where(Request.state != State.CLOSED).order_by(Request.id)
    for request in session.scalars(wanted.execution_options(yield_per=BATCH)):
        refresh(request)
