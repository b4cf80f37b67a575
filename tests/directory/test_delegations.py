"""Who acts for whom, from a day to a day."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from cptsapp.core.db import session
from cptsapp.directory.actions import people as actions
from cptsapp.directory.models import Delegation, Person
from cptsapp.posting.queries import people
from tests.tools.factories import acting, make_person


@pytest.fixture
def coordinator(cast, sign_in):
    return sign_in(cast.coordinator)


@pytest.fixture
def secretary_id(cast):
    return session.scalars(select(Person.id).where(Person.last_name == "Pallier")).one()


def names(user):
    return [person.last_name for person in people(acting(session.merge(user)))]


def test_a_secretary_acts_for_who_delegated(cast):
    assert names(cast.secretary) == ["Renaudin"]


def test_a_practitioner_acts_for_themselves(cast):
    assert names(cast.gp) == ["Renaudin"]


def test_the_coordination_acts_for_everyone_but_staff(cast):
    assert names(cast.coordinator) == ["Benali", "Renaudin"]


def test_who_posts_nothing_acts_for_nobody(cast):
    assert names(cast.regulator) == []


def test_a_delegation_begins_on_its_day(coordinator, cast, secretary_id):
    data = {"delegate_id": secretary_id, "starts_on": "2026-07-21"}
    coordinator.post(f"/annuaire/{cast.other_gp_person.id}/delegations/nouvelle", data=data)
    assert names(cast.secretary) == ["Renaudin"]


def test_a_delegation_shows_on_the_sheet(coordinator, cast, secretary_id):
    path = f"/annuaire/{cast.other_gp_person.id}"
    answer = coordinator.post(
        f"{path}/delegations/nouvelle", data={"delegate_id": secretary_id, "starts_on": "2026-07-20"}
    )
    assert "Agnès Pallier" in coordinator.get(answer.location).text
    assert names(cast.secretary) == ["Benali", "Renaudin"]


def test_the_same_twice_is_refused(coordinator, cast, secretary_id):
    data = {"delegate_id": secretary_id, "starts_on": "2026-07-20"}
    answer = coordinator.post(f"/annuaire/{cast.gp_person.id}/delegations/nouvelle", data=data)
    assert answer.status_code == 409
    assert "agit déjà pour" in answer.text


def test_nobody_acts_for_staff(coordinator, cast, secretary_id):
    data = {"delegate_id": cast.gp_person.id, "starts_on": "2026-07-20"}
    answer = coordinator.post(f"/annuaire/{secretary_id}/delegations/nouvelle", data=data)
    assert answer.status_code == 409


def test_oneself_is_not_a_choice(coordinator, cast):
    data = {"delegate_id": cast.gp_person.id, "starts_on": "2026-07-20"}
    assert coordinator.post(f"/annuaire/{cast.gp_person.id}/delegations/nouvelle", data=data).status_code == 422


def test_ending_takes_effect_at_once(coordinator, cast):
    found = session.scalars(select(Delegation)).one()
    coordinator.post(f"/annuaire/delegations/{found.id}/terminer")
    assert session.scalars(select(Delegation)).one().ends_on == date(2026, 7, 19)
    assert names(cast.secretary) == []


def test_one_that_had_not_begun_is_gone(coordinator, cast):
    locum = make_person(last_name="Moal")
    locum_id = locum.id
    made = actions.delegate(locum, cast.gp_person, date(2026, 7, 20) + timedelta(days=9), by=None)
    session.commit()
    coordinator.post(f"/annuaire/delegations/{made.id}/terminer")
    assert session.scalar(select(Delegation.id).where(Delegation.delegate_id == locum_id)) is None


def test_one_that_is_over_cannot_end_again(coordinator, cast):
    found = session.scalars(select(Delegation)).one()
    found.ends_on = date(2026, 7, 1)
    session.commit()
    answer = coordinator.post(f"/annuaire/delegations/{found.id}/terminer")
    assert answer.status_code == 409
    assert "déjà pris fin" in answer.text


def test_an_assistant_may_not_delegate(sign_in, cast):
    path = f"/annuaire/{cast.gp_person.id}/delegations/nouvelle"
    assert sign_in(cast.gp).get(path).status_code == 403
