"""The calling page: handed out, noted in one click, the next person at once."""

from datetime import UTC, datetime, timedelta

import pytest

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.directory.models import Person
from cptsapp.outbox.models import Message
from cptsapp.outreach.actions.upkeep import forget_objected
from cptsapp.outreach.models import Call, CallOutcome, CallTarget, TargetState
from tests.tools.factories import make_call, make_call_campaign, make_membership, make_person


@pytest.fixture
def desk(calls, sign_in):
    """The assistant, with Céline on the line."""
    client = sign_in(calls.assistant)
    assert client.post(f"{calls.url}/suivant").status_code == 303
    return client


def held(calls, user_id):
    """The rank of whom a user has on the line."""
    found = session.query(CallTarget.id).filter_by(claimed_by_id=user_id).all()
    session.rollback()
    return [calls.target_ids.index(row.id) for row in found]


def test_opening_the_page_hands_nobody_out(calls, sign_in):
    page = sign_in(calls.assistant).get(calls.url)
    assert "Appeler la personne suivante" in page.text
    assert held(calls, calls.assistant_id) == []


def test_the_first_person_comes_with_a_number_to_press(desk, calls):
    page = desk.get(calls.url).text
    assert "Céline Draouet" in page
    assert 'href="tel:+33261915528"' in page
    assert "jusqu’à 14h47" in page
    assert "Bonjour, Maxime Roy-Essai, de la CPTS" in page


def test_asking_again_gives_the_same_person(desk, calls):
    desk.post(f"{calls.url}/suivant")
    assert held(calls, calls.assistant_id) == [0]


def test_two_callers_have_two_people(desk, calls, sign_in):
    sign_in(calls.volunteer).post(f"{calls.url}/suivant")
    assert held(calls, calls.assistant_id) == [0]
    assert held(calls, calls.volunteer_id) == [1]


def test_a_caller_who_goes_to_another_campaign_frees_the_first_person(desk, calls):
    other = make_call_campaign(session.get_one(Person, calls.person_ids[2]), created_by_id=calls.assistant_id)
    number = other.id
    session.commit()
    desk.post(f"/appels/{number}/suivant")
    assert calls.target(0).claimed_by_id is None


@pytest.mark.parametrize("outcome", [o for o in CallOutcome if o not in ("call_back", "wishes_to_join")])
def test_an_outcome_in_one_click_then_the_next_person(desk, calls, outcome):
    answer = desk.post(calls.ending(0), data={"outcome": outcome, "once": "a"})
    assert (answer.status_code, answer.location) == (303, calls.url)
    assert held(calls, calls.assistant_id) == [1]
    assert calls.target(0).last_outcome is outcome


def test_the_same_click_twice_is_one_call(desk, calls):
    for _ in range(2):
        assert desk.post(calls.ending(0), data={"outcome": "informed", "once": "a"}).status_code == 303
    assert session.query(Call).count() == 1
    assert held(calls, calls.assistant_id) == [1]


def test_another_outcome_from_the_same_page_is_refused(desk, calls):
    desk.post(calls.ending(0), data={"outcome": "informed", "once": "a"})
    answer = desk.post(calls.ending(0), data={"outcome": "refuses", "once": "a"})
    assert answer.status_code == 409
    assert "déjà noté «\u00a0informé\u00a0»" in answer.text


def test_no_answer_comes_back_the_next_working_day_at_nine(desk, calls):
    desk.post(calls.ending(0), data={"outcome": "no_answer"})
    target = calls.target(0)
    assert (target.state, target.due_at) == (TargetState.TO_CALL, datetime(2026, 7, 21, 7, 0, tzinfo=UTC))


def test_enter_in_the_note_is_no_outcome_and_keeps_the_note(desk, calls):
    answer = desk.post(calls.ending(0), data={"outcome": "", "note": "rappelle jeudi"})
    assert answer.status_code == 422
    assert "Choisissez comment l’appel s’est terminé" in answer.text
    assert 'value="rappelle jeudi"' in answer.text


def test_a_social_security_number_is_refused(desk, calls):
    answer = desk.post(calls.ending(0), data={"outcome": "informed", "note": "2 69 05 49 588 157 80"})
    assert answer.status_code == 422
    assert "numéro de sécurité sociale" in answer.text
    assert session.query(Call).count() == 0


def test_call_back_asks_for_its_moment_and_keeps_the_note(desk, calls):
    page = desk.post(calls.ending(0), data={"outcome": "call_back", "note": "après sa tournée"})
    assert page.status_code == 200
    assert 'value="2026-07-21"' in page.text
    assert 'value="09:00"' in page.text
    assert 'value="après sa tournée"' in page.text
    assert session.query(Call).count() == 0


def test_call_back_comes_at_its_hour(desk, calls):
    values = {"outcome": "call_back", "day": "2026-07-20", "hour": "15:00"}
    assert desk.post(calls.ending(0), data=values).status_code == 303
    assert calls.target(0).due_at == datetime(2026, 7, 20, 13, 0, tzinfo=UTC)
    assert "rappeler à 15h00" in desk.get(calls.url).text


def test_call_back_in_the_past_is_refused_where_it_was_typed(desk, calls):
    answer = desk.post(calls.ending(0), data={"outcome": "call_back", "day": "2026-07-20", "hour": "14:00"})
    assert answer.status_code == 409
    assert "Ce moment est passé" in answer.text
    assert 'value="14:00"' in answer.text


def test_call_back_without_its_day_says_so(desk, calls):
    answer = desk.post(calls.ending(0), data={"outcome": "call_back", "day": "", "hour": ""})
    assert answer.status_code == 422
    assert "Indiquez un jour." in answer.text


def test_a_promised_call_comes_before_the_others(desk, calls, set_clock):
    desk.post(calls.ending(0), data={"outcome": "call_back", "day": "2026-07-20", "hour": "15:00"})
    set_clock(datetime(2026, 7, 20, 13, 1, tzinfo=UTC))
    desk.post(calls.ending(1), data={"outcome": "informed"})
    assert held(calls, calls.assistant_id) == [0]


def test_interested_receives_a_presentation_that_names_nobody(desk, calls):
    desk.post(calls.ending(0), data={"outcome": "interested"})
    [mail] = session.query(Message).filter_by(kind="outreach.brochure").all()
    assert mail.to_address == "draouet@cpts.example"
    assert "/adherer" in mail.text
    assert "Draouet" not in mail.text
    assert "Céline" not in mail.text


def test_interested_without_a_mail_says_so(desk, calls):
    session.get_one(Person, calls.person_ids[0]).mail = None
    session.commit()
    assert "pas de mail connu" in desk.get(calls.url).text
    desk.post(calls.ending(0), data={"outcome": "interested"})
    assert session.query(Message).count() == 0


def test_a_wish_opens_the_application_for_who_may_write_one(desk, calls):
    answer = desk.post(calls.ending(0), data={"outcome": "wishes_to_join"})
    assert answer.location == f"/adhesions/demandes/nouvelle?personne={calls.person_ids[0]}"
    assert session.query(Message).count() == 0


def test_a_wish_heard_by_a_volunteer_goes_to_the_office(calls, sign_in):
    client = sign_in(calls.volunteer)
    client.post(f"{calls.url}/suivant")
    answer = client.post(calls.ending(0), data={"outcome": "wishes_to_join"})
    assert answer.location == calls.url
    [mail] = session.query(Message).filter_by(kind="outreach.wish").all()
    assert mail.to_user_id == calls.coordinator_id
    assert f"/adhesions/demandes/nouvelle?personne={calls.person_ids[0]}" in mail.text


def test_never_again_holds_for_every_campaign(desk, calls, sign_in):
    other = make_call_campaign(session.get_one(Person, calls.person_ids[0]), created_by_id=calls.assistant_id)
    number = other.id
    session.commit()
    desk.post(calls.ending(0), data={"outcome": "do_not_contact"})
    page = sign_in(calls.coordinator).post(f"/appels/{number}/suivant", follow_redirects=True)
    assert "Personne à appeler" in page.text
    assert "tel:" not in page.text


def test_who_is_passed_over_comes_back_after_a_quarter_of_an_hour(desk, calls):
    desk.post(f"{calls.url}/personnes/{calls.target_ids[0]}/passer")
    assert held(calls, calls.assistant_id) == [1]
    assert calls.target(0).due_at == clock.now() + timedelta(minutes=15)


def test_what_is_known_is_said(desk, calls):
    make_call(calls.target(0), calls.volunteer, CallOutcome.NO_ANSWER, called_at=datetime(2026, 7, 9, 8, 0, tzinfo=UTC))
    session.commit()
    page = desk.get(calls.url).text
    assert "le dernier jeu. 9 juil., sans réponse (Dr Hélène Renaudin)" in page
    assert "exerce ici depuis 2020" in page
    assert "jamais adhérent" in page


@pytest.mark.parametrize("change", ["joined", "objected", "do_not_call", "left", "no_phone"])
def test_who_is_no_longer_to_be_called_is_not_handed_out(calls, sign_in, change):
    person = session.get_one(Person, calls.person_ids[0])
    today = datetime(2026, 7, 20, tzinfo=UTC).date()
    if change == "joined":
        make_membership(person)
    elif change == "objected":
        person.objected_on = today
    elif change == "do_not_call":
        person.do_not_call_on = today
    elif change == "left":
        person.practices[0].ends_on = today - timedelta(days=1)
    else:
        person.practices[0].place.phone = None
    session.commit()
    sign_in(calls.assistant).post(f"{calls.url}/suivant")
    assert held(calls, calls.assistant_id) == [1]


def test_a_merged_sheet_is_called_under_the_one_that_was_kept(calls, sign_in):
    kept = make_person(first_name="Céline", last_name="Draouet-Guérin", title="", profession="nurse")
    session.get_one(Person, calls.person_ids[0]).merged_into_id = kept.id
    session.commit()
    client = sign_in(calls.assistant)
    client.post(f"{calls.url}/suivant")
    assert "Céline Draouet-Guérin" in client.get(calls.url).text


def test_of_two_sheets_made_one_the_kept_one_is_called_once(calls, sign_in):
    session.get_one(Person, calls.person_ids[1]).merged_into_id = calls.person_ids[0]
    session.commit()
    client = sign_in(calls.assistant)
    client.post(f"{calls.url}/suivant")
    client.post(calls.ending(0), data={"outcome": "informed"})
    assert held(calls, calls.assistant_id) == [2]


def test_who_objects_while_on_the_line_is_not_noted(desk, calls):
    session.get_one(Person, calls.person_ids[0]).objected_on = datetime(2026, 7, 20, tzinfo=UTC).date()
    session.commit()
    answer = desk.post(calls.ending(0), data={"outcome": "interested", "note": "x"})
    assert answer.status_code == 409
    assert "ne plus figurer" in answer.text
    assert session.query(Message).count() == 0


def test_what_was_noted_of_who_objects_is_hidden_then_erased(desk, calls):
    desk.post(calls.ending(0), data={"outcome": "informed", "note": "part en août"})
    session.get_one(Person, calls.person_ids[0]).objected_on = datetime(2026, 7, 20, tzinfo=UTC).date()
    session.commit()
    assert "part en août" not in desk.get(f"{calls.url}/personnes").text
    assert forget_objected(clock.now()) == 1
    assert session.query(Call).one().note is None
    assert forget_objected(clock.now()) == 0


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2019-12-31"])
def test_a_slip_in_the_year_is_said(desk, calls, day):
    answer = desk.post(calls.ending(0), data={"outcome": "call_back", "day": day, "hour": "00:00"})
    assert answer.status_code == 422
    assert "Vérifiez l’année." in answer.text


@pytest.mark.parametrize(("day", "hour"), [("demain", "10:00"), ("2026-07-21", "dix heures")])
def test_what_is_no_day_or_no_hour_is_said(desk, calls, day, hour):
    answer = desk.post(calls.ending(0), data={"outcome": "call_back", "day": day, "hour": hour})
    assert answer.status_code == 422
    assert "field-error" in answer.text


def test_the_application_that_a_wish_opens_is_filled_in(desk, calls):
    page = desk.post(calls.ending(0), data={"outcome": "wishes_to_join"}, follow_redirects=True)
    assert page.status_code == 200
    assert 'value="Draouet"' in page.text
    assert 'value="draouet@cpts.example"' in page.text
