"""Preparing a campaign: the number before creating, the list, changing, closing, newcomers."""

from datetime import date, timedelta

import pytest

from cptsapp.audit.models import AuditEvent
from cptsapp.core.db import session
from cptsapp.directory.models import Person
from cptsapp.outreach.models import CallCampaign, CallOutcome, CallTarget, CampaignCaller, TargetState
from tests.tools.factories import make_application, make_call, make_membership, make_nurse

NEW = "/appels/nouvelle"


@pytest.fixture
def office(calls, sign_in):
    """The coordinator."""
    return sign_in(calls.coordinator)


@pytest.fixture
def typed(calls):
    """A campaign over the nurses of Les Sables."""
    return {
        "name": "Les Sables",
        "professions": ["nurse"],
        "communes": ["85194"],
        "callers": [str(calls.volunteer_id)],
        "ends_on": "2026-08-31",
        "opening": "Bonjour, {appelant}.",
        "answers": "",
        "once": "a",
    }


def targets(name="Les Sables"):
    found = session.query(CallTarget).join(CallCampaign, CallCampaign.id == CallTarget.campaign_id).filter_by(name=name)
    return found.order_by(CallTarget.rank).all()


def kinds():
    found = session.query(AuditEvent.kind).filter_by(subject_type="call_campaign").order_by(AuditEvent.id)
    return [row.kind for row in found]


def test_a_new_campaign_names_the_cpts_and_the_professions_met(office):
    page = office.get(NEW).text
    assert "Bonjour, {appelant}, de la CPTS Littoral d’Essai" in page
    assert "Infirmiers <b>3</b>" in page
    assert "Cochez au moins une profession et une commune." in page


def test_creating_draws_the_list_and_names_its_callers(office, typed, calls):
    answer = office.post(NEW, data=typed)
    assert answer.status_code == 303
    assert [t.person_id for t in targets()] == [calls.person_ids[1], calls.person_ids[2]]
    assert session.query(CampaignCaller.user_id).filter_by(campaign_id=targets()[0].campaign_id).all() == [
        (calls.volunteer_id,)
    ]
    assert kinds() == ["call_campaign.created"]


def test_creating_twice_makes_one(office, typed):
    assert office.post(NEW, data=typed).location == office.post(NEW, data=typed).location
    assert session.query(CallCampaign).filter_by(name="Les Sables").count() == 1


@pytest.mark.parametrize(
    ("change", "sentence", "status"),
    [
        ({"name": ""}, "Donnez un nom", 422),
        ({"professions": []}, "Choisissez au moins une profession", 422),
        ({"communes": []}, "Choisissez au moins une commune", 422),
        ({"callers": []}, "Choisissez au moins une personne", 422),
        ({"opening": ""}, "Écrivez la première phrase", 422),
        ({"name": "Infirmiers, deux communes"}, "porte déjà ce nom", 409),
        ({"ends_on": "2026-07-19"}, "Ce jour est passé", 409),
        ({"communes": ["85288"], "professions": ["gp"], "members_too": ""}, "", 303),
    ],
)
def test_what_is_missing_is_said_where_it_is(office, typed, change, sentence, status):
    answer = office.post(NEW, data={**typed, **change})
    assert answer.status_code == status
    assert sentence in answer.text


def test_a_campaign_without_anybody_is_refused(office, typed, calls):
    for number in calls.person_ids:
        session.get_one(Person, number).do_not_call_on = date(2026, 7, 1)
    session.commit()
    answer = office.post(NEW, data=typed)
    assert answer.status_code == 409
    assert "Personne ne répond à ces choix" in answer.text


def test_the_number_is_said_before_creating(office, typed, calls):
    make_membership(session.get_one(Person, calls.person_ids[1]))
    make_nurse("85194", phone=None)
    session.commit()
    page = office.post("/appels/compter", data=typed)
    assert page.status_code == 200
    assert "1\u00a0personne à appeler" in page.text
    assert "1\u00a0personne en plus sans numéro" in page.text
    assert "1\u00a0adhérent" in page.text
    assert 'value="Les Sables"' in page.text
    assert session.query(CallCampaign).count() == 1


def test_as_one_ticks_the_number_alone_comes(office, typed):
    answer = office.post("/appels/compter", data=typed, headers={"HX-Request": "true"})
    assert "<html" not in answer.text
    assert "2\u00a0personnes à appeler" in answer.text


def test_members_are_counted_when_they_are_called_too(office, typed, calls):
    make_membership(session.get_one(Person, calls.person_ids[1]))
    session.commit()
    assert "2\u00a0personnes" in office.post("/appels/compter", data={**typed, "members_too": "y"}).text


def test_who_refused_this_year_is_left_aside_by_the_next_campaign(office, typed, calls):
    make_call(calls.target(1), calls.assistant, CallOutcome.REFUSES)
    session.commit()
    page = office.post("/appels/compter", data=typed).text
    assert "1\u00a0personne à appeler" in page
    assert "1\u00a0a refusé cette année" in page


def test_who_has_applied_is_not_asked_again(office, typed, calls):
    make_application(person_id=calls.person_ids[1])
    session.commit()
    page = office.post("/appels/compter", data=typed).text
    assert "1\u00a0personne à appeler" in page
    assert "1\u00a0a demandé à adhérer" in page


def test_a_merged_sheet_is_the_other_person(office, typed, calls):
    session.get_one(Person, calls.person_ids[2]).merged_into_id = calls.person_ids[1]
    session.commit()
    assert "1\u00a0personne à appeler" in office.post("/appels/compter", data=typed).text


def test_who_objected_is_nowhere(office, typed, calls):
    session.get_one(Person, calls.person_ids[1]).objected_on = date(2026, 7, 1)
    session.commit()
    page = office.post("/appels/compter", data=typed).text
    assert "1\u00a0personne à appeler" in page
    assert "Laissés de côté" not in page


def test_a_practice_that_is_over_counts_no_more(office, typed, calls):
    session.get_one(Person, calls.person_ids[1]).practices[0].ends_on = date(2026, 7, 19)
    session.commit()
    assert "1\u00a0personne à appeler" in office.post("/appels/compter", data=typed).text


def test_changing_the_communes_changes_the_list(office, calls):
    typed = {
        "name": "Talmont seul",
        "professions": ["nurse"],
        "communes": ["85288"],
        "callers": [str(calls.assistant_id)],
        "opening": "Bonjour.",
        "ends_on": "",
    }
    assert office.post(f"{calls.url}/modifier", data=typed).status_code == 303
    states = [calls.target(rank).state for rank in range(3)]
    assert states == [TargetState.TO_CALL, TargetState.REMOVED, TargetState.REMOVED]


def test_a_caller_who_is_taken_off_frees_whom_they_had(office, calls, sign_in):
    sign_in(calls.volunteer).post(f"{calls.url}/suivant")
    typed = {
        "name": "Infirmiers, deux communes",
        "professions": ["nurse"],
        "communes": ["85194", "85288"],
        "callers": [str(calls.assistant_id)],
        "opening": "Bonjour.",
        "ends_on": "",
    }
    office.post(f"{calls.url}/modifier", data=typed)
    assert calls.target(0).claimed_by_id is None


def test_a_newcomer_is_announced_then_added(office, calls):
    make_nurse("85288", last_name="Nouvelle")
    session.commit()
    assert "n’est pas encore dans la liste" in office.get(f"{calls.url}/resultats").text
    answer = office.post(f"{calls.url}/actualiser", follow_redirects=True)
    assert "1\u00a0personne ajoutée" in answer.text
    assert session.query(CallTarget).filter_by(campaign_id=calls.campaign_id).count() == 4


def test_bringing_the_list_up_to_date_takes_off_who_joined_and_puts_back_who_left(office, calls):
    member = make_membership(session.get_one(Person, calls.person_ids[0]))
    session.commit()
    office.post(f"{calls.url}/actualiser")
    assert calls.target(0).state is TargetState.REMOVED
    session.merge(member).left_on = date(2026, 7, 19)
    session.commit()
    office.post(f"{calls.url}/actualiser")
    assert calls.target(0).state is TargetState.TO_CALL


def test_a_closed_campaign_is_called_no_more_then_again(office, calls, sign_in):
    caller = sign_in(calls.assistant)
    caller.post(f"{calls.url}/suivant")
    assert office.post(f"{calls.url}/clore").status_code == 303
    assert caller.post(calls.ending(0), data={"outcome": "informed"}).status_code == 409
    assert "On n’appelle plus pour cette campagne" in caller.get(calls.url).text
    assert office.post(f"{calls.url}/rouvrir").status_code == 303
    assert caller.post(f"{calls.url}/suivant").status_code == 303
    assert kinds() == ["call_campaign.closed", "call_campaign.reopened"]


@pytest.mark.parametrize("act", ["rouvrir", "actualiser"])
def test_what_cannot_be_done_twice_says_so(office, calls, act):
    if act == "actualiser":
        office.post(f"{calls.url}/clore")
    assert office.post(f"{calls.url}/{act}").status_code == 409


def test_after_its_last_day_nobody_calls(office, calls):
    session.get_one(CallCampaign, calls.campaign_id).ends_on = date(2026, 7, 20) - timedelta(days=1)
    session.commit()
    assert office.post(f"{calls.url}/suivant").status_code == 409
    assert "finie le dim. 19 juil." in office.get("/appels").text


def test_without_campaigns_the_office_is_told_what_one_is(client, cast, sign_in):
    assert "Préparer une campagne" in sign_in(cast.coordinator).get("/appels").text


def test_without_professionals_there_is_nobody_to_choose(cast, sign_in):
    for person in (cast.gp_practice, cast.other_gp_practice):
        session.merge(person).ends_on = date(2026, 7, 1)
    session.commit()
    assert "L’annuaire est encore vide" in sign_in(cast.coordinator).get(NEW).text
