"""The pages of one convention: who sees what, what a conflict keeps, what a double sending does."""

import io
import re

import pytest

from cptsapp.accounts.models import Role
from cptsapp.checklists.models import Commitment
from cptsapp.conventions.actions.adoption import redraft
from cptsapp.conventions.actions.articles import Written, add_article
from cptsapp.conventions.actions.circulation import circulate
from cptsapp.conventions.actions.term import end
from cptsapp.conventions.models import Convention, ConventionComment, ConventionState, EndReason, PartnerContact
from cptsapp.core.db import session
from cptsapp.directory.models import OrganisationKind
from tests.tools.convention_steps import TODAY, adopted, circulated, drafted, in_force
from tests.tools.conventions import make_partner
from tests.tools.factories import acting, make_organisation, make_person, make_place, make_practice, make_user
from tests.tools.files import PDF

HEAD = {"starts_on": "2026-09-01", "ends_on": "2027-08-31", "renewal": "none"}


@pytest.fixture
def partner(cast):
    """The DAC, and an account there."""
    house = make_organisation(name="DAC Vendée Littoral", kind=OrganisationKind.DAC)
    person = make_person(last_name="Besson")
    make_practice(person, make_place(organisation_id=house.id))
    return make_partner(house), make_user(Role.PARTNER, person_id=person.id)


def committed(convention):
    found = f"/conventions/{convention.id}"
    session.commit()
    return found


def hidden(page, name):
    return re.search(rf'name="{name}"[^>]*value="([^"]*)"', page.text)[1]


def test_a_convention_is_opened_once_however_often_it_is_sent(cast, sign_in):
    number = make_partner().id
    session.commit()
    client = sign_in(cast.coordinator)
    typed = {**HEAD, "partner": number, "once": hidden(client.get("/conventions/nouvelle"), "once")}
    places = {client.post("/conventions/nouvelle", data=typed).headers["Location"] for _ in range(2)}
    assert len(places) == 1
    assert session.query(Convention.title).all() == [("Convention DAC Vendée Littoral",)]


def test_without_a_partner_the_page_says_where_to_add_one(cast, sign_in):
    assert "/conventions/partenaires" in sign_in(cast.coordinator).get("/conventions/nouvelle").text


@pytest.mark.parametrize(
    "days", [{"starts_on": "2026-09-01", "ends_on": "2026-01-01"}, {"ends_on": "", "renewal": "tacit"}]
)
def test_a_term_that_does_not_hold_together_is_said_under_its_field(cast, sign_in, days):
    number = make_partner().id
    session.commit()
    page = sign_in(cast.coordinator).post("/conventions/nouvelle", data={**HEAD, **days, "partner": number})
    assert page.status_code == 409
    assert 'id="ends_on-error"' in page.text


@pytest.mark.parametrize("make", [drafted, circulated, adopted, in_force])
def test_every_reader_has_a_page_at_every_step(cast, sign_in, make):
    place = committed(make(acting(cast.coordinator)))
    for user in (cast.coordinator, cast.board_member, cast.treasurer):
        client = sign_in(user)
        assert [client.get(place).status_code, client.get(f"{place}/texte").status_code] == [200, 200]


def test_the_partner_sees_its_own_once_out_of_the_drawer(partner, sign_in):
    house, account = partner
    place, client = committed(drafted(partner=house)), sign_in(account)
    assert client.get(place).status_code == 404
    session.query(Convention).update({"state": ConventionState.CIRCULATED})
    session.commit()
    assert client.get(place).status_code == 200


def test_another_partner_sees_nothing(partner, sign_in):
    place = committed(in_force())
    assert sign_in(partner[1]).get(f"{place}/texte").status_code == 404


def test_the_partner_comments_and_writes_nothing_else(partner, sign_in):
    house, account = partner
    convention = drafted(partner=house)
    session.query(Convention).update({"state": ConventionState.CIRCULATED})
    place = committed(convention)
    client = sign_in(account)
    assert client.get(f"{place}/en-tete").status_code == 403
    assert client.post(f"{place}/relecture", data={"comments_due_on": "2026-09-01"}).status_code == 403


def test_a_reader_writes_a_remark_that_the_coordination_answers(cast, sign_in):
    place = committed(circulated())
    told = sign_in(cast.board_member).post(
        f"{place}/remarques", data={"article_number": "1", "body": "Trop court", "said_by": "X"}
    )
    assert told.status_code == 303
    client = sign_in(cast.coordinator)
    assert "Répondre aux remarques" in client.get(place).text
    number = re.search(r'id="remarque-(\d+)"', client.get(f"{place}/texte").text)[1]
    assert client.post(f"{place}/remarques/{number}", data={"answer": ""}).status_code == 422
    assert client.post(f"{place}/remarques/{number}", data={"answer": "Allongé"}).status_code == 303
    assert "Répondre aux remarques" not in client.get(place).text
    page = client.get(f"{place}/texte").text
    assert "Dominique Conseil" in page
    assert "X, noté par" not in page  # only the coordination relays


def test_a_conflict_shows_theirs_keeps_yours_and_passes_the_second_time(cast, sign_in):
    place = committed(drafted())
    client, other = sign_in(cast.coordinator), sign_in(cast.coordinator)
    article = re.search(rf"{place}/articles/(\d+)\"", client.get(f"{place}/texte").text)[0].rstrip('"')
    read = hidden(client.get(article), "read")
    typed = {"number": "1", "title": "Objet", "read": read}
    other.post(article, data={**typed, "body": "La sienne"})
    page = client.post(article, data={**typed, "body": "La mienne"})
    assert page.status_code == 409
    assert "Sophie Arnaud" in page.text
    assert "La sienne" in page.text
    assert "La mienne</textarea>" in page.text
    again = client.post(article, data={**typed, "body": "La mienne", "read": hidden(page, "read")})
    assert again.status_code == 303


def test_a_signature_is_noted_with_its_file(cast, sign_in):
    convention = adopted()
    party, checksum = convention.parties[0].id, convention.checksum
    place = committed(convention)
    typed = {"signer": "Anne Pouvreau", "signed_on": "2026-07-20", "checksum": checksum}
    client = sign_in(cast.coordinator)
    assert client.post(f"{place}/signatures/{party}", data=typed).status_code == 422
    typed["file"] = (io.BytesIO(PDF), "signée.pdf")
    assert client.post(f"{place}/signatures/{party}", data=typed).status_code == 303
    assert "Anne Pouvreau" in client.get(place).text


def test_the_signature_of_a_partner_is_offered_with_its_signatory_and_today(cast, sign_in):
    convention = adopted()
    house, partner = convention.parties
    session.add(PartnerContact(partner_id=partner.partner_id, name="Karine Besson", is_signatory=True))
    numbers = partner.id, house.id
    place = committed(convention)
    client = sign_in(cast.coordinator)
    offered, own = (client.get(f"{place}/signatures/{number}").text for number in numbers)
    assert 'value="Karine Besson"' in offered
    assert 'value="2026-07-20"' in offered
    assert "Karine Besson" not in own


def test_a_program_is_no_signed_convention(cast, sign_in):
    convention = adopted()
    party, checksum = convention.parties[0].id, convention.checksum
    place = committed(convention)
    typed = {"signer": "A", "signed_on": "2026-07-20", "checksum": checksum}
    typed["file"] = (io.BytesIO(b"MZ" + bytes(64)), "signée.pdf")
    assert sign_in(cast.coordinator).post(f"{place}/signatures/{party}", data=typed).status_code == 422


def test_an_act_out_of_its_step_says_where_the_convention_stands(cast, sign_in):
    convention = in_force()
    end(convention.id, TODAY, EndReason.NOTICE, by=None)
    place, client = committed(convention), sign_in(cast.coordinator)
    acts = ("relecture", "adoption", "reprise", "fin", "preavis", "renouvellement", "avenant", "en-tete")
    assert {client.get(f"{place}/{act}").status_code for act in acts} == {409}


def test_a_remark_and_a_commitment_sent_twice_are_written_once(cast, sign_in):
    draft, read = drafted(), circulated(partner=make_partner(make_organisation(name="Autre")))
    article = draft.articles[0].id
    places = committed(draft), committed(read)
    client = sign_in(cast.coordinator)
    clause = f"{places[0]}/articles/{article}/engagements/nouveau"
    typed = {"label": "Deux fois", "side": "cpts", "rhythm": "once", "once": hidden(client.get(clause), "once")}
    said = {"body": "Deux fois", "once": hidden(client.get(f"{places[1]}/texte"), "once")}
    for _ in range(2):
        assert client.post(clause, data=typed).status_code == 303
        assert client.post(f"{places[1]}/remarques", data=said).status_code == 303
    assert session.query(Commitment).filter_by(label="Deux fois").count() == 1
    assert session.query(ConventionComment).count() == 1


def test_a_head_changed_meanwhile_is_shown_and_passes_the_second_time(cast, sign_in):
    convention = drafted()
    partner = convention.parties[1].partner_id
    place = committed(convention)
    client = sign_in(cast.coordinator)
    typed = {
        **HEAD,
        "partner": partner,
        "title": "Le mien",
        "version": hidden(client.get(f"{place}/en-tete"), "version"),
    }
    assert client.post(f"{place}/en-tete", data={**typed, "title": "Le sien"}).status_code == 303
    page = client.post(f"{place}/en-tete", data=typed)
    assert page.status_code == 409
    assert "Le sien" in page.text
    again = client.post(f"{place}/en-tete", data={**typed, "version": hidden(page, "version")})
    assert again.status_code == 303


def test_a_version_read_before_is_still_read_and_compared(cast, sign_in):
    convention = circulated()
    redraft(convention.id, by=None)
    add_article(convention.id, Written("3", "Assurances", "Chacun s’assure."), by=None)
    circulate(convention.id, convention.created_at.date(), by=None)
    place = committed(convention)
    client = sign_in(cast.board_member)
    assert "Assurances" not in client.get(f"{place}/texte?version=1").text.split("Versions relues")[0]
    assert "Chacun s’assure." in client.get(f"{place}/versions").text
    assert [client.get(f"{place}/{page}").status_code for page in ("texte?version=9", "versions?a=9")] == [404, 404]


def test_who_writes_compares_the_draft_with_what_was_read(cast, sign_in):
    convention = circulated()
    redraft(convention.id, by=None)
    add_article(convention.id, Written("3", "Assurances", "Chacun s’assure."), by=None)
    place = committed(convention)
    assert "Chacun s’assure." in sign_in(cast.coordinator).get(f"{place}/versions").text
    assert sign_in(cast.board_member).get(f"{place}/versions?a=0").status_code == 404


def test_a_lead_without_an_account_stays_chosen(cast, sign_in):
    lead = make_person(last_name="Partie").id
    place = committed(drafted(lead_id=lead))
    page = sign_in(cast.coordinator).get(f"{place}/en-tete").text
    assert f'selected value="{lead}">Dr Camille Partie' in page


def test_who_may_not_note_the_adoption_is_not_led_to_it(cast, sign_in):
    page = committed(circulated(acting(cast.coordinator)))
    assistant = make_user(Role.ASSISTANT)
    session.commit()
    assert "/adoption" in sign_in(cast.coordinator).get(page).text
    assert "/adoption" not in sign_in(assistant).get(page).text
