"""Documents asked of those of the circle (A77): asked, received, no longer awaited. None is ever kept here (B34)."""

from datetime import date

from sqlalchemy import select

from cptsapp.accounts.identity import CurrentUser
from cptsapp.audit.actions import Actor, record
from cptsapp.care_plans import meeting_mail
from cptsapp.care_plans.actions import ticks
from cptsapp.care_plans.actions.held_meetings import refuse_closed, refuse_others
from cptsapp.care_plans.models import CarePlan, CircleMember, DocumentAsked, DocumentKind
from cptsapp.care_plans.queries.addresses import concerned
from cptsapp.care_plans.queries.plans import circle, doctor_of, locked
from cptsapp.checklists.actions import note_event
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible, Refusal, refuse_if
from cptsapp.directory.merged import same_person
from cptsapp.territory import queries as territory

NOT_ASKED = "On ne demande de document qu’à ceux du cercle qui ont été invités, avec l’accord de la personne."
PAST = "Donnez un jour à venir."
NOT_YET = "Ce jour n’est pas encore venu."
BEFORE = "Ce document n’était pas encore demandé ce jour-là."
SETTLED = "C’est déjà noté\u202f: la page a changé entre-temps."
OPEN_ALREADY = "Ce document est déjà attendu."


def ask(plan_id: int, member_id: int, kind: DocumentKind, due_on: date, *, by: CurrentUser) -> DocumentAsked:
    """Ask a document of someone of the circle, by a day. Raises Refusal for who is not asked, or a day gone by."""
    plan = locked(plan_id)
    refuse_others(plan, by)
    refuse_closed(plan)
    member = next((one for one in concerned(plan.id) if one.id == member_id), None)
    if member is None:
        raise Refusal(NOT_ASKED, "member_id")
    if due_on < territory.today():
        raise Refusal(PAST, "due_on")
    asked = DocumentAsked(
        plan_id=plan.id,
        kind=kind,
        member_id=member.id,
        asked_on=territory.today(),
        due_on=due_on,
        asked_by_id=by.id,
    )
    session.add(asked)
    session.flush()
    _changed(plan, asked, "asked", by)
    for address in meeting_mail.reachable(plan.id, [member.id]):
        meeting_mail.ask_document(plan, asked, address)
    return asked


def receive(document_id: int, received_on: date, *, by: CurrentUser) -> DocumentAsked:
    """Note the day a document came; whoever it was asked of may say so too. Raises Refusal."""
    plan, asked = _held(document_id)
    if not _is_theirs(asked, by):
        refuse_others(plan, by)
    refuse_if(SETTLED if asked.received_on or asked.dropped_on else None)
    refuse_if(NOT_YET if received_on > territory.today() else None)
    refuse_if(BEFORE if received_on < asked.asked_on else None)
    asked.received_on = received_on
    _changed(plan, asked, "received", by)
    return asked


def drop(document_id: int, *, by: CurrentUser) -> DocumentAsked:
    """The document is no longer awaited."""
    plan, asked = _held(document_id)
    refuse_others(plan, by)
    refuse_if(SETTLED if asked.received_on or asked.dropped_on else None)
    asked.dropped_on = territory.today()
    _changed(plan, asked, "dropped", by)
    return asked


def await_again(document_id: int, *, by: CurrentUser) -> DocumentAsked:
    """It had not come, or is awaited after all."""
    plan, asked = _held(document_id)
    if not (asked.received_on and _is_theirs(asked, by)):
        refuse_others(plan, by)
    refuse_if(OPEN_ALREADY if not asked.received_on and not asked.dropped_on else None)
    asked.received_on = asked.dropped_on = None
    _changed(plan, asked, "awaited", by)
    return asked


def drop_open(plan: CarePlan, *, by: Actor | None) -> int:
    """A plan that is closing, locked by the caller: nothing is awaited any more. How many were."""
    waits = DocumentAsked.received_on.is_(None), DocumentAsked.dropped_on.is_(None)
    found = session.scalars(select(DocumentAsked).where(DocumentAsked.plan_id == plan.id, *waits)).all()
    for asked in found:
        asked.dropped_on = territory.today()
        record("document.dropped", asked, by=by)
    session.flush()
    return len(found)


def _held(document_id: int) -> tuple[CarePlan, DocumentAsked]:
    plan_id = session.scalar(select(DocumentAsked.plan_id).where(DocumentAsked.id == document_id))
    if plan_id is None:
        raise Invisible
    plan = locked(plan_id)
    refuse_closed(plan)
    return plan, session.get_one(DocumentAsked, document_id, populate_existing=True)


def _is_theirs(asked: DocumentAsked, by: CurrentUser) -> bool:
    if by.person_id is None:
        return False
    member = session.get_one(CircleMember, asked.member_id)
    return member.left_at is None and member.person_id in same_person({by.person_id})


def _changed(plan: CarePlan, asked: DocumentAsked, act: str, by: CurrentUser) -> None:
    kind = f"document.{act}"
    session.flush()
    note_event(plan.checklist_id, kind, by=by, document=asked.kind.value, due_on=asked.due_on.isoformat())
    record(kind, asked, by=by)
    _follow(plan, by)


def _follow(plan: CarePlan, by: CurrentUser) -> None:
    """The commitment of the regular doctor says how many came of those asked of them."""
    doctor = doctor_of(circle(plan.id))
    if doctor is None or doctor.person_id is None:
        return
    theirs = DocumentAsked.member_id == doctor.id, DocumentAsked.dropped_on.is_(None)
    found = session.scalars(select(DocumentAsked).where(*theirs)).all()
    waiting = [one.due_on for one in found if one.received_on is None]
    ticks.documents(plan, waiting, len(found) - len(waiting), by=by)
