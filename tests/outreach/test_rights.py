"""Who sees a campaign, who prepares it: the office all, a volunteer theirs, nobody else any."""

import pytest

from cptsapp.accounts.models import Role
from cptsapp.core.db import session
from tests.tools.factories import make_call_campaign, make_user


def pages(calls):
    call_pages = ["", "/resultats", "/personnes", "/journal"]
    return [calls.url + page for page in call_pages]


def test_the_office_sees_every_campaign(calls, sign_in):
    client = sign_in(calls.coordinator)
    assert "Infirmiers, deux communes" in client.get("/appels").text
    assert [client.get(url).status_code for url in pages(calls)] == [200] * 4


def test_a_volunteer_sees_the_campaign_they_call_for(calls, sign_in):
    client = sign_in(calls.volunteer)
    assert "Infirmiers, deux communes" in client.get("/appels").text
    assert [client.get(url).status_code for url in pages(calls)] == [200] * 4


@pytest.mark.parametrize("role", [Role.PRACTITIONER, Role.BOARD_MEMBER, Role.OFFICER])
def test_who_is_not_chosen_sees_no_list_and_no_number(calls, sign_in, role):
    user = make_user(role)
    session.commit()
    client = sign_in(user)
    page = client.get("/appels").text
    assert "Aucun appel ne vous est confié" in page
    assert [client.get(url).status_code for url in pages(calls)] == [404] * 4
    assert client.post(f"{calls.url}/suivant").status_code == 404
    assert client.post(calls.ending(0), data={"outcome": "informed"}).status_code == 404


def test_a_volunteer_sees_the_numbers_of_their_campaign_alone(calls, sign_in):
    other = make_call_campaign(created_by_id=calls.coordinator_id).id
    session.commit()
    client = sign_in(calls.volunteer)
    assert client.post(f"/appels/{other}/personnes/{calls.target_ids[0]}/issue").status_code == 404


def test_a_person_of_another_campaign_is_not_of_this_one(calls, sign_in):
    other = make_call_campaign(created_by_id=calls.coordinator_id).id
    session.commit()
    client = sign_in(calls.coordinator)
    assert client.post(f"/appels/{other}/personnes/{calls.target_ids[0]}/passer").status_code == 404


@pytest.mark.parametrize("page", ["modifier", "clore", "rouvrir", "actualiser", "personnes.csv", "compter"])
def test_a_volunteer_prepares_nothing(calls, sign_in, page):
    client = sign_in(calls.volunteer)
    answers = {client.get(f"{calls.url}/{page}").status_code, client.post(f"{calls.url}/{page}").status_code}
    assert 403 in answers
    assert answers <= {403, 405}


@pytest.mark.parametrize("role", [Role.SECRETARY, Role.REGULATOR, Role.TREASURER, Role.PARTNER, Role.ADMINISTRATOR])
def test_other_roles_do_not_call(calls, sign_in, role):
    user = make_user(role)
    session.commit()
    client = sign_in(user)
    assert client.get("/appels").status_code == 403
    assert client.get(calls.url).status_code == 403


def test_who_is_a_member_is_not_told_to_a_volunteer_unless_the_cpts_says_so(calls, sign_in):
    client = sign_in(calls.volunteer)
    client.post(f"{calls.url}/suivant")
    assert "jamais adhérent" not in client.get(calls.url).text


def test_the_menu_of_the_directory_leads_a_caller_to_their_calls(calls, sign_in):
    assert 'href="/appels"' in sign_in(calls.volunteer).get("/appels").text
