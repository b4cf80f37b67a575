"""The doctors who have places, in the order to propose them for a request (E22): the figures behind `rules.ranking`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, func, or_, select

from cptsapp.core.db import session
from cptsapp.core.local import day_bounds, local
from cptsapp.core.periods import months_later
from cptsapp.directory.merged import roots, same_person
from cptsapp.directory.models import Movement
from cptsapp.directory.rules.movements import ABSENCES, LOSSES
from cptsapp.inbox.models import DoctorProposal, Offer, ProposalState, Request, Seeker
from cptsapp.inbox.queries.doctors import Doctor, Where, doctors, where
from cptsapp.inbox.queries.places import equation, is_open, offers
from cptsapp.inbox.queries.requests import seekers_left
from cptsapp.inbox.rules import ranking as rules
from cptsapp.inbox.rules.places import Equation
from cptsapp.territory import queries as territory
from cptsapp.territory.models import Commune

LIVE = (ProposalState.PENDING, ProposalState.ACCEPTED, ProposalState.CHOSEN)
# A doctor who said yes, whatever came of it: the rotation counts what was asked of them.
YES = (ProposalState.ACCEPTED, ProposalState.CHOSEN, ProposalState.RELEASED)
LEAVING_MONTHS = 12  # who leaves within the year is proposed last: the patient would search again


@dataclass(frozen=True, slots=True)
class Ranked:
    """A doctor to propose. `km` is 0 in the same commune, None when unknown; `reasons` are codes, `words` French."""

    rank: int
    person_id: int
    offer_id: int
    name: str
    commune: str
    km: int | None
    places: Equation
    last_accepted_on: date | None
    is_met: bool
    reasons: tuple[str, ...]

    @property
    def words(self) -> str:
        """Why this rank: « Même commune, fait des visites »."""
        return rules.words(self.reasons)

    @property
    def where(self) -> str:
        """ "Talmont-Saint-Hilaire, sur place", "Sainte-Foy, 10 km"."""
        if self.km is None:
            return self.commune
        return f"{self.commune}, {self.km}\u00a0km" if self.km else f"{self.commune}, sur place"


def ranked(request: Request, seekers: Sequence[Seeker] | None = None) -> list[Ranked]:
    """Every doctor with a place today who is not already asked, first the best; for these seekers, or all those left.

    Those at the end (`is_met` false) may be proposed too: the order is an advice. The doctor one leaves is not there.
    """
    today = territory.today()
    open_offers = {number: offer for number, offer in offers().items() if is_open(offer, today)}
    known = doctors(today, open_offers)
    left_aside = _asked(request.id) | _own_doctor(request)
    home = where(session.get_one(Commune, request.commune_code))
    facts = _facts(request.id, set(known), today)
    chosen = seekers_left(request) if seekers is None else seekers
    wanted = [rules.Wanted(one.age_band, one.long_term_illness, one.home_visit) for one in chosen]
    candidates = [
        _candidate(doctor, open_offers[number], home, facts)
        for number, doctor in known.items()
        if number not in left_aside
    ]
    return [
        _ranked(rank, judged, known[judged.candidate.person_id], open_offers, home)
        for rank, judged in enumerate(rules.rank(candidates, wanted), start=1)
    ]


def _asked(request_id: int) -> set[int]:
    """The doctors to whom the request is proposed now, under all their numbers."""
    found = select(DoctorProposal.person_id).where(
        DoctorProposal.request_id == request_id, DoctorProposal.state.in_(LIVE)
    )
    return same_person(set(session.scalars(found)))


def _own_doctor(request: Request) -> set[int]:
    return same_person({request.current_doctor_id}) if request.current_doctor_id else set()


@dataclass(frozen=True, slots=True)
class _Facts:
    accepted: dict[int, int]
    last: dict[int, date]
    declined: set[int]
    leaving: set[int]
    away: set[int]


def _facts(request_id: int, numbers: set[int], today: date) -> _Facts:
    merged = roots()
    all_numbers = sorted(same_person(numbers))
    accepted, last = _acceptances(all_numbers, merged, today)
    declined = select(DoctorProposal.person_id).where(
        DoctorProposal.request_id == request_id, DoctorProposal.state == ProposalState.DECLINED
    )
    soon = (Movement.kind.in_(LOSSES), Movement.starts_on <= months_later(today, LEAVING_MONTHS))
    return _Facts(
        accepted,
        last,
        _now(session.scalars(declined), merged),
        _now(session.scalars(_movements(all_numbers).where(*soon)), merged),
        _now(
            session.scalars(
                _movements(all_numbers).where(
                    Movement.kind.in_(ABSENCES),
                    Movement.starts_on <= today,
                    or_(Movement.ends_on.is_(None), Movement.ends_on >= today),
                )
            ),
            merged,
        ),
    )


def _movements(numbers: list[int]) -> Select[int]:
    return select(Movement.person_id).where(Movement.person_id.in_(numbers), Movement.cancelled_at.is_(None))


def _now(numbers: Iterable[int], merged: dict[int, int]) -> set[int]:
    return {merged.get(number, number) for number in numbers}


def _acceptances(numbers: list[int], merged: dict[int, int], today: date) -> tuple[dict[int, int], dict[int, date]]:
    """How many requests each accepted this month, and the day of the last."""
    accepted: dict[int, int] = {}
    last: dict[int, date] = {}
    since, _ = day_bounds(today.replace(day=1))
    said_yes = (DoctorProposal.person_id.in_(numbers), DoctorProposal.state.in_(YES))
    months = select(DoctorProposal.person_id, func.count()).where(*said_yes, DoctorProposal.answered_at >= since)
    for person_id, count in session.execute(months.group_by(DoctorProposal.person_id)):
        number = merged.get(person_id, person_id)
        accepted[number] = accepted.get(number, 0) + count
    days = select(DoctorProposal.person_id, func.max(DoctorProposal.answered_at)).where(*said_yes)
    for person_id, at in session.execute(days.group_by(DoctorProposal.person_id)):
        number = merged.get(person_id, person_id)
        if at is not None:  # the CHECK `answered_has_day` wants it
            last[number] = max(local(at).date(), last.get(number, date.min))
    return accepted, last


def _candidate(doctor: Doctor, offer: Offer, home: Where, facts: _Facts) -> rules.Candidate:
    place, km = doctor.nearest_to(home)
    number = doctor.person_id
    return rules.Candidate(
        person_id=number,
        folded=doctor.folded,
        conditions=offer,
        km=km,
        is_same_commune=place.code == home.code,
        left=equation(offer).left,
        accepted=facts.accepted.get(number, 0),
        last_accepted_on=facts.last.get(number),
        has_declined=number in facts.declined,
        is_leaving=number in facts.leaving,
        is_away=number in facts.away,
    )


def _ranked(rank: int, judged: rules.Judged, doctor: Doctor, open_offers: dict[int, Offer], home: Where) -> Ranked:
    candidate = judged.candidate
    place, km = doctor.nearest_to(home)
    offer = open_offers[doctor.person_id]
    return Ranked(
        rank=rank,
        person_id=doctor.person_id,
        offer_id=offer.id,
        name=doctor.name,
        commune=place.name,
        km=km,
        places=equation(offer),
        last_accepted_on=candidate.last_accepted_on,
        is_met=judged.is_met,
        reasons=judged.reasons,
    )
