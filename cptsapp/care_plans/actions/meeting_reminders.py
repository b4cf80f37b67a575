"""Told 30 and 7 days before: whoever holds a calendar that has no date yet, the circle of a date that comes.

One mail a person and a day at most; each mark of a meeting is told once, which the journal remembers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, select

from cptsapp.accounts.models import RoleGrant, User
from cptsapp.accounts.permissions import roles_with
from cptsapp.audit.actions import record
from cptsapp.care_plans import meeting_mail
from cptsapp.care_plans.identity import title
from cptsapp.care_plans.models import CarePlan, MeetingState, PlanMeeting, PlanState
from cptsapp.care_plans.queries.plans import agreeing, circle, lead_of
from cptsapp.care_plans.rules.reviews import NAMES, REMINDERS, reminder
from cptsapp.checklists.actions import note_event
from cptsapp.checklists.models import JournalEntry
from cptsapp.core.db import session
from cptsapp.core.local import day_bounds, local
from cptsapp.directory.merged import same_person
from cptsapp.directory.permissions import in_force
from cptsapp.outbox import texts
from cptsapp.territory import queries as territory

WAITING = (MeetingState.PLANNED, MeetingState.POLLING)
KIND = "meeting.reminded"


@dataclass(frozen=True, slots=True)
class Due:
    """A meeting to tell of: `aimed` is the day it is owed, or takes place; `days` before it is the mark."""

    plan: CarePlan
    meeting: PlanMeeting
    aimed: date
    days: int

    @property
    def mark(self) -> tuple[int, int, str]:
        """What is told once: a date that changes is told anew."""
        return self.meeting.id, self.days, self.aimed.isoformat()


def remind_due(now: datetime) -> int:
    """Queue what is due today. How many mails were queued; run twice, it queues nothing more."""
    if territory.current() is None:
        return 0
    today = local(now).date()
    found = [*_without_date(today), *_with_date(today)]
    told = _told(found)
    fresh = [one for one in found if one.mark not in told]
    if not fresh:
        return 0
    sent = _tell_holders([one for one in fresh if one.meeting.state in WAITING], today)
    coming = [one for one in fresh if one.meeting.state is MeetingState.FIXED]
    sent += sum(meeting_mail.remind_soon(one.plan, one.meeting, one.days) for one in coming)
    for one in fresh:
        _note(one)
    record("meetings.reminded", None, by=None, count=len(fresh))
    return sent


def _note(one: Due) -> None:
    meeting_id, days, aimed = one.mark
    about: dict[str, Any] = {"meeting_id": meeting_id, "days": days, "aimed": aimed}
    note_event(one.plan.checklist_id, KIND, by=None, meeting=one.meeting.kind.value, **about)


def _without_date(today: date) -> list[Due]:
    """The meetings owed soon that have no date yet."""
    open_ones = _open(PlanMeeting.state.in_(WAITING))
    marked = ((plan, meeting, reminder(meeting.due_on, today)) for plan, meeting in open_ones)
    return [Due(plan, meeting, meeting.due_on, days) for plan, meeting, days in marked if days is not None]


def _with_date(today: date) -> list[Due]:
    """The meetings whose date comes within a week."""
    first, _ = day_bounds(today)
    coming = _open(PlanMeeting.state == MeetingState.FIXED, PlanMeeting.starts_at >= first)
    dated = ((plan, one, local(one.starts_at).date()) for plan, one in coming if one.starts_at is not None)
    return [Due(plan, one, day, REMINDERS[-1]) for plan, one, day in dated if reminder(day, today) == REMINDERS[-1]]


def _open(*where: ColumnElement[bool]) -> list[tuple[CarePlan, PlanMeeting]]:
    wanted = select(CarePlan, PlanMeeting).join(PlanMeeting, PlanMeeting.plan_id == CarePlan.id)
    found = session.execute(wanted.where(CarePlan.state != PlanState.CLOSED, *where).order_by(PlanMeeting.id)).all()
    return [(row.CarePlan, row.PlanMeeting) for row in found]


def _told(found: Sequence[Due]) -> set[tuple[int, int, str]]:
    """The marks already told."""
    lists = {one.plan.checklist_id for one in found}
    wanted = select(JournalEntry.data).where(JournalEntry.checklist_id.in_(lists), JournalEntry.kind == KIND)
    return {(data["meeting_id"], data["days"], data["aimed"]) for data in session.scalars(wanted)}


def _tell_holders(found: Sequence[Due], today: date) -> int:
    """One mail to each who holds some of these calendars, with the meetings they have to date."""
    office = _office()
    lines: dict[int, list[Mapping[str, Any]]] = {}
    users: dict[int, User] = {}
    for one in found:
        for user in {user.id: user for user in (*office, *_lead_of(one.plan.id))}.values():
            users[user.id] = user
            lines.setdefault(user.id, []).append(_line(one))
    return sum(meeting_mail.remind_dates(users[number], today, theirs) for number, theirs in sorted(lines.items()))


def _line(one: Due) -> Mapping[str, Any]:
    page = texts.address(meeting_mail.page_of(one.plan, one.meeting))
    return {"title": title(one.plan), "what": NAMES[one.meeting.kind], "due_on": one.aimed, "page": page}


def _office() -> Sequence[User]:
    """Those who coordinate every plan, their accounts open today."""
    roles = sorted(roles_with("plans.manage", ("all",)))
    held = RoleGrant.role.in_(roles), in_force(RoleGrant, territory.today())
    wanted = select(User).join(RoleGrant, RoleGrant.user_id == User.id).where(User.is_active, *held)
    return session.scalars(wanted.distinct().order_by(User.id)).all()


def _lead_of(plan_id: int) -> Sequence[User]:
    """The account of a plan's lead, while they take part and the person agrees to them; none without."""
    lead = lead_of(circle(plan_id))
    if lead is None or lead.person_id is None or lead.declined_at is not None or lead.id not in agreeing(plan_id):
        return ()
    wanted = select(User).where(User.person_id.in_(same_person({lead.person_id})), User.is_active)
    return session.scalars(wanted.order_by(User.id).limit(1)).all()
