"""The person's own page: link, birth date, plain words, what they may say, correct, take back."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest

from cptsapp.audit.models import AuditEvent
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.inbox.actions import choices, triage
from cptsapp.inbox.actions.links import revoke
from cptsapp.inbox.actions.merging import merge
from cptsapp.inbox.actions.moves import move
from cptsapp.inbox.actions.person import prove
from cptsapp.inbox.actions.proposals import accept, propose
from cptsapp.inbox.actions.receive import receive
from cptsapp.inbox.models import (
    Actor,
    Agreement,
    AnsweredBy,
    Asker,
    Consent,
    Deadline,
    DoctorProposal,
    InboxLink,
    Outcome,
    ProposalState,
    Recipient,
    Request,
    RightAsked,
    SearchAnswer,
    SearchQuestion,
    State,
    Step,
)
from cptsapp.inbox.patients import Identity, read_contact, read_text
from cptsapp.inbox.queries.requests import agreed
from cptsapp.outbox.models import Message
from tests.tools.factories import acting
from tests.tools.inbox import make_intake, make_offer, make_partner, make_seeker

BORN = "04/03/1947"
PAUL = Identity("Guérineau", "Paul", date(1945, 1, 2))
HEALTH = ("ALD", "C2S", "AME", "enceinte", "Grossesse", "domicile", "+ 70", "1947")


@pytest.fixture
def ask(cast):
    """`ask(state, **answers)` makes a request; gives its number and its link's token."""

    def _ask(state: str = "received", **answers) -> tuple[int, str]:
        made, token = receive(make_intake(**answers), by=None)
        if state == "searching":
            move(made, "accept", actor=Actor.CPTS, by=None)
        session.commit()
        return made.id, token

    return _ask


@pytest.fixture
def enter(client):
    """`enter(token)` gives the birth date; gives the client."""

    def _enter(token: str, born: str = BORN):
        answer = client.post(f"/suivi/{token}", data={"birth_date": born})
        assert answer.status_code == 303, answer.text[-500:]
        return client

    return _enter


@pytest.fixture
def accepted(cast, ask):
    """`accepted()` has two doctors accept; gives the file, the token, the two proposals."""

    def _accepted(**answers) -> tuple[int, str, list[int]]:
        file_id, token = ask("searching", **answers)
        people = (cast.gp_person, cast.other_gp_person)
        for person in people:
            make_offer(person)
        made = propose(session.get_one(Request, file_id), [p.id for p in people], by=acting(cast.coordinator))
        numbers = [one.id for one in made]
        for number in numbers:
            accept(number, AnsweredBy.LINK)
        session.commit()
        return file_id, token, numbers

    return _accepted


def state_of(file_id: int) -> State:
    return session.get_one(Request, file_id).state


# -- the door ---------------------------------------------------------------------------------------------------------


def test_a_get_shows_nothing_personal_and_counts_nothing(ask, client):
    _file, token = ask()
    answer = client.get(f"/suivi/{token}")
    assert answer.status_code == 200
    assert "D-" not in answer.text
    assert session.query(InboxLink.failure_count).filter(InboxLink.request_id.is_not(None)).scalar() == 0


def test_no_other_site_learns_the_address(ask, client):
    _file, token = ask()
    answer = client.get(f"/suivi/{token}")
    assert (answer.headers["Referrer-Policy"], answer.headers["Cache-Control"]) == ("no-referrer", "no-store")


@pytest.mark.parametrize("typed", ["04/03/1947", "4 3 1947", "04031947"])
def test_the_birth_date_opens_the_page(ask, enter, typed):
    file_id, token = ask()
    page = enter(token, typed).get(f"/suivi/{token}").text
    assert "Votre demande est reçue" in page
    assert session.get_one(Request, file_id).reference in page


def test_the_opening_stands_in_the_trail(ask, enter):
    _file, token = ask()
    enter(token)
    assert session.query(AuditEvent).filter_by(kind="request.person_opened", user_id=None).count() == 1


def test_anyone_of_the_household_opens_it(ask, enter):
    _file, token = ask(seekers=(make_seeker(), make_seeker(who=PAUL)))
    assert enter(token, "02/01/1945").get(f"/suivi/{token}").status_code == 200


def test_a_wrong_date_says_how_many_tries_are_left(ask, client):
    _file, token = ask()
    answer = client.post(f"/suivi/{token}", data={"birth_date": "05/03/1947"})
    assert answer.status_code == 422
    assert "Il reste 4 essais" in answer.text


@pytest.mark.database
def test_five_wrong_dates_end_the_link(ask, client):
    _file, token = ask()
    answers = [client.post(f"/suivi/{token}", data={"birth_date": "05/03/1947"}).status_code for _ in range(5)]
    assert answers == [422, 422, 422, 422, 410]
    assert client.post(f"/suivi/{token}", data={"birth_date": BORN}).status_code == 410


def test_what_is_no_date_costs_no_try(ask, client):
    _file, token = ask()
    assert client.post(f"/suivi/{token}", data={"birth_date": "demain"}).status_code == 422
    assert session.query(InboxLink.failure_count).filter(InboxLink.request_id.is_not(None)).scalar() == 0


def test_a_good_date_sets_the_count_back(ask, client):
    _file, token = ask()
    client.post(f"/suivi/{token}", data={"birth_date": "05/03/1947"})
    client.post(f"/suivi/{token}", data={"birth_date": BORN})
    assert session.query(InboxLink.failure_count).filter(InboxLink.request_id.is_not(None)).scalar() == 0


def test_an_unknown_and_a_revoked_link_answer_alike(ask, client):
    file_id, token = ask()
    revoke(InboxLink.request_id == file_id)
    session.commit()
    revoked, unknown = client.get(f"/suivi/{token}"), client.get("/suivi/" + "x" * 22)
    assert revoked.status_code == unknown.status_code == 410
    assert _without_token(revoked.text) == _without_token(unknown.text)


def _without_token(page: str) -> str:
    return "\n".join(line for line in page.splitlines() if "csrf" not in line)


def test_the_cookie_opens_that_file_alone(ask, enter):
    _one, token = ask()
    _other, another = ask(seekers=(make_seeker(who=PAUL),))
    client = enter(token)
    assert "donnez la date de naissance" in client.get(f"/suivi/{another}").text


def test_the_cookie_lives_half_an_hour(ask, enter, set_clock):
    _file, token = ask()
    client = enter(token)
    set_clock(clock.now() + timedelta(minutes=31))
    assert "donnez la date de naissance" in client.get(f"/suivi/{token}").text


def test_a_forged_cookie_opens_nothing(ask, client):
    _file, token = ask()
    client.set_cookie("cptsapp_suivi", "WzEsOTk5OTk5OTk5OV0.forged")
    assert "donnez la date de naissance" in client.get(f"/suivi/{token}").text


def test_the_page_is_closed_on_a_shared_machine(ask, enter):
    _file, token = ask()
    client = enter(token)
    client.post(f"/suivi/{token}/quitter", data={})
    assert "donnez la date de naissance" in client.get(f"/suivi/{token}").text


def test_the_link_dies_thirty_days_after_closing(ask, client, set_clock):
    file_id, token = ask("searching")
    triage.withdraw(file_id, by=None)
    session.commit()
    set_clock(clock.now() + timedelta(days=29))
    assert client.get(f"/suivi/{token}").status_code == 200
    set_clock(clock.now() + timedelta(days=2))
    assert client.get(f"/suivi/{token}").status_code == 410


@pytest.mark.parametrize(
    "act", ["reponse", "appel", "declaration", "trouve", "coordonnees", "retirer", "droits", "effacer"]
)
def test_without_the_birth_date_nothing_is_done(ask, client, act):
    file_id, token = ask("searching")
    answer = client.post(f"/suivi/{token}/{act}", data={"kind": "access", "name": "Dr X", "phone": "0261914027"})
    assert answer.status_code == 303
    found = session.get_one(Request, file_id)
    assert (found.state, found.anonymised_at, session.query(RightAsked).count()) == (State.SEARCHING, None, 0)


# -- what it says -----------------------------------------------------------------------------------------------------


def test_the_page_never_tells_answers_on_health(accepted, enter):
    _file, token, _numbers = accepted(seekers=(make_seeker(social_cover=True, is_pregnant=True),))
    page = enter(token).get(f"/suivi/{token}").text
    assert [word for word in HEALTH if word in page] == []


def test_doctors_who_accepted_are_named_with_their_telephone(accepted, enter):
    _file, token, _numbers = accepted()
    page = enter(token).get(f"/suivi/{token}").text
    assert "Deux médecins ont accepté d’être contactés" in page
    for word in (
        "Dr Hélène Renaudin",
        "02\u00a061\u00a091\u00a040\u00a027",
        "12, rue des Écoliers",
        "avant le jeu. 30 juil.",
    ):
        assert word in page, word


def test_who_opened_the_file_is_told_with_where_they_work(ask, enter, sign_in, cast):
    file_id, token = ask()
    reference = session.get_one(Request, file_id).reference
    sign_in(cast.coordinator).get(f"/demandes/{reference}")
    page = enter(token).get(f"/suivi/{token}").text
    assert "Sophie Arnaud, coordination" in page


def test_questions_asked_about_the_person_are_told(ask, enter):
    file_id, token = ask()
    user, organisation = make_partner()
    found = session.get_one(Request, file_id)
    session.add(
        SearchQuestion(
            whole_index=found.seekers[0].whole_index,
            asked_at=clock.now(),
            user_id=user.id,
            organisation_id=organisation.id,
            answer=SearchAnswer.YES,
        )
    )
    session.commit()
    page = enter(token).get(f"/suivi/{token}").text
    assert "MiSAS Vendée a demandé" in page
    assert "oui, une recherche est en cours" in page


# -- what the person says ---------------------------------------------------------------------------------------------


@pytest.mark.database
def test_an_appointment_is_said_and_the_other_doctor_is_released(accepted, enter):
    file_id, token, numbers = accepted()
    answer = enter(token).post(f"/suivi/{token}/reponse", data={"outcome": f"rdv-{numbers[0]}"})
    assert answer.status_code == 303
    states = dict(session.query(DoctorProposal.id, DoctorProposal.state).all())
    assert states == {numbers[0]: ProposalState.CHOSEN, numbers[1]: ProposalState.RELEASED}
    assert state_of(file_id) is State.TO_DECLARE


def test_none_of_them_can_and_the_search_goes_on(accepted, enter):
    file_id, token, _numbers = accepted()
    enter(token).post(f"/suivi/{token}/reponse", data={"outcome": "aucun"})
    assert state_of(file_id) is State.SEARCHING


def test_please_ring_me_is_for_today(accepted, enter):
    file_id, token, _numbers = accepted()
    enter(token).post(f"/suivi/{token}/reponse", data={"outcome": "appel"})
    found = session.get_one(Request, file_id)
    assert (found.deadline, found.due_on) == (Deadline.CALL_PERSON, date(2026, 7, 20))


def test_another_file_s_doctor_is_not_chosen(accepted, enter, ask):
    _file, token, _numbers = accepted()
    answer = enter(token).post(f"/suivi/{token}/reponse", data={"outcome": "rdv-999"})
    assert answer.status_code == 422


def test_no_answer_is_asked_again(accepted, enter):
    _file, token, _numbers = accepted()
    answer = enter(token).post(f"/suivi/{token}/reponse", data={})
    assert (answer.status_code, "Choisissez une réponse" in answer.text) == (422, True)


def test_a_doctor_who_is_let_go_meanwhile_is_told(accepted, enter, cast):
    file_id, token, numbers = accepted()
    by, client = acting(cast.coordinator), enter(token)
    choices.none_suits(session.get_one(Request, file_id), actor=Actor.CPTS, by=by)
    session.commit()
    answer = client.post(f"/suivi/{token}/reponse", data={"outcome": f"rdv-{numbers[0]}"})
    assert answer.status_code == 422
    assert "Nous cherchons un médecin" in answer.text


def test_the_declaration_closes_the_request(accepted, enter):
    file_id, token, numbers = accepted()
    client = enter(token)
    client.post(f"/suivi/{token}/reponse", data={"outcome": f"rdv-{numbers[0]}"})
    client.post(f"/suivi/{token}/declaration", data={"declared": "oui"})
    found = session.get_one(Request, file_id)
    assert (found.state, found.outcome) == (State.CLOSED, Outcome.FOUND)
    assert "Vous avez un médecin traitant" in client.get(f"/suivi/{token}").text


def test_a_declaration_not_made_searches_again(accepted, enter):
    file_id, token, numbers = accepted()
    client = enter(token)
    client.post(f"/suivi/{token}/reponse", data={"outcome": f"rdv-{numbers[0]}"})
    client.post(f"/suivi/{token}/declaration", data={"declared": "non"})
    assert state_of(file_id) is State.SEARCHING


def test_a_doctor_found_by_oneself_awaits_the_declaration(ask, enter):
    file_id, token = ask("searching")
    client = enter(token)
    client.post(f"/suivi/{token}/trouve", data={"name": "Dr Imaginaire"})
    assert state_of(file_id) is State.TO_DECLARE
    assert "Dr Imaginaire" in client.get(f"/suivi/{token}").text


def test_a_nameless_doctor_is_asked_for(ask, enter):
    file_id, token = ask("searching")
    answer = enter(token).post(f"/suivi/{token}/trouve", data={"name": " "})
    assert (answer.status_code, state_of(file_id)) == (422, State.SEARCHING)


def test_what_the_state_does_not_allow_is_refused_with_the_reason(ask, enter):
    file_id, token = ask("searching")
    answer = enter(token).post(f"/suivi/{token}/declaration", data={"declared": "oui"})
    assert (answer.status_code, state_of(file_id)) == (409, State.SEARCHING)
    assert "ne se fait pas" in answer.text


def test_contact_details_are_corrected_at_once_and_the_former_address_is_told(ask, enter):
    file_id, token = ask()
    data = {"phone": "06 39 98 22 33", "mail": "nouvelle@courriel.example"}
    enter(token).post(f"/suivi/{token}/coordonnees", data=data)
    found = read_contact(session.get_one(Request, file_id))
    assert (found.phone, found.mail) == ("+33639982233", "nouvelle@courriel.example")
    told = session.query(Message).filter_by(kind="request.contact_changed").one()
    assert (told.address, "nouvelle@" in told.body) == ("jeanne.guerineau@courriel.example", False)


def test_an_odd_telephone_is_said_beside_its_field(ask, enter):
    _file, token = ask()
    answer = enter(token).post(f"/suivi/{token}/coordonnees", data={"phone": "12"})
    assert (answer.status_code, "n’existe pas en France" in answer.text) == (422, True)


def test_someone_must_stay_reachable(ask, enter):
    _file, token = ask()
    answer = enter(token).post(f"/suivi/{token}/coordonnees", data={"phone": "", "mail": ""})
    assert (answer.status_code, "Laissez au moins" in answer.text) == (409, True)


@pytest.mark.database
def test_withdrawing_stops_everything_at_once(accepted, enter):
    file_id, token, _numbers = accepted()
    enter(token).post(f"/suivi/{token}/retirer", data={})
    found = session.get_one(Request, file_id)
    assert (found.state, found.outcome) == (State.CLOSED, Outcome.WITHDRAWN)
    assert set(session.query(DoctorProposal.state).distinct()) <= {
        (ProposalState.CANCELLED,),
        (ProposalState.RELEASED,),
    }


# -- rights -----------------------------------------------------------------------------------------------------------


def test_a_copy_is_queued_with_its_month(ask, enter):
    _file, token = ask()
    client = enter(token)
    client.post(f"/suivi/{token}/droits", data={"kind": "access"})
    assert session.query(RightAsked.due_on).scalar() == date(2026, 8, 20)
    assert "réponse avant le 20/08/2026" in client.get(f"/suivi/{token}").text


def test_asked_twice_it_says_so(ask, enter):
    _file, token = ask()
    client = enter(token)
    client.post(f"/suivi/{token}/droits", data={"kind": "access"})
    assert client.post(f"/suivi/{token}/droits", data={"kind": "access"}).status_code == 409


def test_one_s_own_erasure_is_asked_once_more_then_done(ask, enter):
    file_id, token = ask()
    client = enter(token)
    assert "Effacer votre dossier" in client.post(f"/suivi/{token}/droits", data={"kind": "erasure"}).text
    answer = client.post(f"/suivi/{token}/effacer", data={})
    assert answer.headers["Location"].endswith("/suivi/efface")
    assert session.get_one(Request, file_id).anonymised_at == clock.now()
    assert client.get("/suivi/efface").status_code == 200
    assert client.get(f"/suivi/{token}").status_code == 410


def test_the_erasure_of_a_household_is_queued(ask, enter):
    file_id, token = ask(seekers=(make_seeker(), make_seeker(who=PAUL)))
    client = enter(token)
    assert client.post(f"/suivi/{token}/droits", data={"kind": "erasure"}).status_code == 303
    assert client.post(f"/suivi/{token}/effacer", data={}).status_code == 409
    assert session.get_one(Request, file_id).anonymised_at is None


def test_the_erasure_that_a_relative_asks_is_queued(ask, enter):
    file_id, token = ask(asker=Asker.RELATIVE)
    enter(token).post(f"/suivi/{token}/droits", data={"kind": "erasure"})
    assert session.get_one(Request, file_id).anonymised_at is None
    assert session.query(RightAsked).count() == 1


def test_whoever_was_merged_away_sees_the_file_that_is_kept(ask, enter, cast):
    one, _token = ask("searching")
    other, token = ask()
    kept_id = merge(one, other, by=acting(cast.coordinator)).kept_id
    session.commit()
    page = enter(token).get(f"/suivi/{token}").text
    assert session.get_one(Request, kept_id).reference in page


def test_the_days_of_a_deadline_are_said(ask, enter):
    _file, token = ask()
    assert "Avant le mer. 22 juil" in enter(token).get(f"/suivi/{token}").text


def test_the_instant_of_the_page_is_local(ask, enter, set_clock):
    set_clock(datetime(2026, 7, 20, 22, 30, tzinfo=UTC))
    _file, token = ask()
    client = enter(token)
    client.post(f"/suivi/{token}/droits", data={"kind": "rectification", "note": "Mon prénom"})
    assert "demandé le 21/07/2026" in client.get(f"/suivi/{token}").text


# -- agreements -------------------------------------------------------------------------------------------------------


def test_an_agreement_is_taken_back_and_what_was_under_way_stops(accepted, enter):
    file_id, token, _numbers = accepted()
    client = enter(token)
    assert "Retirer pour les médecins" in client.get(f"/suivi/{token}").text
    client.post(f"/suivi/{token}/accord", data={"recipient": "doctors"})
    assert state_of(file_id) is State.SEARCHING
    assert "Retirer pour les médecins" not in client.get(f"/suivi/{token}").text


def test_an_agreement_never_given_is_not_taken_back(ask, enter):
    _file, token = ask(agreements=frozenset())
    assert enter(token).post(f"/suivi/{token}/accord", data={"recipient": "dac"}).status_code == 409


def test_an_unknown_recipient_is_refused(ask, enter):
    _file, token = ask()
    assert enter(token).post(f"/suivi/{token}/accord", data={"recipient": "everyone"}).status_code == 409


# -- five tries, even at once -----------------------------------------------------------------------------------------


@pytest.mark.database
def test_ten_who_try_at_once_have_five_tries_in_all(app, ask):
    file_id, _token = ask()
    link_id = session.query(InboxLink.id).filter_by(request_id=file_id).scalar()
    session.remove()
    together, answers = threading.Barrier(10), []

    def try_once(day: int) -> None:
        with app.app_context():
            together.wait(10)
            answers.append(prove(link_id, session.get_one(Request, file_id), date(1950, 1, day)))
            session.commit()
            session.remove()

    threads = [threading.Thread(target=try_once, args=(day,)) for day in range(1, 11)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [False] * 10
    assert session.get_one(InboxLink, link_id).failure_count == 5
    assert session.query(AuditEvent).filter_by(kind="request.person_failed").count() == 5


# -- what was missing -------------------------------------------------------------------------------------------------


@pytest.fixture
def incomplete(ask, cast):
    """A request found incomplete: its number and its link's token."""
    file_id, token = ask(agreements=frozenset())
    triage.ask_more(file_id, ["agreement", "doctor"], by=acting(cast.coordinator))
    session.commit()
    return file_id, token


def test_what_is_missing_is_said_and_answered_on_the_page(incomplete, enter):
    file_id, token = incomplete
    client = enter(token)
    assert "le nom du médecin actuel" in client.get(f"/suivi/{token}").text
    client.post(f"/suivi/{token}/completer", data={"text": "Le Dr Imaginaire, aux Sables"})
    step = session.query(Step).filter_by(request_id=file_id, kind="person.answered").one()
    assert read_text(step.note, step.seal_id, "note") == "Le Dr Imaginaire, aux Sables"
    assert session.get_one(Request, file_id).deadline is Deadline.FIRST_ANSWER


def test_an_empty_answer_is_asked_again(incomplete, enter):
    _file, token = incomplete
    answer = enter(token).post(f"/suivi/{token}/completer", data={"text": " "})
    assert (answer.status_code, "Écrivez votre réponse" in answer.text) == (422, True)


def test_once_nothing_is_missing_an_answer_is_refused(ask, enter):
    _file, token = ask("searching")
    assert enter(token).post(f"/suivi/{token}/completer", data={"text": "Trop tard"}).status_code == 409


def test_an_agreement_is_given_on_the_page(incomplete, enter):
    file_id, token = incomplete
    enter(token).post(f"/suivi/{token}/accord", data={"recipient": "misas", "accord": "oui"})
    assert agreed(session.get_one(Request, file_id)) == {Recipient.MISAS}
    given = session.query(Agreement).one()
    assert (given.consent, given.collected_by_id) == (Consent.WEB, None)
