"""Opening a plan: its number, its person, who may; the page that opens it from a request."""

from datetime import date

import pytest
from sqlalchemy import select

from cptsapp.audit.models import AuditEvent
from cptsapp.care_plans.actions import opening
from cptsapp.care_plans.actions.opening import Newcomer
from cptsapp.care_plans.models import CarePlan, MemberRole, PlanEnd, PlanState
from cptsapp.care_plans.rules.defaults import DELAYS, STANDARDS
from cptsapp.checklists.models import Commitment, JournalEntry
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible, Refusal
from tests.tools.factories import acting, make_person
from tests.tools.inbox import JEANNE, make_request, make_seeker
from tests.tools.plans import MARCEL, make_member, make_plan
from tests.tools.races import at_once

NEWCOMER = Newcomer(MARCEL, "+33639981438", "85288")


@pytest.fixture
def office(cast):
    return acting(cast.coordinator)


def request_of(**overrides):
    made = make_request("searching", **overrides)
    session.commit()
    return made


def test_number_follows_the_last_of_the_year(office):
    make_plan(year=2026, number=16)
    make_plan(year=2025, number=40)
    plan = opening.open_alone(NEWCOMER, by=office)
    assert (plan.year, plan.number, plan.state) == (2026, 17, PlanState.PREPARING)


@pytest.mark.database
def test_numbers_have_no_gap_whoever_opens_at_once(app, office):
    assert at_once(app, *[lambda: opening.open_alone(NEWCOMER, by=office)] * 4) == {"done": 4}
    assert sorted(session.scalars(select(CarePlan.number))) == [1, 2, 3, 4]


@pytest.mark.database
def test_a_seeker_has_one_open_plan_whoever_opens_it(app, office):
    asked = request_of()
    request_id, seeker_id = asked.id, asked.seekers[0].id
    ended = at_once(app, *[lambda: opening.open_from_request(request_id, seeker_id, by=office)] * 3)
    assert ended == {"done": 1, "refused": 2}


def test_seeker_is_not_copied(office):
    asked = request_of()
    plan = opening.open_from_request(asked.id, asked.seekers[0].id, by=office)
    assert (plan.name, plan.seeker_id, plan.commune_code) == (None, asked.seekers[0].id, "85288")


def test_refused_for_one_who_has_a_plan(office):
    asked = request_of()
    opening.open_from_request(asked.id, asked.seekers[0].id, by=office)
    with pytest.raises(Refusal, match="déjà ouvert"):
        opening.open_from_request(asked.id, asked.seekers[0].id, by=office)


def test_a_closed_plan_leaves_room_for_another(office):
    asked = request_of()
    make_plan(PlanState.CLOSED, request_id=asked.id, seeker_id=asked.seekers[0].id, end_reason=PlanEnd.MOVED)
    assert opening.open_from_request(asked.id, asked.seekers[0].id, by=office).number


def test_seeker_of_another_request_is_unknown(office):
    asked, other = request_of(), request_of(seekers=(make_seeker(who=MARCEL),))
    with pytest.raises(Invisible):
        opening.open_from_request(asked.id, other.seekers[0].id, by=office)


def test_a_nir_is_refused(office):
    who = type(MARCEL)("2470385288123 45", "Jeanne", date(1947, 3, 4))
    with pytest.raises(Refusal, match="sécurité sociale"):
        opening.open_alone(Newcomer(who, "", "85288"), by=office)


def test_a_lead_opens_none(cast):
    with pytest.raises(Invisible):
        opening.open_alone(NEWCOMER, by=acting(cast.gp))


# -- pages ------------------------------------------------------------------------------------------------------------


def test_panel_of_a_request_opens_a_plan(cast, sign_in):
    asked = request_of()
    office, reference, seeker_id = sign_in(cast.coordinator), asked.reference, asked.seekers[0].id
    panel = office.get(f"/ppcs/demande/{reference}", headers={"HX-Request": "true"})
    assert "Ouvrir un PPCS" in panel.text
    assert "<html" not in panel.text
    answer = office.post(f"/ppcs/demande/{reference}", data={"personne": seeker_id})
    assert answer.headers["Location"] == "/ppcs/2026-1"
    assert "J. G., 1947" in office.get("/ppcs/2026-1").text


def test_the_plan_leads_back_to_its_request_whoever_may_open_it(cast, sign_in):
    asked = request_of()
    reference = asked.reference
    plan = opening.open_from_request(asked.id, asked.seekers[0].id, by=acting(cast.coordinator))
    make_member(plan, cast.gp_person)
    session.commit()
    assert f"/demandes/{reference}" in sign_in(cast.coordinator).get("/ppcs/2026-1").text
    assert reference not in sign_in(cast.gp).get("/ppcs/2026-1").text


def test_panel_without_htmx_is_a_page_with_the_plan_there_is(cast, sign_in):
    asked = request_of()
    opening.open_from_request(asked.id, asked.seekers[0].id, by=acting(cast.coordinator))
    session.commit()
    page = sign_in(cast.coordinator).get(f"/ppcs/demande/{asked.reference}").text
    assert "PPCS 2026-001" in page
    assert "<html" in page
    assert JEANNE.last_name not in page


def test_request_page_asks_for_the_panel(cast, sign_in):
    asked = request_of()
    assert (
        f'hx-get="/ppcs/demande/{asked.reference}"'
        in sign_in(cast.coordinator).get(f"/demandes/{asked.reference}").text
    )


def test_second_sending_opens_no_second_plan(cast, sign_in):
    office = sign_in(cast.coordinator)
    sent = {
        "last_name": "Bretonnière",
        "first_name": "Marcel",
        "birth_date": "1938-05-17",
        "commune": "85288",
        "once": "k" * 16,
    }
    first, second = (office.post("/ppcs/nouveau", data=sent) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"] == "/ppcs/2026-1"
    assert len(session.scalars(select(CarePlan)).all()) == 1


def test_form_says_what_is_missing(cast, sign_in):
    page = sign_in(cast.coordinator).post("/ppcs/nouveau", data={"last_name": "Bretonnière"})
    assert page.status_code == 422
    assert "Donnez la date de naissance." in page.text
    assert "Bretonnière" in page.text


# -- engaging ---------------------------------------------------------------------------------------------------------


def ready(cast, *, agreed=True):
    plan = make_plan()
    make_member(plan, cast.gp_person, agreed=agreed)
    nurse = make_person(last_name="Jolly", first_name="Carole", title="")
    make_member(plan, nurse, role=MemberRole.LEAD, is_lead=True)
    make_member(plan, cast.other_gp_person, role=MemberRole.PROFESSIONAL)
    session.commit()
    return plan


def test_engaging_writes_each_standard_commitment_with_its_owner_and_day(cast, office):
    plan = ready(cast)
    opening.engage(plan.id, by=office)
    owed = {one.code: one for one in session.scalars(select(Commitment))}
    assert set(owed) == {one.code for one in STANDARDS}
    assert owed["a75"].owner_id == cast.gp_person.id
    assert (owed["a74"].due_on - date(2026, 7, 20)).days == DELAYS["first_meeting"]
    assert (owed["a76"].is_continuous, owed["a79"].due_on) == (True, None)
    assert owed["circle_meeting"].owner_id == cast.other_gp_person.id


def test_refused_without_the_agreement_for_the_doctor(cast, office):
    plan = ready(cast, agreed=False)
    with pytest.raises(Refusal, match="accord de la personne pour le médecin traitant"):
        opening.engage(plan.id, by=office)


def test_refused_without_a_lead(cast, office):
    plan = make_plan()
    make_member(plan, cast.gp_person)
    with pytest.raises(Refusal, match="référent"):
        opening.engage(plan.id, by=office)


def test_refused_on_a_stale_page(cast, office):
    plan = ready(cast)
    with pytest.raises(Refusal, match="a changé"):
        opening.engage(plan.id, by=office, version=plan.version - 1)


def test_refused_to_one_of_the_circle(cast):
    plan = ready(cast)
    with pytest.raises(Refusal, match="Seuls la coordination et le référent"):
        opening.engage(plan.id, by=acting(cast.gp))


def test_opening_is_told_in_the_journal_and_the_trail(office):
    plan = opening.open_alone(NEWCOMER, by=office)
    assert (
        session.scalar(select(JournalEntry.kind).where(JournalEntry.checklist_id == plan.checklist_id)) == "plan.opened"
    )
    told = session.scalar(select(AuditEvent).where(AuditEvent.kind == "plan.opened"))
    assert (told.subject_type, told.data) == ("care_plan", {})
