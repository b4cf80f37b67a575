"""Every table of the plans, by subject."""

from cptsapp.care_plans.models.calendar import (
    Attendance,
    DateAnswer,
    DateReply,
    DocumentAsked,
    DocumentKind,
    MeetingDate,
    MeetingKind,
    MeetingState,
    PlanMeeting,
)
from cptsapp.care_plans.models.fees import (
    CarePlanSettings,
    FeePayee,
    FeeStep,
    FlatFee,
    PlanFee,
)
from cptsapp.care_plans.models.plans import (
    CarePlan,
    CircleMember,
    Consent,
    MemberRole,
    PlanAgreement,
    PlanEnd,
    PlanLink,
    PlanRight,
    PlanState,
    RightKind,
)

__all__ = [
    "Attendance",
    "CarePlan",
    "CarePlanSettings",
    "CircleMember",
    "Consent",
    "DateAnswer",
    "DateReply",
    "DocumentAsked",
    "DocumentKind",
    "FeePayee",
    "FeeStep",
    "FlatFee",
    "MeetingDate",
    "MeetingKind",
    "MeetingState",
    "MemberRole",
    "PlanAgreement",
    "PlanEnd",
    "PlanFee",
    "PlanLink",
    "PlanMeeting",
    "PlanRight",
    "PlanState",
    "RightKind",
]
