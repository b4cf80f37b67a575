"""« Trouver un médecin traitant »: what each page asks, refuses and gives; what is kept, and what never is."""

import re
from datetime import date, timedelta

import pytest

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.directory.models import Person
from cptsapp.inbox.actions.links import opened
from cptsapp.inbox.forms import carried
from cptsapp.inbox.models import (
    Agreement,
    Asker,
    Channel,
    Consent,
    Door,
    HomeVisit,
    InboxSettings,
    LinkPurpose,
    OutsideCount,
    Reason,
    Recipient,
    Request,
)
from cptsapp.inbox.patients import Identity, names_of, read_contact, read_seeker
from cptsapp.inbox.queries.settings import defaults
from cptsapp.outbox.models import Message
from cptsapp.territory.models import Commune, Neighbour
from tests.inbox.entry import AGREEMENT, COMMUNE, CONTACT, PATH, PAUL, PEOPLE, RELATIVE, SEARCH, Walk, kept
from tests.tools.factories import make_commune, make_person

RECEIPT = f"{PATH}/recue"


@pytest.fixture
def walk(client, cast, set_clock) -> Walk:
    return Walk(client, set_clock)


def only() -> Request:
    return session.query(Request).one()


def nothing_kept() -> bool:
    return session.query(Request).count() == 0


def heading(page) -> str:
    return re.search(r"Étape (\d) sur 5", page.text)[1]


# -- the whole way ----------------------------------------------------------------------------------------------------


def test_one_person_asks_for_herself(walk):
    assert walk.whole().location == RECEIPT
    request = only()
    assert (request.door, request.channel, request.asker) == (Door.CPTS, Channel.WEB, Asker.PERSON)
    assert (request.commune_code, request.reason, request.suspected_at) == ("85288", Reason.RETIREMENT, None)
    assert read_seeker(request.seekers[0]) == Identity("Guérineau", "Jeanne", date(1947, 3, 4))
    assert request.seekers[0].long_term_illness


def test_how_to_reach_her_is_sealed(walk):
    walk.whole()
    contact = read_contact(only())
    assert (contact.phone, contact.mail) == ("+33639981427", CONTACT["mail"])
    assert "Jeanne" not in repr(only().details)


def test_a_household_is_one_request(walk):
    walk.until("people")
    walk.send(PEOPLE, act="add")
    walk.send({**PEOPLE, **PAUL})
    walk.send(CONTACT)
    walk.send(AGREEMENT)
    request = only()
    assert names_of(request) == "Jeanne et Paul Guérineau"
    paul = request.seekers[1]
    assert (paul.home_visit, paul.can_travel, paul.social_cover) == (HomeVisit.EXCLUSIVELY, False, True)


def test_each_agrees_for_each_recipient(walk):
    walk.whole()
    given = {(a.recipient, a.consent) for a in session.query(Agreement)}
    assert given == {(Recipient.DOCTORS, Consent.WEB), (Recipient.MISAS, Consent.WEB)}


def test_no_agreement_is_needed_to_ask(walk):
    walk.whole(agreement={})
    assert (session.query(Agreement).count(), session.query(Request).count()) == (0, 1)


def test_nothing_is_agreed_beforehand(walk):
    page = walk.until("agreement").text
    assert "checked" not in page


def test_a_relative_asks(walk):
    walk.whole(search={**SEARCH, "asker": "relative"}, contact={**CONTACT, **RELATIVE})
    assert (only().asker, only().channel) == (Asker.RELATIVE, Channel.WEB)
    assert read_contact(only()).asker_name == "Anne Guérineau"
    assert session.query(Agreement).first().consent is Consent.WEB


def test_a_professional_attests(walk):
    answers = {**CONTACT, **RELATIVE, "asker_link": "infirmière", "attests": "y"}
    walk.whole(search={**SEARCH, "asker": "professional"}, contact=answers)
    assert (only().asker, only().channel) == (Asker.PROFESSIONAL, Channel.REFERRAL)
    assert session.query(Agreement).first().consent is Consent.PROFESSIONAL


def test_without_a_telephone_of_their_own_the_relative_is_rung(walk):
    walk.whole(search={**SEARCH, "asker": "relative"}, contact={**CONTACT, **RELATIVE, "phone": ""})
    assert read_contact(only()).phone == ""
    assert only().asker_phone_index is not None


def test_a_name_typed_by_the_person_is_not_kept_as_a_relative_s(walk):
    walk.whole(contact={**CONTACT, **RELATIVE})
    assert read_contact(only()).asker_name == ""


def test_who_follows_them_is_noted(walk):
    walk.whole(contact={**CONTACT, "is_followed": "yes", "followed_by": "une infirmière"})
    assert (only().is_followed, read_contact(only()).followed_by) == (True, "une infirmière")


def test_a_day_that_is_near_makes_it_urgent(walk):
    walk.whole(search={**SEARCH, "needed_before": "2026-08-10"})
    assert "urgent" in only().criteria


def test_nothing_is_kept_before_the_end(walk):
    walk.until("agreement")
    assert nothing_kept()


# -- the gate ---------------------------------------------------------------------------------------------------------


def neighbour_of_challans() -> None:
    neighbour = Neighbour(name="CPTS Loire Vendée Océan", phone="+33261916060", website="https://lvo.example")
    session.add(neighbour)
    session.flush()
    make_commune(code="85047", name="Challans", is_own=False, neighbour_id=neighbour.id)
    session.commit()


def test_a_postcode_of_several_communes_asks_which(walk):
    page = walk.send({"place": "85440"})
    assert (heading(page), "Laquelle" in page.text) == ("1", True)
    assert heading(walk.send({"place": "85440", "commune_code": "85288"})) == "2"


def test_a_commune_that_was_not_offered_is_not_taken(walk):
    walk.send({"place": "85440"})
    assert heading(walk.send({"place": "85440", "commune_code": "85194"})) == "1"


def test_from_elsewhere_the_neighbour_is_named(walk):
    neighbour_of_challans()
    page = walk.send({"place": "Challans"}).text
    assert "Challans ne dépend pas de notre CPTS" in page
    assert "dépend de la CPTS Loire Vendée Océan" in page
    assert 'href="https://lvo.example"' in page
    assert 'href="tel:+33261916060"' in page


def test_from_elsewhere_only_a_number_is_kept(walk):
    neighbour_of_challans()
    walk.send({"place": "Challans"})
    assert [(row.commune_code, row.count) for row in session.query(OutsideCount)] == [("85047", 1)]
    assert nothing_kept()


def test_from_far_away_the_town_hall_knows(walk):
    assert "Votre mairie" in walk.send({"place": "Rennes"}).text


def test_a_robot_is_not_counted_as_someone_from_elsewhere(walk):
    walk.send({"place": "Rennes"}, website="x")
    assert session.query(OutsideCount).count() == 0


@pytest.mark.parametrize(("typed", "sentence"), [("", "Écrivez le nom"), ("Zzzzz", "Nous ne connaissons pas")])
def test_a_commune_is_needed(walk, typed, sentence):
    page = walk.send({"place": typed})
    assert (page.status_code, sentence in page.text) == (422, True)


# -- refusals, page by page -------------------------------------------------------------------------------------------

NIR = "2 69 05 49 588 157"


@pytest.mark.parametrize(
    ("page", "changed", "sentence"),
    [
        ("search", {"asker": ""}, "Choisissez une réponse"),
        ("search", {"reason": "boredom"}, "Choisissez une réponse"),
        ("search", {"doctor_name": NIR}, "sécurité sociale"),
        ("search", {"needed_before": "2026-07-01"}, "un jour à venir"),
        ("search", {"needed_before": "2030-07-01"}, "un jour à venir"),
        ("people", {"p0-first_name": ""}, "Écrivez une réponse"),
        ("people", {"p0-last_name": "  "}, "Écrivez une réponse"),
        ("people", {"p0-last_name": NIR}, "sécurité sociale"),
        ("people", {"p0-birth_date": ""}, "Écrivez une réponse"),
        ("people", {"p0-birth_date": "1947"}, "le jour, le mois et l’année"),
        ("people", {"p0-birth_date": "31/02/1947"}, "le jour, le mois et l’année"),
        ("people", {"p0-birth_date": "21/07/2026"}, "Cette date est à venir"),
        ("people", {"p0-birth_date": "04/03/1847"}, "Vérifiez l’année"),
        ("people", {"p0-birth_date": NIR}, "sécurité sociale"),
        ("people", {"p0-long_term_illness": ""}, "Choisissez une réponse"),
        ("people", {"p0-social_cover": "maybe"}, "Choisissez une réponse"),
        ("people", {"p0-home_visit": "daily"}, "Choisissez une réponse"),
        ("contact", {"phone": ""}, "Écrivez une réponse"),
        ("contact", {"phone": "06 39 98 14"}, "dix chiffres"),
        ("contact", {"phone": NIR}, "sécurité sociale"),
        ("contact", {"mail": "jeanne"}, "il lui faut un @"),
        ("contact", {"address": NIR}, "sécurité sociale"),
        ("contact", {"call_when": NIR}, "sécurité sociale"),
        ("contact", {"is_followed": "yes", "followed_by": NIR}, "sécurité sociale"),
        ("contact", {"is_followed": ""}, "Choisissez une réponse"),
    ],
)
def test_an_answer_that_is_wrong_is_said_under_its_field(walk, page, changed, sentence):
    walk.until(page)
    answers = {"search": SEARCH, "people": PEOPLE, "contact": CONTACT}[page]
    answer = walk.send({**answers, **changed})
    assert (answer.status_code, sentence in answer.text) == (422, True)
    assert nothing_kept()


@pytest.mark.parametrize("missing", ["asker_name", "asker_link", "asker_phone"])
def test_who_asks_for_another_says_who_they_are(walk, missing):
    walk.until("contact", search={**SEARCH, "asker": "relative"})
    assert walk.send({**CONTACT, **RELATIVE, missing: ""}).status_code == 422


def test_a_professional_must_attest(walk):
    walk.until("contact", search={**SEARCH, "asker": "professional"})
    page = walk.send({**CONTACT, **RELATIVE})
    assert (page.status_code, "Sans cet accord" in page.text) == (422, True)


def test_nobody_is_asked_for_twice(walk):
    walk.until("people")
    walk.send(PEOPLE, act="add")
    twin = {name.replace("p0", "p1"): value for name, value in PEOPLE.items()}
    page = walk.send({**PEOPLE, **twin})
    assert (page.status_code, "déjà dans la demande" in page.text) == (422, True)


@pytest.mark.parametrize("typed", ["4/3/1947", "04.03.1947", "04 03 1947", "04031947", "4-3-1947"])
def test_a_birth_is_written_as_one_likes(walk, typed):
    walk.whole(people={**PEOPLE, "p0-birth_date": typed})
    assert read_seeker(only().seekers[0]).birth_date == date(1947, 3, 4)


def test_the_three_difficulties_propose_the_dac(walk):
    three = {"medical": "y", "social": "y", "coordination": "y"}
    assert "Le DAC peut vous aider" in walk.until("agreement", contact={**CONTACT, **three}).text


def test_two_difficulties_do_not(walk):
    two = {"medical": "y", "social": "y"}
    assert "Le DAC peut vous aider" not in walk.until("agreement", contact={**CONTACT, **two}).text


def test_the_difficulties_are_kept(walk):
    walk.whole(contact={**CONTACT, "medical": "y", "coordination": "y"})
    request = only()
    assert (request.medical_difficulty, request.social_difficulty, request.coordination_difficulty) == (
        True,
        False,
        True,
    )


# -- from page to page ------------------------------------------------------------------------------------------------


def test_going_back_keeps_what_was_typed(walk):
    walk.until("contact")
    page = walk.send({"phone": "06 39"}, act="back")
    assert (heading(page), "Guérineau" in page.text) == ("3", True)
    assert 'value="06\u00a039"' in walk.send(PEOPLE).text or 'value="06 39"' in walk.page.text


def test_the_first_page_has_no_page_before(walk):
    assert heading(walk.send(COMMUNE, act="back")) == "1"


def test_someone_is_taken_out_and_the_next_moves_up(walk):
    walk.until("people")
    walk.send(PEOPLE, act="add")
    page = walk.send({**PEOPLE, **PAUL}, act="remove:0")
    assert "Paul" in page.text
    assert "Jeanne" not in page.text


def test_the_last_one_is_not_taken_out(walk):
    walk.until("people")
    assert "Jeanne" in walk.send(PEOPLE, act="remove:0").text


@pytest.mark.parametrize("number", ["", "x", "-1", "99", "²"])
def test_nobody_of_an_odd_number_is_taken_out(walk, number):
    walk.until("people")
    walk.send(PEOPLE, act="add")
    assert "Jeanne" in walk.send(PEOPLE, act=f"remove:{number}").text


def test_a_household_has_eight_people_at_most(walk):
    walk.until("people")
    for _ in range(carried.PEOPLE_MAX):
        walk.send(PEOPLE, act="add")
    assert "Personne 8" in walk.page.text
    assert "Personne 9" not in walk.page.text


def test_an_unticked_box_is_unticked(walk):
    walk.until("contact")
    walk.send({**CONTACT, "medical": "y", "social": "y", "coordination": "y"})
    walk.send({}, act="back")
    assert "Le DAC peut vous aider" not in walk.send(CONTACT).text


def test_what_travels_is_not_read(walk):
    page = walk.until("agreement")
    assert "1947" not in page.text.replace(kept(page), "")
    assert "1947" not in kept(page)


@pytest.mark.parametrize("forged", ["", "x", "0" * 32 + ".AAAA", "é.é"])
def test_what_travels_is_not_forged(client, cast, forged):
    answer = client.post(PATH, data={"kept": forged, **AGREEMENT})
    assert (answer.status_code, "recommencez" in answer.text) == (400, True)
    assert nothing_kept()


def test_a_page_left_open_since_this_morning_begins_again(walk, set_clock):
    walk.until("agreement")
    set_clock(clock.now() + timedelta(hours=5))
    assert walk.send(AGREEMENT).status_code == 400


def test_a_commune_that_left_the_territory_meanwhile_is_asked_again(walk):
    walk.until("agreement")
    make_commune_leave("85288")
    assert heading(walk.send(AGREEMENT)) == "1"
    assert nothing_kept()


def make_commune_leave(code: str) -> None:
    session.get(Commune, code).is_own = False
    session.commit()


# -- the receipt ------------------------------------------------------------------------------------------------------


def test_the_receipt_gives_the_reference_and_the_private_link(walk, client):
    walk.whole()
    page = client.get(RECEIPT).text
    token = re.search(r"/suivi/([\w-]{22})", page)[1]
    assert only().reference in page
    assert opened(token, LinkPurpose.PERSON).request_id == only().id


def test_the_receipt_says_what_comes_next(walk, client):
    walk.whole()
    page = client.get(RECEIPT).text
    assert "avant le mercredi 22 juillet" in page
    assert "06\u00a039\u00a098\u00a014\u00a027" in page
    assert "Ce n’est pas une liste d’attente" in page
    assert 'tel:15"' in page


def test_the_receipt_names_nobody(walk, client):
    walk.whole()
    assert "Guérineau" not in client.get(RECEIPT).text


def test_the_cookie_does_not_tell_the_link(walk, client):
    walk.whole()
    with client.session_transaction() as cookie:
        held = repr(dict(cookie))
    assert only().reference not in held
    assert "suivi" not in held


def test_the_receipt_lasts_half_an_hour(walk, client, set_clock):
    walk.whole()
    set_clock(clock.now() + timedelta(minutes=31))
    assert client.get(RECEIPT).location == PATH


def test_the_receipt_leaves_a_shared_screen(walk, client):
    walk.whole()
    client.post(RECEIPT)
    assert client.get(RECEIPT).location == PATH


def test_without_a_request_there_is_no_receipt(client, cast):
    assert client.get(RECEIPT).location == PATH


def test_the_receipt_leaves_by_mail_without_what_was_typed(walk):
    walk.whole()
    message = session.query(Message).one()
    assert message.address == CONTACT["mail"]
    assert only().reference in message.body
    written = re.sub("⟦.*?⟧", "", message.title + message.body)  # a sealed link may hold any digits
    assert not any(word in written for word in ("Jeanne", "Guérineau", "1947", "Talmont"))


def test_without_a_mail_no_mail_leaves(walk):
    walk.whole(contact={**CONTACT, "mail": ""})
    assert session.query(Message).count() == 0


@pytest.mark.parametrize("path", [PATH, f"{PATH}/donnees"])
def test_these_pages_tell_no_other_site_where_one_comes_from(client, cast, path):
    answer = client.get(path)
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"


# -- the same answer whatever is known --------------------------------------------------------------------------------


def without_what_varies(page: str, reference: str) -> str:
    page = re.sub(r"/suivi/[\w-]{22}|data:image[^\"]+|(?:content|value)=\"[^\"]+\.[^\"]+\"", "", page)
    return page.replace(reference, "REFERENCE")


def test_who_asked_before_reads_the_same_answer(client, cast, set_clock):
    pages = []
    for _ in range(2):
        Walk(client, set_clock).whole()
        last = session.query(Request).order_by(Request.id.desc()).first()
        pages.append(without_what_varies(client.get(RECEIPT).text, last.reference))
    assert pages[0] == pages[1]


def test_the_same_page_sent_twice_is_one_request(walk, client):
    page = walk.until("agreement")
    data = {"kept": kept(page), **AGREEMENT}
    for _ in range(2):
        assert client.post(PATH, data=data).location == RECEIPT
    request = only()
    assert request.reference in client.get(RECEIPT).text


def test_both_links_of_a_page_sent_twice_open(walk, client):
    page = walk.until("agreement")
    tokens = []
    for _ in range(2):
        client.post(PATH, data={"kept": kept(page), **AGREEMENT})
        tokens.append(re.search(r"/suivi/([\w-]{22})", client.get(RECEIPT).text)[1])
    assert {opened(token, LinkPurpose.PERSON).request_id for token in tokens} == {only().id}


# -- the doctor, when the directory knows them ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    ["Renaudin", "Dr Renaudin", "docteur Hélène RENAUDIN", "Renaudin Hélène, à Talmont", "Dr Renaudin (Talmont)"],
)
def test_the_doctor_is_linked_to_the_directory(walk, typed):
    walk.whole(search={**SEARCH, "doctor_name": typed})
    assert only().current_doctor_id == session.query(Person.id).filter_by(last_name="Renaudin").scalar()
    assert read_contact(only()).doctor_name == typed


@pytest.mark.parametrize("typed", ["", "Dr", "Dr Paul Renaudin", "Dr Inconnu"])
def test_a_doctor_who_is_not_known_is_a_name(walk, typed):
    walk.whole(search={**SEARCH, "doctor_name": typed})
    assert only().current_doctor_id is None


def test_a_name_that_two_doctors_bear_is_a_name(walk):
    make_person(last_name="Renaudin", first_name="Paul")
    session.commit()
    walk.whole(search={**SEARCH, "doctor_name": "Dr Renaudin"})
    assert only().current_doctor_id is None


# -- closed, notice ---------------------------------------------------------------------------------------------------


def set_up(**values) -> None:
    kept_settings = defaults()
    for name, value in values.items():
        setattr(kept_settings, name, value)
    session.add(kept_settings)
    session.commit()


def test_a_closed_form_gives_the_telephone(client, cast):
    set_up(is_open=False, line_phone="+33261914100", line_hours="du lundi au vendredi de 8h30 à 18h30")
    page = client.get(PATH).text
    assert "fermées" in page
    assert "de 8h30 à 18h30" in page


def test_a_closed_form_keeps_nothing(walk):
    walk.until("agreement")
    set_up(is_open=False)
    assert walk.send(AGREEMENT).status_code == 409
    assert nothing_kept()


def test_the_notice_says_who_may_step_in_and_the_rights_one_has(client, cast):
    set_up(retention_months=18, dpo_contact="dpo@cpts.example")
    page = client.get(f"{PATH}/donnees").text
    for words in ("MiSAS", "DAC", "18 mois", "quitter la démarche à tout moment", "CNIL", "dpo@cpts.example"):
        assert words in page, words
    assert session.query(InboxSettings).count() == 1
