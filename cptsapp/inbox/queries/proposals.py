"""Reading proposals: those of a request, those of a doctor, and what the private link may show."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload

from cptsapp.accounts.identity import CurrentUser
from cptsapp.accounts.models import User
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible
from cptsapp.directory.merged import roots, same_person
from cptsapp.directory.models import Person, Place, Practice
from cptsapp.directory.permissions import in_force
from cptsapp.inbox.models import DoctorProposal, InboxLink, ProposalSeeker, ProposalState, Request, Seeker, State
from cptsapp.inbox.queries.requests import locked
from cptsapp.inbox.queries.settings import delays
from cptsapp.inbox.rules import proposals as rules
from cptsapp.inbox.rules.proposals import Silence
from cptsapp.territory import queries as territory


def proposal_locked(proposal_id: int) -> tuple[DoctorProposal, Request]:
    """A proposal and its request, both to be changed: the request's row is held first, as everywhere.

    Raises Invisible when there is none.
    """
    request_id = session.scalar(select(DoctorProposal.request_id).where(DoctorProposal.id == proposal_id))
    if request_id is None:
        raise Invisible
    request = locked(request_id)
    fresh = select(DoctorProposal).where(DoctorProposal.id == proposal_id).execution_options(populate_existing=True)
    return session.scalars(fresh).one(), request


def proposals_of(request_id: int, *states: ProposalState) -> Sequence[DoctorProposal]:
    """The proposals of a request in these states, in the order of their rank; all of them without states."""
    wanted = select(DoctorProposal).where(DoctorProposal.request_id == request_id)
    if states:
        wanted = wanted.where(DoctorProposal.state.in_(states))
    return session.scalars(wanted.order_by(DoctorProposal.rank, DoctorProposal.id)).all()


def is_asked_again(proposal: DoctorProposal) -> bool:
    """Whether the doctor has been asked anew for the same request: a later proposal is the one to answer."""
    same = same_person({proposal.person_id})
    waiting = proposals_of(proposal.request_id, *rules.WAITING)
    return any(other.id != proposal.id and other.person_id in same for other in waiting)


def seekers_of(proposal: DoctorProposal) -> Sequence[Seeker]:
    """Those of the household a proposal is about."""
    return session.scalars(
        select(Seeker)
        .join(ProposalSeeker, ProposalSeeker.seeker_id == Seeker.id)
        .where(ProposalSeeker.proposal_id == proposal.id)
        .order_by(Seeker.id)
    ).all()


def seeker_ids(proposal_ids: Iterable[int]) -> dict[int, set[int]]:
    """The seekers of several proposals."""
    rows = session.execute(
        select(ProposalSeeker.proposal_id, ProposalSeeker.seeker_id).where(
            ProposalSeeker.proposal_id.in_(list(proposal_ids))
        )
    )
    found: dict[int, set[int]] = {}
    for row in rows:
        found.setdefault(row.proposal_id, set()).add(row.seeker_id)
    return found


@dataclass(frozen=True, slots=True)
class Doctor:
    """How a doctor is written to the person and rung by the office: where they practise today."""

    id: int
    name: str
    address: str
    commune: str
    commune_code: str
    phone: str
    mail: str
    has_account: bool


def doctors(person_ids: Iterable[int]) -> dict[int, Doctor]:
    """These doctors by the number asked for, each read on the sheet kept for them today."""
    asked = set(person_ids)
    merged = roots()
    kept = {merged.get(number, number) for number in asked}
    people = {person.id: person for person in session.scalars(select(Person).where(Person.id.in_(kept)))}
    places, accounts = _places(kept), _accounts(kept, merged)
    read = {number: _doctor(person, places.get(number), accounts.get(number)) for number, person in people.items()}
    return {number: read[merged.get(number, number)] for number in asked if merged.get(number, number) in read}


def _places(person_ids: set[int]) -> dict[int, Place]:
    today = territory.today()
    rows = session.execute(
        select(Practice.person_id, Place)
        .join(Place, Place.id == Practice.place_id)
        .where(Practice.person_id.in_(person_ids), in_force(Practice, today))
        .options(selectinload(Place.commune))
        .order_by(Practice.id.desc())
    )
    return {row.person_id: row.Place for row in rows}


def _accounts(person_ids: set[int], merged: dict[int, int]) -> dict[int, str]:
    numbers = person_ids | {number for number, kept in merged.items() if kept in person_ids}
    rows = session.execute(select(User.person_id, User.mail).where(User.person_id.in_(numbers), User.is_active))
    return {merged.get(row.person_id, row.person_id): row.mail for row in rows}


def _doctor(person: Person, place: Place | None, account: str | None) -> Doctor:
    is_out = person.objected_on is not None
    return Doctor(
        person.id,
        person.full_name,
        place.address if place and not is_out else "",
        place.commune.name if place else "",
        place.commune_code if place else "",
        "" if is_out else (place.phone if place else None) or person.phone or "",
        "" if is_out else person.mail or account or "",
        account is not None,
    )


def silence_of(proposal: DoctorProposal, doctor: Doctor | None, needed_before: date | None) -> Silence:
    """A proposal as the rules of silence look at it."""
    return Silence(
        _day(proposal.sent_at) or territory.today(),
        _day(proposal.reminded_at),
        _day(proposal.called_at),
        bool(doctor and doctor.mail),
        needed_before,
    )


def _day(moment: datetime | None) -> date | None:
    return territory.local(moment).date() if moment is not None else None


@dataclass(frozen=True, slots=True)
class ProposalLine:
    """A proposal on the file: the doctor, where it stands, what is awaited and by when."""

    id: int
    doctor: Doctor
    state: ProposalState
    words: str
    reason: str
    rank: int
    places: int
    seeker_ids: frozenset[int]
    sent_at: datetime
    reminded_at: datetime | None
    called_at: datetime | None
    answered_at: datetime | None
    due_on: date | None
    is_to_call: bool
    can_undo: bool

    @property
    def is_waiting(self) -> bool:
        """Whether the doctor's answer is awaited."""
        return self.state is ProposalState.PENDING

    @property
    def is_accepted(self) -> bool:
        """Whether the person may choose this doctor."""
        return self.state is ProposalState.ACCEPTED


def of_request(request: Request) -> list[ProposalLine]:
    """Every proposal of a request as its file shows them: those that live first, by rank."""
    found = proposals_of(request.id)
    known, concerned = doctors(p.person_id for p in found), seeker_ids(p.id for p in found)
    wait = delays()
    lines = [_line(p, request, known[p.person_id], frozenset(concerned.get(p.id, ())), wait) for p in found]
    return sorted(lines, key=lambda line: (line.state not in rules.LIVE, line.rank, line.id))


def _line(
    proposal: DoctorProposal, request: Request, doctor: Doctor, concerned: frozenset[int], wait: dict[str, int]
) -> ProposalLine:
    is_pending = proposal.state is ProposalState.PENDING
    awaited = rules.doctor_due(silence_of(proposal, doctor, request.needed_before), wait)
    return ProposalLine(
        proposal.id,
        doctor,
        proposal.state,
        rules.STATE_WORDS[proposal.state],
        rules.DECLINE_REASONS.get(proposal.decline_reason or "", ""),
        proposal.rank,
        proposal.places,
        concerned,
        proposal.sent_at,
        proposal.reminded_at,
        proposal.called_at,
        proposal.answered_at,
        awaited[1] if is_pending else None,
        is_pending and awaited[0] is rules.D.CALL_DOCTOR,
        rules.why_not_undo(proposal.state, request.state) is None,
    )


def accepted_doctors(request: Request) -> list[ProposalLine]:
    """The doctors who accepted to be contacted, in their order, for whoever asked (E22); with the one chosen."""
    return [line for line in of_request(request) if line.state in rules.ANSWERED]


# -- the doctor's own -------------------------------------------------------------------------------------------------


def _theirs(user: CurrentUser) -> Select[DoctorProposal]:
    numbers = same_person({user.person_id}) if user.person_id is not None else set()
    return select(DoctorProposal).where(DoctorProposal.person_id.in_(numbers))


def by_link(link: InboxLink) -> DoctorProposal:
    """The proposal a living private link opens."""
    return session.get_one(DoctorProposal, link.proposal_id)


def proposal_for(user: CurrentUser, proposal_id: int) -> DoctorProposal:
    """A proposal made to the user. Raises Invisible for another's: nobody browses patients (§7)."""
    found = session.scalar(_theirs(user).where(DoctorProposal.id == proposal_id))
    if found is None:
        raise Invisible
    return found


def mine(user: CurrentUser) -> list[tuple[DoctorProposal, Request]]:
    """The user's proposals that live, with their requests: to answer first, then accepted, then chosen and open."""
    rows = session.execute(
        _theirs(user)
        .add_columns(Request)
        .join(Request, Request.id == DoctorProposal.request_id)
        .where(DoctorProposal.state.in_(rules.LIVE), Request.state != State.CLOSED)
        .options(selectinload(Request.seekers))
        .order_by(DoctorProposal.sent_at, DoctorProposal.id)
    )
    order = {state: place for place, state in enumerate(rules.LIVE)}
    found = [(row.DoctorProposal, row.Request) for row in rows]
    return sorted(found, key=lambda pair: order[pair[0].state])
