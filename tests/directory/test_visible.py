"""Whom the directory shows to whom: a partner reads structures alone, and who asked to be kept out is nowhere."""

from datetime import date

import pytest
from sqlalchemy import func, select

from cptsapp.accounts.models import Role
from cptsapp.core.db import session
from cptsapp.directory import permissions
from cptsapp.directory.models import Organisation, Person
from tests.tools.factories import acting, make_organisation, make_person, make_user


@pytest.fixture
def partner(cast):
    user = make_user(Role.PARTNER, display_name="Claire Partenaire")
    session.commit()
    return user


def count(model, where):
    return session.scalar(select(func.count()).select_from(model).where(where))


def test_a_partner_sees_nobody(partner):
    assert count(Person, permissions.visible_to(acting(partner))) == 0


def test_a_partner_sees_the_structures(partner):
    make_organisation()
    assert count(Organisation, permissions.visible_structures(acting(partner))) == 1


def test_a_sheet_does_not_exist_for_a_partner(partner, cast, sign_in):
    assert sign_in(partner).get(f"/annuaire/{cast.gp_person.id}").status_code == 404


def test_a_partner_who_is_also_a_practitioner_sees_everyone(cast):
    both = make_user(Role.PARTNER, Role.PRACTITIONER)
    assert count(Person, permissions.visible_to(acting(both))) == 3


def test_who_asked_to_be_kept_out_is_seen_by_nobody(cast):
    kept_out = make_person(objected_on=date(2026, 7, 1))
    seen = session.scalars(select(Person.id).where(permissions.visible_to(acting(cast.coordinator)))).all()
    assert kept_out.id not in seen


def test_the_sheet_of_who_asked_to_be_kept_out_is_a_404(cast, sign_in):
    person_id = make_person(objected_on=date(2026, 7, 1)).id
    session.commit()
    assert sign_in(cast.coordinator).get(f"/annuaire/{person_id}").status_code == 404


def test_a_structure_merged_into_another_is_that_other(cast):
    kept = make_organisation()
    make_organisation(merged_into_id=kept.id)
    assert count(Organisation, permissions.visible_structures(acting(cast.coordinator))) == 1


def test_someone_without_a_role_sees_no_structure(cast):
    make_organisation()
    assert count(Organisation, permissions.visible_structures(acting(cast.outsider))) == 0
