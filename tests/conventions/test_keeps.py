"""What conventions keep of someone who asks to be kept out, and of sheets made one."""

import pytest

from cptsapp.conventions.models import ConventionState, PartnerContact
from cptsapp.core.db import session
from cptsapp.directory.keepers import counted, erase, why_not_object
from tests.tools.conventions import make_commitment, make_convention, make_partner
from tests.tools.factories import make_person

S = ConventionState


def test_what_someone_owes_or_leads_is_given_to_another_first(cast):
    someone = make_person()
    found = make_convention(lead_id=someone.id)
    assert "est suivie" in why_not_object({someone.id})
    found.lead_id = None
    make_commitment(found.checklist_id, owner_id=someone.id)
    assert "engagements lui sont confiés" in why_not_object({someone.id})


@pytest.mark.parametrize("state", [S.ENDED, S.DRAFT])
def test_what_is_over_or_not_yet_asked_holds_nobody(cast, state):
    someone = make_person()
    make_commitment(make_convention(state).checklist_id, owner_id=someone.id)
    assert why_not_object({someone.id}) is None


def test_a_contact_is_erased_whether_chosen_or_typed(cast):
    someone, partner = make_person(first_name="Anne", last_name="Brochard"), make_partner()
    common = {"partner_id": partner.id, "phone": "+33261914055", "function": "Directrice"}
    session.add(PartnerContact(**common, person_id=someone.id))
    session.add(PartnerContact(**common, name="Anne BROCHARD"))
    session.add(PartnerContact(**common, name="Karine Besson"))
    session.flush()
    erase({someone.id})
    session.expire_all()
    kept = session.query(PartnerContact).order_by(PartnerContact.id).all()
    assert [contact.phone for contact in kept] == [None, None, "+33261914055"]
    assert [contact.ended_on is None for contact in kept] == [False, False, True]


def test_a_merge_says_what_it_carries(cast):
    someone, partner = make_person(), make_partner()
    make_convention(partner=partner, lead_id=someone.id)
    assert "1 convention suivie" in counted("person", {someone.id})
    assert "1 partenariat" in counted("organisation", {partner.organisation_id})
