"""The answer page of a doctor: by private link, signed in, on the phone. A GET shows, a POST records."""

import re
from datetime import date, timedelta

import pytest

from cptsapp.audit.models import AuditEvent
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.inbox.actions import links, places
from cptsapp.inbox.models import AnsweredBy, InboxLink, Offer, Takes
from cptsapp.inbox.queries.places import offer_of
from tests.tools.inbox import make_offer, make_request

YES = {"takes": "yes", "more": "5", "held": "0", "home_visits": "yes", "until": "2026-09-30"}
NO = {"takes": "no", "obstacles": ["time"], "helps": ["assistant", "locum"], "ask_again": "2027-01-20"}
ONLY = {**YES, "takes": "conditions", "conditions": ["long_term_illness", "near"]}


@pytest.fixture
def link(cast):
    """The address of Dr Renaudin's private link."""
    token = links.link_for_capacity(cast.gp_person.id, clock.now() + timedelta(days=30))
    session.commit()
    return f"/places/{token}"


@pytest.fixture
def who(cast):
    """The number of Dr Renaudin: objects do not outlive a request."""
    return cast.gp_person.id


def answer_of(person_id):
    return session.query(Offer).filter_by(person_id=person_id, replaced_at=None).one()


def words(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page.text).replace("\u00a0", " ").replace("\u202f", " "))


def test_the_link_opens_on_the_question(client, link):
    page = client.get(link)
    assert "Prenez-vous de nouveaux patients" in page.text
    assert "Dr Hélène Renaudin, sans compte" in words(page)
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"


def test_opening_it_writes_nothing(client, link):
    for _ in range(3):
        client.get(link)
    assert session.query(Offer).count() == 0


def test_an_answer_by_link_is_kept(client, link, who):
    page = client.post(link, data=ONLY, follow_redirects=True)
    assert "C’est noté, merci." in page.text
    assert "5 places = 5 offertes − 0 prise − 0 en attente" in words(page)
    offer = answer_of(who)
    assert (offer.takes, offer.max_km, offer.long_term_illness, offer.answered_by) == (
        Takes.CONDITIONS,
        15,
        True,
        AnsweredBy.LINK,
    )


def test_a_no_says_why_and_what_would_help(client, link, who):
    client.post(link, data=NO)
    offer = answer_of(who)
    assert (offer.obstacles, offer.helps, offer.valid_until) == (["time"], ["assistant", "locum"], date(2027, 1, 20))


def test_it_is_taken_back(client, link, who):
    client.post(link, data=YES)
    page = client.post(f"{link}/annuler", follow_redirects=True)
    assert "Réponse annulée." in page.text
    assert offer_of(who) is None


def test_after_ten_minutes_nothing_offers_to_take_it_back(client, link, set_clock):
    client.post(link, data=YES)
    assert "Annuler cette réponse" in client.get(link).text
    set_clock(clock.now() + timedelta(minutes=11))
    assert "Annuler cette réponse" not in client.get(link).text
    assert client.post(f"{link}/annuler").status_code == 409


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"takes": ""}, "Choisissez une réponse."),
        ({"more": ""}, "Dites combien, en chiffres."),
        ({"until": ""}, "Choisissez un jour."),
        ({"until": "2020-01-01"}, "Ce jour est passé."),
        ({"until": "2028-01-01"}, "Douze mois au plus"),
        ({"more": "0"}, "Dites au moins un patient"),
        ({"more": "51"}, "50 patients au plus."),
        ({"takes": "conditions"}, "Choisissez au moins une condition"),
        ({"takes": "perhaps"}, "Choisissez une réponse"),
    ],
)
def test_what_is_missing_or_wrong_is_said(client, link, changes, sentence):
    page = client.post(link, data={**YES, **changes})
    assert page.status_code in (409, 422)
    assert sentence in words(page) or changes["takes"] == "perhaps"
    assert session.query(Offer).count() == 0


def test_a_no_needs_no_number(client, link, cast):
    assert client.post(link, data={**NO, "more": "", "until": ""}).status_code == 303


def test_plus_and_minus_work_without_a_script(client, link):
    page = client.post(link, data={**YES, "step": "more:1"})
    assert 'value="6"' in page.text
    assert session.query(Offer).count() == 0


def test_the_button_says_what_it_sends(client, link):
    end = client.post(link, data={**YES, "more": "3", "preview": "1"}, headers={"HX-Request": "true"})
    assert "Envoyer\u00a0: 3\u00a0patients" in end.text
    assert "Envoyer\u00a0: non" in client.post(link, data={**NO, "preview": "1"}, headers={"HX-Request": "true"}).text
    assert session.query(Offer).count() == 0


def test_places_held_meanwhile_are_said_and_what_was_typed_stays(client, link, cast, who):
    offer_id = make_offer(cast.gp_person).id
    session.commit()
    places.hold(offer_id, 4)
    session.commit()
    page = client.post(link, data={**YES, "more": "2"})
    assert page.status_code == 409
    assert "0 patient pris et 4 en attente" in words(page)
    assert re.search(r'name="held"[^>]*value="4"', page.text)
    assert client.post(link, data={**YES, "more": "2", "held": "4"}).status_code == 303
    assert answer_of(who).offered == 6


def test_an_answer_about_to_lapse_is_confirmed_in_one_click(client, link, cast, who):
    make_offer(cast.gp_person, offered=3, valid_until=date(2026, 7, 24))
    session.commit()
    assert "Toujours 3 places" in words(client.get(link))
    page = client.post(f"{link}/confirmer", follow_redirects=True)
    assert "C’est confirmé, merci." in page.text
    assert answer_of(who).valid_until == date(2026, 10, 20)


def test_a_lapsed_answer_says_so(client, link, cast):
    make_offer(cast.gp_person, valid_until=date(2026, 7, 10))
    session.commit()
    assert "Elle n’a plus cours depuis le ven. 10 juil." in words(client.get(link))


def dead(client, address):
    page = client.get(address)
    return page.status_code, re.sub(r'name="csrf_token"[^>]*', "", page.text)


def test_links_that_open_nothing_are_all_alike(client, link, who, set_clock):
    unknown = dead(client, "/places/jamais-vu")
    session.query(InboxLink).one().revoked_at = clock.now()
    session.commit()
    assert dead(client, link) == unknown
    late = links.link_for_capacity(who, clock.now() + timedelta(hours=1))
    session.commit()
    set_clock(clock.now() + timedelta(hours=2))
    assert dead(client, f"/places/{late}") == unknown
    assert unknown[0] == 404


def test_a_dead_link_records_nothing(client, link):
    session.query(InboxLink).one().revoked_at = clock.now()
    session.commit()
    for act in ("", "/annuler", "/confirmer"):
        assert client.post(link + act, data=YES).status_code == 404
    assert session.query(Offer).count() == 0


def test_who_no_longer_practises_here_has_a_dead_link(client, link, cast):
    cast.gp_practice.ends_on = date(2026, 7, 1)
    session.merge(cast.gp_practice)
    session.commit()
    assert client.get(link).status_code == 404


def test_a_new_link_kills_the_former(client, link, cast):
    links.link_for_capacity(cast.gp_person.id, clock.now() + timedelta(days=30))
    session.commit()
    assert client.get(link).status_code == 404


def test_the_token_of_a_person_opens_no_places(client, cast):
    token = links.link_for_person(make_request())
    session.commit()
    assert client.get(f"/places/{token}").status_code == 404


# -- signed in --------------------------------------------------------------------------------------------------------


def test_a_doctor_answers_signed_in(sign_in, cast, who):
    doctor, account = sign_in(cast.gp), cast.gp.id
    assert "Dr Hélène Renaudin" in doctor.get("/mes-places").text
    doctor.post("/mes-places", data=YES)
    offer = answer_of(who)
    assert (offer.answered_by, offer.answered_by_id) == (AnsweredBy.DOCTOR, account)


def test_a_doctor_takes_back_and_confirms_signed_in(sign_in, cast):
    doctor = sign_in(cast.gp)
    doctor.post("/mes-places", data=YES)
    assert doctor.post("/mes-places/confirmer").status_code == 303
    assert doctor.post("/mes-places/annuler").status_code == 409


@pytest.mark.parametrize("who", ["coordinator", "regulator", "board_member", "outsider", "secretary"])
def test_others_have_no_places_to_say(sign_in, cast, who):
    assert sign_in(getattr(cast, who)).get("/mes-places").status_code == 403


def test_a_nurse_is_told_that_the_page_is_for_gps(sign_in, cast):
    session.delete(session.merge(cast.gp_practice))
    session.commit()
    assert "médecins généralistes" in sign_in(cast.gp).get("/mes-places").text


# -- on the phone -----------------------------------------------------------------------------------------------------


def test_the_coordination_notes_what_is_said_on_the_phone(sign_in, cast, who):
    office, account = sign_in(cast.coordinator), cast.coordinator.id
    address = f"/demandes/medecins/{who}/reponse"
    page = office.get(address)
    assert 'href="tel:+33261914027"' in page.text
    office.post(address, data=NO)
    offer = answer_of(who)
    assert (offer.answered_by, offer.answered_by_id) == (AnsweredBy.OFFICE, account)
    event = session.query(AuditEvent).filter_by(kind="offer.answered").one()
    assert (event.user_id, event.data["takes"]) == (account, "no")


def test_the_coordination_takes_back_and_confirms(sign_in, cast):
    office = sign_in(cast.coordinator)
    address = f"/demandes/medecins/{cast.gp_person.id}/reponse"
    office.post(address, data=YES)
    assert office.post(f"{address}/annuler").status_code == 303
    assert office.post(f"{address}/confirmer").status_code == 409


def test_an_unknown_doctor_has_no_answer(sign_in, cast):
    assert sign_in(cast.coordinator).get("/demandes/medecins/999999/reponse").status_code == 404


@pytest.mark.parametrize("who", ["gp", "regulator", "board_member", "outsider"])
def test_nobody_else_answers_for_a_doctor(sign_in, cast, who):
    client = sign_in(getattr(cast, who))
    assert client.post(f"/demandes/medecins/{cast.other_gp_person.id}/reponse", data=YES).status_code == 403


# -- the need ---------------------------------------------------------------------------------------------------------


def test_the_need_is_told_from_five_people(client, link):
    for _ in range(4):
        make_request("searching")
    session.commit()
    assert "moins de 5 personnes cherchent" in words(client.get(link))
    make_request("searching")
    session.commit()
    assert "5 personnes cherchent, dont 5 en ALD" in words(client.get(link))


def test_without_a_need_nothing_is_said(client, link):
    assert "cherchent" not in client.get(link).text


def test_the_page_names_no_patient(client, link):
    make_request("searching")
    session.commit()
    assert "Guérineau" not in client.get(link).text
