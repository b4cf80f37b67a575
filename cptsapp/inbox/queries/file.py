"""One file as its page shows it: read in rows, whatever the number of its steps."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import select

from cptsapp.accounts.identity import CurrentUser
from cptsapp.core import french
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible
from cptsapp.directory.merged import roots
from cptsapp.directory.models import Person
from cptsapp.inbox.models import Actor, AgeBand, Consent, Outcome, Recipient, Request, Seeker
from cptsapp.inbox.patients import Contact, Identity, joined, read_contact, read_seeker, read_text
from cptsapp.inbox.permissions import reads_all
from cptsapp.inbox.queries import file_rows as rows
from cptsapp.inbox.queries.requests import request_for
from cptsapp.inbox.rules import ages, priority, timeline
from cptsapp.inbox.rules.next_act import Next, next_act
from cptsapp.inbox.rules.words import ACTORS
from cptsapp.territory import queries as territory
from cptsapp.territory.rules import local


def _moment(at: datetime) -> str:
    return f"{french.day_short(at)} {french.hour(at)}"


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
    """A line of the timeline; `at` and `cancelled_at` are local."""

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

    @property
    def told(self) -> str:
        """The sentence and what it adds: « Demande reçue : en ligne, par la personne »."""
        return f"{self.sentence}\u00a0: {', '.join(self.details)}" if self.details else self.sentence

    @property
    def under(self) -> str:
        """« Sophie Arnaud, lun. 13 juil. 11h40 », and who took it back."""
        return f"{self.by}, {_moment(self.at)}{self._taken_back}"

    @property
    def _taken_back(self) -> str:
        if self.cancelled_at is None:
            return ""
        by = f" par {self.cancelled_by}" if self.cancelled_by else ""
        return f" · annulée{by} le {_moment(self.cancelled_at)}"


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
    deliveries: Sequence[Any]
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

    def has(self, *kinds: str) -> bool:
        """Whether one of these steps was ever taken."""
        return any(step.kind in kinds for step in self.steps)

    @property
    def may_be_twice(self) -> bool:
        """Whether another file shares a name, a day or a telephone with it, or was joined to it."""
        was_joined = self.has("request.merge", "request.unmerge")
        return was_joined or rows.MAY_BE_TWICE.scalar(request_id=self.request.id) is not None

    @property
    def has_rights(self) -> bool:
        """Whether a right was ever asked for."""
        return rows.HAS_RIGHTS.scalar(request_id=self.request.id) is not None

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
    request = _request(user, reference)
    around = rows.AROUND.all(request_id=request.id)[0]
    doctors, contact, today = _doctors(request.id), read_contact(request), territory.today()
    return File(
        request,
        contact,
        tuple(_seeker(seeker, doctors, today) for seeker in request.seekers),
        around.commune,
        doctors.get(request.current_doctor_id or 0, "") or contact.doctor_name,
        around.organisation or "",
        around.entered_by or "",
        around.assigned_to or "",
        tuple(_agreement(row) for row in _in_order(rows.AGREEMENTS.all(request_id=request.id))),
        _steps(request.id, doctors),
        rows.DELIVERIES.all(request_id=request.id),
        next_act(request.state, request.deadline),
        today,
    )


def _request(user: CurrentUser, reference: str) -> Request:
    """The request as rows, which the page only reads: an object costs ten times more."""
    if not reads_all(user):
        return request_for(user, reference)
    found = rows.REQUEST.all(reference=reference.upper())
    if not found:
        raise Invisible
    found[0].seekers = rows.SEEKERS.all(request_id=found[0].id)
    return cast(Request, found[0])


def steps_since(request: Request, count: int) -> list[StepShown]:
    """The last steps of a file, in their order: what was done while someone was reading it."""
    return list(_steps(request.id, _doctors(request.id))[-min(count, 10) :])


def _doctors(request_id: int) -> dict[int, str]:
    """The names of the doctors a file speaks of, by number."""
    found = rows.DOCTORS.all(request_id=request_id)
    if any(row.merged_into_id for row in found):
        return doctor_names(row.id for row in found)
    return {row.id: _full_name(row) for row in found}


def _full_name(row: Any) -> str:
    """As `Person.full_name` says it."""
    person = Person(title=row.title, first_name=row.first_name, last_name=row.last_name, objected_on=row.objected_on)
    return person.full_name if row.objected_on is None else f"Personne n° {row.id}"


def doctor_names(person_ids: Iterable[int | None]) -> dict[int, str]:
    """« Dr Hélène Renaudin » by number, merged sheets under the name of the one kept."""
    asked = {number for number in person_ids if number}
    if not asked:
        return {}
    merged = roots()
    kept = {merged.get(number, number) for number in asked}
    people = {person.id: person.full_name for person in session.scalars(select(Person).where(Person.id.in_(kept)))}
    return {number: people.get(merged.get(number, number), "") for number in asked}


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


def _steps(request_id: int, doctors: dict[int, str]) -> tuple[StepShown, ...]:
    zone = territory.zone()
    return tuple(_step(row, doctors, zone) for row in rows.STEPS.all(request_id=request_id))


def _step(row: Any, doctors: dict[int, str], zone: str) -> StepShown:
    doctor, house = doctors.get(row.doctor_id, ""), row.house or ""
    return StepShown(
        row.id,
        row.kind,
        timeline.sentence(row.kind, row.data, doctor=doctor, organisation=house),
        tuple(timeline.details(row.kind, row.data)),
        local(row.at, zone),
        row.by or house or (doctor if row.actor is Actor.DOCTOR else "") or ACTORS[row.actor],
        read_text(row.note, row.seal_id, "note"),
        local(row.cancelled_at, zone) if row.cancelled_at else None,
        row.cancelled_by or "",
        row.user_id,
    )


def _in_order(agreements: list[Any]) -> list[Any]:
    """Sorted here: they are three for each of the household, and a database would make a table to do it."""
    return sorted(agreements, key=lambda row: (row.seeker_id, row.id))


def _agreement(row: Any) -> AgreementShown:
    return AgreementShown(
        row.seeker_id, row.recipient, row.consent, row.given_at, row.collected_by or "", row.withdrawn_at
    )
