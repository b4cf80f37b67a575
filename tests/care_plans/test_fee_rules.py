"""Which amount is owed to whom: properties over any amounts, any places in a circle."""

from dataclasses import dataclass
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from cptsapp.care_plans.models import FeePayee, FeeStep, MeetingKind, MemberRole
from cptsapp.care_plans.rules.fees import PAYEE_WORDS, STEP_OF_MEETING, STEP_WORDS, fee_of, in_force, payees
from cptsapp.directory.models import Profession

DAYS = st.dates(date(2025, 1, 1), date(2027, 12, 31))


@dataclass(frozen=True)
class Amount:
    step: FeeStep
    payee: FeePayee
    starts_on: date
    cents: int


@dataclass(frozen=True)
class Member:
    role: MemberRole
    is_lead: bool
    person_id: int | None


def _key(amount):
    return amount.step, amount.payee, amount.starts_on


amounts = st.lists(
    st.builds(Amount, st.sampled_from(FeeStep), st.sampled_from(FeePayee), DAYS, st.integers(0, 10**6)),
    max_size=20,
    unique_by=_key,
)
professions = st.none() | st.sampled_from(Profession)
members = st.builds(Member, st.sampled_from(MemberRole), st.booleans(), st.none() | st.integers(1, 9))


@given(amounts, st.sampled_from(FeeStep), st.sampled_from(FeePayee), DAYS)
def test_the_amount_of_a_day_is_the_last_that_began(found, step, payee, day):
    begun = sorted(
        (one.starts_on, one.cents) for one in found if (one.step, one.payee) == (step, payee) and one.starts_on <= day
    )
    expected = begun[-1][1] if begun and begun[-1][1] else None
    amount = in_force(found, step, payee, day)
    assert (amount.cents if amount else None) == expected


@given(amounts, members, professions, st.sampled_from(FeeStep), DAYS)
def test_someone_is_owed_one_amount_of_theirs_or_none(found, member, profession, step, day):
    amount = fee_of(member, profession, found, step, day)
    possible = [in_force(found, step, payee, day) for payee in payees(member, profession)]
    if amount is None:
        assert not any(possible)
    else:
        assert amount == next(one for one in possible if one is not None)


@given(members, professions)
def test_whoever_is_no_health_professional_is_owed_nothing(member, profession):
    is_paid = member.person_id is not None and profession not in (None, Profession.STAFF)
    assert bool(payees(member, profession)) <= is_paid


def test_the_doctor_who_leads_is_first_the_doctor():
    doctor = Member(MemberRole.REGULAR_DOCTOR, True, 1)
    assert payees(doctor, Profession.GP) == (FeePayee.REGULAR_DOCTOR, FeePayee.LEAD)


def test_someone_of_a_structure_is_owed_nothing_even_as_the_lead():
    assert payees(Member(MemberRole.STRUCTURE, True, 1), Profession.NURSE) == ()


def test_every_step_and_payee_has_its_words_and_an_extra_meeting_is_worth_nothing():
    assert set(STEP_WORDS) == set(FeeStep)
    assert set(PAYEE_WORDS) == set(FeePayee)
    assert MeetingKind.EXTRA not in STEP_OF_MEETING
