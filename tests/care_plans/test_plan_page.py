"""The pages of a plan: what they show and to whom, what is recorded, the next act; the list and the circle's forms."""

from datetime import date

import pytest
from sqlalchemy import select

from cptsapp.accounts.models import Role
from cptsapp.audit.models import AuditEvent
from cptsapp.care_plans.actions import opening
from cptsapp.care_plans.models import (
    CarePlan,
    CircleMember,
    Consent,
    FeePayee,
    FeeStep,
    FlatFee,
    MemberRole,
    PlanState,
)
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.directory.models import Profession
from tests.tools.factories import acting, make_organisation, make_person, make_place, make_practice, make_user
from tests.tools.plans import MARCEL, make_member, make_plan
from tests.tools.queries import count_queries

PAGE = "/ppcs/2026-17"


@pytest.fixture
def plan(cast):
    """A plan of which the GP is the regular doctor, and a nurse the lead."""
    made = make_plan(number=17)
    make_member(made, cast.gp_person)
    nurse = make_person(last_name="Jolly", first_name="Carole", title="", mail="carole.jolly@cabinet.example")
    make_member(made, nurse, role=MemberRole.PROFESSIONAL, is_lead=True)
    session.commit()
    return made.id


@pytest.fixture
def lead(plan):
    """The nurse's account."""
    nurse = session.scalar(select(CircleMember.person_id).where(CircleMember.is_lead))
    user = make_user(Role.PRACTITIONER, display_name="Carole Jolly", person_id=nurse, mail="carole@cabinet.example")
    session.commit()
    return user


def readings(kind):
    found = session.execute(select(AuditEvent.user_id, AuditEvent.subject_id).where(AuditEvent.kind == kind))
    return [tuple(row) for row in found]


def statements(browser, url):
    with count_queries() as sent:
        browser.get(url)
    return len(sent)


def members():
    return session.scalars(select(CircleMember).order_by(CircleMember.id.desc())).all()


# -- the page ---------------------------------------------------------------------------------------------------------


def test_page_shows_initials_and_year_never_the_name(plan, cast, sign_in):
    page = sign_in(cast.coordinator).get(PAGE).text
    assert "PPCS 2026-017, M. B., 1938" in page
    assert MARCEL.last_name not in page


def test_opening_is_recorded(plan, cast, sign_in):
    coordinator = cast.coordinator.id
    sign_in(cast.coordinator).get(PAGE)
    assert readings("plan.read") == [(coordinator, plan)]


def test_identity_is_asked_for_and_recorded(plan, lead, sign_in):
    user_id = lead.id
    page = sign_in(lead).post(f"{PAGE}/identite")
    assert "Marcel Bretonnière" in page.text
    assert readings("plan.identity_read") == [(user_id, plan)]


def test_identity_is_not_for_the_rest_of_the_circle(plan, cast, sign_in):
    page = sign_in(cast.gp).post(f"{PAGE}/identite")
    assert page.status_code == 403
    assert readings("plan.identity_read") == []


def test_only_who_is_paid_by_nobody_here_is_without_a_fee(plan, cast, sign_in):
    given = {"payee": FeePayee.REGULAR_DOCTOR, "starts_on": date(2026, 1, 1), "created_at": clock.now()}
    session.add(FlatFee(step=FeeStep.VALIDATION, cents=4000, **given))
    session.commit()
    assert "sans forfait" not in sign_in(cast.coordinator).get(PAGE).text
    house = make_organisation(name="SSIAD du Littoral")
    made = session.query(CarePlan).first()
    make_member(made, role=MemberRole.STRUCTURE, organisation_id=house.id)
    session.commit()
    assert "sans forfait" in sign_in(cast.coordinator).get(PAGE).text


def test_what_is_missing_is_the_next_act(cast, sign_in):
    make_plan(number=17)
    session.commit()
    page = sign_in(cast.coordinator).get(PAGE).text
    assert "Nommez le référent du plan" in page
    assert f"{PAGE}/cercle/ajouter?place=lead" in page


def test_a_doctor_who_declined_is_replaced(plan, cast, sign_in):
    member = session.scalar(select(CircleMember).where(CircleMember.role == MemberRole.REGULAR_DOCTOR))
    member.accepted_at, member.declined_at = None, member.accepted_at
    session.commit()
    page = sign_in(cast.coordinator).get(PAGE).text
    assert "Le médecin traitant a décliné" in page
    assert f"{PAGE}/cercle/medecin" in page


def test_the_circle_is_engaged_from_the_page(plan, lead, sign_in):
    browser = sign_in(lead)
    assert "Engager le cercle" in browser.get(PAGE).text
    page = browser.post(f"{PAGE}/engager", follow_redirects=True).text
    assert "Choisir la date de la première réunion" in page
    assert "Valider le plan, expertise médicale" in page


def test_a_refusal_is_told_on_the_page(plan, cast, sign_in):
    page = sign_in(cast.gp).post(f"{PAGE}/valider")
    assert page.status_code == 409
    assert "page a peut-être changé" in page.text


@pytest.mark.parametrize("state", list(PlanState))
def test_page_in_each_state(cast, sign_in, state):
    made = make_plan(state, number=17)
    make_member(made, cast.gp_person, is_lead=True)
    session.commit()
    assert sign_in(cast.gp).get(PAGE).status_code == 200


def test_page_takes_as_many_statements_whatever_the_circle(plan, cast, sign_in):
    office = sign_in(cast.coordinator)
    office.get(PAGE)
    before = statements(office, PAGE)
    kept = session.get_one(CarePlan, plan)
    for number in range(12):
        make_member(kept, make_person(last_name=f"Un{number}", first_name="Ada"), role=MemberRole.PROFESSIONAL)
    session.commit()
    assert statements(office, PAGE) == before


# -- the list ---------------------------------------------------------------------------------------------------------


def test_list_is_recorded_by_how_many(plan, cast, sign_in):
    assert "M. B., 1938" in sign_in(cast.coordinator).get("/ppcs").text
    told = session.scalar(select(AuditEvent).where(AuditEvent.kind == "plans.listed"))
    assert told.data == {"count": 1}


def test_list_holds_only_the_plans_of_ones_circles(plan, cast, sign_in):
    make_plan(number=18)
    session.commit()
    page = sign_in(cast.gp).get("/ppcs").text
    assert "2026-017" in page
    assert "2026-018" not in page


@pytest.mark.parametrize("typed", ["2026-017", "17", "bretonn", "talmont", "marcel"])
def test_search(plan, cast, sign_in, typed):
    assert "PPCS 2026-017" in sign_in(cast.coordinator).post("/ppcs/chercher", data={"q": typed}).text


def test_search_by_name_is_for_the_coordination(plan, cast, sign_in):
    gp = sign_in(cast.gp)
    assert "Aucun plan ne répond" in gp.post("/ppcs/chercher", data={"q": "bretonnière"}).text
    assert "PPCS 2026-017" in gp.post("/ppcs/chercher", data={"q": "m b"}).text


def test_late_plans_have_their_chip(plan, cast, sign_in, set_clock):
    from datetime import timedelta

    from tests.conftest import MONDAY

    opening.engage(plan, by=acting(cast.coordinator))
    session.commit()
    assert "Rien en retard" in sign_in(cast.coordinator).get("/ppcs?etat=en-retard").text
    set_clock(MONDAY + timedelta(days=20))
    assert "PPCS 2026-017" in sign_in(cast.coordinator).get("/ppcs?etat=en-retard").text


def test_long_list_takes_as_many_statements(plan, cast, sign_in):
    office = sign_in(cast.coordinator)
    office.get("/ppcs")
    before = statements(office, "/ppcs")
    for number in range(100, 160):
        make_plan(number=number)
    session.commit()
    assert statements(office, "/ppcs") == before
    assert "Suivants" in office.get("/ppcs").text


# -- the circle -------------------------------------------------------------------------------------------------------


def add(browser, qui="personne", **data):
    return browser.post(f"{PAGE}/cercle/ajouter?qui={qui}", data=data)


def test_a_name_that_means_one_person_is_enough(plan, cast, sign_in):
    office, doctor = sign_in(cast.coordinator), cast.other_gp_person.id
    answer = add(office, who="benali", role="professional", consent="phone", invites="y")
    assert answer.status_code == 303
    assert members()[0].person_id == doctor
    assert members()[0].invited_at is not None


def test_several_are_offered_to_choose_from(plan, cast, sign_in):
    other = make_person(last_name="Benali", first_name="Karim").id
    session.commit()
    office = sign_in(cast.coordinator)
    page = add(office, who="benali", role="professional")
    assert page.status_code == 409
    assert "Dr Karim Benali" in page.text
    assert add(office, who="benali", person=other, role="professional").status_code == 303
    assert members()[0].person_id == other


def test_nobody_of_that_name(plan, cast, sign_in):
    page = add(sign_in(cast.coordinator), who="zzz", role="professional")
    assert "Personne de ce nom dans l’annuaire" in page.text


def test_a_partner_who_leads_gives_the_whole_name(plan, cast, sign_in):
    person = make_person(last_name="Brochard", first_name="Anne-Lise", title="")
    partner = make_user(Role.PARTNER, display_name="Anne-Lise Brochard", person_id=person.id)
    kept = session.get_one(CarePlan, plan)
    session.scalar(select(CircleMember).where(CircleMember.is_lead)).is_lead = False
    make_member(kept, person, role=MemberRole.LEAD, is_lead=True)
    session.commit()
    browser = sign_in(partner)
    assert "en entier" in add(browser, who="benali", role="professional").text
    assert add(browser, who="sarah benali", role="professional").status_code == 303


def test_a_structure_and_a_relative_join(plan, cast, sign_in):
    make_organisation(name="SSIAD du Littoral", folded="ssiad du littoral")
    session.commit()
    office = sign_in(cast.coordinator)
    assert add(office, "structure", who="ssiad").status_code == 303
    assert add(office, "proche", name="Odile Bretonnière", link="fille", phone="06 39 98 14 38").status_code == 303
    page = office.get(PAGE).text
    assert "SSIAD du Littoral" in page
    assert "O. B." in page
    assert "Odile" not in page


def test_member_page_collects_then_withdraws_the_agreement(plan, cast, sign_in):
    number = make_member(session.get_one(CarePlan, plan), cast.other_gp_person, agreed=False, role="professional").id
    session.commit()
    office, url = sign_in(cast.coordinator), f"{PAGE}/cercle/{number}"
    assert office.post(f"{url}/accord", data={"consent": Consent.WRITTEN}).status_code == 303
    assert "par écrit" in office.get(url).text
    office.post(f"{url}/accord/retirer")
    assert "à recueillir" in office.get(url).text


def test_the_doctor_is_changed_from_a_page(plan, cast, sign_in):
    office = sign_in(cast.coordinator)
    version = session.get_one(CarePlan, plan).version
    session.rollback()
    sent = {"who": "benali", "consent": "phone", "version": version}
    assert office.post(f"{PAGE}/cercle/medecin", data=sent).status_code == 303
    again = office.post(f"{PAGE}/cercle/medecin", data={**sent, "who": "renaudin"})
    assert again.status_code == 409
    assert "a changé" in again.text


def test_leaving_is_confirmed_first(plan, cast, sign_in):
    gp = sign_in(cast.gp)
    assert "Vous ne lisez plus ce plan." in gp.get(f"{PAGE}/quitter").text
    gp.post(f"{PAGE}/quitter/confirmer")
    assert gp.get(PAGE).status_code == 404


def test_nobody_is_invited_before_the_person_agrees(plan, cast, sign_in):
    page = add(sign_in(cast.coordinator), who="benali", role="professional", invites="y")
    assert page.status_code == 422
    assert "Recueillez d’abord l’accord de la personne." in page.text


def test_without_address_the_member_page_says_to_ring(plan, cast, sign_in):
    office = sign_in(cast.coordinator)
    add(office, "proche", name="Odile Bretonnière", consent="phone")
    assert "Aucune adresse connue" in office.get(f"{PAGE}/cercle/{members()[0].id}").text


def test_one_of_a_team_is_told_by_where_they_work(plan, cast, sign_in):
    person = make_person(last_name="Besson", first_name="Karine", title="", profession=Profession.STAFF)
    make_practice(person, make_place(organisation_id=make_organisation(name="DAC Vendée Littoral").id))
    make_member(session.get_one(CarePlan, plan), person, role=MemberRole.PROFESSIONAL)
    session.commit()
    assert "<small>DAC Vendée Littoral</small>" in sign_in(cast.coordinator).get(PAGE).text
