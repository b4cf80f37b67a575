"""The phone intake through its pages: kept as it goes, who is known already, the end of the call; a partner's own."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from cptsapp.audit.models import AuditEvent
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.directory.models import OrganisationKind
from cptsapp.inbox.actions.intake import purge_drafts
from cptsapp.inbox.actions.moves import move
from cptsapp.inbox.models import (
    Actor,
    Agreement,
    Asker,
    Channel,
    Consent,
    Door,
    IntakeDraft,
    OutsideCount,
    Request,
    Step,
    ToldApart,
)
from cptsapp.inbox.patients import names_of, read_contact
from cptsapp.inbox.queries.requests import agreed, locked
from cptsapp.inbox.queries.settings import defaults
from cptsapp.outbox.models import Message
from tests.tools.factories import make_commune, make_user
from tests.tools.inbox import EVERYONE, make_partner, make_request
from tests.tools.queries import count_queries

CALL = {
    "people": "1",
    "place": "Talmont-Saint-Hilaire",
    "asker": "person",
    "phone": "06 39 98 14 27",
    "p0-first_name": "Jeanne",
    "p0-last_name": "Guérineau",
    "p0-birth_date": "04/03/1947",
    "p0-long_term_illness": "y",
    "p0-home_visit": "no",
    "reason": "retirement",
    "doctors": "y",
    "misas": "y",
    "dac": "y",
}
HTMX = {"HX-Request": "true"}


@pytest.fixture
def desk(sign_in, cast):
    """The coordination on the phone."""
    return sign_in(cast.coordinator)


def begin(client) -> str:
    """The address of a new call."""
    return re.search(r'action="(/demandes/saisie/D-\w{8})"', client.get("/demandes/saisie").text).group(1)


def without(*names, **more):
    return {name: value for name, value in {**CALL, **more}.items() if name not in names}


def the_request() -> Request:
    return session.query(Request).one()


# -- received ---------------------------------------------------------------------------------------------------------


def test_a_call_is_received_under_the_reference_read_aloud(desk):
    url = begin(desk)
    answer = desk.post(url, data=CALL)
    assert answer.location == f"{url}/enregistree"
    assert f"/demandes/saisie/{the_request().reference}" == url


def test_what_was_said_is_kept(desk):
    desk.post(begin(desk), data={**CALL, "mail": "j.g@courriel.example", "call_when": "le matin", "social": "y"})
    request = the_request()
    assert (request.door, request.channel, request.asker) == (Door.CPTS, Channel.PHONE, Asker.PERSON)
    assert names_of(request) == "Jeanne Guérineau"
    assert (read_contact(request).phone, read_contact(request).call_when) == ("+33639981427", "le matin")
    assert agreed(request) == EVERYONE
    assert request.social_difficulty
    assert request.criteria == ["over_70", "long_term_illness"]


def test_the_end_of_the_call_is_read_aloud(desk):
    text = desk.get(desk.post(begin(desk), data=CALL).location).text
    for word in (the_request().reference, "mercredi 22 juillet", "15", "comme"):
        assert word in text


def test_who_collected_the_agreement_and_how_is_kept(desk, cast):
    desk.post(begin(desk), data=CALL)
    given = the_request().seekers[0]
    kept = session.query(Agreement).filter_by(seeker_id=given.id).first()
    assert (kept.consent, kept.collected_by_id) == (Consent.PHONE, session.merge(cast.coordinator).id)


def test_sent_twice_it_is_one(desk):
    url = begin(desk)
    desk.post(url, data=CALL)
    assert desk.post(url, data=CALL).location == f"{url}/enregistree"
    assert session.query(Request).count() == 1


def test_a_household_is_one_file(desk):
    more = {"people": "2", "p1-first_name": "Paul", "p1-last_name": "Guérineau", "p1-birth_date": "02 01 1945"}
    desk.post(begin(desk), data={**CALL, **more, "p1-home_visit": "exclusively", "p1-stays_home": "y"})
    request = the_request()
    assert request.seeker_count == 2
    assert [seeker.can_travel for seeker in request.seekers] == [True, False]


def test_under_a_month_is_a_date(desk):
    desk.post(begin(desk), data={**CALL, "is_urgent": "y"})
    assert "urgent" in the_request().criteria
    assert the_request().needed_before is not None


def test_a_relative_is_named(desk):
    desk.post(begin(desk), data={**CALL, "asker": "relative", "asker_name": "Paul Guérineau", "asker_link": "son fils"})
    assert read_contact(the_request()).asker_name == "Paul Guérineau"


def test_the_last_doctor_is_linked_to_the_directory(desk, cast):
    desk.post(begin(desk), data={**CALL, "doctor_name": "Dr Renaudin"})
    assert the_request().current_doctor_id == session.merge(cast.gp_person).id


# -- what lacks -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        (without("place"), "place"),
        (without(place="Nulle-Part"), "place"),
        (without("asker"), "asker"),
        (without("phone"), "phone"),
        (without(phone="12"), "phone"),
        (without("p0-last_name"), "p0-last_name"),
        (without("p0-birth_date"), "p0-birth_date"),
        (without(**{"p0-birth_date": "31/02/1947"}), "p0-birth_date"),
        (without(**{"p0-birth_date": "04/03/2047"}), "p0-birth_date"),
        (without("p0-home_visit"), "p0-home_visit"),
        (without("reason"), "reason"),
        (without(asker="relative"), "asker_name"),
        (without(asker="professional", asker_name="Agnès"), "attests"),
        (without(**{"p0-last_name": "1 47 03 85 288 001 42"}), "p0-last_name"),
        (without(needed_before="2020-01-01"), "needed_before"),
    ],
)
def test_what_lacks_is_told_under_its_question(desk, sent, field):
    answer = desk.post(begin(desk), data=sent)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert session.query(Request).count() == 0


def test_the_same_person_twice_in_a_household_is_told(desk):
    twin = {name.replace("p0", "p1"): value for name, value in CALL.items() if name.startswith("p0")}
    assert "déjà dans la demande" in desk.post(begin(desk), data={**CALL, **twin, "people": "2"}).text


def test_without_any_agreement_it_warns_once(desk):
    url, sent = begin(desk), without("doctors", "misas", "dac")
    assert "Aucun accord" in desk.post(url, data=sent).text
    assert desk.post(url, data={**sent, "warned": "1"}).status_code == 303


def test_a_postcode_of_several_communes_asks_which(desk, cast):
    make_commune(code="85060", name="Château-d’Olonne", postcodes=["85180"], is_own=True)
    session.commit()
    answer = desk.post(begin(desk), data=without(place="85440"))
    assert answer.status_code == 422
    assert 'name="commune_code"' in answer.text
    assert desk.post(begin(desk), data=without(place="85440", commune_code="85288")).status_code == 303


def test_outside_the_territory_only_a_number_is_kept(desk):
    url = begin(desk)
    shown = desk.post(f"{url}/brouillon", data=without(place="Nantes"), headers=HTMX).text
    assert "Hors du territoire" in shown
    assert desk.post(url, data=without(place="Nantes")).status_code == 422
    desk.post(f"{url}/ailleurs", data=without(place="Nantes"))
    assert session.query(OutsideCount).one().commune_code == "44109"
    assert session.query(IntakeDraft).count() == session.query(Request).count() == 0


# -- kept as it goes --------------------------------------------------------------------------------------------------


def test_it_is_kept_as_one_types(desk):
    url = begin(desk)
    text = desk.post(f"{url}/brouillon", data=without("p0-birth_date", "doctors", "misas", "dac"), headers=HTMX).text
    assert "brouillon gardé à 14h32" in text
    assert "Il manque la date de naissance et l’accord." in text
    assert 'value="Guérineau"' in desk.get(url).text


def test_opening_the_page_keeps_nothing(desk):
    begin(desk)
    assert session.query(IntakeDraft).count() == 0


def test_a_draft_is_sealed(desk):
    desk.post(f"{begin(desk)}/brouillon", data=CALL, headers=HTMX)
    content = session.query(IntakeDraft).one().content
    for word in (b"Jeanne", "Guérineau".encode(), b"1947", b"06 39"):
        assert word not in content


def test_without_javascript_a_button_keeps_it_and_lists_it(desk):
    answer = desk.post(f"{begin(desk)}/brouillon", data=CALL)
    assert answer.location == "/demandes/saisie"
    assert "Jeanne Guérineau" in desk.get("/demandes/saisie").text


def test_received_the_draft_goes(desk):
    url = begin(desk)
    desk.post(f"{url}/brouillon", data=CALL, headers=HTMX)
    desk.post(url, data=CALL)
    desk.post(f"{url}/brouillon", data=CALL, headers=HTMX)  # the last one typed comes late
    assert session.query(IntakeDraft).count() == 0
    assert desk.get(url).location == f"{url}/enregistree"


def test_a_draft_is_thrown_away(desk):
    url = begin(desk)
    desk.post(f"{url}/brouillon", data=CALL)
    desk.post(f"{url}/jeter")
    assert session.query(IntakeDraft).count() == 0


def test_what_looks_like_a_social_security_number_is_not_kept(desk):
    url = begin(desk)
    sent = {**CALL, "address": "2 54 03 85 288 001 42"}
    assert "sécurité sociale" in desk.post(f"{url}/brouillon", data=sent, headers=HTMX).text
    assert desk.post(f"{url}/brouillon", data=sent).status_code == 422
    assert session.query(IntakeDraft).count() == 0


def test_a_draft_is_for_its_author_alone(desk, sign_in, cast):
    url = begin(desk)
    desk.post(f"{url}/brouillon", data=CALL)
    other = sign_in(make_user("assistant", display_name="Maxime Roy"))
    assert "Jeanne" not in other.get("/demandes/saisie").text
    assert "Jeanne" not in other.get(url).text
    assert other.post(f"{url}/jeter").status_code == 404
    assert "déjà servi" in other.post(f"{url}/brouillon", data=CALL, headers=HTMX).text
    assert other.post(url, data=CALL).status_code == 409


def test_reading_a_draft_again_is_recorded(desk):
    url = begin(desk)
    desk.post(f"{url}/brouillon", data=CALL)
    desk.get(url)
    assert session.query(AuditEvent).filter_by(kind="intake_draft.opened").count() == 1


def test_listing_drafts_is_recorded_once(desk):
    for _ in range(3):
        desk.post(f"{begin(desk)}/brouillon", data=CALL, headers=HTMX)
    session.query(AuditEvent).delete()
    session.commit()
    desk.get("/demandes/saisie")
    assert [event.data for event in session.query(AuditEvent).filter_by(kind="intake_draft.listed")] == [{"count": 3}]


def test_as_many_statements_however_many_drafts(desk):
    counts = []
    for number in (1, 9):
        for _ in range(number):
            desk.post(f"{begin(desk)}/brouillon", data=CALL, headers=HTMX)
        with count_queries() as seen:
            desk.get("/demandes/saisie")
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_a_user_keeps_fifty_drafts_at_most(desk, monkeypatch):
    monkeypatch.setattr("cptsapp.inbox.actions.intake.DRAFTS_MAX", 1)
    desk.post(f"{begin(desk)}/brouillon", data=CALL)
    answer = desk.post(f"{begin(desk)}/brouillon", data=CALL)
    assert answer.status_code == 422
    assert "brouillons" in answer.text


def test_untouched_for_a_week_it_is_forgotten(desk, set_clock):
    desk.post(f"{begin(desk)}/brouillon", data=CALL)
    now = clock.now()
    assert purge_drafts(now + timedelta(days=6, hours=23)) == 0
    assert purge_drafts(now + timedelta(days=7, minutes=1)) == 1


def test_a_household_grows_and_shrinks_without_javascript(desk):
    url = begin(desk)
    desk.post(f"{url}/foyer", data={**CALL, "person": "add"})
    assert 'name="p1-last_name"' in desk.get(url).text
    both = {**CALL, "people": "2", "p1-first_name": "Paul", "p1-last_name": "Morin"}
    desk.post(f"{url}/foyer", data={**both, "person": "0"})
    text = desk.get(url).text
    assert 'value="Morin"' in text
    assert 'name="p1-last_name"' not in text


def test_a_household_stops_at_eight(desk):
    url = begin(desk)
    desk.post(f"{url}/foyer", data={**CALL, "people": "8", "person": "add"})
    assert 'name="p8-last_name"' not in desk.get(url).text


@pytest.mark.parametrize("act", ["", "/brouillon", "/foyer"])
def test_what_was_typed_when_the_session_had_ended_is_on_the_page_again(desk, act):
    answer = desk.post(f"{begin(desk)}{act}", data={**CALL, "_resume": "1", "person": "add"})
    assert answer.status_code == 200
    assert 'value="Guérineau"' in answer.text
    assert "À demander" not in answer.text
    assert session.query(Request).count() == session.query(IntakeDraft).count() == 0


def test_the_hours_of_the_line_are_shown(desk):
    kept = defaults()
    kept.line_hours, kept.line_phone = "du lundi au vendredi de 8h30 à 18h30", "+33261914027"
    session.add(kept)
    session.commit()
    assert "Ligne ouverte\u00a0: du lundi au vendredi de 8h30 à 18h30" in desk.get("/demandes/saisie").text


@pytest.mark.parametrize("reference", ["x", "D-1", "D-XXXXXXXX1"])
def test_what_is_no_reference_is_not_found(desk, reference):
    assert desk.get(f"/demandes/saisie/{reference}").status_code == 404
    assert desk.post(f"/demandes/saisie/{reference}", data=CALL).status_code == 404
    assert desk.post(f"/demandes/saisie/{reference}/brouillon", data=CALL).status_code == 404


def test_the_reference_of_a_file_is_not_taken_again(desk):
    made = make_request().reference
    session.commit()
    assert desk.post(f"/demandes/saisie/{made}", data=CALL).status_code == 409
    assert "déjà servi" in desk.post(f"/demandes/saisie/{made}/brouillon", data=CALL, headers=HTMX).text


# -- known already ----------------------------------------------------------------------------------------------------


@pytest.fixture
def known(cast):
    """A file of Jeanne: its reference, its seeker."""
    request = make_request()
    session.commit()
    return request.reference, request.seekers[0].id


def test_who_is_known_is_shown_as_one_types(desk, known):
    sent = without("p0-birth_date")
    text = desk.post(f"{begin(desk)}/brouillon", data=sent, headers=HTMX).text
    for word in ("Peut-être la même personne", known[0], "J. G.", "pas encore dit", "1947", "… 27"):
        assert word in text
    assert "Guérineau" not in text


def test_the_same_person_opens_their_file_and_the_draft_stays(desk, known):
    url = begin(desk)
    answer = desk.post(f"{url}/meme-personne?pair=0-{known[1]}", data=CALL)
    assert answer.location == f"/demandes/{known[0]}"
    assert session.query(Step).filter_by(kind="request.called_again").count() == 1
    assert f"reconnue dans {known[0]}" in desk.get("/demandes/saisie").text


def test_called_again_is_said_once_a_draft(desk, known):
    url = begin(desk)
    for _ in range(2):
        desk.post(f"{url}/meme-personne?pair=0-{known[1]}", data=CALL)
    assert session.query(Step).filter_by(kind="request.called_again").count() == 1


def test_a_closed_file_is_not_called_again(desk, known):
    move(locked(the_request().id), "withdraw", actor=Actor.PERSON, by=None)
    session.commit()
    assert desk.post(f"{begin(desk)}/meme-personne?pair=0-{known[1]}", data=CALL).status_code == 409


def test_someone_else_is_not_asked_about_again(desk, known):
    url = begin(desk)
    answer = desk.post(f"{url}/autre-personne?pair=0-{known[1]}", data=CALL, headers=HTMX)
    assert known[0] not in answer.text
    assert known[0] not in desk.post(f"{url}/brouillon", data=CALL, headers=HTMX).text
    desk.post(url, data=CALL)
    assert session.query(ToldApart).count() == 1


def test_without_javascript_someone_else_comes_back_to_the_call(desk, known):
    url = begin(desk)
    assert desk.post(f"{url}/autre-personne?pair=0-{known[1]}", data=CALL).location == url
    assert "Peut-être" not in desk.get(url).text


@pytest.mark.parametrize("pair", ["", "0-", "x-1", "9-1", "0-999999", "0-x"])
def test_a_pair_that_is_none_is_not_found(desk, known, pair):
    for act in ("meme-personne", "autre-personne"):
        assert desk.post(f"{begin(desk)}/{act}?pair={pair}", data=CALL).status_code == 404


# -- a partner --------------------------------------------------------------------------------------------------------

SENT = {**CALL, "asker_name": "Nadège Poiraud", "asker_phone": "02 61 91 40 27", "attests": "y"}


@pytest.fixture
def partner(sign_in, cast):
    """An adviser of the MiSAS."""
    return sign_in(make_partner()[0])


@pytest.mark.parametrize(("kind", "door"), [(OrganisationKind.CPAM, Door.MISAS), (OrganisationKind.DAC, Door.DAC)])
def test_a_partner_sends_a_request_by_their_own_door(sign_in, cast, kind, door):
    user, organisation = make_partner(kind)
    number = organisation.id
    client = sign_in(user)
    client.post(begin(client), data=SENT)
    request = the_request()
    assert (request.door, request.channel, request.asker) == (door, Channel.REFERRAL, Asker.PROFESSIONAL)
    assert request.organisation_id == number


def test_a_partner_finds_their_own_name_and_mail_written(partner):
    text = partner.get("/demandes/saisie").text
    for value in ("Nadège Poiraud", "MiSAS Vendée", "@cpts.example"):
        assert value in text


def test_a_partner_attests_the_agreement(partner):
    answer = partner.post(begin(partner), data={**SENT, "attests": ""})
    assert answer.status_code == 422
    assert 'id="attests-error"' in answer.text


def test_a_partner_is_always_the_professional(partner):
    partner.post(begin(partner), data={**SENT, "asker": "person"})
    assert the_request().asker is Asker.PROFESSIONAL


def test_a_partner_is_shown_nobody(partner, known):
    url = begin(partner)
    text = partner.post(f"{url}/brouillon", data=SENT, headers=HTMX).text
    assert known[0] not in text
    assert "Peut-être" not in text
    for act in ("meme-personne", "autre-personne"):
        assert partner.post(f"{url}/{act}?pair=0-{known[1]}", data=SENT).status_code == 403


def test_a_partner_reads_a_reference_and_never_the_file(partner):
    text = partner.get(partner.post(begin(partner), data=SENT).location).text
    assert the_request().reference in text
    assert "Ouvrir le dossier" not in text


def test_a_partner_who_works_nowhere_sends_nothing(sign_in, cast):
    client = sign_in(make_user("partner"))
    assert client.get("/demandes/saisie").status_code == 404


def test_the_person_is_told_by_mail_without_a_word_of_health(partner):
    partner.post(begin(partner), data={**SENT, "mail": "jeanne@courriel.example"})
    mail = session.query(Message).filter_by(kind="request.received").one()
    assert mail.address == "jeanne@courriel.example"
    assert "Jeanne" not in mail.title + mail.text


def test_others_do_not_enter(sign_in, cast):
    for user in (cast.gp, cast.regulator, cast.board_member, cast.outsider):
        assert sign_in(user).get("/demandes/saisie").status_code == 403


def test_a_day_of_the_week_is_of_the_territory(desk, set_clock):
    set_clock(datetime(2026, 7, 20, 23, 30, tzinfo=UTC))  # already Tuesday in Paris
    assert "avant le jeudi 23 juillet" in desk.get("/demandes/saisie").text


def test_partners_have_it_in_their_menu(partner):
    assert "Envoyer une demande</a>" in partner.get("/demandes/saisie").text


def test_the_coordination_does_not(desk):
    assert "Envoyer une demande" not in desk.get("/demandes/saisie").text
