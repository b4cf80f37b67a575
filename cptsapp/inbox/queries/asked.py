"""What a doctor reads of a proposal: needs without identity before they accept, the identity after, signed in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from cptsapp.accounts.identity import CurrentUser
from cptsapp.core.db import session
from cptsapp.inbox.models import DoctorProposal, HomeVisit, Offer, ProposalState, Request, Seeker, State
from cptsapp.inbox.patients import Contact, Identity, read_contact, read_seeker
from cptsapp.inbox.queries import doctors as gps
from cptsapp.inbox.queries import proposals as reads
from cptsapp.inbox.queries.places import equation
from cptsapp.inbox.queries.requests import agreed_by_all
from cptsapp.inbox.queries.settings import delays
from cptsapp.inbox.rules import ages, priority, states
from cptsapp.inbox.rules import proposals as rules
from cptsapp.inbox.rules.places import Equation
from cptsapp.inbox.rules.words import HOME_VISITS, REASONS
from cptsapp.territory import queries as territory
from cptsapp.territory.models import Commune


@dataclass(frozen=True, slots=True)
class Need:
    """Someone to follow, without a name: « plus de 70 ans », ALD, visits « exceptionnellement »."""

    age: str
    criteria: tuple[str, ...]
    visits: str
    can_travel: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """A proposal as its doctor reads it. `can_take`: « Je prends » is possible, and only then are the needs shown."""

    proposal: DoctorProposal
    reference: str
    doctor: str
    where: str
    needs: tuple[Need, ...]
    reason: str
    needed_before: date | None
    due_on: date
    places: Equation
    can_take: bool
    can_undo: bool
    has_account: bool

    @property
    def state(self) -> str:
        """The word of the state, for the page."""
        return self.proposal.state.value

    @property
    def title(self) -> str:
        """« Une personne de plus de 70 ans », « 2 personnes »."""
        if len(self.needs) == 1:
            return f"Une personne de {self.needs[0].age}"
        return f"{len(self.needs)}\u00a0personnes d’un foyer"


def asked(proposal: DoctorProposal) -> Asked:
    """The proposal without any identity."""
    request = session.get_one(Request, proposal.request_id)
    doctor = reads.doctors([proposal.person_id]).get(proposal.person_id)
    seekers = reads.seekers_of(proposal)
    silence = reads.silence_of(proposal, doctor, request.needed_before)
    return Asked(
        proposal,
        request.reference,
        doctor.name if doctor else "",
        _where(request, proposal.person_id),
        tuple(_need(seeker, request) for seeker in seekers),
        REASONS[request.reason],
        request.needed_before,
        rules.doctor_due(silence, delays())[1],
        equation(session.get_one(Offer, proposal.offer_id)),
        _can_take(proposal, request, seekers),
        rules.why_not_undo(proposal.state, request.state) is None,
        bool(doctor and doctor.has_account),
    )


def _can_take(proposal: DoctorProposal, request: Request, seekers: Sequence[Seeker]) -> bool:
    """Whether a late yes is still welcome too: doctors are sought, everyone agrees, nobody has found."""
    if proposal.state is ProposalState.PENDING:
        return request.state is State.PROPOSED
    if proposal.state is not ProposalState.LAPSED or any(seeker.outcome is not None for seeker in seekers):
        return False
    if rules.why_not_accept(proposal.state, request.state) is not None or reads.is_asked_again(proposal):
        return False
    given = agreed_by_all(seeker.id for seeker in seekers)
    return states.why_not_agreed(states.BY_CODE["await_again"], given) is None


def _need(seeker: Seeker, request: Request) -> Need:
    codes = priority.fired(
        priority.Need(
            seeker.age_band, seeker.long_term_illness, seeker.social_cover, seeker.is_pregnant, seeker.home_visit
        )
    )
    of_age = ("over_70", "under_6", "home_only")  # said by the age and the visits already
    words = tuple(priority.CRITERIA[code] for code in codes if code not in of_age)
    visits = "" if seeker.home_visit is HomeVisit.NO else HOME_VISITS[seeker.home_visit].lower()
    return Need(ages.LABELS[seeker.age_band], words, visits, seeker.can_travel)


def _where(request: Request, person_id: int) -> str:
    """« Talmont-Saint-Hilaire, votre commune », « Sainte-Foy, à 10 km »."""
    commune = session.get_one(Commune, request.commune_code)
    found = gps.doctors(territory.today(), [person_id])
    doctor = next(iter(found.values()), None)
    if doctor is None:
        return commune.name
    km = doctor.nearest_to(gps.where(commune))[1]
    if km is None:
        return commune.name
    return f"{commune.name}, à {km}\u00a0km" if km else f"{commune.name}, votre commune"


@dataclass(frozen=True, slots=True)
class Known:
    """Who is to be followed and how to reach them; empty once anonymised."""

    people: tuple[Identity, ...]
    contact: Contact
    commune: str


def identity(proposal: DoctorProposal) -> Known | None:
    """The identities of a proposal accepted or chosen; None before, and once the doctor was let go.

    The caller is the doctor, signed in, and records the reading.
    """
    if proposal.state not in rules.ANSWERED:
        return None
    request = session.get_one(Request, proposal.request_id)
    people = tuple(who for who in map(read_seeker, reads.seekers_of(proposal)) if who is not None)
    commune = session.scalar(select(Commune.name).where(Commune.code == request.commune_code)) or ""
    return Known(people, read_contact(request), commune)


@dataclass(frozen=True, slots=True)
class Mine:
    """A line of « Patients proposés »."""

    asked: Asked
    request_id: int
    names: str


def mine(user: CurrentUser) -> list[Mine]:
    """The user's proposals that live: to answer first, then accepted, then chosen. Names only once accepted."""
    found = []
    for proposal, request in reads.mine(user):
        known = identity(proposal)
        names = ", ".join(who.full_name for who in known.people) if known else ""
        found.append(Mine(asked(proposal), request.id, names))
    return found
