"""Results: every number opens the people or the calls it counts; the list cut down; files."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from cptsapp.audit.models import AuditEvent
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.directory.models import Person
from cptsapp.outreach.models import CallOutcome, CallTarget, TargetState
from tests.tools.factories import make_call, make_nurse
from tests.tools.queries import count_queries

NUMBER = re.compile(r'<a href="(/appels/\d+/(?:personnes|journal)\?[^"]*)">([\d\u202f]+)</a>')
TOTAL = re.compile(r'<p class="sub">(\d+)')


@pytest.fixture
def office(calls, sign_in):
    """The coordinator, after three calls and with someone who has no number."""
    make_call(calls.target(0), calls.assistant, CallOutcome.WISHES_TO_JOIN, note="la semaine prochaine")
    make_call(calls.target(1), calls.volunteer, CallOutcome.NO_ANSWER, called_at=clock.now() - timedelta(hours=1))
    make_call(calls.target(1), calls.assistant, CallOutcome.WRONG_NUMBER)
    without = make_nurse("85288", phone=None, last_name="Muette")
    session.add(CallTarget(campaign_id=calls.campaign_id, person_id=without.id, rank=9))
    session.commit()
    return sign_in(calls.coordinator)


def test_every_number_opens_the_list_it_counts(office, calls):
    page = office.get(f"{calls.url}/resultats").text
    links = NUMBER.findall(page)
    assert len(links) == 11
    for url, number in links:
        assert TOTAL.search(office.get(url.replace("&amp;", "&")).text).group(1) == number, url


def test_called_over_those_one_can_call(office, calls):
    page = re.sub(r"<[^>]+>", "", office.get(f"{calls.url}/resultats").text)
    assert "2 appelés sur 3, 67\u00a0%" in page


def test_who_has_no_number_is_apart(office, calls):
    page = office.get(f"{calls.url}/personnes?etat=sans-numero").text
    assert "Muette" in page
    assert "Céline Draouet" not in page


def test_a_wrong_number_leads_to_the_sheet_to_correct_then_back_in_the_list(office, calls):
    page = office.get(f"{calls.url}/personnes?issue=mauvais-numero").text
    assert f'href="/annuaire/{calls.person_ids[1]}">Corriger la fiche' in page
    answer = office.post(f"{calls.url}/personnes/{calls.target_ids[1]}/remettre")
    assert answer.status_code == 303
    assert calls.target(1).state is TargetState.TO_CALL


def test_who_is_still_to_call_is_not_put_back(office, calls):
    assert office.post(f"{calls.url}/personnes/{calls.target_ids[2]}/remettre").status_code == 409


def test_a_wish_leads_to_the_application(office, calls):
    page = office.get(f"{calls.url}/personnes?issue=veulent-adherer").text
    assert f"/adhesions/demandes/nouvelle?personne={calls.person_ids[0]}" in page


def test_a_volunteer_is_not_led_where_they_may_not_go(office, calls, sign_in):
    client = sign_in(calls.volunteer)
    assert "/adhesions/demandes" not in client.get(f"{calls.url}/personnes?issue=veulent-adherer").text
    assert "Corriger la fiche" not in client.get(f"{calls.url}/personnes?issue=mauvais-numero").text


def test_after_five_calls_without_an_answer_another_way_is_wanted(office, calls, sign_in, set_clock):
    client = sign_in(calls.assistant)
    for day in range(5):
        set_clock(datetime(2026, 7, 20, 16, 0, tzinfo=UTC) + timedelta(days=day))
        client.post(f"{calls.url}/suivant")
        client.post(calls.ending(2), data={"outcome": "no_answer"})
    assert calls.target(2).state is TargetState.DONE
    page = office.get(f"{calls.url}/personnes?etat=a-relancer").text
    assert "Éric Poupelin" in page
    assert "à relancer autrement" in page


def test_who_has_left_the_list_is_shown_with_the_reason(office, calls):
    session.get_one(Person, calls.person_ids[2]).do_not_call_on = datetime(2026, 7, 20, tzinfo=UTC).date()
    session.commit()
    assert "ne veut plus être appelé" in office.get(f"{calls.url}/personnes?etat=sortis").text


def test_a_filter_without_an_answer_says_so(office, calls):
    assert "Personne ne répond à ce filtre" in office.get(f"{calls.url}/personnes?issue=refusent").text


def test_the_calls_of_one_caller(office, calls):
    page = office.get(f"{calls.url}/journal?appelant={calls.volunteer_id}").text
    assert "Nora Lamine" in page
    assert "Céline Draouet" not in page


def test_without_calls_the_log_says_so(calls, sign_in):
    assert "Aucun appel" in sign_in(calls.coordinator).get(f"{calls.url}/journal").text


def test_the_file_has_the_rows_of_the_screen(office, calls):
    answer = office.get(f"{calls.url}/personnes.csv?issue=veulent-adherer")
    rows = answer.get_data(as_text=True).lstrip("\ufeff").splitlines()
    assert len(rows) == 2
    assert "Céline Draouet" in rows[1]
    assert "la semaine prochaine" in rows[1]
    assert office.get(f"{calls.url}/personnes.xlsx").data[:2] == b"PK"


def test_a_note_that_looks_like_a_formula_is_harmless(office, calls):
    make_call(calls.target(2), calls.assistant, CallOutcome.INFORMED, note="=1+1")
    session.commit()
    assert ";=1+1" not in office.get(f"{calls.url}/personnes.csv").get_data(as_text=True)


def test_that_a_file_left_is_in_the_trail(office, calls):
    office.get(f"{calls.url}/personnes.csv")
    [event] = session.query(AuditEvent).filter_by(kind="call_campaign.exported").all()
    assert event.data["rows"] == 4


def test_a_long_list_goes_page_by_page(office, calls):
    people = [make_nurse("85194") for _ in range(100)]
    session.add_all([CallTarget(campaign_id=calls.campaign_id, person_id=p.id, rank=20) for p in people])
    session.commit()
    page = office.get(f"{calls.url}/personnes").text
    assert "1 à 100 sur 104" in page
    assert "101 à 104 sur 104" in office.get(f"{calls.url}/personnes?depuis=100").text


@pytest.mark.parametrize("page", ["", "/resultats", "/personnes"])
def test_a_longer_list_costs_no_more_statements(office, calls, page):
    def cost():
        with count_queries() as counted:
            office.get(f"{calls.url}{page}")
        return len(counted)

    before = cost()
    people = [make_nurse("85194") for _ in range(20)]
    session.add_all([CallTarget(campaign_id=calls.campaign_id, person_id=p.id, rank=20) for p in people])
    session.commit()
    assert cost() == before
