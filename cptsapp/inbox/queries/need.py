"""The need as GPs are told it (E9): how many look for a doctor near them, never few enough to point at someone."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select

from cptsapp.core import french
from cptsapp.core.db import session
from cptsapp.core.small import SMALL, SMALL_WORDS
from cptsapp.inbox.models import Request, Seeker, State
from cptsapp.inbox.queries.doctors import Where, where
from cptsapp.inbox.rules.places import NEAR_KM
from cptsapp.territory.models import Commune

LOOKING = (State.RECEIVED, State.TO_COMPLETE, State.SEARCHING, State.PROPOSED, State.WITH_PARTNER)


@dataclass(frozen=True, slots=True)
class Need:
    """People who look for a doctor within `km` of a practice, and those of them with an ALD; None is « under five »."""

    km: int
    people: int | None
    ill: int | None

    @property
    def people_words(self) -> str:
        """ "21 personnes cherchent", "moins de 5 personnes cherchent"."""
        if self.people is None:
            return f"{SMALL_WORDS}\u00a0personnes cherchent"
        return f"{french.count(self.people, 'personne')} cherchent"

    @property
    def ill_words(self) -> str:
        """ "9 en ALD", "moins de 5 en ALD"; empty when the whole is already masked."""
        if self.people is None:
            return ""
        told = SMALL_WORDS if self.ill is None else french.number(self.ill)
        return f"{told}\u00a0en ALD"


def need_near(places: Iterable[Where], km: int = NEAR_KM) -> Need:
    """The need within so many kilometres of one of these communes; a commune without position counts when it is one.

    Suspect requests are not counted. A count under five is masked, and so is a part that would tell the rest.
    """
    here = list(places)
    near = {
        commune.code
        for commune in session.scalars(select(Commune).where(Commune.is_own))
        if any(_is_within(place, where(commune), km) for place in here)
    }
    looking = (
        select(Seeker.long_term_illness, func.count().label("number"))
        .join(Request, Request.id == Seeker.request_id)
        .where(
            Request.state.in_(LOOKING),
            Request.suspected_at.is_(None),
            Request.commune_code.in_(sorted(near)),
            Seeker.outcome.is_(None),
        )
        .group_by(Seeker.long_term_illness)
    )
    counts = {row.long_term_illness: row.number for row in session.execute(looking)}
    ill, others = counts.get(True, 0), counts.get(False, 0)
    return Need(km, _masked(ill + others), _masked(ill) if others == 0 or others >= SMALL else None)


def _is_within(place: Where, commune: Where, km: int) -> bool:
    away = place.kilometres_to(commune)
    return away is not None and away <= km


def _masked(count: int) -> int | None:
    return count if count == 0 or count >= SMALL else None
