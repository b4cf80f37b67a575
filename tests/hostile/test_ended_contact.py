"""Someone no longer a partner's contact: what they owed for it waits for another, and its list shuts to them."""

import pytest

from cptsapp.accounts.models import Role
from cptsapp.checklists import actions as checklists
from cptsapp.checklists.models import Checklist, CommitmentState, Side
from cptsapp.conventions.actions.partners import end_contact
from cptsapp.conventions.models import PartnerContact
from cptsapp.conventions.source import SOURCE
from cptsapp.core import clock
from cptsapp.core.db import session
from tests.tools.conventions import make_commitment, make_convention, make_partner
from tests.tools.factories import acting, make_person, make_user


@pytest.fixture
def gone(cast):
    """A former contact with an account, the convention, and what they owed: one line open, another kept."""
    person = make_person(last_name="Besson", first_name="Luc", title="")
    user = make_user(Role.PARTNER, display_name="Luc Besson", person_id=person.id)
    partner = make_partner()
    contact = PartnerContact(partner_id=partner.id, person_id=person.id, name="", function="")
    session.add(contact)
    found = make_convention(partner=partner)
    lines = [make_commitment(found.checklist_id, side=Side.PARTNER, owner_id=person.id) for _ in range(2)]
    checklists.set_state(lines[1], CommitmentState.DONE, by=None, on=clock.now().date())
    kept = session.get_one(Checklist, found.checklist_id)
    assert SOURCE.can_see(kept, acting(user))
    end_contact(contact, by=acting(cast.coordinator))
    return user, found, lines


def test_what_they_owed_waits_for_someone_else(gone):
    _user, _found, (owed, kept) = gone
    assert owed.owner_id is None
    assert kept.owner_id is not None


def test_they_read_neither_the_list_nor_its_journal(gone, sign_in):
    user, found, (owed, _kept) = gone
    number, one = found.checklist_id, owed.id
    session.commit()
    client = sign_in(user)
    assert [client.get(path).status_code for path in (f"/listes/{number}/journal", f"/engagements/{one}")] == [404, 404]


def test_whoever_is_not_theirs_keeps_what_they_owe(cast):
    partner = make_partner()
    contact = PartnerContact(partner_id=partner.id, person_id=cast.gp_person.id, name="", function="")
    session.add(contact)
    owed = make_commitment(make_convention(partner=partner).checklist_id, side=Side.CPTS, owner_id=cast.gp_person.id)
    end_contact(contact, by=acting(cast.coordinator))
    assert owed.owner_id == cast.gp_person.id
