"""What an act of the calendar changes in the checklist: days owed, what has begun, what is kept (A74, A77, A79).

Only the standard commitments are filled in so, by their code; what someone changed by hand since is left alone.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from types import MappingProxyType

from sqlalchemy import select

from cptsapp.audit.actions import Actor
from cptsapp.care_plans.models import CarePlan, CircleMember, MeetingKind, PlanMeeting
from cptsapp.care_plans.rules import defaults
from cptsapp.care_plans.rules.meeting_words import progress
from cptsapp.checklists import actions as checklists
from cptsapp.checklists.models import Commitment, CommitmentState
from cptsapp.checklists.rules import OPEN
from cptsapp.core.db import session
from cptsapp.directory.merged import same_person
from cptsapp.territory import queries as territory

S, K = CommitmentState, MeetingKind

# What is kept once the meeting is held, whoever came; and what each of those who came has then kept.
BY_ALL: Mapping[MeetingKind, tuple[str, ...]] = MappingProxyType(
    {K.FIRST: ("lead_meeting",), K.REVIEW_6: ("review_6",), K.REVIEW_12: ("review_12",), K.EXTRA: ()}
)
BY_EACH: Mapping[MeetingKind, tuple[str, ...]] = MappingProxyType(
    {
        K.FIRST: (defaults.MEETING_CODE, defaults.CIRCLE_MEETING_CODE),
        K.REVIEW_6: (),
        K.REVIEW_12: (defaults.REVIEWS_CODE,),
        K.EXTRA: (),
    }
)
# One commitment for both reviews (A79): the first of them begins it.
BEGUN_BY_EACH: Mapping[MeetingKind, tuple[str, ...]] = MappingProxyType({K.REVIEW_6: (defaults.REVIEWS_CODE,)})


def owe_by(plan: CarePlan, meeting: PlanMeeting, *, by: Actor | None) -> None:
    """The day by which a meeting is owed is that of its commitments still open."""
    for commitment in _open(plan, (*BY_ALL[meeting.kind], *BY_EACH[meeting.kind])):
        if commitment.due_on != meeting.due_on:
            commitment.due_on = meeting.due_on
            checklists.touch(commitment, by)


def begin(plan: CarePlan, meeting: PlanMeeting, *, by: Actor | None) -> None:
    """Dates are put to the circle, or one is chosen: whoever has to bring people together has begun."""
    for commitment in _open(plan, BY_ALL[meeting.kind]):
        if commitment.state is S.TODO:
            checklists.set_state(commitment, S.DOING, by=by, on=meeting.due_on)


def held(
    plan: CarePlan, meeting: PlanMeeting, present: Sequence[CircleMember], held_on: date, *, by: Actor | None
) -> None:
    """Tick what the meeting fulfils: for the plan, then for each of those who were there."""
    people = _people(present)
    for commitment in _open(plan, BY_ALL[meeting.kind]):
        checklists.set_state(commitment, S.DONE, by=by, on=held_on)
    for commitment in _open(plan, BY_EACH[meeting.kind]):
        if commitment.owner_id in people:
            checklists.set_state(commitment, S.DONE, by=by, on=held_on)
    for commitment in _open(plan, BEGUN_BY_EACH.get(meeting.kind, ())):
        if commitment.owner_id in people and commitment.state is S.TODO:
            checklists.set_state(commitment, S.DOING, by=by, on=held_on)


def not_held(plan: CarePlan, meeting: PlanMeeting, held_on: date, *, by: Actor | None) -> None:
    """Take back the ticks of a meeting that was not held: those that bear its day."""
    codes = (*BY_ALL[meeting.kind], *BY_EACH[meeting.kind])
    for commitment in _standard(plan, codes):
        if commitment.state is S.DONE and commitment.done_on == held_on:
            checklists.set_state(commitment, S.TODO, by=by, on=held_on)
    for commitment in _standard(plan, BEGUN_BY_EACH.get(meeting.kind, ())):
        if commitment.state is S.DOING:
            checklists.set_state(commitment, S.TODO, by=by, on=held_on)


def documents(plan: CarePlan, waiting: Sequence[date], received: int, *, by: Actor | None) -> None:
    """Say how far the documents asked of the regular doctor are (A77): « 2 documents sur 3 », the next day owed.

    `waiting`: by when each that has not come is owed; `received`: how many came. Kept when none is awaited.
    """
    total = received + len(waiting)
    after = S.DOING if waiting else S.DONE if total else S.TODO
    for commitment in _standard(plan, (defaults.DOCUMENTS_CODE,)):
        if commitment.state is S.DROPPED:
            continue
        commitment.due_on = min(waiting, default=commitment.due_on if total else None)
        commitment.expected = progress(received, total) or defaults.BY_CODE[defaults.DOCUMENTS_CODE].expected
        if after is commitment.state:
            checklists.touch(commitment, by)
        else:
            checklists.set_state(commitment, after, by=by, on=territory.today())


def _open(plan: CarePlan, codes: Collection[str]) -> list[Commitment]:
    return [commitment for commitment in _standard(plan, codes) if commitment.state in OPEN]


def _standard(plan: CarePlan, codes: Collection[str]) -> Sequence[Commitment]:
    """The commitments of these codes, held: someone else's tick waits, or is seen."""
    if not codes:
        return ()
    wanted = select(Commitment).where(Commitment.checklist_id == plan.checklist_id, Commitment.code.in_(codes))
    ordered = wanted.order_by(Commitment.id).with_for_update()
    return session.scalars(ordered.execution_options(populate_existing=True)).all()


def _people(members: Sequence[CircleMember]) -> set[int]:
    return same_person({member.person_id for member in members if member.person_id is not None})
