"""Reading polls of dates: who was asked, who answered, which date suits most."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from cptsapp.care_plans.models import DateAnswer, DateReply, MeetingDate, PlanMeeting
from cptsapp.care_plans.queries.addresses import concerned
from cptsapp.care_plans.rules.polls import Tally, answered, tallies
from cptsapp.core.db import session


@dataclass(frozen=True, slots=True)
class Poll:
    """The dates of a meeting as they were put, what each asked said, and the dates best first."""

    dates: Mapping[int, datetime]
    asked: tuple[int, ...]
    answered: tuple[int, ...]
    answers: Mapping[tuple[int, int], DateReply]
    ranked: tuple[Tally, ...]

    @property
    def silent(self) -> tuple[int, ...]:
        """Which members have not answered every date."""
        return tuple(who for who in self.asked if who not in self.answered)

    @property
    def best(self) -> Tally | None:
        """The date that suits most, once someone said yes or maybe."""
        first = self.ranked[0] if self.ranked else None
        return first if first is not None and first.yes + first.maybe else None


def poll_of(meeting: PlanMeeting) -> Poll:
    """The poll of one meeting; an empty one when no date was ever put."""
    asked = [member.id for member in concerned(meeting.plan_id)]
    return polls_of([meeting], asked)[meeting.id]


def polls_of(meetings: Collection[PlanMeeting], asked: Sequence[int]) -> dict[int, Poll]:
    """The polls of meetings of one plan, whose circle `asked` is; two statements however many."""
    ids = [meeting.id for meeting in meetings]
    dates: dict[int, dict[int, datetime]] = {number: {} for number in ids}
    rows = session.scalars(select(MeetingDate).where(MeetingDate.meeting_id.in_(ids)).order_by(MeetingDate.starts_at))
    for one in rows:
        dates[one.meeting_id][one.id] = one.starts_at
    said = _answers([date_id for found in dates.values() for date_id in found])
    return {number: _poll(found, said, asked) for number, found in dates.items()}


def _answers(date_ids: Collection[int]) -> dict[tuple[int, int], DateReply]:
    if not date_ids:
        return {}
    rows = session.scalars(select(DateAnswer).where(DateAnswer.date_id.in_(date_ids)))
    return {(one.date_id, one.member_id): one.reply for one in rows}


def _poll(dates: Mapping[int, datetime], said: Mapping[tuple[int, int], DateReply], asked: Sequence[int]) -> Poll:
    theirs = {key: reply for key, reply in said.items() if key[0] in dates}
    return Poll(
        dates, tuple(asked), tuple(answered(theirs, dates, asked)), theirs, tuple(tallies(dates, theirs, asked))
    )
