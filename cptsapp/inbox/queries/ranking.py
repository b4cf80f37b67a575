"""The doctors who have places, in the order to propose them for a request (E22): the figures behind `rules.ranking`.

The page of every file shows it: a few statements, most compiled once, however many doctors there are.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, Integer, and_, bindparam, case, func, or_, select, text

from cptsapp.core.db import Instant, session
from cptsapp.core.local import day_bounds, local
from cptsapp.core.periods import months_later
from cptsapp.core.prepared import Prepared
from cptsapp.directory.merged import roots, same_person
from cptsapp.directory.models import Movement
from cptsapp.directory.rules.movements import ABSENCES, LOSSES
from cptsapp.inbox.models import DoctorProposal, Offer, ProposalState, Request, Seeker, Takes
from cptsapp.inbox.models.doctors import SAID_YES
from cptsapp.inbox.queries.doctors import Doctor, Where, doctors, where
from cptsapp.inbox.queries.places import equation
from cptsapp.inbox.queries.requests import seekers_left
from cptsapp.inbox.rules import ranking as rules
from cptsapp.inbox.rules.places import Equation
from cptsapp.territory import queries as territory
from cptsapp.territory.models import Commune

LIVE = (ProposalState.PENDING, ProposalState.ACCEPTED)  # chosen for one of a household, may be asked for another
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
    today, merged = territory.today(), roots()
    rows = _offers(today)
    latest = {merged.get(row.person_id, row.person_id): row for row in rows}
    open_offers = {number: row for number, row in latest.items() if row.is_open}
    facts = _facts(request.id, today, merged, rows)
    left_aside = facts.asked | _own_doctor(request, merged)
    known = doctors(today, open_offers.keys() - left_aside, merged)
    home = where(session.get_one(Commune, request.commune_code))
    chosen = seekers_left(request) if seekers is None else seekers
    wanted = [rules.Wanted(one.age_band, one.long_term_illness, one.home_visit) for one in chosen]
    nearest = {number: doctor.nearest_to(home) for number, doctor in known.items()}
    candidates = [
        _candidate(doctor, open_offers[number], *nearest[number], home, facts) for number, doctor in known.items()
    ]
    return [
        _ranked(rank, judged, known, open_offers, nearest)
        for rank, judged in enumerate(rules.rank(candidates, wanted), start=1)
    ]


def _own_doctor(request: Request, merged: dict[int, int]) -> set[int]:
    return same_person({request.current_doctor_id}, merged) if request.current_doctor_id else set()


# -- answers in force -------------------------------------------------------------------------------------------------

_TODAY: Any = bindparam("today", type_=Date())
# Whatever came of it: the rotation counts what was asked of a doctor. A partial index answers to its own words alone.
_SAID_YES = (DoctorProposal.person_id == Offer.person_id, text(f"doctor_proposal.{SAID_YES}"))
_SINCE_MONTH = DoctorProposal.answered_at >= bindparam("month", type_=Instant())
_OPEN = Prepared(
    lambda: (
        select(
            Offer.id,
            Offer.person_id,
            Offer.offered,
            Offer.taken,
            Offer.pending,
            Offer.long_term_illness,
            Offer.children,
            Offer.households,
            Offer.own_commune,
            Offer.max_km,
            Offer.home_visits,
            and_(
                Offer.takes != Takes.NO, Offer.valid_until >= _TODAY, Offer.taken + Offer.pending < Offer.offered
            ).label("is_open"),
            select(func.count()).where(*_SAID_YES, _SINCE_MONTH).correlate(Offer).scalar_subquery().label("accepted"),
            select(func.max(DoctorProposal.answered_at))
            .where(*_SAID_YES)
            .correlate(Offer)
            .scalar_subquery()
            .label("last"),
        )
        .where(Offer.replaced_at.is_(None))
        .order_by(Offer.answered_at, Offer.id)
    )
)


def _offers(today: date) -> list[Any]:
    """The answers in force or lapsed, the latest last, each with what its doctor accepted."""
    month, _ = day_bounds(today.replace(day=1))
    return _OPEN.all(today=today, month=month)


# -- what speaks for or against ---------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Facts:
    """Doctors by what is known of them, under the number they have now."""

    accepted: dict[int, int] = field(default_factory=dict)
    last: dict[int, date] = field(default_factory=dict)
    asked: set[int] = field(default_factory=set)
    declined: set[int] = field(default_factory=set)
    leaving: set[int] = field(default_factory=set)
    away: set[int] = field(default_factory=set)


def _is_one_of(column: Any, values: Any) -> ColumnElement[bool]:
    """IN of a closed list, as a prepared statement may hold it."""
    return or_(*(column == value for value in sorted(values)))


def _count(test: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((test, 1), else_=0))


_HERE = Prepared(
    lambda: (
        select(
            DoctorProposal.person_id,
            _count(_is_one_of(DoctorProposal.state, LIVE)).label("asked"),
            _count(DoctorProposal.state == ProposalState.DECLINED).label("declined"),
        )
        .where(DoctorProposal.request_id == bindparam("request_id", type_=Integer()))
        .group_by(DoctorProposal.person_id)
    )
)
_MOVING = Prepared(
    lambda: (
        select(
            Movement.person_id,
            _count(_is_one_of(Movement.kind, LOSSES)).label("leaving"),
            _count(_is_one_of(Movement.kind, ABSENCES)).label("away"),
        )
        .where(
            Movement.cancelled_at.is_(None),
            or_(
                and_(_is_one_of(Movement.kind, LOSSES), Movement.starts_on <= bindparam("soon", type_=Date())),
                and_(
                    _is_one_of(Movement.kind, ABSENCES),
                    Movement.starts_on <= _TODAY,
                    or_(Movement.ends_on.is_(None), Movement.ends_on >= _TODAY),
                ),
            ),
        )
        .group_by(Movement.person_id)
    )
)


def _facts(request_id: int, today: date, merged: Mapping[int, int], rows: Iterable[Any]) -> _Facts:
    facts = _Facts()
    for row in rows:
        number = merged.get(row.person_id, row.person_id)
        facts.accepted[number] = facts.accepted.get(number, 0) + row.accepted
        if row.last is not None:
            facts.last[number] = max(local(row.last).date(), facts.last.get(number, date.min))
    for row in _HERE.all(request_id=request_id):
        number = merged.get(row.person_id, row.person_id)
        facts.asked |= {number} if row.asked else set()
        facts.declined |= {number} if row.declined else set()
    for row in _MOVING.all(today=today, soon=months_later(today, LEAVING_MONTHS)):
        number = merged.get(row.person_id, row.person_id)
        facts.leaving |= {number} if row.leaving else set()
        facts.away |= {number} if row.away else set()
    return facts


def _candidate(doctor: Doctor, offer: Any, place: Where, km: int | None, home: Where, facts: _Facts) -> rules.Candidate:
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


def _ranked(
    rank: int,
    judged: rules.Judged,
    known: Mapping[int, Doctor],
    open_offers: Mapping[int, Any],
    nearest: Mapping[int, tuple[Where, int | None]],
) -> Ranked:
    number = judged.candidate.person_id
    place, km = nearest[number]
    offer = open_offers[number]
    return Ranked(
        rank=rank,
        person_id=number,
        offer_id=offer.id,
        name=known[number].name,
        commune=place.name,
        km=km,
        places=equation(offer),
        last_accepted_on=judged.candidate.last_accepted_on,
        is_met=judged.is_met,
        reasons=judged.reasons,
    )
