"""What never left the drawer is the house's, even once it is over: no partner reads it, nor is told of it."""

from datetime import date

import pytest
from sqlalchemy import select

from cptsapp.conventions.actions import amending, circulation, partners, term
from cptsapp.conventions.models import Convention, ConventionState, EndReason, PartnerContact
from cptsapp.core.db import session
from cptsapp.directory.models import Organisation
from cptsapp.outbox.models import Message
from tests.tools.conventions import make_convention, make_partner
from tests.tools.factories import acting
from tests.tools.inbox import make_partner as make_house

TODAY, TITLE = date(2026, 7, 20), "Zzconvention secrète"


@pytest.fixture
def dac(cast):
    """A partner with an account, and its contact without any."""
    user, house = make_house()
    partner = make_partner(session.get_one(Organisation, house.id))
    session.add(PartnerContact(partner_id=partner.id, name="Odile Martin", function="", mail="odile@dac.example"))
    session.commit()
    return user, partner


def paths(number):
    return [f"/conventions/{number}", f"/conventions/{number}/texte", f"/conventions/{number}/convention.pdf"]


def test_a_draft_that_was_given_up_is_read_by_no_partner(cast, dac, sign_in):
    user, partner = dac
    number = make_convention(ConventionState.DRAFT, partner, title=TITLE).id
    term.end(number, TODAY, EndReason.ABANDONED, by=acting(cast.coordinator))
    session.commit()
    client = sign_in(user)
    assert [client.get(path).status_code for path in paths(number)] == [404, 404, 404]
    assert TITLE not in client.get("/conventions?etat=closes").text
    assert sign_in(cast.coordinator).get(paths(number)[0]).status_code == 200


def test_nor_a_draft_amendment_that_ended_with_its_convention(cast, dac, sign_in):
    user, partner = dac
    office = acting(cast.coordinator)
    found = make_convention(ConventionState.IN_FORCE, partner, comments_due_on=date(2026, 1, 5))
    amendment = amending.amend(found.id, ["2.1"], by=office)
    amendment.title, number, parent = TITLE, amendment.id, found.id
    term.end(parent, TODAY, EndReason.NOTICE, by=office)
    session.commit()
    client = sign_in(user)
    page = client.get(f"/conventions/{parent}")
    assert page.status_code == 200
    assert TITLE not in page.text
    assert client.get(f"/conventions/{number}").status_code == 404


def test_a_text_that_was_read_is_still_read_once_it_is_over(cast, dac, sign_in):
    user, partner = dac
    office = acting(cast.coordinator)
    number = make_convention(ConventionState.DRAFT, partner).id
    circulation.circulate(number, TODAY, by=office)
    term.end(number, TODAY, EndReason.ABANDONED, by=office)
    session.commit()
    assert sign_in(user).get(f"/conventions/{number}").status_code == 200


def test_the_journal_of_a_convention_tells_a_partner_of_no_draft(cast, dac, sign_in):
    user, partner = dac
    office = acting(cast.coordinator)
    found = make_convention(ConventionState.IN_FORCE, partner)
    amendment_id, number = amending.amend(found.id, ["2.1"], by=office).id, found.id
    session.commit()
    assert "avenant" not in sign_in(user).get(f"/conventions/{number}").text.lower()
    circulation.circulate(amendment_id, TODAY, by=office)
    session.commit()
    assert "avenant" in sign_in(user).get(f"/conventions/{number}").text.lower()


def test_a_departure_tells_the_partner_of_no_draft(cast, dac):
    _user, partner = dac
    make_convention(ConventionState.DRAFT, partner, title=TITLE)
    partners.leave(partner.id, TODAY, "Fin du partenariat", by=acting(cast.coordinator))
    assert session.scalars(select(Convention.state)).all() == [ConventionState.ENDED]
    told = {(one.to_address, TITLE in one.body) for one in session.scalars(select(Message))}
    assert ("odile@dac.example", True) not in told
    assert (cast.coordinator.mail, True) in told
