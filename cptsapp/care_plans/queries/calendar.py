"""The calendar of a plan: its meetings, the documents asked; and what it asks of whoever is signed in."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, and_, bindparam, exists, func, select

from cptsapp.accounts.identity import CurrentUser
from cptsapp.care_plans.identity import title
from cptsapp.care_plans.models import (
    Attendance,
    CarePlan,
    CircleMember,
    DateAnswer,
    DocumentAsked,
    MeetingDate,
    MeetingState,
    MemberRole,
    PlanAgreement,
    PlanMeeting,
    PlanState,
)
from cptsapp.care_plans.queries.addresses import concerned
from cptsapp.care_plans.queries.polls import Poll, polls_of
from cptsapp.care_plans.rules.meeting_words import DOCUMENTS, progress, where_it_stands
from cptsapp.care_plans.rules.reviews import NAMES
from cptsapp.care_plans.rules.states import AHEAD, MEETING_WORDS
from cptsapp.care_plans.rules.words import ROLE_WORDS
from cptsapp.checklists.sources import Asked
from cptsapp.core.db import session
from cptsapp.core.local import local
from cptsapp.core.prepared import Prepared
from cptsapp.directory.merged import same_person


@dataclass(frozen=True, slots=True)
class MeetingLine:
    """A meeting as the page of its plan shows it; `present` is how many came."""

    meeting: PlanMeeting
    poll: Poll
    present: int
    is_late: bool
    today: date

    @property
    def name(self) -> str:
        """« Bilan des 6 mois »."""
        return NAMES[self.meeting.kind]

    @property
    def state(self) -> str:
        """« sondage ouvert »."""
        return MEETING_WORDS[self.meeting.state]

    @property
    def mark(self) -> str:
        """The code of the state's mark, as `components/tag.html` draws it."""
        marks = {MeetingState.HELD: "done", MeetingState.CANCELLED: "dropped", MeetingState.PLANNED: "todo"}
        return "late" if self.is_late else marks.get(self.meeting.state, "doing")

    @property
    def detail(self) -> str:
        """« avant le dim. 9 août, 3 réponses sur 5 au sondage »."""
        one = self.meeting
        starts_at = local(one.starts_at) if one.starts_at is not None else None
        replies = len(self.poll.answered), len(self.poll.asked)
        return where_it_stands(one.state, one.due_on, starts_at, one.held_on, replies, self.today)


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """A document asked, of whom, and whether it came."""

    asked: DocumentAsked
    who: str
    is_late: bool
    is_mine: bool

    @property
    def kind(self) -> str:
        """« Certificat médical »."""
        return DOCUMENTS[self.asked.kind]

    @property
    def is_open(self) -> bool:
        """Whether it is still awaited."""
        return self.asked.received_on is None and self.asked.dropped_on is None


@dataclass(frozen=True, slots=True)
class PlanCalendar:
    """The meetings of a plan in the order they are owed, and its documents, those awaited first."""

    meetings: tuple[MeetingLine, ...]
    documents: tuple[DocumentLine, ...]

    @property
    def progress(self) -> str:
        """« 2 documents sur 3 »."""
        counted = [line for line in self.documents if line.asked.dropped_on is None]
        return progress(sum(line.asked.received_on is not None for line in counted), len(counted))


def of_plan(plan: CarePlan, names: Mapping[int, str], user: CurrentUser, today: date) -> PlanCalendar:
    """The calendar of a plan, in a fixed number of statements; `names`: member → how the page calls them."""
    ordered = select(PlanMeeting).where(PlanMeeting.plan_id == plan.id).order_by(PlanMeeting.due_on, PlanMeeting.id)
    meetings = session.scalars(ordered).all()
    polls = polls_of(meetings, [member.id for member in concerned(plan.id)])
    present = _present([meeting.id for meeting in meetings])
    lines = (
        MeetingLine(one, polls[one.id], present.get(one.id, 0), one.state in AHEAD and one.due_on < today, today)
        for one in meetings
    )
    return PlanCalendar(tuple(lines), tuple(documents_of(plan, names, user, today)))


def _present(meeting_ids: Collection[int]) -> dict[int, int]:
    there = Attendance.meeting_id.in_(meeting_ids), Attendance.was_present
    counted = select(Attendance.meeting_id, func.count().label("people")).where(*there).group_by(Attendance.meeting_id)
    return {row.meeting_id: row.people for row in session.execute(counted)}


def documents_of(plan: CarePlan, names: Mapping[int, str], user: CurrentUser, today: date) -> list[DocumentLine]:
    """The documents asked for a plan: those awaited by the day owed, then those settled, newest first."""
    found = session.scalars(select(DocumentAsked).where(DocumentAsked.plan_id == plan.id)).all()
    mine = set(_mine_in(plan.id, user))
    lines = [
        DocumentLine(one, names.get(one.member_id, "Parti du cercle"), _is_late(one, today), one.member_id in mine)
        for one in found
    ]
    awaited = sorted((line for line in lines if line.is_open), key=lambda line: (line.asked.due_on, line.asked.id))
    settled = sorted((line for line in lines if not line.is_open), key=lambda line: -line.asked.id)
    return [*awaited, *settled]


def _is_late(asked: DocumentAsked, today: date) -> bool:
    return asked.received_on is None and asked.dropped_on is None and asked.due_on < today


def _mine_in(plan_id: int, user: CurrentUser) -> Sequence[int]:
    if user.person_id is None:
        return ()
    theirs = CircleMember.plan_id == plan_id, CircleMember.person_id.in_(same_person({user.person_id}))
    return session.scalars(select(CircleMember.id).where(*theirs, CircleMember.left_at.is_(None))).all()


# -- « Mes engagements » ----------------------------------------------------------------------------------------------


def _circle_of() -> Select[int]:
    own = CircleMember.person_id == bindparam("person_id"), CircleMember.left_at.is_(None)
    return select(CircleMember.id).where(*own).limit(1)


_IS_IN_CIRCLE = Prepared(_circle_of)


def asked_of(user: CurrentUser) -> list[Asked]:
    """What plans ask of someone: to say whether they take part, polls not answered, documents that have not come.

    Documents of the regular doctor are a commitment already (A77): they are not asked twice. Three statements, for
    whoever is in a circle.
    """
    numbers = same_person({user.person_id}) if user.person_id is not None else ()
    if not any(_IS_IN_CIRCLE.all(person_id=number) for number in numbers):
        return []
    return [*_invitations_for(numbers), *_polls_for(numbers), *_documents_for(numbers)]


def _in_circle(numbers: Collection[int]) -> tuple[object, ...]:
    return (
        CircleMember.person_id.in_(numbers),
        CircleMember.left_at.is_(None),
        CircleMember.declined_at.is_(None),
        exists().where(PlanAgreement.member_id == CircleMember.id, PlanAgreement.withdrawn_at.is_(None)),
        CarePlan.state != PlanState.CLOSED,
    )


def _invitations_for(numbers: Collection[int]) -> list[Asked]:
    waits = CircleMember.invited_at.is_not(None), CircleMember.accepted_at.is_(None)
    wanted = (
        select(CarePlan, CircleMember.role)
        .join(CircleMember, CircleMember.plan_id == CarePlan.id)
        .where(*_in_circle(numbers), *waits)  # type: ignore[arg-type]
        .order_by(CircleMember.invited_at, CircleMember.id)
    )
    return [
        Asked(
            title="Dire si vous participez au plan",
            detail=f"{title(plan)} · {ROLE_WORDS[role]}",
            due_on=None,
            url=f"/ppcs/{plan.year}-{plan.number}",
        )
        for plan, role in session.execute(wanted).all()
    ]


def _polls_for(numbers: Collection[int]) -> list[Asked]:
    was_asked = CircleMember.invited_at.is_not(None) | CircleMember.accepted_at.is_not(None)
    mine = and_(DateAnswer.date_id == MeetingDate.id, DateAnswer.member_id == CircleMember.id)
    # Whose answer it is belongs to the outermost question: two levels up, nothing is tied by itself.
    answered = exists().where(mine).correlate(MeetingDate, CircleMember)
    dates = exists().where(MeetingDate.meeting_id == PlanMeeting.id, ~answered)
    unanswered = dates.correlate(PlanMeeting, CircleMember)
    wanted = (
        select(CarePlan, PlanMeeting)
        .join(PlanMeeting, PlanMeeting.plan_id == CarePlan.id)
        .join(CircleMember, CircleMember.plan_id == CarePlan.id)
        .where(*_in_circle(numbers), was_asked, PlanMeeting.state == MeetingState.POLLING, unanswered)  # type: ignore[arg-type]
        .order_by(PlanMeeting.poll_closes_on, PlanMeeting.id)
    )
    return [
        Asked(
            title="Répondre au sondage de dates",
            detail=f"{title(plan)} · {NAMES[meeting.kind].lower()}",
            due_on=meeting.poll_closes_on,
            url=f"/ppcs/{plan.year}-{plan.number}/reunions/{meeting.id}",
        )
        for plan, meeting in session.execute(wanted).all()
    ]


def _documents_for(numbers: Collection[int]) -> list[Asked]:
    awaited = DocumentAsked.received_on.is_(None), DocumentAsked.dropped_on.is_(None)
    wanted = (
        select(CarePlan, DocumentAsked)
        .join(DocumentAsked, DocumentAsked.plan_id == CarePlan.id)
        .join(CircleMember, CircleMember.id == DocumentAsked.member_id)
        .where(*_in_circle(numbers), *awaited, CircleMember.role != MemberRole.REGULAR_DOCTOR)  # type: ignore[arg-type]
        .order_by(DocumentAsked.due_on, DocumentAsked.id)
    )
    return [
        Asked(
            title="Adresser un document demandé",
            detail=f"{title(plan)} · {DOCUMENTS[asked.kind].lower()}",
            due_on=asked.due_on,
            url=f"/ppcs/{plan.year}-{plan.number}/documents",
            verb="Voir",
        )
        for plan, asked in session.execute(wanted).all()
    ]
