"""The coordinator proposes from the file, notes what is said on the phone, what the person chose."""

from datetime import date

import pytest

from cptsapp.core.db import session
from cptsapp.inbox.actions.proposals import accept, propose
from cptsapp.inbox.models import AnsweredBy, DoctorProposal, ProposalState, Request, State
from cptsapp.inbox.patients import Contact, Identity
from tests.tools.factories import acting, make_person, make_place, make_practice
from tests.tools.inbox import make_offer, make_partner, make_request, make_seeker

PAUL = Identity("Guérineau", "Paul", date(1945, 1, 2))


@pytest.fixture
def doctors(cast):
    for person in (cast.gp_person, cast.other_gp_person):
        make_offer(person)
    return [cast.gp_person.id, cast.other_gp_person.id]


@pytest.fixture
def office(cast, sign_in, doctors):
    session.commit()
    return sign_in(cast.coordinator)


def searched(**overrides):
    made = make_request("searching", **overrides)
    session.commit()
    return made.reference, made.id


@pytest.fixture
def asked(cast, doctors):
    """A request proposed to both: its reference, the two proposals."""
    request = make_request("searching")
    made = [one.id for one in propose(request, doctors, by=acting(cast.coordinator))]
    session.commit()
    return request.reference, *made


def state_of(proposal_id):
    return session.get_one(DoctorProposal, proposal_id).state


def test_the_file_lists_the_doctors_with_their_places(office):
    reference, _ = searched()
    page = office.get(f"/demandes/{reference}").text
    assert "Dr Hélène Renaudin" in page
    assert "5\u00a0offertes − 0\u00a0prise − 0\u00a0en attente" in page
    assert "Talmont-Saint-Hilaire, sur place" in page


def test_two_are_sent_in_the_order_typed(office, doctors):
    reference, number = searched()
    first, second = doctors
    typed = {"vu": "medecins", "medecin": [first, second], f"ordre-{first}": "2", f"ordre-{second}": "1"}
    assert office.post(f"/demandes/{reference}/proposer", data=typed).status_code == 303
    ranks = session.query(DoctorProposal).filter_by(request_id=number).order_by(DoctorProposal.rank)
    assert [(made.person_id, bool(made.why)) for made in ranks] == [(second, True), (first, True)]


def test_one_of_the_household_alone(office, doctors):
    reference, number = searched(seekers=(make_seeker(), make_seeker(who=PAUL)))
    paul = session.get_one(Request, number).seekers[1].id
    office.post(
        f"/demandes/{reference}/proposer",
        data={"vu": ["medecins", "foyer"], "medecin": doctors[0], "personne": paul},
    )
    assert session.query(DoctorProposal.places).filter_by(request_id=number).scalar() == 1


def test_nobody_ticked_of_the_household_is_told(office, doctors):
    reference, _ = searched(seekers=(make_seeker(), make_seeker(who=PAUL)))
    answer = office.post(f"/demandes/{reference}/proposer", data={"vu": ["medecins", "foyer"], "medecin": doctors[0]})
    assert answer.status_code == 409
    assert "Dites pour qui" in answer.text


def test_nobody_ticked_is_told_and_nobody_is_ticked_again(office):
    reference, _ = searched()
    answer = office.post(f"/demandes/{reference}/proposer", data={"vu": "medecins"})
    assert answer.status_code == 409
    assert "Cochez au moins un médecin" in answer.text
    assert " checked" not in answer.text.split("Médecin</th>")[1].split("</table>")[0]


def test_a_page_read_too_early_is_refused(office, doctors):
    reference, number = searched()
    typed = {"vu": "medecins", "medecin": doctors[0], "version": "1"}
    assert office.post(f"/demandes/{reference}/proposer", data=typed).status_code == 409
    assert session.query(DoctorProposal).filter_by(request_id=number).count() == 0


def test_without_the_agreement_the_file_says_so(office):
    reference, _ = searched(agreements=frozenset())
    assert "L’accord pour les médecins manque" in office.get(f"/demandes/{reference}").text


def test_no_doctor_has_a_place(cast, sign_in):
    reference, _ = searched()
    assert "Aucun médecin n’a de place en ce moment" in sign_in(cast.coordinator).get(f"/demandes/{reference}").text


def test_many_doctors_are_folded(cast, office):
    for _ in range(6):
        person = make_person()
        make_practice(person, make_place(commune_code="85288"))
        make_offer(person)
    reference, _ = searched()
    assert "3\u00a0autres médecins ont" in office.get(f"/demandes/{reference}").text


def test_who_was_asked_already_is_not_ticked_again(office, asked, doctors):
    reference, first, second = asked
    for number in (first, second):
        office.post(f"/demandes/{reference}/propositions/{number}/annuler")
    page = office.get(f"/demandes/{reference}").text
    assert "déjà sollicité, annulée" in page
    assert " checked" not in page.split("Médecin</th>")[1].split("</table>")[0]


def test_a_sending_is_undone_from_the_file(office, doctors):
    reference, number = searched()
    sent = office.post(f"/demandes/{reference}/proposer", data={"vu": "medecins", "medecin": doctors})
    assert f"/demandes/{reference}/proposer/annuler" in office.get(sent.location).text
    office.post(f"/demandes/{reference}/proposer/annuler")
    assert session.query(Request.state).filter_by(id=number).scalar() is State.SEARCHING


def test_yes_on_the_phone(office, asked):
    reference, first, _ = asked
    office.post(f"/demandes/{reference}/propositions/{first}/reponse", data={"reponse": "oui"})
    assert state_of(first) is ProposalState.ACCEPTED


def test_no_on_the_phone_with_its_reason(office, asked):
    reference, first, _ = asked
    office.post(f"/demandes/{reference}/propositions/{first}/reponse", data={"reponse": "non", "motif": "too_far"})
    assert state_of(first) is ProposalState.DECLINED
    assert "trop loin" in office.get(f"/demandes/{reference}").text


def test_nothing_said_is_refused(office, asked):
    reference, first, _ = asked
    assert office.post(f"/demandes/{reference}/propositions/{first}/reponse").status_code == 409


def test_an_answer_is_taken_back(office, asked):
    reference, first, _ = asked
    office.post(f"/demandes/{reference}/propositions/{first}/reponse", data={"reponse": "non"})
    office.post(f"/demandes/{reference}/propositions/{first}/reprendre")
    assert state_of(first) is ProposalState.PENDING


def test_a_proposal_is_cancelled(office, asked):
    reference, first, _ = asked
    office.post(f"/demandes/{reference}/propositions/{first}/annuler")
    assert state_of(first) is ProposalState.CANCELLED


def test_a_call_is_noted(office, asked):
    reference, first, _ = asked
    office.post(f"/demandes/{reference}/propositions/{first}/appele")
    assert "appelé lun. 20 juil." in office.get(f"/demandes/{reference}").text


def test_a_silent_doctor_has_the_number_to_call(office, asked, set_clock):
    reference, first, _ = asked
    office.post(f"/demandes/{reference}/propositions/{first}/appele")
    page = office.get(f"/demandes/{reference}").text
    assert 'href="tel:+33261914027"' in page


def test_a_doctor_without_account_is_told_on_the_phone(cast, office):
    person = make_person(last_name="Pouvreau", mail="anne.pouvreau@cpts.example")
    make_practice(person, make_place(commune_code="85288"))
    make_offer(person)
    request = make_request("searching")
    (made,) = propose(request, [person.id], by=acting(cast.coordinator))
    accept(made.id, AnsweredBy.LINK)
    session.commit()
    reference, number = request.reference, made.id
    assert "Coordonnées dites au téléphone" in office.get(f"/demandes/{reference}").text
    office.post(f"/demandes/{reference}/propositions/{number}/coordonnees")
    assert "Coordonnées de la personne dites au Dr Camille Pouvreau" in office.get(f"/demandes/{reference}").text


def test_the_choice_of_the_person_is_noted(office, asked):
    reference, first, second = asked
    office.post(f"/demandes/{reference}/propositions/{first}/reponse", data={"reponse": "oui"})
    office.post(f"/demandes/{reference}/propositions/{first}/choisir")
    assert (state_of(first), state_of(second)) == (ProposalState.CHOSEN, ProposalState.CANCELLED)


def test_none_suits(office, asked):
    reference, first, second = asked
    office.post(f"/demandes/{reference}/propositions/{first}/reponse", data={"reponse": "oui"})
    office.post(f"/demandes/{reference}/propositions/{second}/annuler")
    office.post(f"/demandes/{reference}/aucun-medecin")
    assert session.query(Request.state).filter_by(reference=reference).scalar() is State.SEARCHING


def test_whom_no_mail_reaches_is_called(cast, office, doctors):
    request = make_request("searching", contact=Contact(phone="+33639981427"))
    (made,) = propose(request, doctors[:1], by=acting(cast.coordinator))
    accept(made.id, AnsweredBy.LINK)
    session.commit()
    reference = request.reference
    assert "Personne appelée" in office.get(f"/demandes/{reference}").text
    assert office.post(f"/demandes/{reference}/personne-appelee").status_code == 303


def test_a_proposal_of_another_file_is_not_touched(office, asked):
    _, first, _ = asked
    other, _ = searched()
    for act in ("annuler", "reprendre", "appele", "coordonnees", "choisir"):
        assert office.post(f"/demandes/{other}/propositions/{first}/{act}").status_code == 409
    assert state_of(first) is ProposalState.PENDING


def test_nobody_else_touches_it(cast, sign_in, asked):
    reference, first, _ = asked
    partner, _house = make_partner()
    session.commit()
    for user in (cast.gp, cast.regulator, cast.board_member, partner):
        answer = sign_in(user).post(f"/demandes/{reference}/propositions/{first}/annuler")
        assert answer.status_code == 403
    assert state_of(first) is ProposalState.PENDING
