"""One file as its page shows it: read in rows, whatever the number of its steps."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from cptsapp.accounts.identity import CurrentUser
from cptsapp.accounts.models import User
from cptsapp.core.db import session
from cptsapp.directory.merged import roots
from cptsapp.directory.models import Organisation, Person
from cptsapp.inbox.models import Actor, AgeBand, Agreement, Consent, Outcome, Recipient, Request, Seeker, Step
from cptsapp.inbox.patients import Contact, Identity, joined, read_contact, read_seeker, read_text
from cptsapp.inbox.queries.requests import request_for
from cptsapp.inbox.rules import ages, priority, timeline
from cptsapp.inbox.rules.next_act import Next, next_act
from cptsapp.inbox.rules.words import ACTORS
from cptsapp.outbox.models import Message
from cptsapp.outbox.queries import deliveries_for
from cptsapp.territory import queries as territory
from cptsapp.territory.models import Commune


@dataclass(frozen=True, slots=True)
class SeekerShown:
    """Someone of the household: who, their age today, which criteria fire for them, the doctor who takes them."""

    seeker: Seeker
    who: Identity | None
    age: int | None
    criteria: tuple[str, ...]
    doctor: str

    @property
    def name(self) -> str:
        """As screens write it; « anonymisée » once it is."""
        return joined([self.who] if self.who else [])

    @property
    def outcome(self) -> Outcome | None:
        """How the search ended for them."""
        return self.seeker.outcome

    @property
    def band(self) -> str:
        """The words of their age, once the day of birth is gone."""
        return ages.LABELS[AgeBand(self.seeker.age_band)]


@dataclass(frozen=True, slots=True)
class AgreementShown:
    """An agreement of a seeker: for whom, collected by whom, when, how; `withdrawn_at` when taken back."""

    seeker_id: int
    recipient: Recipient
    consent: Consent
    given_at: datetime
    collected_by: str
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class StepShown:
    """A line of the timeline."""

    id: int
    kind: str
    sentence: str
    details: tuple[str, ...]
    at: datetime
    by: str
    note: str
    cancelled_at: datetime | None
    cancelled_by: str
    user_id: int | None


@dataclass(frozen=True, slots=True)
class File:
    """All that the page of a request shows of it."""

    request: Request
    contact: Contact
    seekers: tuple[SeekerShown, ...]
    commune: str
    doctor: str
    organisation: str
    entered_by: str
    assigned_to: str
    agreements: tuple[AgreementShown, ...]
    steps: tuple[StepShown, ...]
    deliveries: Sequence[Message]
    next: Next
    today: date

    @property
    def names(self) -> str:
        """The household in one line."""
        return joined(shown.who for shown in self.seekers if shown.who)

    @property
    def left(self) -> list[SeekerShown]:
        """Those still without an outcome."""
        return [shown for shown in self.seekers if shown.outcome is None]

    @property
    def criteria(self) -> list[str]:
        """The words of the criteria that fired for the request (E28)."""
        return [priority.CRITERIA[code] for code in self.request.criteria]

    def agreed(self, recipient: Recipient) -> bool:
        """Whether everyone still concerned agrees that the request go there."""
        concerned = {shown.seeker.id for shown in self.left or self.seekers}
        given = {a.seeker_id for a in self.agreements if a.recipient is recipient and a.withdrawn_at is None}
        return bool(concerned) and concerned <= given


def file_of(user: CurrentUser, reference: str) -> File:
    """The file of a reference. Raises Invisible when it does not exist for the user."""
    request = request_for(user, reference)
    steps = _steps(request.id)
    agreements = _agreements(request)
    seekers = request.seekers
    users = _users(
        [request.entered_by_id, request.assigned_to_id]
        + [number for row in steps for number in (row.user_id, row.cancelled_by_id)]
        + [row.collected_by_id for row in agreements]
    )
    doctors = doctor_names(
        [request.current_doctor_id, *(s.doctor_id for s in seekers), *(row.doctor_id for row in steps)]
    )
    houses = _organisations([request.organisation_id, *(row.organisation_id for row in steps)])
    contact, today = read_contact(request), territory.today()
    return File(
        request,
        contact,
        tuple(_seeker(seeker, doctors, today) for seeker in seekers),
        session.scalar(select(Commune.name).where(Commune.code == request.commune_code)) or "",
        doctors.get(request.current_doctor_id or 0, "") or contact.doctor_name,
        houses.get(request.organisation_id or 0, ""),
        users.get(request.entered_by_id or 0, ""),
        users.get(request.assigned_to_id or 0, ""),
        tuple(_agreement(row, users) for row in agreements),
        tuple(_step(row, users, doctors, houses) for row in steps),
        deliveries_for(Request.__tablename__, request.id),
        next_act(request.state, request.deadline),
        today,
    )


def steps_since(request: Request, count: int) -> list[StepShown]:
    """The last steps of a file, in their order: what was done while someone was reading it."""
    last = list(reversed(_steps(request.id)))[: min(count, 10)]
    users = _users(row.user_id for row in last)
    doctors = doctor_names(row.doctor_id for row in last)
    houses = _organisations(row.organisation_id for row in last)
    return [_step(row, users, doctors, houses) for row in reversed(last)]


def doctor_names(person_ids: Iterable[int | None]) -> dict[int, str]:
    """« Dr Hélène Renaudin » by number, merged sheets under the name of the one kept."""
    asked = {number for number in person_ids if number}
    if not asked:
        return {}
    merged = roots()
    kept = {merged.get(number, number) for number in asked}
    people = {person.id: person.full_name for person in session.scalars(select(Person).where(Person.id.in_(kept)))}
    return {number: people.get(merged.get(number, number), "") for number in asked}


def _users(user_ids: Iterable[int | None]) -> dict[int, str]:
    asked = {number for number in user_ids if number}
    if not asked:
        return {}
    rows = session.execute(select(User.id, User.display_name).where(User.id.in_(asked)))
    return {row.id: row.display_name for row in rows}


def _organisations(organisation_ids: Iterable[int | None]) -> dict[int, str]:
    asked = {number for number in organisation_ids if number}
    if not asked:
        return {}
    rows = session.execute(select(Organisation.id, Organisation.name).where(Organisation.id.in_(asked)))
    return {row.id: row.name for row in rows}


def _seeker(seeker: Seeker, doctors: dict[int, str], today: date) -> SeekerShown:
    who = read_seeker(seeker)
    need = priority.Need(
        seeker.age_band, seeker.long_term_illness, seeker.social_cover, seeker.is_pregnant, seeker.home_visit
    )
    return SeekerShown(
        seeker,
        who,
        ages.age_on(who.birth_date, today) if who else None,
        tuple(priority.CRITERIA[code] for code in priority.fired(need)),
        doctors.get(seeker.doctor_id or 0, "") or seeker.doctor_name or "",
    )


def _steps(request_id: int) -> Sequence[Step]:
    """Columns alone, as rows: forty steps cost no forty objects."""
    columns = (
        *(Step.id, Step.seal_id, Step.at, Step.kind, Step.actor, Step.user_id, Step.organisation_id, Step.doctor_id),
        *(Step.data, Step.note, Step.cancelled_at, Step.cancelled_by_id),
    )
    wanted = select(*columns).where(Step.request_id == request_id).order_by(Step.at, Step.id)
    return session.execute(wanted).all()  # type: ignore[return-value]  # rows named as the object's columns


def _step(row: Step, users: dict[int, str], doctors: dict[int, str], houses: dict[int, str]) -> StepShown:
    doctor, house = doctors.get(row.doctor_id or 0, ""), houses.get(row.organisation_id or 0, "")
    return StepShown(
        row.id,
        row.kind,
        timeline.sentence(row.kind, row.data, doctor=doctor, organisation=house),
        tuple(timeline.details(row.kind, row.data)),
        row.at,
        users.get(row.user_id or 0) or house or (doctor if row.actor is Actor.DOCTOR else "") or ACTORS[row.actor],
        read_text(row.note, row.seal_id, "note"),
        row.cancelled_at,
        users.get(row.cancelled_by_id or 0, ""),
        row.user_id,
    )


def _agreements(request: Request) -> Sequence[Agreement]:
    columns = (Agreement.seeker_id, Agreement.recipient, Agreement.consent, Agreement.given_at)
    wanted = select(*columns, Agreement.collected_by_id, Agreement.withdrawn_at).where(
        Agreement.seeker_id.in_([seeker.id for seeker in request.seekers])
    )
    return session.execute(wanted.order_by(Agreement.id)).all()  # type: ignore[return-value]  # rows, as above


def _agreement(row: Agreement, users: dict[int, str]) -> AgreementShown:
    return AgreementShown(
        row.seeker_id,
        row.recipient,
        row.consent,
        row.given_at,
        users.get(row.collected_by_id or 0, ""),
        row.withdrawn_at,
    )
