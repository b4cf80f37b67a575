"""The poll of dates: put to the circle, answered signed in or by private link, asked again of who is silent."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import delete, select

from cptsapp.accounts.identity import CurrentUser
from cptsapp.audit.actions import Actor, record
from cptsapp.care_plans import meeting_mail
from cptsapp.care_plans.actions import links, ticks
from cptsapp.care_plans.actions.held_meetings import held_meeting, managed
from cptsapp.care_plans.actions.moves import move_meeting
from cptsapp.care_plans.models import (
    CarePlan,
    CircleMember,
    DateAnswer,
    DateReply,
    MeetingDate,
    MeetingState,
    PlanMeeting,
)
from cptsapp.care_plans.queries.addresses import Address, addresses, concerned
from cptsapp.care_plans.queries.polls import poll_of
from cptsapp.care_plans.rules.polls import why_not_dates
from cptsapp.checklists.actions import note_event
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.french import count
from cptsapp.core.refusals import Invisible, Refusal, refuse_if
from cptsapp.territory import queries as territory

OVER = "Le sondage est terminé\u00a0: la date est choisie, ou il n’y en a plus à choisir."
NOT_THESE = "Les dates proposées ont changé\u202f: relisez-les avant de répondre."
ALL_ANSWERED = "Tout le monde a répondu."
ALREADY_TOLD = "Une relance est déjà partie aujourd’hui."
NOBODY = "Personne du cercle ne peut être consulté\u00a0: recueillez d’abord l’accord de la personne, puis invitez."


def propose(
    meeting_id: int, dates: Sequence[datetime], closes_on: date, *, version: int | None = None, by: CurrentUser
) -> PlanMeeting:
    """Put 2 to 6 dates to the circle, to be answered by a day; each is asked by mail. Raises Refusal.

    Proposed anew, a date that stays keeps its answers.
    """
    plan, meeting = managed(meeting_id, by=by, version=version)
    refuse_if(why_not_dates(dates, clock.now()))
    if closes_on < territory.today():
        raise Refusal("Donnez un jour à venir.", "closes_on")
    asked = concerned(plan.id)
    refuse_if(None if asked else NOBODY)
    is_new = _write(meeting, dates)
    meeting.poll_closes_on = closes_on
    move_meeting(meeting, "poll", checklist_id=plan.checklist_id, by=by, asked=count(len(asked), "personne"))
    ticks.begin(plan, meeting, by=by)
    if is_new:
        _ask(plan, meeting, asked, f"dates.asked/{meeting.id}/{meeting.version}", by, is_again=False)
    return meeting


def _write(meeting: PlanMeeting, dates: Sequence[datetime]) -> bool:
    """Keep these dates alone; whether one is new."""
    there = session.scalars(select(MeetingDate).where(MeetingDate.meeting_id == meeting.id)).all()
    gone = [one.id for one in there if one.starts_at not in dates]
    session.execute(delete(DateAnswer).where(DateAnswer.date_id.in_(gone)))
    session.execute(delete(MeetingDate).where(MeetingDate.id.in_(gone)))
    known = {one.starts_at for one in there}
    added = [starts_at for starts_at in dates if starts_at not in known]
    session.add_all(MeetingDate(meeting_id=meeting.id, starts_at=starts_at) for starts_at in added)
    session.flush()
    return bool(added)


def _ask(
    plan: CarePlan,
    meeting: PlanMeeting,
    members: Collection[CircleMember],
    once: str,
    by: CurrentUser,
    *,
    is_again: bool,
) -> int:
    """Write to each who has an address; whoever proposes the dates knows them. How many were written to."""
    by_id = {member.id: member for member in members}
    told = [address for address in addresses(members) if address.user_id != by.id]
    return sum(_write_to(plan, meeting, by_id[one.member_id], one, once, is_again=is_again) for one in told)


def _write_to(
    plan: CarePlan, meeting: PlanMeeting, member: CircleMember, address: Address, once: str, *, is_again: bool
) -> bool:
    link = "" if address.user_id is not None else links.in_mail(links.new_link(member))
    return meeting_mail.ask_dates(plan, meeting, address, link, once=f"{once}/{member.id}", is_again=is_again)


def remind(meeting_id: int, *, by: CurrentUser) -> int:
    """Ask again those who have not answered, once a day at most. How many mails were queued.

    Raises Refusal when everyone has answered, or was asked again today.
    """
    plan, meeting = managed(meeting_id, by=by)
    refuse_if(OVER if meeting.state is not MeetingState.POLLING else None)
    silent = poll_of(meeting).silent
    refuse_if(ALL_ANSWERED if not silent else None)
    waiting = [member for member in concerned(plan.id) if member.id in silent]
    once = f"dates.again/{meeting.id}/{territory.today().isoformat()}"
    sent = _ask(plan, meeting, waiting, once, by, is_again=True)
    refuse_if(ALREADY_TOLD if not sent and addresses(waiting) else None)
    told = count(len(waiting), "personne")
    note_event(plan.checklist_id, "meeting.asked_again", by=by, meeting=meeting.kind.value, asked=told)
    record("meeting.asked_again", meeting, by=by, count=len(waiting))
    return sent


def answer(meeting_id: int, member_id: int, replies: Mapping[int, DateReply], *, by: Actor | None) -> PlanMeeting:
    """Say which dates suit a member: every date has its reply, and answering again replaces what was said.

    `by` is None for a private link. Raises Invisible for who is not asked, Refusal once the poll is over or changed.
    """
    plan, meeting = held_meeting(meeting_id)
    if member_id not in {member.id for member in concerned(plan.id)}:
        raise Invisible
    refuse_if(OVER if meeting.state is not MeetingState.POLLING else None)
    dates = session.scalars(select(MeetingDate.id).where(MeetingDate.meeting_id == meeting.id)).all()
    refuse_if(NOT_THESE if set(dates) != set(replies) else None)
    said = select(DateAnswer).where(DateAnswer.member_id == member_id, DateAnswer.date_id.in_(dates))
    before = {one.date_id: one for one in session.scalars(said)}
    for date_id, reply in replies.items():
        kept = before.get(date_id) or DateAnswer(date_id=date_id, member_id=member_id)
        kept.reply, kept.answered_at = reply, clock.now()
        session.add(kept)
    session.flush()
    record("meeting.answered", meeting, by=by, member=member_id)
    return meeting
