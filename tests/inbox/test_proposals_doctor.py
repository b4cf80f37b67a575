"""A doctor answers by private link or signed in: the need before, the identity after and signed in alone."""

from datetime import date

import pytest

from cptsapp.accounts.models import Role
from cptsapp.audit.models import AuditEvent
from cptsapp.core.db import session
from cptsapp.inbox.actions import agreements, links
from cptsapp.inbox.actions.proposals import accept, cancel, choose, propose, stop_all
from cptsapp.inbox.models import AnsweredBy, DoctorProposal, HomeVisit, Offer, ProposalState, Recipient, Request
from cptsapp.inbox.patients import Identity
from cptsapp.outbox.models import Message
from tests.tools.factories import acting, make_user
from tests.tools.inbox import make_offer, make_partner, make_request, make_seeker

WHO = ("Jeanne", "Guérineau", "1947", "0639981427", "06\u00a039\u00a098\u00a014\u00a027", "courriel.example")
PAUL = Identity("Guérineau", "Paul", date(1945, 1, 2))


@pytest.fixture
def by(cast):
    return acting(cast.coordinator)


@pytest.fixture
def asked(cast, by):
    """Jeanne Guérineau proposed to the doctor: the proposal's number, the path of the private link."""
    make_offer(cast.gp_person)
    request = make_request("searching", seekers=(make_seeker(home_visit=HomeVisit.EXCEPTIONALLY),))
    (made,) = propose(request, [cast.gp_person.id], by=by)
    session.commit()
    return made.id, path_of("proposal")


def path_of(kind):
    text = session.query(Message).filter_by(kind=f"request.{kind}").order_by(Message.id.desc()).first().text
    return "/proposition/" + text.split("/proposition/")[1].split()[0]


def proposal(number):
    session.expire_all()
    return session.get_one(DoctorProposal, number)


# -- the link ---------------------------------------------------------------------------------------------------------


def test_the_link_shows_the_need(client, asked):
    page = client.get(asked[1]).text
    for words in (
        "Une personne de plus de 70 ans",
        "Talmont-Saint-Hilaire, votre commune",
        "ALD",
        "exceptionnellement",
    ):
        assert words in page


def test_the_link_shows_the_places(client, asked):
    assert "5\u00a0offertes − 0\u00a0prise − 1\u00a0en attente" in client.get(asked[1]).text


def test_the_link_never_shows_who(client, asked):
    pages = [client.get(asked[1]).text]
    for act in ("prendre", "annuler", "pas-cette-fois"):
        client.post(f"{asked[1]}/{act}")
        pages.append(client.get(asked[1]).text)
    assert [word for page in pages for word in WHO if word in page] == []


def test_a_scanner_that_opens_the_link_answers_nothing(client, asked):
    for act in ("", "/prendre", "/pas-cette-fois", "/annuler"):
        client.get(asked[1] + act)
        client.head(asked[1] + act)
    assert proposal(asked[0]).state is ProposalState.PENDING


def test_the_link_does_not_leave_with_the_next_click(client, asked):
    answer = client.get(asked[1])
    assert (answer.headers["Referrer-Policy"], answer.headers["Cache-Control"]) == ("no-referrer", "no-store")


def test_yes_by_the_link(client, asked):
    assert client.post(f"{asked[1]}/prendre").status_code == 303
    made = proposal(asked[0])
    assert (made.state, made.answered_by, made.answered_by_id) == (ProposalState.ACCEPTED, AnsweredBy.LINK, None)


def test_yes_twice_is_yes(client, asked):
    client.post(f"{asked[1]}/prendre")
    assert client.post(f"{asked[1]}/prendre").status_code == 303


def test_no_by_the_link_then_its_reason(client, asked):
    client.post(f"{asked[1]}/pas-cette-fois")
    assert "Pourquoi" in client.get(asked[1]).text
    client.post(f"{asked[1]}/motif", data={"motif": "no_room"})
    assert proposal(asked[0]).decline_reason == "no_room"


def test_an_answer_is_taken_back_by_the_link(client, asked):
    client.post(f"{asked[1]}/prendre")
    assert "Annuler" in client.get(asked[1]).text
    client.post(f"{asked[1]}/annuler")
    assert proposal(asked[0]).state is ProposalState.PENDING


def test_a_doctor_chosen_cannot_take_back(client, asked):
    client.post(f"{asked[1]}/prendre")
    choose(session.get_one(Request, proposal(asked[0]).request_id), asked[0])
    session.commit()
    assert "Annuler" not in client.get(asked[1]).text
    assert client.post(f"{asked[1]}/annuler").status_code == 409


def test_an_unknown_link_says_nothing(client, asked):
    answer = client.get("/proposition/nothing")
    assert answer.status_code == 404
    assert "Ce lien ne sert plus" in answer.text


@pytest.mark.parametrize("act", ["", "/prendre", "/pas-cette-fois", "/annuler", "/motif"])
def test_a_revoked_link_is_as_dead_as_an_unknown_one(client, asked, by, act):
    cancel(asked[0], by=by)
    session.commit()
    ask = client.post if act else client.get
    dead, unknown = ask(asked[1] + act), ask("/proposition/nothing" + act)
    assert (dead.status_code, unknown.status_code) == (404, 404)
    assert without_token(dead.text) == without_token(unknown.text)


def without_token(page):
    return "".join(line for line in page.splitlines() if "csrf" not in line)


def test_an_older_link_is_replaced(client, asked):
    links.link_for_proposal(proposal(asked[0]))
    session.commit()
    assert client.get(asked[1]).status_code == 404


def test_the_agreement_withdrawn_closes_the_link_at_once(client, asked, by):
    agreements.withdraw(session.get_one(Request, proposal(asked[0]).request_id), Recipient.DOCTORS, by=by)
    session.commit()
    answer = client.get(asked[1])
    assert answer.status_code == 404
    assert "70 ans" not in answer.text


def test_everything_stopped_closes_the_link(client, asked, by):
    stop_all(session.get_one(Request, proposal(asked[0]).request_id), by=by)
    session.commit()
    assert client.post(f"{asked[1]}/prendre").status_code == 404
    assert proposal(asked[0]).state is ProposalState.CANCELLED


def test_a_link_of_another_purpose_opens_nothing(client, asked):
    token = links.link_for_person(session.get_one(Request, proposal(asked[0]).request_id))
    session.commit()
    assert client.get(f"/proposition/{token}").status_code == 404


def test_the_last_place_gone_is_told(client, asked, cast):
    client.post(f"{asked[1]}/pas-cette-fois")
    made = proposal(asked[0])
    session.get_one(Offer, made.offer_id).offered = 0
    session.commit()
    answer = client.post(f"{asked[1]}/annuler")
    assert answer.status_code == 409
    assert "plus de place" in answer.text


def test_a_household_is_written_person_by_person(client, cast, by):
    make_offer(cast.gp_person)
    request = make_request("searching", seekers=(make_seeker(), make_seeker(who=PAUL, long_term_illness=False)))
    propose(request, [cast.gp_person.id], by=by)
    session.commit()
    page = client.get(path_of("proposal")).text
    assert "2\u00a0personnes d’un foyer" in page
    assert "Personne 2" in page


# -- signed in --------------------------------------------------------------------------------------------------------


def test_the_list_names_nobody_before(cast, sign_in, asked):
    page = sign_in(cast.gp).get("/mes-patients").text
    assert "Une personne de plus de 70 ans" in page
    assert [word for word in WHO if word in page] == []


def test_nobody_is_named_on_the_page_before(cast, sign_in, asked):
    page = sign_in(cast.gp).get(f"/mes-patients/{asked[0]}").text
    assert [word for word in WHO if word in page] == []


def test_once_accepted_the_name_and_the_phone(cast, sign_in, asked):
    doctor = sign_in(cast.gp)
    doctor.post(f"/mes-patients/{asked[0]}/prendre")
    page = doctor.get(f"/mes-patients/{asked[0]}").text
    assert "Jeanne Guérineau" in page
    assert 'href="tel:+33639981427"' in page
    assert "Jeanne Guérineau" in doctor.get("/mes-patients").text


def test_reading_it_is_recorded(cast, sign_in, asked):
    doctor, number = sign_in(cast.gp), cast.gp.id
    doctor.post(f"/mes-patients/{asked[0]}/prendre")
    doctor.get(f"/mes-patients/{asked[0]}")
    read = session.query(AuditEvent).filter_by(kind="proposal.opened").one()
    assert (read.subject_type, read.subject_id, read.user_id) == ("request", proposal(asked[0]).request_id, number)


def test_a_page_without_identity_is_no_reading(cast, sign_in, asked):
    sign_in(cast.gp).get(f"/mes-patients/{asked[0]}")
    assert session.query(AuditEvent).filter_by(kind="proposal.opened").count() == 0


def test_no_signed_in_keeps_who_answered(cast, sign_in, asked):
    number = cast.gp.id
    sign_in(cast.gp).post(f"/mes-patients/{asked[0]}/pas-cette-fois")
    made = proposal(asked[0])
    assert (made.answered_by, made.answered_by_id) == (AnsweredBy.DOCTOR, number)


def test_taking_back_hides_the_name_again(cast, sign_in, asked):
    doctor = sign_in(cast.gp)
    doctor.post(f"/mes-patients/{asked[0]}/prendre")
    doctor.post(f"/mes-patients/{asked[0]}/annuler")
    assert "Guérineau" not in doctor.get(f"/mes-patients/{asked[0]}").text


def test_a_doctor_released_reads_nobody(cast, sign_in, asked, by):
    accept(asked[0], AnsweredBy.LINK)
    stop_all(session.get_one(Request, proposal(asked[0]).request_id), by=by)
    session.commit()
    doctor = sign_in(cast.gp)
    page = doctor.get(f"/mes-patients/{asked[0]}").text
    assert "Merci" in page
    assert [word for word in (*WHO, "ALD") if word in page + doctor.get("/mes-patients").text] == []


@pytest.mark.parametrize("act", ["prendre", "pas-cette-fois", "motif", "annuler"])
def test_another_doctor_sees_and_does_nothing(cast, sign_in, asked, act):
    other = sign_in(cast.other_gp)
    assert other.get(f"/mes-patients/{asked[0]}").status_code == 404
    assert other.post(f"/mes-patients/{asked[0]}/{act}").status_code == 404
    assert proposal(asked[0]).state is ProposalState.PENDING


def test_nobody_else_browses_patients(cast, sign_in, asked):
    partner, _house = make_partner()
    session.commit()
    for user in (cast.secretary, cast.regulator, cast.board_member, cast.treasurer, partner, cast.outsider):
        browser = sign_in(user)
        assert browser.get("/mes-patients").status_code == 403
        assert browser.get(f"/mes-patients/{asked[0]}").status_code == 403


def test_a_doctor_without_a_sheet_has_no_patient(sign_in, asked):
    nobody = make_user(Role.PRACTITIONER)
    session.commit()
    assert "Aucun patient ne vous est proposé" in sign_in(nobody).get("/mes-patients").text


def test_whoever_is_not_signed_in_is_asked_to(client, asked):
    assert client.get(f"/mes-patients/{asked[0]}").status_code == 401


def test_the_link_of_one_with_an_account_leads_to_sign_in(client, asked):
    client.post(f"{asked[1]}/prendre")
    assert f'href="/mes-patients/{asked[0]}"' in client.get(asked[1]).text
