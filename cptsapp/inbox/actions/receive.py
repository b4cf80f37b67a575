"""A request comes in: by the public form, on the phone, from a partner. One way in, whatever the door."""

from dataclasses import dataclass, field
from datetime import date
from uuid import uuid4

from sqlalchemy import select

from cptsapp.audit.actions import Actor as ByUser
from cptsapp.audit.actions import record
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.core.text import new_reference
from cptsapp.inbox import mail
from cptsapp.inbox.actions import links, priority
from cptsapp.inbox.actions.moves import set_deadline
from cptsapp.inbox.actions.steps import add_step
from cptsapp.inbox.models import (
    Actor,
    Agreement,
    Asker,
    Channel,
    Consent,
    Deadline,
    Door,
    HomeVisit,
    Reason,
    Recipient,
    Request,
    Seeker,
)
from cptsapp.inbox.patients import Contact, Identity, seal_contact, seal_seeker
from cptsapp.inbox.rules import ages
from cptsapp.territory import queries as territory

DOOR_ACTORS = {Door.CPTS: Actor.CPTS, Door.MISAS: Actor.MISAS, Door.DAC: Actor.DAC}
NOT_BORN = "Cette date de naissance est à venir."
NOBODY = "Dites au moins une personne qui cherche un médecin."


@dataclass(frozen=True, slots=True)
class SeekerAnswers:
    """One person of the household who needs a doctor, as answered."""

    who: Identity
    long_term_illness: bool = False
    social_cover: bool = False
    is_pregnant: bool = False
    can_travel: bool = True
    home_visit: HomeVisit = HomeVisit.NO


@dataclass(frozen=True, slots=True)
class Intake:
    """A request as it was answered. `agreements` are those given for everyone of the household, by `consent`."""

    channel: Channel
    asker: Asker
    commune_code: str
    reason: Reason
    contact: Contact
    seekers: tuple[SeekerAnswers, ...]
    agreements: frozenset[Recipient] = frozenset()
    consent: Consent = Consent.WEB
    door: Door = Door.CPTS
    current_doctor_id: int | None = None
    organisation_id: int | None = None
    is_followed: bool | None = None
    difficulties: frozenset[str] = field(default_factory=frozenset)
    needed_before: date | None = None


def receive(
    intake: Intake, *, by: ByUser | None, is_suspect: bool = False, reference: str | None = None
) -> tuple[Request, str]:
    """Keep a request and queue its receipt; gives it and the token of the person's private link.

    `difficulties`: of "medical", "social", "coordination". The commune is one of the territory: the gate comes before.
    Raises Refusal for a birth to come, nobody sought for, or what looks like a NIR.
    """
    if not intake.seekers:
        raise Refusal(NOBODY)
    request = _request(intake, by, is_suspect, reference or fresh_reference())
    session.add(request)
    seal_contact(request, intake.contact)
    request.seekers = [_seeker(answers) for answers in intake.seekers]
    session.flush()
    _agree(request, intake, by)
    priority.refresh(request)
    set_deadline(request, Deadline.FIRST_ANSWER)
    add_step(
        request,
        "request.received",
        actor=DOOR_ACTORS[intake.door] if by else Actor.PERSON,
        by=by,
        organisation_id=intake.organisation_id,
        channel=intake.channel.value,
        asker=intake.asker.value,
    )
    record("request.received", request, by=by, channel=intake.channel.value)
    token = links.link_for_person(request)
    if not is_suspect:
        mail.tell_received(request, token)
    return request, token


def _request(intake: Intake, by: ByUser | None, is_suspect: bool, reference: str) -> Request:
    now = clock.now()
    return Request(
        seal_id=uuid4(),
        reference=reference,
        door=intake.door,
        channel=intake.channel,
        asker=intake.asker,
        organisation_id=intake.organisation_id,
        entered_by_id=by.id if by else None,
        commune_code=intake.commune_code,
        reason=intake.reason,
        current_doctor_id=intake.current_doctor_id,
        is_followed=intake.is_followed,
        medical_difficulty="medical" in intake.difficulties,
        social_difficulty="social" in intake.difficulties,
        coordination_difficulty="coordination" in intake.difficulties,
        needed_before=intake.needed_before,
        criteria=[],
        seeker_count=len(intake.seekers),
        suspected_at=now if is_suspect else None,
        received_at=now,
        received_on=territory.today(),
        last_activity_at=now,
        version=1,
    )


def _seeker(answers: SeekerAnswers) -> Seeker:
    if answers.who.birth_date > territory.today():
        raise Refusal(NOT_BORN, field="birth_date")
    seeker = Seeker(
        seal_id=uuid4(),
        age_band=ages.band_on(answers.who.birth_date, territory.today()),
        long_term_illness=answers.long_term_illness,
        social_cover=answers.social_cover,
        is_pregnant=answers.is_pregnant,
        can_travel=answers.can_travel,
        home_visit=answers.home_visit,
    )
    seal_seeker(seeker, answers.who)
    return seeker


def _agree(request: Request, intake: Intake, by: ByUser | None) -> None:
    now = clock.now()
    session.add_all(
        Agreement(
            seeker_id=seeker.id,
            recipient=recipient,
            consent=intake.consent,
            given_at=now,
            collected_by_id=by.id if by else None,
        )
        for seeker in request.seekers
        for recipient in sorted(intake.agreements)
    )
    session.flush()


def fresh_reference() -> str:
    """« D-K7F3M4 »: read aloud, never guessed from the one before."""
    while True:
        reference = f"D-{new_reference()}{new_reference()}"
        if session.scalar(select(Request.id).where(Request.reference == reference)) is None:
            return reference
