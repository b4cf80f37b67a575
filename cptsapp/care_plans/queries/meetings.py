"""One meeting as its page shows it: where it stands, the poll by member, who came."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from cptsapp.accounts.identity import CurrentUser
from cptsapp.care_plans.identity import read_person, shown, title
from cptsapp.care_plans.models import (
    Attendance,
    CarePlan,
    CircleMember,
    DateReply,
    MeetingState,
    PlanMeeting,
    PlanState,
)
from cptsapp.care_plans.permissions import why_not_manage
from cptsapp.care_plans.queries.addresses import concerned
from cptsapp.care_plans.queries.page import MemberLine, lines_of
from cptsapp.care_plans.queries.plans import agreements_of, circle, lead_of, plan_for
from cptsapp.care_plans.queries.polls import Poll, poll_of, polls_of
from cptsapp.care_plans.rules.reviews import NAMES, OF_NAMES
from cptsapp.care_plans.rules.states import MEETING_WORDS
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.local import local
from cptsapp.core.refusals import Invisible
from cptsapp.inbox.patients import read_text


@dataclass(frozen=True, slots=True)
class MeetingPage:
    """What the page of a meeting shows; `who` is « M. B., 1938 », and `starts_at` local."""

    plan: CarePlan
    meeting: PlanMeeting
    title: str
    who: str
    name: str
    of_name: str
    state: str
    starts_at: datetime | None
    moved_reason: str
    poll: Poll
    members: Sequence[MemberLine]
    present: frozenset[int]
    manages: bool
    has_begun: bool

    @property
    def url(self) -> str:
        """The address of the page."""
        return f"/ppcs/{self.plan.year}-{self.plan.number}/reunions/{self.meeting.id}"

    @property
    def mine(self) -> MemberLine | None:
        """The reader's own place, when they are asked for dates."""
        return next((line for line in self.members if line.is_me and line.member.id in self.poll.asked), None)

    @property
    def asked(self) -> list[MemberLine]:
        """Those who are asked for dates."""
        return [line for line in self.members if line.member.id in self.poll.asked]

    @property
    def is_open(self) -> bool:
        """Whether something may still be done about it."""
        return self.plan.state is not PlanState.CLOSED and self.meeting.state is not MeetingState.CANCELLED


def plan_and_meeting(user: CurrentUser, year: int, number: int, meeting_id: int) -> tuple[CarePlan, PlanMeeting]:
    """A meeting of a plan that the user may read; raises Invisible."""
    plan = plan_for(user, year, number)
    meeting = session.get(PlanMeeting, meeting_id)
    if meeting is None or meeting.plan_id != plan.id:
        raise Invisible
    return plan, meeting


def manages(plan: CarePlan, user: CurrentUser) -> bool:
    """Whether the user holds the calendar of a plan they may read."""
    lead = lead_of(circle(plan.id))
    return why_not_manage(user, lead.person_id if lead else None) is None


def page_of(user: CurrentUser, year: int, number: int, meeting_id: int) -> MeetingPage:
    """The page of a meeting; raises Invisible when it does not exist for the user. The caller records the reading."""
    plan, meeting = plan_and_meeting(user, year, number, meeting_id)
    members = circle(plan.id)
    lead = lead_of(members)
    there = Attendance.meeting_id == meeting.id, Attendance.was_present
    return MeetingPage(
        plan=plan,
        meeting=meeting,
        title=title(plan),
        who=shown(read_person(plan)),
        name=NAMES[meeting.kind],
        of_name=OF_NAMES[meeting.kind],
        state=MEETING_WORDS[meeting.state],
        starts_at=local(meeting.starts_at) if meeting.starts_at is not None else None,
        moved_reason=read_text(meeting.moved_reason, meeting.seal_id, "moved_reason"),
        poll=poll_of(meeting),
        members=lines_of(plan, members, agreements_of(plan.id), user),
        present=frozenset(session.scalars(select(Attendance.member_id).where(*there))),
        manages=why_not_manage(user, lead.person_id if lead else None) is None,
        has_begun=meeting.starts_at is not None and meeting.starts_at <= clock.now(),
    )


# -- by private link --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PollToAnswer:
    """An open poll as one of those asked reads it: dates in local time, and what they have said so far."""

    meeting: PlanMeeting
    name: str
    dates: Mapping[int, datetime]
    replies: Mapping[int, DateReply]

    @property
    def is_answered(self) -> bool:
        """Whether each date has their reply."""
        return set(self.dates) <= set(self.replies)


def polls_for(member: CircleMember) -> list[PollToAnswer]:
    """The open polls that a member is asked to answer; none for who was not invited."""
    asked = [one.id for one in concerned(member.plan_id)]
    if member.id not in asked:
        return []
    polling = PlanMeeting.plan_id == member.plan_id, PlanMeeting.state == MeetingState.POLLING
    meetings = session.scalars(select(PlanMeeting).where(*polling).order_by(PlanMeeting.due_on)).all()
    polls = polls_of(meetings, asked)
    return [to_answer(meeting, polls[meeting.id], member.id) for meeting in meetings]


def to_answer(meeting: PlanMeeting, poll: Poll, member_id: int) -> PollToAnswer:
    """A poll as one member answers it."""
    dates = {date_id: local(starts_at) for date_id, starts_at in poll.dates.items()}
    replies = {date_id: reply for (date_id, who), reply in poll.answers.items() if who == member_id}
    return PollToAnswer(meeting, NAMES[meeting.kind], dates, replies)


def fixed_for(member: CircleMember) -> list[tuple[str, datetime, PlanMeeting]]:
    """The meetings to come whose date is chosen: name, local hour, row; for a private link, none for who declined."""
    if member.declined_at is not None:
        return []
    coming = PlanMeeting.state == MeetingState.FIXED, PlanMeeting.starts_at > clock.now()
    wanted = select(PlanMeeting).where(PlanMeeting.plan_id == member.plan_id, *coming)
    found = session.scalars(wanted.order_by(PlanMeeting.starts_at)).all()
    return [(NAMES[one.kind], local(one.starts_at), one) for one in found if one.starts_at is not None]
