"""The mails about meetings and documents: « PPCS 2026-017 », a day, a link; no name, no initials, nothing of the plan.

Each is queued in the transaction of the change. Whoever has no account gets a private link where one is needed.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select

from cptsapp.accounts.models import User
from cptsapp.care_plans.identity import title
from cptsapp.care_plans.models import CarePlan, CircleMember, DocumentAsked, MeetingState, PlanMeeting
from cptsapp.care_plans.queries.addresses import Address, addresses, concerned
from cptsapp.care_plans.rules.calendar_file import Event, write
from cptsapp.care_plans.rules.reviews import NAMES
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.outbox import texts
from cptsapp.outbox.actions import CalendarFile, join_calendar, queue
from cptsapp.outbox.models import CalendarMethod, Message
from cptsapp.territory import queries as territory


def page_of(plan: CarePlan, meeting: PlanMeeting) -> str:
    """The path of a meeting's page."""
    return f"/ppcs/{plan.year}-{plan.number}/reunions/{meeting.id}"


# -- the date ---------------------------------------------------------------------------------------------------------


def invite(plan: CarePlan, meeting: PlanMeeting, *, is_again: bool) -> int:
    """Tell the circle the date, with the calendar file. `is_again`: it replaces another. How many were told."""
    return _to_circle(plan, meeting, "meeting_fixed", CalendarMethod.REQUEST, is_again=is_again)


def call_off(plan: CarePlan, meeting: PlanMeeting) -> int:
    """Tell the circle that the date is off; the file takes it out of their calendars. How many were told."""
    return _to_circle(plan, meeting, "meeting_off", CalendarMethod.CANCEL)


def remind_soon(plan: CarePlan, meeting: PlanMeeting, days: int) -> int:
    """Remind the circle of a date that comes, once for each of the marks. How many were told."""
    told = addresses(concerned(plan.id))
    key = f"meeting.soon/{meeting.id}/{meeting.starts_at}/{days}"
    return sum(_tell(plan, meeting, "meeting_soon", one, once=f"{key}/{one.member_id}") is not None for one in told)


def calendar_file(
    plan: CarePlan,
    meeting: PlanMeeting,
    method: CalendarMethod = CalendarMethod.REQUEST,
    *,
    has_account: bool = True,
) -> str:
    """The meeting as a calendar file, without organiser nor attendee. It must have its hour.

    The page of the meeting is in it for whoever may open it: those who have an account.
    """
    if meeting.starts_at is None:
        raise ValueError("a meeting without an hour has no calendar file")
    host = urlsplit(texts.address("/")).hostname or "cptsapp.invalid"
    event = Event(
        uid=f"reunion-{meeting.id}@{host}",
        sequence=meeting.version,
        title=f"{title(plan)}, {NAMES[meeting.kind].lower()}",
        starts_at=meeting.starts_at,
        minutes=meeting.minutes,
        link=meeting.link,
        page=texts.address(page_of(plan, meeting)) if has_account else "",
        written_at=clock.now(),
    )
    return write(event, method)


def invite_newcomer(plan: CarePlan, member: CircleMember) -> int:
    """Tell someone who joins the dates chosen before they did; who was told already is not told again."""
    coming = PlanMeeting.state == MeetingState.FIXED, PlanMeeting.starts_at > clock.now()
    meetings = session.scalars(select(PlanMeeting).where(PlanMeeting.plan_id == plan.id, *coming)).all()
    told = addresses([member]) if meetings else []
    return sum(
        _send_date(plan, meeting, "meeting_fixed", CalendarMethod.REQUEST, one, is_again=False)
        for meeting in meetings
        for one in told
    )


def _to_circle(plan: CarePlan, meeting: PlanMeeting, name: str, method: CalendarMethod, **context: Any) -> int:
    told = addresses(concerned(plan.id))
    return sum(_send_date(plan, meeting, name, method, address, **context) for address in told)


def _send_date(
    plan: CarePlan, meeting: PlanMeeting, name: str, method: CalendarMethod, address: Address, **context: Any
) -> bool:
    """Queue the mail and its calendar file, once for each version of the meeting."""
    once = f"{name}/{meeting.id}/{meeting.version}/{address.member_id}"
    message = _tell(plan, meeting, name, address, once=once, **context)
    if message is not None:
        content = calendar_file(plan, meeting, method, has_account=address.user_id is not None)
        join_calendar(message, CalendarFile(method, content))
    return message is not None


# -- the poll ---------------------------------------------------------------------------------------------------------


def ask_dates(plan: CarePlan, meeting: PlanMeeting, address: Address, link: str, *, once: str, is_again: bool) -> bool:
    """Ask one of the circle which dates suit them, by their private `link`, sealed; empty for who has an account."""
    way = link or texts.address(page_of(plan, meeting))
    return _tell(plan, meeting, "dates_asked", address, once=once, way=way, is_again=is_again) is not None


def _tell(
    plan: CarePlan, meeting: PlanMeeting, name: str, address: Address, *, once: str, **context: Any
) -> Message | None:
    text = texts.render(
        f"care_plans/{name}",
        title=title(plan),
        what=NAMES[meeting.kind],
        meeting=meeting,
        starts_at=territory.local(meeting.starts_at) if meeting.starts_at is not None else None,
        page=texts.address(page_of(plan, meeting)) if address.user_id is not None else "",
        cpts=territory.settings(),
        **context,
    )
    return queue(
        f"meeting.{name}",
        to_address=address.to_address,
        to_user_id=address.user_id,
        title=text.title,
        body=text.body,
        about=meeting,
        once_key=once,
    )


# -- documents, reminders ---------------------------------------------------------------------------------------------


def ask_document(plan: CarePlan, asked: DocumentAsked, address: Address) -> None:
    """Tell someone of the circle that a document is asked of them: which one is read in the app."""
    path = f"/ppcs/{plan.year}-{plan.number}/documents"
    text = texts.render(
        "care_plans/document_asked",
        title=title(plan),
        due_on=asked.due_on,
        page=texts.address(path) if address.user_id is not None else "",
        cpts=territory.settings(),
    )
    queue(
        "document.asked",
        to_address=address.to_address,
        to_user_id=address.user_id,
        title=text.title,
        body=text.body,
        about=asked,
        once_key=f"document.asked/{asked.id}",
    )


def remind_dates(user: User, day: date, due: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whoever holds calendars which meetings have no date yet: one mail a person and a day."""
    text = texts.render("care_plans/dates_due", due=due, cpts=territory.settings())
    message = queue(
        "meetings.due",
        to_address=user.mail,
        to_user_id=user.id,
        title=text.title,
        body=text.body,
        about=user,
        once_key=f"meetings.due/{user.id}/{day.isoformat()}",
    )
    return message is not None


def reachable(plan_id: int, member_ids: Iterable[int]) -> list[Address]:
    """Where these of the circle are written to; who has no address is rung."""
    wanted = set(member_ids)
    return addresses(member for member in concerned(plan_id) if member.id in wanted)
