"""Sending a request to the MiSAS or the DAC, what they do with it, what they answer, and taking it back (A28–A34)."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

from sqlalchemy import select, update

from cptsapp.accounts.identity import CurrentUser
from cptsapp.audit.actions import Actor as ByUser
from cptsapp.audit.actions import record
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible, Refusal, refuse_if
from cptsapp.directory.models import Organisation
from cptsapp.inbox import partner_mail
from cptsapp.inbox.actions import breaks, telling
from cptsapp.inbox.actions.breaks import BreakReport
from cptsapp.inbox.actions.moves import move, why_not_move
from cptsapp.inbox.actions.steps import add_step, cancel_step
from cptsapp.inbox.models import (
    Actor,
    Agreement,
    Outcome,
    PartnerAnswer,
    Recipient,
    Referral,
    Request,
    Seeker,
    State,
    Step,
)
from cptsapp.inbox.patients import seal_text
from cptsapp.inbox.queries import referrals as queries
from cptsapp.inbox.queries.doctor_named import doctor_named
from cptsapp.inbox.queries.requests import agreed, locked, seekers_left
from cptsapp.inbox.rules import referrals as rules
from cptsapp.inbox.rules.referrals import ACTORS, MOVE_OF, REFER
from cptsapp.territory import queries as territory


@dataclass(frozen=True, slots=True)
class Said:
    """What comes with an answer: the doctor found and for whom (empty: all), what was tried, the break, which DAC."""

    doctor_name: str = ""
    first_visit_on: date | None = None
    note: str = ""
    dac_id: int | None = None
    seeker_ids: frozenset[int] = frozenset()
    rupture: BreakReport | None = None


def send(request: Request, recipient: Recipient, organisation_id: int, asked: str, by: ByUser | None) -> Referral:
    """Send a request to a partner organisation: the agreement for that recipient is needed (§6.3).

    `asked` is what the partner is asked to do; it is sealed. Raises Refusal without the agreement, from another state,
    for an organisation that is no such partner, or for what looks like a NIR.
    """
    request = locked(request.id)
    house = _partner(recipient, organisation_id)
    _refer(request, REFER[recipient], recipient, house, actor=Actor.CPTS, by=by)
    referral = _new(request, recipient, house, asked, by)
    partner_mail.tell_partner("referral", referral, request)
    return referral


def _partner(recipient: Recipient, organisation_id: int) -> Organisation:
    house = session.get(Organisation, organisation_id)
    if recipient not in queries.KINDS:
        raise ValueError("a doctor is no partner organisation")
    if house is None or house.merged_into_id is not None or house.kind != queries.KINDS[recipient]:
        raise Refusal(rules.NO_PARTNER[recipient], field="organisation")
    return house


def _refer(
    request: Request, code: str, recipient: Recipient, house: Organisation, *, actor: Actor, by: ByUser | None
) -> None:
    move(request, code, actor=actor, by=by, organisation_id=house.id, recipient=recipient.value)


def _new(
    request: Request,
    recipient: Recipient,
    house: Organisation,
    asked: str,
    by: ByUser | None,
    handed_from: Referral | None = None,
) -> Referral:
    seal_id = uuid4()
    assert request.due_on is not None  # the move has begun the deadline
    referral = Referral(
        request_id=request.id,
        seal_id=seal_id,
        recipient=recipient,
        organisation_id=house.id,
        handed_from_id=handed_from.id if handed_from else None,
        asked=seal_text(asked, seal_id, "asked"),
        sent_at=clock.now(),
        sent_by_id=by.id if by else None,
        due_on=request.due_on,
    )
    session.add(referral)
    session.flush()
    return referral


# -- what the partner does before answering (A62–A67) -----------------------------------------------------------------


def acknowledge(referral_id: int, *, by: CurrentUser) -> Referral:
    """« Bien reçu » (A62). Done twice it stays as it was; raises Refusal once answered or stopped."""
    referral, request = _held(referral_id)
    if referral.acknowledged_at is not None:
        return referral
    referral.acknowledged_at, referral.acknowledged_by_id = clock.now(), by.id
    return _noted(referral, request, "referral.acknowledged", by)


def call_back(referral_id: int, on: date, *, by: CurrentUser) -> Referral:
    """Whoever asked was called back on a day (A63). Raises Refusal for a day to come or before the sending."""
    referral, request = _held(referral_id)
    reason = rules.why_not_called_on(on, territory.local(referral.sent_at).date(), territory.today())
    if reason is not None:
        raise Refusal(reason, field="called_back_on")
    referral.called_back_on = on
    return _noted(referral, request, "referral.called_back", by, on=on.isoformat())


def hand_over(referral_id: int, handled_by: str, *, by: CurrentUser) -> Referral:
    """A coordinator of the DAC takes it (A64): their name, a professional's, never the person's."""
    referral, request = _held(referral_id)
    if not handled_by.strip():
        raise Refusal("Dites qui le suit.", field="handled_by")
    referral.handled_by = handled_by.strip()
    return _noted(referral, request, "referral.handed", by)


def say_ppcs(referral_id: int, needed: bool, *, by: CurrentUser) -> Referral:
    """Whether a PPCS is needed, with the CPTS's support (A67)."""
    referral, request = _held(referral_id)
    referral.needs_ppcs = needed
    return _noted(referral, request, "referral.ppcs", by, needed=needed)


def follow(
    referral_id: int, called_back_on: date | None, handled_by: str, needs_ppcs: bool | None, *, by: CurrentUser
) -> Referral:
    """What changed of the three, each as if said alone (A63, A64, A67)."""
    referral, _request = _held(referral_id)
    if called_back_on is not None and called_back_on != referral.called_back_on:
        call_back(referral_id, called_back_on, by=by)
    if handled_by.strip() and handled_by.strip() != referral.handled_by:
        hand_over(referral_id, handled_by, by=by)
    if needs_ppcs is not None and needs_ppcs != referral.needs_ppcs:
        say_ppcs(referral_id, needs_ppcs, by=by)
    return referral


def _held(referral_id: int) -> tuple[Referral, Request]:
    """The sending and its request, locked in that order everywhere. Raises Refusal when no answer is waited for."""
    referral, request = _locked(referral_id)
    refuse_if(rules.why_not_answer(referral, request.state))
    return referral, request


def _locked(referral_id: int) -> tuple[Referral, Request]:
    number = session.scalar(select(Referral.request_id).where(Referral.id == referral_id))
    if number is None:
        raise Invisible
    request = locked(number)
    referral = session.get(Referral, referral_id, populate_existing=True)
    if referral is None:
        raise Invisible
    return referral, request


def _noted(referral: Referral, request: Request, kind: str, by: ByUser | None, **data: Any) -> Referral:
    session.flush()
    actor = ACTORS[referral.recipient]
    add_step(request, kind, actor=actor, by=by, organisation_id=referral.organisation_id, **data)
    record(kind, referral, by=by)
    return referral


# -- the answer -------------------------------------------------------------------------------------------------------


def answer(referral_id: int, said: PartnerAnswer, about: Said = Said(), *, by: ByUser | None) -> Referral:
    """Write a partner's answer, by themselves or as the coordination heard it; it may be taken back ten minutes.

    Found → to declare; too complex → the DAC, when the person agreed and there is one, else back to the CPTS; a break →
    closed and documented; the rest → the CPTS's second search. Raises Refusal when it is not waited for or incomplete.
    """
    referral, request = _held(referral_id)
    refuse_if(rules.why_not_said(referral.recipient, said))
    _check(said, about)
    house = _dac(request, about) if said is PartnerAnswer.TOO_COMPLEX else None
    now = clock.now()
    referral.answer, referral.answered_at, referral.answered_by_id = said, now, by.id if by else None
    referral.note = seal_text(about.note, referral.seal_id, "note")
    told: dict[str, Any] = {}
    if said is PartnerAnswer.REFUSED:
        _agreements(request, referral, None, now)
    elif said is PartnerAnswer.FOUND:
        told = _found(request, referral, about)
    elif said is PartnerAnswer.CARE_BREAK:
        told = queries.steps_taken(request.id) | {"ended": _end(request)}
    session.flush()
    move(
        request,
        "hand_to_dac" if house else "partner_return" if told.get("some") else MOVE_OF[said],
        actor=ACTORS[referral.recipient],
        by=by,
        organisation_id=referral.organisation_id,
        doctor_id=referral.doctor_id,
        answer=said.value,
        referral=referral.id,
        **told,
    )
    record("referral.answered", referral, by=by, answer=said.value)
    later = now + rules.UNDO
    if house is not None:
        handed = _new(request, Recipient.DAC, house, about.note, by, handed_from=referral)
        partner_mail.tell_partner("referral", handed, request, not_before=later)
    if said is PartnerAnswer.CARE_BREAK and about.rupture is not None:
        breaks.document(about.rupture, request=request, organisation_id=referral.organisation_id, by=by)
        telling.tell_closed(request, told, not_before=later)
    if said is PartnerAnswer.FOUND:
        telling.tell_found(request, not_before=later)
    partner_mail.tell_sender(referral, request, not_before=later)
    return referral


def _check(said: PartnerAnswer, about: Said) -> None:
    if said is PartnerAnswer.FOUND and not about.doctor_name.strip():
        raise Refusal("Dites le nom du médecin trouvé.", field="doctor_name")
    if said is PartnerAnswer.NOT_FOUND and not about.note.strip():
        raise Refusal("Dites ce qui a été tenté\u202f: la personne et la CPTS le sauront.", field="note")
    if said is PartnerAnswer.CARE_BREAK and about.rupture is None:
        raise Refusal("Dites la cause et le parcours de la rupture.", field="cause")


def _dac(request: Request, about: Said) -> Organisation | None:
    """The DAC a file too complex goes to; None when the person has not agreed or there is none: the CPTS goes on."""
    if Recipient.DAC not in agreed(request):
        return None
    houses = queries.partners(Recipient.DAC)
    if about.dac_id is None:
        return houses[0] if houses else None
    return _partner(Recipient.DAC, about.dac_id)


def _found(request: Request, referral: Referral, about: Said) -> dict[str, Any]:
    """The doctor of everyone still without one, or of some: the search then goes on for the others (A46)."""
    name = about.doctor_name.strip()
    referral.doctor_name, referral.first_visit_on = name, about.first_visit_on
    referral.doctor_id = doctor_named(name)
    left = seekers_left(request)
    chosen = [seeker for seeker in left if not about.seeker_ids or seeker.id in about.seeker_ids]
    if not chosen:
        raise Refusal("Dites pour qui le médecin est trouvé.", field="seekers")
    for seeker in chosen:
        seeker.doctor_id, seeker.doctor_name = referral.doctor_id, name
    if len(chosen) == len(left):
        return {}
    for seeker in chosen:
        seeker.outcome = Outcome.FOUND
    return {"some": [seeker.id for seeker in chosen]}


def _end(request: Request) -> list[int]:
    """Nobody found a doctor for those who were still without one."""
    left = seekers_left(request)
    for seeker in left:
        seeker.outcome = Outcome.NOT_FOUND
    return [seeker.id for seeker in left]


def _agreements(request: Request, referral: Referral, before: object, after: object) -> None:
    seekers = select(Seeker.id).where(Seeker.request_id == request.id)
    session.execute(
        update(Agreement)
        .where(
            Agreement.seeker_id.in_(seekers),
            Agreement.recipient == referral.recipient,
            Agreement.withdrawn_at.is_(None) if before is None else Agreement.withdrawn_at == before,
        )
        .values(withdrawn_at=after)
    )


# -- taken back -------------------------------------------------------------------------------------------------------


def undo_answer(referral_id: int, *, by: ByUser | None) -> Referral:
    """Take an answer back within ten minutes, as long as nothing followed. Raises Refusal with the reason otherwise."""
    referral, request = _locked(referral_id)
    handed = _handed_from(referral)
    last = _last_step(request)
    is_last = last is not None and last.data.get("referral") == referral.id and last.data.get("answer") is not None
    refuse_if(rules.why_not_undo(referral, clock.now(), is_last=is_last))
    if handed is not None:
        handed.stopped_at = clock.now()
        session.flush()
    assert last is not None  # why_not_undo has looked
    assert referral.answered_at is not None
    partner_mail.drop_waiting(referral.id, *([handed.id] if handed else []))
    telling.untell(request, referral.answered_at)
    _unsay(request, referral, last)
    cancel_step(last, by=by)
    move(
        request,
        "partner_undo",
        actor=ACTORS[referral.recipient],
        by=by,
        due_on=max(referral.due_on, territory.today()),
        organisation_id=referral.organisation_id,
    )
    record("referral.undone", referral, by=by)
    return referral


def _handed_from(referral: Referral) -> Referral | None:
    wanted = Referral.handed_from_id == referral.id, Referral.stopped_at.is_(None)
    return session.scalar(select(Referral).where(*wanted))


def _last_step(request: Request) -> Step | None:
    wanted = Step.request_id == request.id, Step.cancelled_at.is_(None)
    return session.scalar(select(Step).where(*wanted).order_by(Step.id.desc()).limit(1))


def _unsay(request: Request, referral: Referral, step: Step) -> None:
    if referral.answer is PartnerAnswer.REFUSED:
        _agreements(request, referral, referral.answered_at, None)
    if referral.answer is PartnerAnswer.CARE_BREAK:
        breaks.take_back(request, referral.organisation_id)
    ended = {*step.data.get("some", ()), *step.data.get("ended", ())}
    for seeker in request.seekers:
        if seeker.id in ended:
            seeker.outcome = None
        if seeker.outcome is None and referral.answer is PartnerAnswer.FOUND:
            seeker.doctor_id = seeker.doctor_name = None
    referral.answer = referral.answered_at = referral.answered_by_id = None
    referral.doctor_id = referral.doctor_name = referral.first_visit_on = referral.note = None
    session.flush()


def stop_all(request: Request, recipient: Recipient | None = None, *, by: ByUser | None) -> int:
    """Stop at once what was sent, to one recipient or to all: they no longer see it. How many were stopped.

    What had been sent of the files joined with it stops too: they are about the same persons.

    Called when an agreement is withdrawn, and after a request closes. A request that waited for the answer goes back
    to the search.
    """
    request = locked(request.id)
    wanted = Referral.request_id.in_(queries.with_joined(request.id)), Referral.stopped_at.is_(None)
    found = [r for r in session.scalars(select(Referral).where(*wanted)) if recipient in (None, r.recipient)]
    live = next((r for r in found if r.answered_at is None), None)
    now = clock.now()
    for referral in found:
        referral.stopped_at = now
        session.flush()
        record("referral.stopped", referral, by=by)
    partner_mail.drop_waiting(*(r.id for r in found))
    if live is not None:
        _give_back(request, live, by)
    return len(found)


def _give_back(request: Request, referral: Referral, by: ByUser | None) -> None:
    if request.state is State.WITH_PARTNER and why_not_move(request, "partner_return") is None:
        house = referral.organisation_id
        move(request, "partner_return", actor=Actor.CPTS, by=by, organisation_id=house, stopped=True)
    partner_mail.tell_partner("referral_stopped", referral, request)
