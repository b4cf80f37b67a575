"""What the person's own page shows: where the request stands, the doctors to call, who opened the file."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from cptsapp.core.db import session
from cptsapp.directory.models import Organisation
from cptsapp.inbox.models import (
    Agreement,
    Deadline,
    InboxLink,
    Outcome,
    ProposalState,
    Recipient,
    Referral,
    Request,
    State,
    Step,
)
from cptsapp.inbox.patients import Identity, read_seeker
from cptsapp.inbox.queries import proposals
from cptsapp.inbox.queries.openings import Opening, Question, openings_of, questions_about
from cptsapp.inbox.queries.proposals import Doctor
from cptsapp.inbox.queries.requests import agreed
from cptsapp.inbox.queries.rights import RightLine, of_request
from cptsapp.inbox.rules import person_words
from cptsapp.inbox.rules.person_words import Told
from cptsapp.inbox.rules.states import RECIPIENT_LABELS
from cptsapp.inbox.rules.triage import MISSING
from cptsapp.territory import national, rules


@dataclass(frozen=True, slots=True)
class DoctorToCall:
    """A doctor who accepted to be contacted; `for_whom` when not everyone of the household; km by air, or None."""

    proposal_id: int
    doctor: Doctor
    km: int | None
    for_whom: str


@dataclass(frozen=True, slots=True)
class AgreedFor:
    """A recipient, and whether some or all of the household agree that the file be sent there."""

    recipient: Recipient
    label: str
    by_some: bool
    by_all: bool


@dataclass(frozen=True, slots=True)
class PersonPage:
    """The person's page. Nothing of health is here."""

    request: Request
    told: Told
    before: str
    doctors: Sequence[DoctorToCall]
    found: Sequence[str]
    found_doctors: Sequence[Doctor]
    partner: str
    agreements: Sequence[AgreedFor]
    missing: Sequence[str]
    rights: Sequence[RightLine]
    openings: Sequence[Opening]
    questions: Sequence[Question]

    @property
    def is_open(self) -> bool:
        """Whether something may still be said of it."""
        return self.request.state is not State.CLOSED

    @property
    def may_find(self) -> bool:
        """Whether the person may say that they found a doctor by themselves."""
        return self.request.state in (State.RECEIVED, State.TO_COMPLETE, State.SEARCHING)

    @property
    def is_declaring(self) -> bool:
        """Whether the declaration is awaited."""
        return self.request.state is State.TO_DECLARE


def file_of(link: InboxLink) -> Request:
    """The request a person's link opens: the one it was joined with, when it was."""
    found = session.get_one(Request, link.request_id)
    while found.merged_into_id is not None:
        found = session.get_one(Request, found.merged_into_id)
    return found


def page_of(request: Request) -> PersonPage:
    """All that the page shows."""
    doctors = _to_call(request)
    return PersonPage(
        request=request,
        told=person_words.told(
            request.state, request.outcome, len(doctors), is_anonymised=request.anonymised_at is not None
        ),
        before=_before(request),
        doctors=doctors,
        found=_found_names(request),
        found_doctors=_found_doctors(request),
        partner=_partner(request),
        agreements=_agreements(request),
        missing=_missing(request),
        rights=of_request(request),
        openings=openings_of(request),
        questions=questions_about(request),
    )


def _before(request: Request) -> str:
    is_told = request.deadline in (Deadline.FIRST_ANSWER, Deadline.PERSON_CHOICE)
    return person_words.before(request.due_on) if is_told else ""


def _to_call(request: Request) -> list[DoctorToCall]:
    if request.state is not State.PROPOSED:
        return []
    lines = proposals.proposals_of(request.id, ProposalState.ACCEPTED)
    known = proposals.doctors(line.person_id for line in lines)
    concerned = proposals.seeker_ids(line.id for line in lines)
    names = _first_names(request)
    return [
        DoctorToCall(line.id, doctor, _km(request.commune_code, doctor.commune_code), _for(names, concerned[line.id]))
        for line in lines
        if (doctor := known.get(line.person_id)) is not None
    ]


def _first_names(request: Request) -> dict[int, str]:
    """Those of the household still without a doctor."""
    left = {seeker.id: read_seeker(seeker) for seeker in request.seekers if seeker.outcome is None}
    return {number: who.first_name for number, who in left.items() if isinstance(who, Identity)}


def _for(names: dict[int, str], concerned: set[int]) -> str:
    if concerned >= set(names):
        return ""
    return " et ".join(name for number, name in names.items() if number in concerned)


def _km(one: str, other: str) -> int | None:
    """Kilometres by air between two communes; None for the same one, or when one has no known place."""
    here, there = national.commune(one), national.commune(other)
    if one == other or here is None or there is None or here.position is None or there.position is None:
        return None
    return max(round(rules.distance_km(here.position, there.position)), 1)


def _found_names(request: Request) -> list[str]:
    """Doctors found that the directory does not know, as they were written."""
    written = (s.doctor_name for s in request.seekers if s.outcome in (None, Outcome.FOUND) and s.doctor_id is None)
    return list(dict.fromkeys(name for name in written if name))


def _found_doctors(request: Request) -> list[Doctor]:
    """The doctors who take someone of the household."""
    numbers = [s.doctor_id for s in request.seekers if s.outcome in (None, Outcome.FOUND) and s.doctor_id is not None]
    known = proposals.doctors(numbers)
    return [known[number] for number in dict.fromkeys(numbers) if number in known]


def _missing(request: Request) -> list[str]:
    """What was asked for when the request was found incomplete, in words."""
    if request.state is not State.TO_COMPLETE:
        return []
    asked = select(Step.data).where(Step.request_id == request.id, Step.kind == "request.ask_more")
    data = session.scalar(asked.order_by(Step.id.desc()).limit(1)) or {}
    return [MISSING[code] for code in data.get("missing", []) if code in MISSING]


def _agreements(request: Request) -> list[AgreedFor]:
    """To whom the file may be sent, as the household agreed; nothing once it is closed."""
    if request.state is State.CLOSED:
        return []
    given = select(Agreement.recipient).where(
        Agreement.seeker_id.in_([seeker.id for seeker in request.seekers]), Agreement.withdrawn_at.is_(None)
    )
    by_some, by_all = set(session.scalars(given)), agreed(request)
    return [AgreedFor(one, label, one in by_some, one in by_all) for one, label in RECIPIENT_LABELS.items()]


def _partner(request: Request) -> str:
    """The structure that has the file in hand, or nothing."""
    live = Referral.answered_at.is_(None), Referral.stopped_at.is_(None)
    found = (
        select(Organisation.name)
        .join(Referral, Referral.organisation_id == Organisation.id)
        .where(Referral.request_id == request.id, *live)
        .order_by(Referral.id.desc())
        .limit(1)
    )
    return session.scalar(found) or ""
