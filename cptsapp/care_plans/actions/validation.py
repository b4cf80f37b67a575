"""The regular doctor validates the plan (A75): the reviews are counted from that day, the fee is owed."""

from sqlalchemy import select

from cptsapp.accounts.identity import CurrentUser
from cptsapp.audit.actions import Actor
from cptsapp.care_plans.actions import fees, meetings
from cptsapp.care_plans.actions.moves import move, move_meeting, refuse_stale
from cptsapp.care_plans.models import CarePlan, CircleMember, FeeStep, MeetingKind, MeetingState, PlanMeeting
from cptsapp.care_plans.permissions import why_not_validate
from cptsapp.care_plans.queries.plans import agreeing, circle, doctor_of, locked
from cptsapp.care_plans.rules.defaults import REVIEW_CODES, REVIEWS_CODE, VALIDATION_CODE
from cptsapp.checklists.actions import set_state, touch
from cptsapp.checklists.models import Commitment, CommitmentState
from cptsapp.checklists.rules import OPEN
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal, refuse_if
from cptsapp.territory import queries as territory

NO_DOCTOR = "Le plan n’a pas de médecin traitant\u202f: ajoutez-le d’abord au cercle."
REVIEWED = "Un bilan est déjà fixé ou tenu\u202f: la validation ne se reprend plus."
REVIEWS = (MeetingKind.REVIEW_6, MeetingKind.REVIEW_12)


def validate(plan_id: int, *, by: CurrentUser, version: int | None = None) -> CarePlan:
    """The regular doctor, or the coordination to whom they said it, validates the plan today.

    Raises Refusal for anyone else, on a stale page, or without a regular doctor who takes part and is agreed to.
    """
    plan, doctor = _held(plan_id, by)
    refuse_stale(plan, version)
    if doctor is None or doctor.declined_at is not None or doctor.id not in agreeing(plan.id):
        raise Refusal(NO_DOCTOR)
    plan.validated_on, plan.validated_by_id = territory.today(), by.id
    move(plan, "validate", by=by, happened_on=plan.validated_on)
    _tick(plan, CommitmentState.DONE, by)
    meetings.create_reviews(plan, by=by)
    fees.owe_for(plan, FeeStep.VALIDATION, [doctor], plan.validated_on, by)
    return plan


def take_back(plan_id: int, *, by: CurrentUser, version: int | None = None) -> CarePlan:
    """The plan is not validated after all: its reviews go, its fee too. Raises Refusal once one is set, or approved."""
    plan, _ = _held(plan_id, by)
    refuse_stale(plan, version)
    move(plan, "unvalidate", by=by)
    reviews = _reviews(plan)
    refuse_if(REVIEWED if any(one.state is not MeetingState.PLANNED for one in reviews) else None)
    for review in reviews:
        move_meeting(review, "cancel", checklist_id=plan.checklist_id, by=by)
    fees.take_back(plan, FeeStep.VALIDATION, by)
    plan.validated_on = plan.validated_by_id = None
    _tick(plan, CommitmentState.TODO, by)
    _free_review_days(plan, by)
    return plan


def _held(plan_id: int, by: CurrentUser) -> tuple[CarePlan, CircleMember | None]:
    plan = locked(plan_id)
    doctor = doctor_of(circle(plan.id))
    refuse_if(why_not_validate(by, doctor.person_id if doctor else None))
    return plan, doctor


def _reviews(plan: CarePlan) -> list[PlanMeeting]:
    wanted = PlanMeeting.plan_id == plan.id, PlanMeeting.kind.in_(REVIEWS), PlanMeeting.state != MeetingState.CANCELLED
    return list(session.scalars(select(PlanMeeting).where(*wanted).order_by(PlanMeeting.id)))


def _tick(plan: CarePlan, after: CommitmentState, by: Actor | None) -> None:
    """A75, unless someone has said the same by hand."""
    for commitment in _standard(plan, VALIDATION_CODE):
        is_done = commitment.state is CommitmentState.DONE
        if commitment.state is not CommitmentState.DROPPED and is_done is not (after is CommitmentState.DONE):
            set_state(commitment, after, by=by, on=territory.today())


def _free_review_days(plan: CarePlan, by: Actor | None) -> None:
    for commitment in _standard(plan, REVIEWS_CODE, *REVIEW_CODES.values()):
        if commitment.state in OPEN:
            commitment.due_on = None
            touch(commitment, by)


def _standard(plan: CarePlan, *codes: str) -> list[Commitment]:
    wanted = select(Commitment).where(Commitment.checklist_id == plan.checklist_id, Commitment.code.in_(codes))
    held = wanted.order_by(Commitment.id).with_for_update().execution_options(populate_existing=True)
    return list(session.scalars(held))
