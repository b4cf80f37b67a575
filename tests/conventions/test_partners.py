"""The partners: a structure becomes one, has contacts, leaves with what binds it, and may come back."""

from datetime import date

import pytest

from cptsapp.checklists.models import Checklist, CommitmentState
from cptsapp.conventions.actions import drafting
from cptsapp.conventions.actions import partners as actions
from cptsapp.conventions.actions.partners import ContactTerms
from cptsapp.conventions.models import (
    Convention,
    ConventionState,
    EndReason,
    Partner,
    PartnerContact,
    PartnerKind,
    Relation,
)
from cptsapp.conventions.queries import partners as queries
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.directory.models import Organisation, OrganisationKind
from cptsapp.outbox.models import Message
from tests.tools.conventions import make_commitment, make_convention, make_partner
from tests.tools.factories import acting, make_organisation, make_person, make_place, make_practice
from tests.tools.races import at_once

S = ConventionState
TODAY = date(2026, 7, 20)
ANNE = ContactTerms(None, "Anne-Lise Brochard", "Directrice", "+33261914055", "anne-lise@dac.example", True)


@pytest.fixture
def house(cast):
    return acting(cast.coordinator)


def test_a_structure_of_the_directory_becomes_a_partner(sign_in, cast):
    structure = make_organisation(name="EHPAD Les Tamaris", kind=OrganisationKind.CARE_HOME)
    session.commit()
    client, number = sign_in(cast.coordinator), structure.id
    assert "EHPAD Les Tamaris" in client.get("/conventions/partenaires/nouveau?q=tama").text
    form = {"kind": "care_home", "relation": "membership", "once": "un"}
    answer = client.post(f"/conventions/partenaires/nouveau/{number}", data=form)
    assert answer.status_code == 303
    [made] = session.query(Partner)
    assert (made.organisation_id, made.kind, made.relation) == (number, PartnerKind.CARE_HOME, Relation.MEMBERSHIP)
    assert client.post(f"/conventions/partenaires/nouveau/{number}", data=form).location == answer.location
    assert client.get(f"/conventions/partenaires/nouveau/{number}").location == answer.location


def test_a_structure_is_a_partner_once_whichever_number_it_has(house):
    partner, kept = make_partner(), make_organisation()
    session.get_one(Organisation, partner.organisation_id).merged_into_id = kept.id
    session.flush()
    with pytest.raises(Refusal, match="déjà partenaire"):
        actions.add(kept, PartnerKind.DAC, Relation.PARTNERSHIP, by=house)


def test_a_structure_that_is_nowhere_is_made_with_its_partner(sign_in, cast):
    client = sign_in(cast.coordinator)
    form = {"name": "SAS 85", "kind": "sas", "relation": "partnership", "phone": "02 61 91 40 55"}
    answer = client.post("/conventions/partenaires/nouveau/structure", data=form)
    assert "SAS 85" in client.get(answer.location).text
    assert session.query(Organisation.kind).filter_by(name="SAS 85").scalar() is OrganisationKind.REGULATION


def test_a_new_structure_has_a_name(sign_in, cast):
    answer = sign_in(cast.coordinator).post("/conventions/partenaires/nouveau/structure", data={"kind": "sas"})
    assert answer.status_code == 422
    assert "Écrivez une réponse" in answer.text


def test_what_a_partner_is_may_be_corrected(sign_in, cast):
    number = make_partner().id
    session.commit()
    sign_in(cast.coordinator).post(
        f"/conventions/partenaires/{number}/modifier", data={"kind": "pco", "relation": "membership"}
    )
    assert session.get_one(Partner, number).kind is PartnerKind.PCO


def test_a_contact_is_added_corrected_and_taken_off(sign_in, cast):
    number = make_partner().id
    session.commit()
    client = sign_in(cast.coordinator)
    client.post(
        f"/conventions/partenaires/{number}/interlocuteurs/nouveau",
        data={"name": "Anne-Lise Brochard", "function": "Directrice", "phone": "02 61 91 40 55", "is_signatory": "y"},
    )
    contact_id = session.query(PartnerContact.id).scalar()
    page = client.get(f"/conventions/partenaires/{number}").text
    assert "Anne-Lise Brochard" in page
    assert "signe" in page
    client.post(f"/conventions/interlocuteurs/{contact_id}/modifier", data={"person_id": "", "name": "Anne Brochard"})
    client.post(f"/conventions/interlocuteurs/{contact_id}/retirer")
    [kept] = session.query(PartnerContact)
    assert (kept.name, kept.ended_on) == ("Anne Brochard", TODAY)
    assert "1\u00a0interlocuteur retiré" in client.get(f"/conventions/partenaires/{number}").text


def test_a_contact_of_the_directory_has_its_name_and_its_address(house):
    partner = make_partner()
    person = make_person(first_name="Maxime", last_name="Roy", title="", mail="maxime.roy@dac.example")
    make_practice(person, make_place(organisation_id=partner.organisation_id))
    assert [each.id for each in queries.people_of(partner.organisation_id)] == [person.id]
    actions.add_contact(partner, ContactTerms(person.id, "", "Référent", None, None, False), by=house)
    [contact] = queries.sheet(partner.id).contacts
    assert (contact.name, contact.mail) == ("Maxime Roy", "maxime.roy@dac.example")


def test_a_contact_is_someone(house):
    with pytest.raises(Refusal, match="Choisissez une personne"):
        actions.add_contact(make_partner(), ContactTerms(None, " ", "", None, None, False), by=house)


def test_nothing_like_a_nir_is_kept(house):
    with pytest.raises(Refusal, match="sécurité sociale"):
        actions.add_contact(
            make_partner(), ContactTerms(None, "1 38 05 85 288 001 55", "", None, None, False), by=house
        )


def leaving(house, **about):
    """A partner with a convention in force and a draft, a commitment someone owes, a contact."""
    partner = make_partner()
    owner = make_person(mail="owner@cpts.example")
    found = make_convention(partner=partner, title="Convention en vigueur", **about)
    make_convention(S.DRAFT, partner, title="Brouillon")
    owed = make_commitment(found.checklist_id, owner_id=owner.id)
    actions.add_contact(partner, ANNE, by=house)
    return partner, found, owed


def test_a_partner_that_leaves_takes_what_binds_it(house):
    partner, found, owed = leaving(house)
    actions.leave(partner.id, TODAY, "le service ferme", by=house)
    assert (found.state, found.ended_on, found.end_reason) == (S.ENDED, TODAY, EndReason.PARTNER_LEFT)
    assert (owed.state, session.get_one(Checklist, found.checklist_id).is_live) == (CommitmentState.DROPPED, False)
    assert queries.sheet(partner.id).contacts == []
    assert [line.is_ended for line in queries.lines_of(partner.id)] == [True, True]


def test_an_amendment_ends_with_what_it_amends(house):
    partner, found, _owed = leaving(house)
    amendment = make_convention(S.CIRCULATED, partner, parent_id=found.id, amendment_number=1)
    owed = make_commitment(amendment.checklist_id)
    actions.leave(partner.id, TODAY, "le service ferme", by=house)
    assert (amendment.state, owed.state) == (S.ENDED, CommitmentState.DROPPED)


def test_those_concerned_are_told_once(house, cast):
    partner, _found, _owed = leaving(house)
    actions.leave(partner.id, TODAY, "le service ferme", by=house)
    told = {message.to_address: message.body for message in session.query(Message)}
    assert told.keys() == {"owner@cpts.example", "anne-lise@dac.example", cast.coordinator.mail}
    assert "Convention en vigueur" in told["owner@cpts.example"]
    assert "Brouillon" not in told["owner@cpts.example"]
    assert all("ferme" not in body for body in told.values())


@pytest.mark.parametrize(
    ("on", "reason", "message"),
    [
        (date(2026, 7, 21), "fermé", "pas encore venu"),
        (TODAY, " ", "Écrivez la raison"),
        (date(2025, 1, 1), "fermé", "avant son premier jour"),
    ],
)
def test_a_departure_that_does_not_hold_is_refused(house, on, reason, message):
    partner, found, _owed = leaving(house)
    with pytest.raises(Refusal, match=message):
        actions.leave(partner.id, on, reason, by=house)
    assert found.state is S.IN_FORCE


def test_a_partner_leaves_once_and_may_come_back(house):
    partner = make_partner()
    actions.leave(partner.id, TODAY, "le service ferme", by=house)
    with pytest.raises(Refusal, match="déjà noté"):
        actions.leave(partner.id, TODAY, "encore", by=house)
    with pytest.raises(Refusal, match="a quitté la CPTS"):
        actions.add_contact(partner, ANNE, by=house)
    actions.come_back(partner.id, by=house)
    assert (partner.left_on, partner.left_reason) == (None, None)


@pytest.mark.database
def test_of_two_who_note_a_departure_one_is_refused(app, cast):
    number, by = make_partner().id, acting(cast.coordinator)
    make_convention(partner=session.get_one(Partner, number))
    session.commit()
    act = lambda: actions.leave(number, TODAY, "le service ferme", by=by)
    assert at_once(app, act, act) == {"done": 1, "refused": 1}


@pytest.mark.database
def test_nothing_new_binds_a_partner_that_leaves_meanwhile(app, cast):
    number, by = make_partner().id, acting(cast.coordinator)
    session.commit()
    at_once(
        app,
        lambda: actions.leave(number, TODAY, "le service ferme", by=by),
        lambda: drafting.create(drafting.Head("Convention"), [number], None, by=by),
    )
    assert session.get_one(Partner, number).left_on == TODAY
    assert [state for (state,) in session.query(Convention.state)] in ([], [S.ENDED])


def test_the_page_says_what_a_departure_ends_then_does_it(sign_in, cast, house):
    partner, found, _owed = leaving(house)
    session.commit()
    client, url, number = sign_in(cast.coordinator), f"/conventions/partenaires/{partner.id}", found.id
    page = client.get(f"{url}/depart").text
    assert "Convention en vigueur" in page
    assert "1\u00a0engagement qui reste à tenir tombe" in page
    assert client.post(f"{url}/depart", data={"left_on": "2026-07-21", "reason": "fermé"}).status_code == 409
    client.post(f"{url}/depart", data={"left_on": "2026-07-20", "reason": "fermé"})
    assert "Parti le lundi 20 juillet 2026" in client.get(url).text
    assert "DAC Vendée Littoral" in client.get("/conventions/partenaires?etat=partis").text
    client.post(f"{url}/retour")
    assert session.get_one(type(found), number).state is S.ENDED


def test_the_list_finds_by_the_first_letters(sign_in, cast, house):
    for name in ("Hôpital du Littoral", "MSP des Olonnes"):
        actions.add_contact(make_partner(make_organisation(name=name)), ANNE, by=house)
    session.commit()
    page = sign_in(cast.coordinator).get("/conventions/partenaires?q=olon").text
    assert "MSP des Olonnes" in page
    assert "Hôpital du Littoral" not in page


def test_the_empty_list_says_what_to_do(sign_in, cast):
    assert "Ajouter un partenaire" in sign_in(cast.coordinator).get("/conventions/partenaires").text
