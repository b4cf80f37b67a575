"""Who is in a care circle: added, lead or regular doctor in turn, gone. Invited and answering: `actions.answers`."""

from dataclasses import dataclass

from cptsapp.accounts.identity import CurrentUser
from cptsapp.audit.actions import Actor
from cptsapp.care_plans.actions import agreements, links, standard
from cptsapp.care_plans.actions.changing import CLOSED, held, say
from cptsapp.care_plans.actions.moves import touch
from cptsapp.care_plans.models import CarePlan, CircleMember, Consent, MemberRole, PlanState
from cptsapp.care_plans.queries.plans import circle, doctor_of, lead_of, locked, member_of
from cptsapp.care_plans.relatives import Relative, read_relative, seal_relative
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible, Refusal, refuse_if
from cptsapp.directory.merged import roots, same_person
from cptsapp.directory.models import Organisation, Person, Profession

ALREADY = "Cette personne est déjà dans le cercle."
HOUSE_ALREADY = "Cette structure est déjà dans le cercle."
NOT_A_DOCTOR = "Le médecin traitant est un médecin\u202f: choisissez-en un dans l’annuaire."
DOCTOR_ALREADY = "Le plan a déjà un médecin traitant\u202f: ouvrez sa fiche pour le remplacer."
NOT_A_PERSON = "Le référent est une personne de l’annuaire\u202f: une structure ou un proche ne peut pas l’être."
DECLINED = "Cette personne a décliné\u202f: elle ne peut pas être référente."
DOCTORS = (Profession.GP, Profession.SPECIALIST)


@dataclass(frozen=True, slots=True)
class Place:
    """What someone is to be in the circle, and how the person agreed to it; None when they did not yet."""

    role: MemberRole = MemberRole.PROFESSIONAL
    is_lead: bool = False
    consent: Consent | None = None


def add_person(plan_id: int, person_id: int, place: Place, *, by: CurrentUser) -> CircleMember:
    """Someone of the directory joins the circle. Raises Refusal when they are there, or another is the doctor."""
    plan, members = held(plan_id, by=by)
    person = _person(person_id)
    _refuse_place(place, person, members)
    if place.is_lead:
        _step_down(plan, lead_of(members), by)
    role = MemberRole.PROFESSIONAL if place.role is MemberRole.LEAD and not place.is_lead else place.role
    return _join(plan, CircleMember(role=role, is_lead=place.is_lead, person_id=person.id), place.consent, by)


def _person(person_id: int) -> Person:
    """Under the number they have now. Raises Invisible for who asked to be kept out."""
    found = session.get(Person, roots().get(person_id, person_id))
    if found is None or found.objected_on is not None:
        raise Invisible
    return found


def _refuse_place(place: Place, person: Person, members: list[CircleMember]) -> None:
    there = {member.person_id for member in members}
    refuse_if(ALREADY if there & same_person({person.id}) else None)
    if place.role is MemberRole.REGULAR_DOCTOR:
        refuse_if(NOT_A_DOCTOR if person.profession not in DOCTORS else None)
        refuse_if(DOCTOR_ALREADY if doctor_of(members) is not None else None)


def add_structure(plan_id: int, organisation_id: int, place: Place, *, by: CurrentUser) -> CircleMember:
    """A structure joins the circle; it opens nothing: a person there is named for that."""
    plan, members = held(plan_id, by=by)
    house = session.get(Organisation, organisation_id)
    if house is not None and house.merged_into_id is not None:
        house = session.get(Organisation, house.merged_into_id)
    if house is None:
        raise Invisible
    refuse_if(HOUSE_ALREADY if house.id in {member.organisation_id for member in members} else None)
    return _join(plan, CircleMember(role=MemberRole.STRUCTURE, organisation_id=house.id), place.consent, by)


def add_relative(plan_id: int, relative: Relative, place: Place, *, by: CurrentUser) -> CircleMember:
    """A relative joins the circle: name and contact sealed. Raises Refusal for a NIR, or sent twice."""
    plan, members = held(plan_id, by=by)
    refuse_if(ALREADY if relative in [read_relative(one) for one in members] else None)
    member = CircleMember(role=MemberRole.RELATIVE)
    seal_relative(member, relative)
    return _join(plan, member, place.consent, by)


def _join(plan: CarePlan, member: CircleMember, consent: Consent | None, by: CurrentUser) -> CircleMember:
    member.plan_id, member.added_at, member.added_by_id = plan.id, clock.now(), by.id
    session.add(member)
    touch(plan)
    say(plan, "circle.added", member, by=by)
    if consent is not None:
        agreements.write(plan, member, consent, by=by)
    return member


# -- lead and regular doctor ------------------------------------------------------------------------------------------


def make_lead(plan_id: int, member_id: int, *, by: CurrentUser, version: int | None = None) -> CircleMember:
    """Another of the circle becomes the lead; the former one stays in it. Raises Refusal: not a person, declined."""
    plan, members = held(plan_id, by=by, version=version)
    member = member_of(plan.id, member_id)
    refuse_if(NOT_A_PERSON if member.person_id is None else None)
    refuse_if(DECLINED if member.declined_at is not None else None)
    former = lead_of(members)
    if former is member:
        return member
    _step_down(plan, former, by)
    member.is_lead = True
    touch(plan)
    say(plan, "circle.lead_changed", member, by=by)
    _place_again(plan, member, by)
    return member


def _step_down(plan: CarePlan, former: CircleMember | None, by: CurrentUser) -> None:
    if former is None:
        return
    former.is_lead = False
    if former.role is MemberRole.LEAD:
        former.role = MemberRole.PROFESSIONAL
    session.flush()  # one lead at a time: the index would refuse the next
    if plan.state is not PlanState.PREPARING and former.declined_at is None:
        _place_again(plan, former, by)


def _place_again(plan: CarePlan, member: CircleMember, by: CurrentUser) -> None:
    if agreements.is_given(member):
        standard.take_place(plan, member, by=by)


def replace_doctor(
    plan_id: int, person_id: int, consent: Consent | None, *, by: CurrentUser, version: int | None = None
) -> CircleMember:
    """Another becomes the regular doctor, from the directory or from the circle; the former one leaves it.

    What was owed and not done passes to the new one. Raises Refusal for who is no doctor, or on a stale page.
    """
    plan, members = held(plan_id, by=by, version=version)
    person = _person(person_id)
    refuse_if(NOT_A_DOCTOR if person.profession not in DOCTORS else None)
    former = doctor_of(members)
    numbers = same_person({person.id})
    if former is not None and former.person_id in numbers:
        raise Refusal("C’est déjà le médecin traitant du plan.")
    was_lead = former is not None and former.is_lead
    if former is not None:
        _leave(plan, former, by)
    there = next((member for member in members if member.person_id in numbers), None)
    if there is None:
        made = CircleMember(role=MemberRole.REGULAR_DOCTOR, person_id=person.id, is_lead=was_lead)
        return _join(plan, made, consent, by)
    standard.leave_place(plan, there, by=by)
    there.role, there.is_lead = MemberRole.REGULAR_DOCTOR, there.is_lead or was_lead
    touch(plan)
    say(plan, "circle.doctor_changed", there, by=by)
    _place_again(plan, there, by)
    return there


# -- leaving ----------------------------------------------------------------------------------------------------------


def leave(plan_id: int, member_id: int, *, by: CurrentUser, version: int | None = None) -> None:
    """Someone is no longer of the circle: they read nothing more, and what they owed waits for the next."""
    plan, _ = held(plan_id, by=by, version=version)
    _leave(plan, member_of(plan.id, member_id), by)


def leave_mine(plan_id: int, *, by: CurrentUser) -> None:
    """Whoever is at the screen leaves the circle, each place they hold there. Raises Invisible when they hold none."""
    plan = locked(plan_id)
    numbers = same_person({by.person_id}) if by.person_id is not None else set()
    mine = [one for one in circle(plan.id) if one.person_id is not None and one.person_id in numbers]
    if not mine:
        raise Invisible
    refuse_if(CLOSED if plan.state is PlanState.CLOSED else None)
    for member in mine:
        _leave(plan, member, by)


def _leave(plan: CarePlan, member: CircleMember, by: Actor | None) -> None:
    standard.leave_place(plan, member, by=by)
    member.left_at = clock.now()
    member.is_lead = False
    links.revoke_for(member.id)
    touch(plan)
    say(plan, "circle.left", member, by=by)
