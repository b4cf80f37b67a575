"""An address that a delegate made: the practitioner sees who, and it ends with what allowed it."""

import re
from datetime import date

import pytest

from cptsapp.accounts.models import RoleGrant, User
from cptsapp.core.db import session
from cptsapp.directory.models import Delegation, Person
from cptsapp.snp.models import CalendarFeed
from tests.tools.factories import make_delegation

YESTERDAY, TODAY = date(2026, 7, 19), date(2026, 7, 20)
PAGE = "/mes-creneaux/agenda"
OVER = "Elle ne répond plus\u00a0: Agnès Pallier n’agit plus pour Dr Hélène Renaudin."


def create(client, cast) -> str:
    page = client.post(f"{PAGE}/{cast.gp_person.id}/adresse").get_data(as_text=True)
    return re.search(r"/agenda/[\w-]{22}\.ics", page).group()


@pytest.fixture
def address(cast, secretary) -> str:
    """An address that Agnès Pallier made for Dr Renaudin."""
    return create(secretary, cast)


def end_delegation(day: date) -> None:
    session.query(Delegation).update({"ends_on": day})
    session.commit()


def maker_id() -> int:
    return session.query(CalendarFeed.created_by_id).scalar()


def page_of(client) -> str:
    return client.get(PAGE).get_data(as_text=True)


def test_it_answers_while_she_acts_for_the_practitioner(cast, client, address):
    assert client.get(address).status_code == 200


def test_the_last_day_of_the_delegation_is_included(cast, client, address):
    end_delegation(TODAY)
    assert client.get(address).status_code == 200


def test_the_end_of_the_delegation_ends_it(cast, client, address):
    end_delegation(YESTERDAY)
    assert client.get(address).status_code == 404


def test_a_delegation_for_another_practitioner_does_not_keep_it(cast, client, address):
    end_delegation(YESTERDAY)
    secretary = session.get_one(User, maker_id()).person_id
    other = session.query(Person.id).filter_by(last_name="Benali").scalar()
    session.add(Delegation(delegate_id=secretary, practitioner_id=other, starts_on=TODAY))
    session.commit()
    assert client.get(address).status_code == 404


def test_a_closed_account_ends_it(cast, client, address):
    session.query(User).filter_by(id=maker_id()).update({"is_active": False})
    session.commit()
    assert client.get(address).status_code == 404


def test_the_end_of_her_role_ends_it(cast, client, address):
    session.query(RoleGrant).filter_by(user_id=maker_id()).update({"ends_on": YESTERDAY})
    session.commit()
    assert client.get(address).status_code == 404


def test_nothing_is_noted_as_read_once_it_has_ended(cast, client, address):
    end_delegation(YESTERDAY)
    client.get(address)
    assert session.query(CalendarFeed.read_at).scalar() is None


def test_the_practitioners_own_goes_on(cast, client, gp):
    address = create(gp, cast)
    end_delegation(YESTERDAY)
    assert session.query(CalendarFeed.created_by_id).scalar() is None
    assert client.get(address).status_code == 200


def test_a_colleague_standing_in_is_a_delegate_too(cast, client, sign_in):
    make_delegation(cast.other_gp_person, cast.gp_person)
    session.commit()
    address = create(sign_in(cast.other_gp), cast)
    end_delegation(YESTERDAY)
    assert client.get(address).status_code == 404


def test_the_practitioner_sees_who_made_it(cast, gp, address):
    page = page_of(gp)
    assert "Adresse du lun. 20 juil., créée par Agnès Pallier" in page
    assert OVER not in page


def test_and_that_it_answers_no_more(cast, gp, address):
    end_delegation(YESTERDAY)
    assert OVER in page_of(gp)


def test_ones_own_names_nobody(cast, gp):
    create(gp, cast)
    assert "créée par" not in page_of(gp)


def test_the_practitioner_revokes_it(cast, gp, client, address):
    number = session.query(CalendarFeed.id).scalar()
    assert gp.post(f"{PAGE}/adresse/{number}/revoquer").status_code == 303
    assert client.get(address).status_code == 404
