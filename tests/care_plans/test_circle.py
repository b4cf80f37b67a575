"""The circle: who joins, with whose agreement; the lead, the regular doctor; leaving frees what was owed."""

import pytest
from sqlalchemy import select

from cptsapp.care_plans.actions import agreements, circle, opening
from cptsapp.care_plans.actions.circle import Place
from cptsapp.care_plans.models import CircleMember, Consent, MemberRole, PlanAgreement, PlanState
from cptsapp.care_plans.queries.plans import circle as circle_of
from cptsapp.care_plans.queries.plans import doctor_of, lead_of, plan_for
from cptsapp.care_plans.relatives import Relative, read_relative
from cptsapp.checklists.models import Commitment, CommitmentState, Side
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible, Refusal
from tests.tools.factories import acting, make_organisation, make_person
from tests.tools.plans import make_member, make_plan

DOCTOR = Place(MemberRole.REGULAR_DOCTOR, consent=Consent.PHONE)
LEAD = Place(MemberRole.LEAD, is_lead=True, consent=Consent.PHONE)
MEMBER = Place(consent=Consent.IN_PERSON)


@pytest.fixture
def office(cast):
    return acting(cast.coordinator)


@pytest.fixture
def plan(cast):
    made = make_plan(number=17)
    session.commit()
    return made


@pytest.fixture
def engaged(cast, plan, office):
    """The GP is the regular doctor, a nurse the lead, another GP a professional; the circle is engaged."""
    make_member(plan, cast.gp_person)
    nurse = make_person(last_name="Jolly", first_name="Carole", title="")
    make_member(plan, nurse, role=MemberRole.PROFESSIONAL, is_lead=True)
    make_member(plan, cast.other_gp_person, role=MemberRole.PROFESSIONAL)
    opening.engage(plan.id, by=office)
    return plan


def owners(plan, side):
    rows = session.scalars(
        select(Commitment).where(Commitment.checklist_id == plan.checklist_id, Commitment.side == side)
    )
    return {row.owner_id for row in rows}


def member(plan, person):
    return session.scalar(
        select(CircleMember).where(CircleMember.plan_id == plan.id, CircleMember.person_id == person.id)
    )


# -- joining ----------------------------------------------------------------------------------------------------------


def test_a_professional_joins_with_the_agreement_of_the_person(cast, plan, office):
    made = circle.add_person(plan.id, cast.gp_person.id, DOCTOR, by=office)
    given = session.scalar(select(PlanAgreement).where(PlanAgreement.member_id == made.id))
    assert (made.role, given.consent, given.collected_by_id) == (
        MemberRole.REGULAR_DOCTOR,
        Consent.PHONE,
        cast.coordinator.id,
    )


def test_nobody_is_twice_in_a_circle(cast, plan, office):
    circle.add_person(plan.id, cast.gp_person.id, DOCTOR, by=office)
    with pytest.raises(Refusal, match="déjà dans le cercle"):
        circle.add_person(plan.id, cast.gp_person.id, MEMBER, by=office)


def test_a_nurse_is_no_regular_doctor(plan, office):
    nurse = make_person(last_name="Jolly", first_name="Carole", title="", profession="nurse")
    with pytest.raises(Refusal, match="est un médecin"):
        circle.add_person(plan.id, nurse.id, DOCTOR, by=office)


def test_one_regular_doctor(cast, plan, office):
    circle.add_person(plan.id, cast.gp_person.id, DOCTOR, by=office)
    with pytest.raises(Refusal, match="déjà un médecin traitant"):
        circle.add_person(plan.id, cast.other_gp_person.id, DOCTOR, by=office)


def test_whoever_is_kept_out_of_the_directory_does_not_join(plan, office, cast):
    cast.gp_person.objected_on = plan.opened_on
    with pytest.raises(Invisible):
        circle.add_person(plan.id, cast.gp_person.id, DOCTOR, by=office)


def test_a_second_lead_replaces_the_first_who_stays(cast, plan, office):
    circle.add_person(plan.id, cast.gp_person.id, LEAD, by=office)
    circle.add_person(plan.id, cast.other_gp_person.id, LEAD, by=office)
    former = member(plan, cast.gp_person)
    assert lead_of(circle_of(plan.id)).person_id == cast.other_gp_person.id
    assert (former.is_lead, former.role, former.left_at) == (False, MemberRole.PROFESSIONAL, None)


def test_a_structure_opens_nothing(plan, office):
    house = make_organisation(name="SSIAD du Littoral")
    made = circle.add_structure(plan.id, house.id, MEMBER, by=office)
    assert (made.role, made.person_id) == (MemberRole.STRUCTURE, None)
    with pytest.raises(Refusal, match="déjà"):
        circle.add_structure(plan.id, house.id, MEMBER, by=office)


def test_a_relative_is_sealed_and_shown_by_initials(plan, office):
    made = circle.add_relative(plan.id, Relative("Odile Bretonnière", "fille", "+33639981438"), MEMBER, by=office)
    assert b"Bretonni" not in made.name
    assert b"639981438" not in made.contact
    assert (read_relative(made).name, read_relative(made).initials) == ("Odile Bretonnière", "O. B.")


def test_a_relative_with_a_nir_is_refused(plan, office):
    with pytest.raises(Refusal, match="sécurité sociale"):
        circle.add_relative(plan.id, Relative("Odile 2 70 03 85 288 123 45"), MEMBER, by=office)


def test_a_closed_plan_takes_nobody(cast, office):
    closed = make_plan(PlanState.CLOSED)
    with pytest.raises(Refusal, match="clos"):
        circle.add_person(closed.id, cast.gp_person.id, MEMBER, by=office)


def test_one_of_the_circle_adds_nobody(cast, plan):
    make_member(plan, cast.gp_person)
    with pytest.raises(Refusal, match="référent"):
        circle.add_person(plan.id, cast.other_gp_person.id, MEMBER, by=acting(cast.gp))


def test_the_lead_does(cast, plan):
    make_member(plan, cast.gp_person, is_lead=True)
    assert circle.add_person(plan.id, cast.other_gp_person.id, MEMBER, by=acting(cast.gp)).id


# -- what they owe ----------------------------------------------------------------------------------------------------


def test_what_the_doctor_owed_passes_to_the_next(cast, engaged, office):
    other = make_person(last_name="Fradet", first_name="Émilie")
    circle.replace_doctor(engaged.id, other.id, Consent.PHONE, by=office)
    assert owners(engaged, Side.REGULAR_DOCTOR) == {other.id}
    assert doctor_of(circle_of(engaged.id)).person_id == other.id
    assert member(engaged, cast.gp_person).left_at is not None


def test_one_of_the_circle_becomes_the_doctor(cast, engaged, office):
    circle.replace_doctor(engaged.id, cast.other_gp_person.id, None, by=office)
    assert owners(engaged, Side.REGULAR_DOCTOR) == {cast.other_gp_person.id}
    theirs = session.scalar(select(Commitment).where(Commitment.side == Side.CIRCLE))
    assert theirs.state is CommitmentState.DROPPED


def test_without_the_agreement_nothing_passes_to_the_next_doctor(engaged, office):
    other = make_person(last_name="Fradet", first_name="Émilie")
    circle.replace_doctor(engaged.id, other.id, None, by=office)
    assert owners(engaged, Side.REGULAR_DOCTOR) == {None}
    made = doctor_of(circle_of(engaged.id))
    agreements.collect(engaged.id, made.id, Consent.PHONE, by=office)
    assert owners(engaged, Side.REGULAR_DOCTOR) == {other.id}


def test_replacing_on_a_stale_page_is_refused(cast, engaged, office):
    with pytest.raises(Refusal, match="a changé"):
        circle.replace_doctor(engaged.id, cast.other_gp_person.id, None, by=office, version=1)


def test_the_lead_hands_over_what_a_lead_owes(cast, engaged, office):
    circle.make_lead(engaged.id, member(engaged, cast.gp_person).id, by=office)
    assert owners(engaged, Side.LEAD) == {cast.gp_person.id}


def test_a_relative_is_no_lead(plan, office):
    made = circle.add_relative(plan.id, Relative("Odile Bretonnière"), MEMBER, by=office)
    with pytest.raises(Refusal, match="personne de l’annuaire"):
        circle.make_lead(plan.id, made.id, by=office)


def test_leaving_frees_what_was_owed(cast, engaged):
    circle.leave_mine(engaged.id, by=acting(cast.gp))
    assert owners(engaged, Side.REGULAR_DOCTOR) == {None}
    with pytest.raises(Invisible):
        plan_for(acting(cast.gp), 2026, 17)


def test_whoever_joins_once_engaged_owes_the_meeting(engaged, office):
    late = make_person(last_name="Vrignaud", first_name="Simon", title="", profession="physiotherapist")
    circle.add_person(engaged.id, late.id, MEMBER, by=office)
    assert late.id in owners(engaged, Side.CIRCLE)


# -- the agreement ----------------------------------------------------------------------------------------------------


def test_withdrawn_it_shuts_the_plan_at_once(cast, engaged, office):
    assert plan_for(acting(cast.gp), 2026, 17)
    agreements.withdraw(engaged.id, member(engaged, cast.gp_person).id, by=office)
    with pytest.raises(Invisible):
        plan_for(acting(cast.gp), 2026, 17)
    assert owners(engaged, Side.REGULAR_DOCTOR) == {None}


def test_given_again_it_opens_it_again(cast, engaged, office):
    mine = member(engaged, cast.other_gp_person).id
    agreements.withdraw(engaged.id, mine, by=office)
    agreements.collect(engaged.id, mine, Consent.WRITTEN, by=office)
    assert plan_for(acting(cast.other_gp), 2026, 17)
    theirs = session.scalar(select(Commitment).where(Commitment.side == Side.CIRCLE))
    assert theirs.state is CommitmentState.TODO


def test_withdrawn_twice_is_refused(cast, engaged, office):
    mine = member(engaged, cast.gp_person).id
    agreements.withdraw(engaged.id, mine, by=office)
    with pytest.raises(Refusal, match="déjà retiré"):
        agreements.withdraw(engaged.id, mine, by=office)
