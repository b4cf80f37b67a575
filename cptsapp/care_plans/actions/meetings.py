"""The meetings of a plan: the first, the reviews at 6 and 12 months, one more; their day, their date, who came."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import unquote

from sqlalchemy import delete, select

from cptsapp.accounts.identity import CurrentUser
from cptsapp.audit.actions import Actor, record
from cptsapp.care_plans import meeting_mail
from cptsapp.care_plans.actions import fees, ticks
from cptsapp.care_plans.actions.held_meetings import managed, refuse_closed, refuse_others, touch_meeting
from cptsapp.care_plans.actions.moves import move, move_meeting
from cptsapp.care_plans.identity import NAMED, names_person
from cptsapp.care_plans.models import (
    Attendance,
    CarePlan,
    MeetingKind,
    MeetingState,
    PlanMeeting,
    PlanState,
)
from cptsapp.care_plans.queries.plans import circle, locked
from cptsapp.care_plans.queries.settings import delays
from cptsapp.care_plans.rules.fees import STEP_OF_MEETING
from cptsapp.care_plans.rules.reviews import review_days
from cptsapp.checklists.actions import note_event
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal, refuse_if
from cptsapp.core.text import NIR_REFUSED, looks_like_nir
from cptsapp.inbox.patients import seal_text
from cptsapp.territory import queries as territory

OPEN = (MeetingState.PLANNED, MeetingState.POLLING, MeetingState.FIXED)
LINK = "Donnez une adresse qui commence par https://"
NOBODY = "Dites qui était là\u00a0: une réunion où personne n’était n’a pas eu lieu."
NOT_BEGUN = "Cette réunion n’a pas encore commencé\u202f: elle se note tenue une fois passée."
NOT_YET = "Ce jour n’est pas encore venu."
VALIDATED = "Le plan est déjà validé\u00a0: cette réunion ne peut plus être reprise."
TOO_EARLY = "Le plan n’était pas encore ouvert ce jour-là."
PAST = "Donnez un jour à venir."
SAME = "C’est déjà ce jour-là."


# -- making them ------------------------------------------------------------------------------------------------------


def create_first(plan: CarePlan, *, by: Actor | None) -> PlanMeeting:
    """The first meeting of a plan that has just been engaged, locked by the caller; the one it has when it has one."""
    return _create(plan, MeetingKind.FIRST, territory.today() + timedelta(days=delays()["first_meeting"]), by=by)


def create_reviews(plan: CarePlan, *, by: Actor | None) -> list[PlanMeeting]:
    """The reviews 6 and 12 months after the day the plan was validated (A79); the plan is locked by the caller."""
    if plan.validated_on is None:
        raise ValueError("the reviews are counted from the validation")
    return [_create(plan, kind, day, by=by) for kind, day in review_days(plan.validated_on).items()]


def _of_kinds(plan: CarePlan, kinds: Collection[MeetingKind]) -> Sequence[PlanMeeting]:
    wanted = PlanMeeting.plan_id == plan.id, PlanMeeting.kind.in_(kinds), PlanMeeting.state != MeetingState.CANCELLED
    return session.scalars(select(PlanMeeting).where(*wanted).order_by(PlanMeeting.id)).all()


def add_extra(plan_id: int, due_on: date, *, by: CurrentUser) -> PlanMeeting:
    """One more meeting, to be held by a day; sent twice, it is one. Raises Refusal for a day gone by, a closed plan."""
    plan = locked(plan_id)
    refuse_others(plan, by)
    refuse_closed(plan)
    if due_on < territory.today():
        raise Refusal(PAST, "due_on")
    asked = (one for one in _of_kinds(plan, (MeetingKind.EXTRA,)) if one.state is MeetingState.PLANNED)
    if (there := next((one for one in asked if one.due_on == due_on), None)) is not None:
        return there
    meeting = _new(plan, MeetingKind.EXTRA, due_on, by=by)
    note_event(plan.checklist_id, "meeting.added", by=by, due_on=due_on.isoformat())
    return meeting


def _create(plan: CarePlan, kind: MeetingKind, due_on: date, *, by: Actor | None) -> PlanMeeting:
    there = _of_kinds(plan, (kind,))
    return there[0] if there else _new(plan, kind, due_on, by=by)


def _new(plan: CarePlan, kind: MeetingKind, due_on: date, *, by: Actor | None) -> PlanMeeting:
    meeting = PlanMeeting(plan_id=plan.id, kind=kind, computed_on=due_on, due_on=due_on, created_at=clock.now())
    session.add(meeting)
    session.flush()
    ticks.owe_by(plan, meeting, by=by)
    record("meeting.added", meeting, by=by, due_on=due_on.isoformat())
    return meeting


# -- by which day, at which hour --------------------------------------------------------------------------------------


def move_day(meeting_id: int, due_on: date, reason: str, *, version: int | None = None, by: CurrentUser) -> PlanMeeting:
    """Say by which other day a meeting is owed, and why; the reason is sealed. Raises Refusal."""
    plan, meeting = managed(meeting_id, by=by, version=version)
    if meeting.state not in OPEN:
        raise Refusal("Cette réunion est close\u202f: son échéance ne change plus.")
    if due_on < territory.today():
        raise Refusal(PAST, "due_on")
    if due_on == meeting.due_on:
        raise Refusal(SAME, "due_on")
    before, meeting.due_on = meeting.due_on, due_on
    meeting.moved_reason = seal_text(reason, meeting.seal_id, "moved_reason")
    touch_meeting(meeting)
    ticks.owe_by(plan, meeting, by=by)
    days: dict[str, Any] = {"from_on": before.isoformat(), "due_on": due_on.isoformat()}
    note_event(plan.checklist_id, "meeting.moved", by=by, note=reason, meeting=meeting.kind.value, **days)
    record("meeting.moved", meeting, by=by, **days)
    return meeting


def fix(
    meeting_id: int, starts_at: datetime, minutes: int, link: str, *, version: int | None = None, by: CurrentUser
) -> PlanMeeting:
    """Choose the date, or another: the circle gets it by mail with a calendar file. Raises Refusal.

    `minutes`: 10 to 240. A date gone by is allowed, for a meeting written down afterwards: nobody is told of it.
    """
    plan, meeting = managed(meeting_id, by=by, version=version)
    _refuse_link(plan, link)
    if territory.local(starts_at).date() < plan.opened_on:
        raise Refusal(TOO_EARLY, "day")
    was_fixed = meeting.state is MeetingState.FIXED
    meeting.starts_at, meeting.minutes, meeting.link = starts_at, minutes, link
    move_meeting(
        meeting,
        "fix",
        checklist_id=plan.checklist_id,
        by=by,
        happened_on=territory.local(starts_at).date(),
    )
    ticks.begin(plan, meeting, by=by)
    if starts_at > clock.now():
        meeting_mail.invite(plan, meeting, is_again=was_fixed)
    return meeting


def _refuse_link(plan: CarePlan, link: str) -> None:
    """Raise Refusal for an address that a browser would not open safely, or that tells whom the plan is about."""
    if not link:
        return
    if not link.startswith("https://"):
        raise Refusal(LINK, "link")
    if looks_like_nir(link):
        raise Refusal(NIR_REFUSED, "link")
    if names_person(plan, unquote(link)):
        raise Refusal(NAMED, "link")


def unfix(meeting_id: int, *, version: int | None = None, by: CurrentUser) -> PlanMeeting:
    """Come back to the choice of the date; whoever had it in their calendar is told that it is off."""
    plan, meeting = managed(meeting_id, by=by, version=version)
    _call_off(plan, meeting, "unfix", by=by)
    return meeting


def cancel(meeting_id: int, *, version: int | None = None, by: CurrentUser) -> PlanMeeting:
    """Give a meeting up; only one more than the standard ones may be, the others are moved or held."""
    plan, meeting = managed(meeting_id, by=by, version=version)
    if meeting.kind is not MeetingKind.EXTRA:
        raise Refusal("Cette réunion fait partie du plan\u00a0: reportez-la plutôt que de l’annuler.")
    _call_off(plan, meeting, "cancel", by=by)
    return meeting


def cancel_open(plan: CarePlan, *, by: Actor | None) -> int:
    """A plan that is closing, locked by the caller: what was to be held no longer is. How many were."""
    waiting = select(PlanMeeting).where(PlanMeeting.plan_id == plan.id, PlanMeeting.state.in_(OPEN))
    meetings = session.scalars(waiting.order_by(PlanMeeting.id)).all()
    for meeting in meetings:
        _call_off(plan, meeting, "cancel", by=by)
    return len(meetings)


def _call_off(plan: CarePlan, meeting: PlanMeeting, code: str, *, by: Actor | None) -> None:
    starts_at = meeting.starts_at if meeting.state is MeetingState.FIXED else None
    move_meeting(meeting, code, checklist_id=plan.checklist_id, by=by)
    if starts_at is not None and starts_at > clock.now():
        meeting_mail.call_off(plan, meeting)
    meeting.starts_at = None
    session.flush()


# -- who came ---------------------------------------------------------------------------------------------------------


def hold(
    meeting_id: int, present: Collection[int], held_on: date, *, version: int | None = None, by: CurrentUser
) -> PlanMeeting:
    """Note that the meeting was held on a local day, and who of the circle was there (numbers of members).

    What it fulfils is ticked for those present, and their fee is owed. Raises Refusal.
    """
    plan, meeting = managed(meeting_id, by=by, version=version)
    refuse_if(_why_not_held(meeting, held_on))
    if held_on < plan.opened_on:
        raise Refusal(TOO_EARLY, "held_on")
    members = circle(plan.id)
    there = [member for member in members if member.id in present]
    if not there:
        raise Refusal(NOBODY, "present")
    move_meeting(
        meeting, "hold", checklist_id=plan.checklist_id, by=by, held_on=held_on, happened_on=held_on, count=len(there)
    )
    session.add_all(
        Attendance(meeting_id=meeting.id, member_id=member.id, was_present=member in there) for member in members
    )
    session.flush()
    if meeting.kind is MeetingKind.FIRST and plan.state is PlanState.MEETING:
        move(plan, "hold", by=by)
    ticks.held(plan, meeting, there, held_on, by=by)
    if meeting.kind in STEP_OF_MEETING:
        fees.owe_for(plan, STEP_OF_MEETING[meeting.kind], there, held_on, by)
    return meeting


def _why_not_held(meeting: PlanMeeting, held_on: date) -> str | None:
    if held_on > territory.today():
        return NOT_YET
    is_coming = meeting.starts_at is not None and meeting.starts_at > clock.now()
    return NOT_BEGUN if meeting.state is MeetingState.FIXED and is_coming else None


def undo_hold(meeting_id: int, *, version: int | None = None, by: CurrentUser) -> PlanMeeting:
    """It was not held after all: ticks and fees are taken back. Raises Refusal once the plan is validated, or paid."""
    plan, meeting = managed(meeting_id, by=by, version=version)
    is_first = meeting.kind is MeetingKind.FIRST
    refuse_if(VALIDATED if is_first and plan.state is PlanState.ACTIVE else None)
    held_on = meeting.held_on
    move_meeting(meeting, "undo_hold", checklist_id=plan.checklist_id, by=by)
    session.execute(delete(Attendance).where(Attendance.meeting_id == meeting.id))
    if is_first and plan.state is PlanState.VALIDATING:
        move(plan, "put_back", by=by)
    if held_on is not None:
        ticks.not_held(plan, meeting, held_on, by=by)
    if meeting.kind in STEP_OF_MEETING:
        fees.take_back(plan, STEP_OF_MEETING[meeting.kind], by)
    return meeting
