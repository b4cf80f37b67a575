"""The register's doors: what a partner, a doctor or a stranger gets of partners, templates and exports."""

import pytest

from cptsapp.accounts.models import Role
from cptsapp.conventions.actions import partners
from cptsapp.conventions.actions.partners import ContactTerms
from cptsapp.conventions.models import ConventionState
from cptsapp.core.db import session
from tests.tools.conventions import make_convention, make_partner
from tests.tools.factories import (
    acting,
    make_organisation,
    make_person,
    make_place,
    make_practice,
    make_user,
)

HOUSE = ("/conventions/partenaires", "/conventions/partenaires/1", "/conventions/modeles", "/conventions/nouvelle")
LEAVING = ("/conventions", "/conventions/registre.csv", "/conventions/imprimer")


@pytest.fixture
def visitor(cast, sign_in):
    """Someone of the MSP, which has a draft; the DAC has a convention in force, and a contact."""
    dac, msp = make_partner(), make_partner(make_organisation(name="MSP des Olonnes"))
    make_convention(partner=dac, title="Convention secrète")
    make_convention(ConventionState.DRAFT, msp, title="Brouillon secret")
    contact = ContactTerms(None, "Anne-Lise Brochard", "", "+33261914055", None, False)
    partners.add_contact(dac, contact, by=acting(cast.coordinator))
    person = make_person(title="", profession="staff")
    make_practice(person, make_place(organisation_id=msp.organisation_id))
    user = make_user(Role.PARTNER, person_id=person.id)
    session.commit()
    return sign_in(user)


@pytest.mark.parametrize("path", HOUSE)
def test_what_the_house_keeps_is_closed_to_partners(visitor, path):
    assert visitor.get(path).status_code == 403


@pytest.mark.parametrize("path", LEAVING)
def test_no_door_of_the_register_lets_another_s_convention_out(visitor, path):
    page = visitor.get(path).get_data(as_text=True)
    assert not any(word in page for word in ("secrète", "secret", "DAC Vendée", "Brochard"))


@pytest.mark.parametrize(
    "path", ["/conventions?q=' or 1=1 --&etat=%3Cscript%3E", "/conventions?q=%25_%5C&page=99999999999"]
)
def test_what_is_typed_in_an_address_is_only_looked_for(visitor, path):
    answer = visitor.get(path)
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text


def test_a_name_that_a_spreadsheet_would_run_is_made_harmless(cast, sign_in):
    make_convention(partner=make_partner(make_organisation(name="=cmd()")), title="+A1")
    session.commit()
    sheet = sign_in(cast.coordinator).get("/conventions/registre.csv").get_data(as_text=True)
    assert "\n=cmd" not in sheet
    assert "cmd()" in sheet


def test_a_name_of_markup_is_shown_as_it_was_typed(cast, sign_in):
    make_convention(partner=make_partner(make_organisation(name="<b onclick=x>")), title="T")
    session.commit()
    page = sign_in(cast.coordinator).get("/conventions").text
    assert "<b onclick" not in page
    assert "&lt;b onclick" in page
