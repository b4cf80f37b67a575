"""Who is owed a flat fee for a step, and how much (A68): pure rules.

No public amount exists: each CPTS writes its own.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from types import MappingProxyType
from typing import Protocol, TypeVar

from cptsapp.care_plans.models import FeePayee, FeeStep, MeetingKind, MemberRole
from cptsapp.directory.models import Profession

STEP_OF_MEETING = MappingProxyType(
    {
        MeetingKind.FIRST: FeeStep.MEETING,
        MeetingKind.REVIEW_6: FeeStep.REVIEW_6,
        MeetingKind.REVIEW_12: FeeStep.REVIEW_12,
    }
)
STEP_WORDS = MappingProxyType(
    {
        FeeStep.MEETING: "visioconférence",
        FeeStep.VALIDATION: "validation",
        FeeStep.REVIEW_6: "bilan des 6 mois",
        FeeStep.REVIEW_12: "bilan d’un an",
    }
)
PAYEE_WORDS = MappingProxyType(
    {
        FeePayee.REGULAR_DOCTOR: "médecin traitant",
        FeePayee.LEAD: "référent du plan",
        FeePayee.PROFESSIONAL: "autre professionnel du cercle",
    }
)


class Member(Protocol):
    """Someone of a circle, as these rules see them."""

    @property
    def role(self) -> MemberRole: ...
    @property
    def is_lead(self) -> bool: ...
    @property
    def person_id(self) -> int | None: ...


class Amount(Protocol):
    """An amount of the settings, as these rules see it."""

    @property
    def step(self) -> FeeStep: ...
    @property
    def payee(self) -> FeePayee: ...
    @property
    def starts_on(self) -> date: ...
    @property
    def cents(self) -> int: ...


A = TypeVar("A", bound=Amount)


def payees(member: Member, profession: Profession | None) -> Sequence[FeePayee]:
    """As what someone may be owed, the narrowest first: health professionals alone (A68).

    Whoever is there for a structure, or is of its staff, is paid by it, lead or not.
    """
    is_paid_elsewhere = member.role is MemberRole.STRUCTURE or profession in (None, Profession.STAFF)
    if member.person_id is None or is_paid_elsewhere:
        return ()
    is_doctor = member.role is MemberRole.REGULAR_DOCTOR
    return (
        *((FeePayee.REGULAR_DOCTOR,) if is_doctor else ()),
        *((FeePayee.LEAD,) if member.is_lead or member.role is MemberRole.LEAD else ()),
        *(() if is_doctor else (FeePayee.PROFESSIONAL,)),
    )


def in_force(amounts: Iterable[A], step: FeeStep, payee: FeePayee, day: date) -> A | None:
    """The amount of a step and a payee on a day: the last that began; None before the first, and for one of zero."""
    begun = [amount for amount in amounts if (amount.step, amount.payee) == (step, payee) and amount.starts_on <= day]
    last = max(begun, key=lambda amount: amount.starts_on, default=None)
    return last if last is not None and last.cents else None


def fee_of(member: Member, profession: Profession | None, amounts: Sequence[A], step: FeeStep, day: date) -> A | None:
    """What someone is owed for a step done on a day, once however many their titles; None: « sans forfait »."""
    found = (in_force(amounts, step, payee, day) for payee in payees(member, profession))
    return next((amount for amount in found if amount is not None), None)
