"""The page of a request: what it shows, what each act on it does, what it says when someone else was first."""

from dataclasses import replace

import pytest

from cptsapp.accounts.models import Role
from cptsapp.audit.models import AuditEvent
from cptsapp.core.db import session
from cptsapp.inbox.actions import triage
from cptsapp.inbox.models import Outcome, Request, State, Step
from cptsapp.inbox.patients import Identity, names_of, read_contact
from cptsapp.outbox.models import Message
from tests.tools.factories import make_user
from tests.tools.inbox import CONTACT, make_partner, make_request, make_seeker


@pytest.fixture
def office(cast, sign_in):
    """The coordinator's browser."""
    return sign_in(cast.coordinator)


def made(state="received", **overrides):
    """A request that the browser may open: its reference and its number."""
    request = make_request(state, **overrides)
    session.commit()
    return request.reference, request.id


def url(reference, path=""):
    return f"/demandes/{reference}{path}"


def again(request_id):
    session.expire_all()
    return session.get(Request, request_id)


def pair():
    return (make_seeker(), make_seeker(who=Identity("Guérineau", "Paul", make_seeker().who.birth_date)))


def test_the_page_says_who_where_and_what_next(office):
    reference, _ = made()
    page = office.get(url(reference)).text
    for word in ("Jeanne Guérineau, 79", "Talmont-Saint-Hilaire", "Vérifier la demande", "mer. 22 juil.", "+ 70 ans"):
        assert word in page


def test_each_opening_is_one_line_of_the_trail(office):
    reference, request_id = made()
    office.get(url(reference))
    assert session.query(AuditEvent).filter_by(kind="request.opened", subject_id=request_id).count() == 1


@pytest.mark.parametrize("path", ["/modifier", "/accords", "/clore", "/priorite", "/personnes/nouvelle"])
def test_a_form_that_says_who_is_a_reading_as_well(office, path):
    reference, request_id = made()
    assert "Jeanne Guérineau" in office.get(url(reference, path)).text
    assert session.query(AuditEvent).filter_by(kind="request.opened", subject_id=request_id).count() == 1


def test_triage_is_one_button(office):
    reference, request_id = made()
    answer = office.post(url(reference, "/accepter"), data={"version": again(request_id).version})
    assert answer.status_code == 303
    assert again(request_id).state is State.SEARCHING


def test_what_was_done_is_said_with_its_undo(office):
    reference, _ = made()
    page = office.post(url(reference, "/accepter"), data={}, follow_redirects=True).text
    assert "Demande complète." in page
    assert f"/demandes/{reference}/revoir" in page


def test_the_list_it_was_opened_from_is_not_forgotten(office):
    reference, _ = made()
    assert "/demandes?file=nouvelles" in office.get(url(reference, "?file=nouvelles")).text
    answer = office.post(url(reference, "/accepter?file=nouvelles"), data={})
    assert "file=nouvelles" in answer.location


def test_who_asked_for_someone_is_told_the_end_as_well(office):
    reference, _ = made("searching", contact=replace(CONTACT, asker_mail="paul@courriel.example"))
    office.post(url(reference, "/clore"), data={"outcome": "unreachable", "taken": ["called"], "doctor_id": "0"})
    told = session.query(Message).filter_by(kind="request.closed")
    assert {message.address for message in told} == {CONTACT.mail, "paul@courriel.example"}


def test_a_file_anonymised_says_so_and_offers_nothing(office):
    reference, request_id = made("searching")
    triage.withdraw(request_id, by=None)
    request = again(request_id)
    request.details = request.phone_index = None
    request.anonymised_at = request.closed_at
    for seeker in request.seekers:
        seeker.name = seeker.birth_date = None
    session.commit()
    page = office.get(url(reference)).text
    assert "anonymisée" in page
    assert f"/demandes/{reference}/rouvrir" not in page


def test_a_second_click_changes_nothing_and_says_what_was_done(office):
    reference, request_id = made()
    form = {"version": again(request_id).version}
    answers = [office.post(url(reference, "/accepter"), data=form).status_code for _ in range(2)]
    assert answers == [303, 303]
    assert session.query(Step).filter_by(request_id=request_id, kind="request.accept").count() == 1


def test_a_note_sent_twice_is_written_once(office):
    reference, request_id = made()
    for _ in range(2):
        office.post(url(reference, "/notes"), data={"text": "Rappeler mardi", "once": "abcdef"})
    assert session.query(Step).filter_by(request_id=request_id, kind="request.note").count() == 1


def test_someone_else_was_first(office, sign_in, cast):
    reference, request_id = made()
    seen = again(request_id).version
    triage.ask_more(request_id, ["phone"], by=None)
    session.commit()
    answer = office.post(url(reference, "/accepter"), data={"version": seen})
    assert answer.status_code == 409
    assert "Une information manque" in answer.text
    assert again(request_id).state is State.TO_COMPLETE


def test_what_is_missing_must_be_said(office):
    reference, _ = made()
    answer = office.post(url(reference, "/completer"), data={})
    assert answer.status_code == 422
    assert "Dites ce qui manque." in answer.text


def test_answers_are_corrected(office):
    reference, request_id = made()
    form = {"commune_code": "85194", "reason": "newcomer", "asker": "relative", "phone": "06 39 98 30 11"}
    assert office.post(url(reference, "/modifier"), data=form).status_code == 303
    request = again(request_id)
    assert (request.commune_code, read_contact(request).phone) == ("85194", "+33639983011")


def test_what_was_typed_stays_when_the_file_changed(office):
    reference, request_id = made()
    seen = again(request_id).version
    triage.accept(request_id, by=None)
    session.commit()
    form = {"commune_code": "85194", "reason": "newcomer", "asker": "person", "call_when": "le soir", "version": seen}
    answer = office.post(url(reference, "/modifier"), data=form)
    assert answer.status_code == 409
    assert "le soir" in answer.text
    now = again(request_id).version
    assert office.post(url(reference, "/modifier"), data={**form, "version": now}).status_code == 303


def test_a_number_that_looks_like_a_nir_is_refused(office):
    reference, _ = made()
    answer = office.post(url(reference, "/notes"), data={"text": "1 47 03 85 288 001 42"})
    assert answer.status_code == 422


def test_someone_is_added_to_the_household(office):
    reference, request_id = made()
    form = {"last_name": "Guérineau", "first_name": "Paul", "birth_date": "1945-01-02", "home_visit": "no"}
    assert office.post(url(reference, "/personnes/nouvelle"), data=form).status_code == 303
    assert names_of(again(request_id)) == "Jeanne et Paul Guérineau"
    assert again(request_id).seeker_count == 2


def test_someone_of_another_request_is_not_found(office):
    reference, _ = made()
    _, other_id = made()
    seeker_id = again(other_id).seekers[0].id
    assert office.get(url(reference, f"/personnes/{seeker_id}")).status_code == 404


def test_each_of_the_household_has_an_outcome(office):
    reference, request_id = made("searching", seekers=pair())
    first = again(request_id).seekers[0].id
    form = {"outcome": "found", "doctor_id": "0", "doctor_name": "Dr Ailleurs"}
    assert office.post(url(reference, f"/personnes/{first}/issue"), data=form).status_code == 303
    assert [seeker.outcome for seeker in again(request_id).seekers] == [Outcome.FOUND, None]


def test_the_last_one_s_outcome_is_the_request_s(office):
    reference, request_id = made("searching")
    first = again(request_id).seekers[0].id
    answer = office.post(url(reference, f"/personnes/{first}/issue"), data={"outcome": "withdrawn", "doctor_id": "0"})
    assert answer.status_code == 409


def test_an_agreement_is_collected_then_withdrawn(office):
    reference, _ = made(agreements=frozenset())
    office.post(url(reference, "/accords"), data={"recipient": "doctors", "consent": "phone"})
    assert "Accord recueilli pour les médecins" in office.get(url(reference)).text
    office.post(url(reference, "/accords/retirer"), data={"recipient": "doctors"})
    assert "Accord retiré pour les médecins" in office.get(url(reference)).text


def test_an_agreement_collected_twice_is_refused(office):
    reference, _ = made()
    answer = office.post(url(reference, "/accords"), data={"recipient": "misas", "consent": "phone"})
    assert answer.status_code == 409
    assert "déjà noté" in answer.text


def test_priority_is_decided_with_a_reason_then_given_back(office):
    reference, request_id = made()
    office.post(url(reference, "/priorite"), data={"level": "first", "reason": "Isolée depuis lundi"})
    assert "Isolée depuis lundi" in office.get(url(reference)).text
    assert again(request_id).priority == 1000
    office.post(url(reference, "/priorite/regle"), data={})
    assert again(request_id).priority == 30


def test_priority_without_a_reason_is_refused(office):
    reference, _ = made()
    assert office.post(url(reference, "/priorite"), data={"level": "first"}).status_code == 422


def test_a_note_is_written_then_struck_through(office):
    reference, request_id = made()
    page = office.post(url(reference, "/notes"), data={"text": "Rappeler mardi"}, follow_redirects=True).text
    assert "« Rappeler mardi »" in page
    step = session.query(Step).filter_by(request_id=request_id, kind="request.note").one().id
    office.post(url(reference, f"/notes/{step}/barrer"), data={})
    assert "« Rappeler mardi »" not in office.get(url(reference)).text


def test_closing_proposes_the_steps_already_taken(office):
    reference, request_id = made("searching")
    form = {"outcome": "not_found", "taken": ["called", "offices"], "doctor_id": "0"}
    assert office.post(url(reference, "/clore"), data=form).status_code == 303
    page = office.get(url(reference)).text
    assert "des cabinets appelés un à un" in page
    assert again(request_id).outcome is Outcome.NOT_FOUND


def test_closing_without_a_step_keeps_the_form(office):
    reference, _ = made("searching")
    answer = office.post(url(reference, "/clore"), data={"outcome": "not_found", "doctor_id": "0"})
    assert answer.status_code == 409
    assert "au moins une démarche" in answer.text


def test_a_closed_request_is_opened_again(office):
    reference, request_id = made("searching")
    office.post(url(reference, "/clore"), data={"outcome": "withdrawn", "doctor_id": "0"})
    assert office.post(url(reference, "/rouvrir"), data={"note": "Elle a rappelé"}).status_code == 303
    assert again(request_id).state is State.SEARCHING


def test_a_doctor_found_then_declared(office, cast):
    reference, request_id = made("searching")
    office.post(url(reference, "/medecin-trouve"), data={"doctor_id": cast.gp_person.id})
    assert "Dr Hélène Renaudin" in office.get(url(reference)).text
    office.post(url(reference, "/declarer"), data={})
    assert again(request_id).outcome is Outcome.FOUND


def test_the_mails_of_the_file_are_listed_with_their_state(office):
    reference, _ = made()
    page = office.get(url(reference)).text
    assert f"Votre demande {reference} est reçue → adresse privée" in page
    assert "en attente" in page


def test_the_sheet_of_paper_is_recorded_as_such(office):
    reference, request_id = made()
    assert "Jeanne Guérineau" in office.get(url(reference, "/imprimer")).text
    assert session.query(AuditEvent).filter_by(kind="request.printed", subject_id=request_id).count() == 1


@pytest.mark.parametrize("who", ["gp", "secretary", "regulator", "board_member", "treasurer", "outsider"])
def test_nobody_else_opens_a_file(cast, sign_in, who):
    reference, _ = made()
    assert sign_in(getattr(cast, who)).get(url(reference)).status_code == 403


def test_a_partner_does_not_open_the_coordination_s_page(cast, sign_in):
    reference, _ = made()
    user, _house = make_partner()
    session.commit()
    assert sign_in(user).get(url(reference)).status_code == 403


def test_the_data_protection_officer_reads_no_name(cast, sign_in):
    reference, _ = made()
    user = make_user(Role.DATA_PROTECTION_OFFICER)
    session.commit()
    assert sign_in(user).get(url(reference)).status_code == 403


def test_an_unknown_reference_is_not_found(office):
    assert office.get("/demandes/D-XXXX3333").status_code == 404
