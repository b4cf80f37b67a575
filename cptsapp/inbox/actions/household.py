"""The household of a request: someone added or corrected, an outcome of their own, answers put right."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

from cptsapp.audit.actions import Actor as ByUser
from cptsapp.audit.actions import record
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible, Refusal
from cptsapp.inbox.actions import priority, releases
from cptsapp.inbox.actions.changing import to_change
from cptsapp.inbox.actions.moves import move
from cptsapp.inbox.actions.receive import NOT_BORN, SeekerAnswers
from cptsapp.inbox.actions.steps import add_step
from cptsapp.inbox.models import Actor, Asker, Outcome, Reason, Request, Seeker, State
from cptsapp.inbox.patients import Contact, Identity, read_contact, read_seeker, seal_contact, seal_seeker
from cptsapp.inbox.rules import ages
from cptsapp.territory import queries as territory

CLOSED = "Cette demande est close\u202f: rouvrez-la pour la corriger."
NO_DOCTOR = "Dites quel médecin\u202f: choisissez-le dans la liste, ou écrivez son nom."
ENDED = "Cette personne a déjà une issue."
SEEKING = "Cette personne cherche encore."
ALONE = "Une seule personne cherche\u202f: son issue est celle du dossier, à clore avec un résultat."


@dataclass(frozen=True, slots=True)
class Found:
    """The doctor who takes someone: of the directory by number, else by name."""

    doctor_id: int | None = None
    name: str | None = None

    def __bool__(self) -> bool:
        return self.doctor_id is not None or bool(self.name)


@dataclass(frozen=True, slots=True)
class Answers:
    """What a request answers besides its household, as corrected."""

    asker: Asker
    commune_code: str
    reason: Reason
    contact: Contact
    current_doctor_id: int | None = None
    is_followed: bool | None = None
    difficulties: frozenset[str] = frozenset()
    needed_before: date | None = None


def correct(
    request_id: int, answers: Answers, *, by: ByUser | None, actor: Actor = Actor.CPTS, version: int | None = None
) -> Request:
    """Put the answers right; the trail says which fields changed, never their values. The step too."""
    request = _open(request_id, version)
    changed = _changed(request, answers)
    if not changed:
        return request
    seal_contact(request, answers.contact)
    request.asker, request.commune_code, request.reason = answers.asker, answers.commune_code, answers.reason
    request.current_doctor_id, request.is_followed = answers.current_doctor_id, answers.is_followed
    request.medical_difficulty = "medical" in answers.difficulties
    request.social_difficulty = "social" in answers.difficulties
    request.coordination_difficulty = "coordination" in answers.difficulties
    request.needed_before = answers.needed_before
    priority.refresh(request)
    _note(request, "request.corrected", by, actor, fields=changed)
    return request


def _changed(request: Request, answers: Answers) -> list[str]:
    before = {
        "asker": request.asker,
        "commune_code": request.commune_code,
        "reason": request.reason,
        "contact": read_contact(request),
        "current_doctor_id": request.current_doctor_id,
        "is_followed": request.is_followed,
        "difficulties": difficulties_of(request),
        "needed_before": request.needed_before,
    }
    return [name for name, value in before.items() if getattr(answers, name) != value]


def difficulties_of(request: Request) -> frozenset[str]:
    """« medical », « social », « coordination »: those said (A51–A53)."""
    said = {
        "medical": request.medical_difficulty,
        "social": request.social_difficulty,
        "coordination": request.coordination_difficulty,
    }
    return frozenset(code for code, is_said in said.items() if is_said)


def add_seeker(request_id: int, answers: SeekerAnswers, *, by: ByUser | None, version: int | None = None) -> Seeker:
    """Someone else of the household needs a doctor. Their agreement is still to be collected."""
    request = _open(request_id, version)
    seeker = Seeker(seal_id=uuid4(), request_id=request.id)
    _answer(seeker, answers)
    request.seekers.append(seeker)
    request.seeker_count = len(request.seekers)
    session.flush()
    priority.refresh(request)
    _note(request, "seeker.added", by, Actor.CPTS, seeker=seeker.id)
    return seeker


def correct_seeker(
    request_id: int, seeker_id: int, answers: SeekerAnswers, *, by: ByUser | None, version: int | None = None
) -> Seeker:
    """Put right who someone is and what they need. Raises Invisible when they are not of the request."""
    request = _open(request_id, version)
    seeker = _of(request, seeker_id)
    if answers == answers_of(seeker):
        return seeker
    _answer(seeker, answers)
    session.flush()
    priority.refresh(request)
    _note(request, "seeker.corrected", by, Actor.CPTS, seeker=seeker.id)
    return seeker


def answers_of(seeker: Seeker) -> SeekerAnswers:
    """What is known of someone, as it was answered; an empty name once anonymised."""
    return SeekerAnswers(
        who=read_seeker(seeker) or Identity("", "", date.min),
        long_term_illness=seeker.long_term_illness,
        social_cover=seeker.social_cover,
        is_pregnant=seeker.is_pregnant,
        can_travel=seeker.can_travel,
        home_visit=seeker.home_visit,
    )


def _answer(seeker: Seeker, answers: SeekerAnswers) -> None:
    if answers.who.birth_date > territory.today():
        raise Refusal(NOT_BORN, field="birth_date")
    seal_seeker(seeker, answers.who)
    seeker.age_band = ages.band_on(answers.who.birth_date, territory.today())
    seeker.long_term_illness, seeker.social_cover = answers.long_term_illness, answers.social_cover
    seeker.is_pregnant, seeker.can_travel = answers.is_pregnant, answers.can_travel
    seeker.home_visit = answers.home_visit


def end_for(
    request_id: int,
    seeker_id: int,
    outcome: Outcome,
    found: Found | None = None,
    *,
    by: ByUser | None,
    version: int | None = None,
) -> Seeker:
    """An outcome for one of the household; the search goes on for the others. The last one's is the request's."""
    request = _open(request_id, version)
    seeker = _of(request, seeker_id)
    if seeker.outcome is not None:
        raise Refusal(ENDED)
    if sum(other.outcome is None for other in request.seekers) == 1:
        raise Refusal(ALONE)
    if outcome is Outcome.FOUND and not found:
        raise Refusal(NO_DOCTOR, field="doctor_id")
    if found:
        seeker.doctor_id, seeker.doctor_name = found.doctor_id, found.name or None
    note_outcome(request, seeker, outcome, by=by, doctor_id=found.doctor_id if found else None)
    priority.refresh(request)
    releases.narrow_all(request, {seeker.id}, actor=Actor.CPTS, by=by)
    releases.settle(request, actor=Actor.CPTS, by=by)
    return seeker


def seek_again(request_id: int, seeker_id: int, *, by: ByUser | None, version: int | None = None) -> Seeker:
    """Take an outcome back: that one of the household seeks again, and so does a file that awaited a declaration."""
    request = _open(request_id, version)
    seeker = _of(request, seeker_id)
    if seeker.outcome is None:
        raise Refusal(SEEKING)
    forget_outcome(seeker)
    session.flush()
    priority.refresh(request)
    releases.free_chosen(request, {seeker.id}, actor=Actor.CPTS, by=by)
    if request.state is State.TO_DECLARE:
        move(request, "search_again", actor=Actor.CPTS, by=by)
    _note(request, "seeker.again", by, Actor.CPTS, seeker=seeker.id)
    return seeker


def note_outcome(
    request: Request,
    seeker: Seeker,
    outcome: Outcome,
    *,
    by: ByUser | None,
    actor: Actor = Actor.CPTS,
    doctor_id: int | None = None,
) -> None:
    """Write someone's outcome, its step, its line in the trail."""
    seeker.outcome = outcome
    _note(request, "seeker.outcome", by, actor, doctor_id=doctor_id, outcome=outcome.value, seeker=seeker.id)


def forget_outcome(seeker: Seeker) -> None:
    """Someone seeks again: neither outcome nor doctor."""
    seeker.outcome = seeker.doctor_id = seeker.doctor_name = seeker.declared_on = None


def _note(request: Request, kind: str, by: ByUser | None, actor: Actor, **about: Any) -> None:
    add_step(request, kind, actor=actor, by=by, **about)
    about.pop("doctor_id", None)
    record(kind, request, by=by, **about)


def _open(request_id: int, version: int | None) -> Request:
    request = to_change(request_id, version)
    if request.state is State.CLOSED:
        raise Refusal(CLOSED)
    return request


def _of(request: Request, seeker_id: int) -> Seeker:
    found = next((seeker for seeker in request.seekers if seeker.id == seeker_id), None)
    if found is None:
        raise Invisible
    return found
