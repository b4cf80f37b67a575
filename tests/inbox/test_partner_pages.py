"""What a partner receives and answers on screen, and the coordination's side: refer, note, stop, print."""

from datetime import date, timedelta

import pytest

from cptsapp.audit.models import AuditEvent, Category
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.directory.models import OrganisationKind
from cptsapp.inbox.actions import agreements, referrals
from cptsapp.inbox.models import Agreement, Asker, CareBreak, PartnerAnswer, Recipient, Referral, Request, Seeker, State
from cptsapp.inbox.patients import Contact, Identity
from cptsapp.inbox.queries.requests import locked
from tests.tools.factories import acting, make_organisation
from tests.tools.inbox import EVERYONE, make_partner, make_request, make_seeker
from tests.tools.queries import count_queries

LIST = "/dossiers-recus"


class Sent:
    """A request at the MiSAS's: its reference and its number, the users of the MiSAS and of the DAC."""

    def __init__(self, cast, **overrides):
        self.misas, self.house = make_partner()
        self.dac, self.dac_house = make_partner(OrganisationKind.DAC, display_name="Karine Besson")
        to_dac = overrides.pop("to_dac", False)
        request = make_request("searching", **overrides)
        house, recipient = (self.dac_house, Recipient.DAC) if to_dac else (self.house, Recipient.MISAS)
        sent = referrals.send(request, recipient, house.id, "Chercher plus loin", acting(cast.coordinator))
        self.reference, self.id, self.request_id = request.reference, sent.id, request.id
        session.commit()
        self.page = f"{LIST}/{self.reference}"

    @property
    def state(self):
        return session.get(Request, self.request_id).state


@pytest.fixture
def sent(cast):
    return Sent(cast)


@pytest.fixture
def to_dac(cast):
    return Sent(cast, to_dac=True)


def readings(kind):
    return session.query(AuditEvent).filter_by(kind=kind, category=Category.READING).all()


def test_the_list_tells_who_is_to_be_answered(sent, sign_in):
    page = sign_in(sent.misas).get(LIST).text
    assert "1\u00a0à traiter, 0\u00a0déjà répondu" in page
    assert "Jeanne Guérineau" in page
    assert "dans 7 j" in page
    assert 'MiSAS Vendée · <a href="/compte">Nadège Poiraud' in page


def test_reading_the_list_is_recorded(sent, sign_in):
    sign_in(sent.misas).get(LIST)
    assert [line.data for line in readings("requests.listed")] == [{"queue": "received", "count": 1}]


def test_an_opened_file_tells_what_a_partner_needs_and_is_recorded(sent, sign_in):
    page = sign_in(sent.misas).get(sent.page).text
    for word in (
        "04/03/1947",
        "06\u00a039\u00a098\u00a014\u00a027",
        "Chercher plus loin",
        "+ 70 ans",
        "oui, en ligne le",
    ):
        assert word in page
    assert [line.subject_id for line in readings("request.opened")] == [sent.request_id]


def test_an_empty_list_says_so(cast, sign_in):
    assert "Aucun dossier" in sign_in(make_partner()[0]).get(LIST).text


def test_another_partner_does_not_open_it(sent, sign_in):
    client = sign_in(sent.dac)
    assert "Guérineau" not in client.get(LIST).text
    assert client.get(sent.page).status_code == 404
    assert client.post(f"{sent.page}/reponse", data={"answer": "unreachable"}).status_code == 404
    assert sent.state is State.WITH_PARTNER


def test_a_doctor_found_is_sent_to_the_cpts(sent, sign_in):
    client = sign_in(sent.misas)
    data = {"answer": "found", "doctor_name": "Dr Paul Barreteau", "first_visit_on": "2026-07-29", "note": "Appel"}
    answer = client.post(f"{sent.page}/reponse", data=data)
    assert answer.location == f"{LIST}?repondu={sent.reference}"
    assert sent.state is State.TO_DECLARE
    page = client.get(answer.location).text
    assert "Médecin trouvé" in page
    assert "Annuler" in page


@pytest.mark.parametrize(
    ("data", "status"), [({}, 422), ({"answer": "found"}, 409), ({"answer": "care_break"}, 422), ({"answer": "x"}, 422)]
)
def test_an_answer_that_is_not_whole_keeps_what_was_typed(sent, sign_in, data, status):
    answer = sign_in(sent.misas).post(f"{sent.page}/reponse", data={**data, "note": "Trois appels"})
    assert answer.status_code == status
    assert "Trois appels" in answer.text
    assert sent.state is State.WITH_PARTNER


def test_a_social_security_number_is_refused(sent, sign_in):
    data = {"answer": "unreachable", "note": "NIR 1 47 03 85 288 001 42"}
    assert sign_in(sent.misas).post(f"{sent.page}/reponse", data=data).status_code == 422


PAUL = Identity("Guérineau", "Paul", date(1945, 1, 2))


def test_a_doctor_is_found_for_one_of_two(cast, sign_in):
    sent = Sent(cast, seekers=(make_seeker(), make_seeker(who=PAUL)))
    client = sign_in(sent.misas)
    assert 'checked id="seekers-1"' in client.get(sent.page).text
    one = session.query(Seeker.id).order_by(Seeker.id).limit(1).scalar()
    data = {"answer": "found", "doctor_name": "Dr Paul Barreteau", "seekers": [one]}
    assert client.post(f"{sent.page}/reponse", data=data).status_code == 303
    assert sent.state is State.SEARCHING


def test_who_was_added_without_agreeing_is_not_shown(cast, sign_in):
    sent = Sent(cast, seekers=(make_seeker(), make_seeker(who=PAUL)))
    paul = session.query(Seeker.id).order_by(Seeker.id.desc()).limit(1).scalar()
    session.query(Agreement).filter_by(seeker_id=paul).delete()
    session.commit()
    client = sign_in(sent.misas)
    for path in (LIST, sent.page, f"/demandes/{sent.reference}/fiche"):
        page = client.get(path).text
        assert "Jeanne" in page
        assert "Paul" not in page


def test_who_wants_no_more_has_no_name_any_more(sent, sign_in):
    client = sign_in(sent.misas)
    client.post(f"{sent.page}/reponse", data={"answer": "refused"})
    for path in (LIST, sent.page):
        page = client.get(path).text
        assert "accord retiré" in page
        assert "Guérineau" not in page


def test_an_answer_is_taken_back_then_stands(sent, sign_in, set_clock):
    client = sign_in(sent.misas)
    client.post(f"{sent.page}/reponse", data={"answer": "unreachable"})
    assert client.post(f"{sent.page}/annuler").status_code == 303
    assert sent.state is State.WITH_PARTNER
    client.post(f"{sent.page}/reponse", data={"answer": "unreachable"})
    set_clock(clock.now() + timedelta(minutes=10))
    assert client.post(f"{sent.page}/annuler").status_code == 409


def test_the_dac_follows_then_documents_a_break(to_dac, sign_in):
    client = sign_in(to_dac.dac)
    assert client.post(f"{to_dac.page}/accuser").status_code == 303
    data = {"called_back_on": "2026-07-20", "handled_by": "Karine Besson", "needs_ppcs": "yes"}
    assert client.post(f"{to_dac.page}/suivi", data=data).status_code == 303
    found = session.get(Referral, to_dac.id)
    assert (found.handled_by, found.needs_ppcs) == ("Karine Besson", True)
    data = {"answer": "care_break", "cause": "rights", "pathway": "elderly", "happened_on": "2026-07-15"}
    assert client.post(f"{to_dac.page}/reponse", data=data).status_code == 303
    assert (to_dac.state, session.query(CareBreak).count()) == (State.CLOSED, 1)


def test_a_day_to_come_is_refused_beside_its_field(to_dac, sign_in):
    answer = sign_in(to_dac.dac).post(f"{to_dac.page}/suivi", data={"called_back_on": "2026-07-21"})
    assert answer.status_code == 409
    assert "Ce jour est à venir." in answer.text


def test_too_complex_goes_on_to_the_dac(sent, sign_in):
    sign_in(sent.misas).post(f"{sent.page}/reponse", data={"answer": "too_complex", "note": "Logement"})
    assert "Guérineau" in sign_in(sent.dac).get(LIST).text


def test_once_the_agreement_is_withdrawn_the_page_is_gone(sent, sign_in, cast):
    client = sign_in(sent.misas)
    referrals.stop_all(session.get(Request, sent.request_id), Recipient.MISAS, by=acting(cast.coordinator))
    session.commit()
    assert client.get(sent.page).status_code == 404
    assert "Guérineau" not in client.get(LIST).text
    assert client.get(f"/demandes/{sent.reference}/fiche").status_code == 404


def test_a_relative_is_named_for_the_call_back(cast, sign_in):
    contact = Contact(asker_name="Paul Guérineau", asker_link="son fils", asker_phone="+33639981430")
    sent = Sent(cast, asker=Asker.RELATIVE, contact=contact)
    assert "Paul Guérineau, son fils" in sign_in(sent.misas).get(sent.page).text


# -- on paper ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["misas", "coordinator"])
def test_the_sheet_is_printed_by_both_and_recorded(sent, cast, sign_in, role):
    user = sent.misas if role == "misas" else cast.coordinator
    page = sign_in(user).get(f"/demandes/{sent.reference}/fiche").text
    assert "Fiche de liaison" in page
    assert "Chercher plus loin" in page
    assert len(readings("request.printed")) == 1


def test_the_sheet_is_not_another_partners(sent, sign_in):
    assert sign_in(sent.dac).get(f"/demandes/{sent.reference}/fiche").status_code == 404


# -- the coordination -------------------------------------------------------------------------------------------------


def refer(client, request_id, house_id, to="misas", asked="Plus loin"):
    reference = session.get(Request, request_id).reference
    return client.post(f"/demandes/{reference}/transmettre?a={to}", data={"organisation": house_id, "asked": asked})


def test_the_coordination_refers(cast, sign_in):
    _, house = make_partner()
    request_id, house_id = make_request("searching").id, house.id
    session.commit()
    assert refer(sign_in(cast.coordinator), request_id, house_id).status_code == 303
    assert session.get(Request, request_id).state is State.WITH_PARTNER


def test_without_the_agreement_the_page_says_why(cast, sign_in):
    _, house = make_partner()
    request = make_request("searching", agreements=EVERYONE - {Recipient.MISAS})
    request_id, house_id, reference = request.id, house.id, request.reference
    session.commit()
    client = sign_in(cast.coordinator)
    assert "manque pour la MiSAS" in client.get(f"/demandes/{reference}/transmettre?a=misas").text
    assert refer(client, request_id, house_id).status_code == 409


def test_a_house_without_account_is_told_beforehand(cast, sign_in):
    make_organisation(name="MiSAS seule", kind=OrganisationKind.CPAM)
    reference = make_request("searching").reference
    session.commit()
    page = sign_in(cast.coordinator).get(f"/demandes/{reference}/transmettre?a=misas").text
    assert "MiSAS seule\u00a0: personne n’y a de compte" in page


def test_without_partner_the_page_leads_to_the_structures(cast, sign_in):
    reference = make_request("searching").reference
    session.commit()
    assert "Ouvrir les structures" in sign_in(cast.coordinator).get(f"/demandes/{reference}/transmettre?a=dac").text


def test_an_unknown_recipient_is_no_page(cast, sign_in):
    reference = make_request("searching").reference
    session.commit()
    assert sign_in(cast.coordinator).get(f"/demandes/{reference}/transmettre?a=x").status_code == 404


def test_an_answer_heard_is_noted_then_taken_back(sent, cast, sign_in):
    client = sign_in(cast.coordinator)
    assert "MiSAS Vendée" in client.get(f"/demandes/{sent.reference}/reponse").text
    data = {"answer": "not_found", "note": "Quatre cabinets"}
    assert client.post(f"/demandes/{sent.reference}/reponse", data=data).status_code == 303
    assert session.get(Referral, sent.id).answer is PartnerAnswer.NOT_FOUND
    assert client.post(f"/demandes/{sent.reference}/reponse/annuler").status_code == 303
    assert sent.state is State.WITH_PARTNER


def test_the_coordination_stops_it(sent, cast, sign_in):
    assert sign_in(cast.coordinator).post(f"/demandes/{sent.reference}/arreter").status_code == 303
    assert sent.state is State.SEARCHING
    assert sign_in(sent.misas).get(sent.page).status_code == 404


@pytest.mark.parametrize("path", ["transmettre", "reponse", "fiche"])
def test_a_partner_or_a_gp_has_no_part_in_it(sent, cast, sign_in, path):
    address = f"/demandes/{sent.reference}/{path}"
    assert sign_in(cast.gp).get(address).status_code == 403
    assert sign_in(sent.dac).get(address).status_code in (403, 404)


def test_the_file_tells_what_was_sent_and_what_may_be_done(sent, cast, sign_in):
    page = sign_in(cast.coordinator).get(f"/demandes/{sent.reference}").text
    assert "MiSAS Vendée</b>, envoyée le lun. 20 juil. par Sophie Arnaud" in page
    for word in ("Noter sa réponse", "Arrêter la transmission", "Documenter un point de rupture"):
        assert word in page


def test_a_partner_does_not_open_the_file_itself(sent, sign_in):
    assert sign_in(sent.misas).get(f"/demandes/{sent.reference}").status_code == 403


def test_withdrawing_the_agreement_on_the_file_takes_it_from_the_partner(sent, sign_in, cast):
    client = sign_in(sent.misas)
    agreements.withdraw(locked(sent.request_id), Recipient.MISAS, by=acting(cast.coordinator))
    session.commit()
    assert client.get(sent.page).status_code == 404
    assert sent.state is State.SEARCHING


def test_a_long_list_asks_the_database_no_more(sent, cast, sign_in):
    client, by, counts = sign_in(sent.misas), acting(cast.coordinator), []
    for more in (0, 8):
        for _ in range(more):
            request = make_request("searching", seekers=(make_seeker(), make_seeker(who=PAUL)))
            house_id = session.get(Referral, sent.id).organisation_id
            referrals.send(request, Recipient.MISAS, house_id, "Plus loin", by)
        session.commit()
        with count_queries() as statements:
            assert client.get(LIST).status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1]
