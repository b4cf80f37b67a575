"""A practitioner with neither account nor secretary: the coordination notes their outcomes, by reference alone."""

from datetime import timedelta

import pytest

from cptsapp.accounts.models import Role
from cptsapp.activity import actions
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible
from cptsapp.directory.models import Person, Profession
from cptsapp.ledger.models import LedgerLine
from cptsapp.outbox.models import Message
from cptsapp.snp.models import Booking, BookingState
from cptsapp.territory import queries as territory
from tests.activity.conftest import at
from tests.tools.factories import acting, make_delegation, make_person, make_place, make_practice, make_user

URL = "/mes-creneaux/soir"
HONOURED = BookingState.HONOURED


@pytest.fixture
def alone(cast):
    """The practice of a GP for whom nobody signs in."""
    practice = make_practice(make_person(last_name="Seul", first_name="Yves"), make_place())
    session.commit()
    return practice


@pytest.fixture
def helper(alone):
    """Somebody who acts for that GP, without an account yet."""
    staff = make_person(last_name="Aide", first_name="Nora", title="", profession=Profession.STAFF)
    make_delegation(staff, alone.person)
    session.commit()
    return staff


def test_the_coordinator_notes_and_the_act_is_owed(cast, alone, campaign, make_act):
    booking = make_act(practice=alone, campaign=campaign)
    actions.record_outcome(booking.id, HONOURED, by=acting(cast.coordinator))
    assert (booking.state, booking.outcome_by_id) == (HONOURED, cast.coordinator.id)
    assert session.query(LedgerLine).one().person_id == alone.person_id


def test_a_delegate_without_an_account_leaves_it_to_the_coordinator(cast, alone, helper, make_act):
    actions.record_outcome(make_act(practice=alone).id, HONOURED, by=acting(cast.coordinator))


def test_a_closed_account_leaves_it_to_the_coordinator(cast, alone, make_act):
    make_user(Role.PRACTITIONER, person_id=alone.person_id, is_active=False)
    actions.record_outcome(make_act(practice=alone).id, HONOURED, by=acting(cast.coordinator))


def test_an_account_whose_role_has_ended_leaves_it_to_the_coordinator(cast, alone, make_act):
    user = make_user(Role.PRACTITIONER, person_id=alone.person_id)
    user.grants[0].ends_on = territory.today() - timedelta(days=1)
    session.commit()
    actions.record_outcome(make_act(practice=alone).id, HONOURED, by=acting(cast.coordinator))


def test_an_ended_delegation_leaves_it_to_the_coordinator(cast, alone, make_act):
    yesterday = territory.today() - timedelta(days=1)
    make_delegation(session.get(Person, cast.secretary.person_id), alone.person, ends_on=yesterday)
    session.commit()
    actions.record_outcome(make_act(practice=alone).id, HONOURED, by=acting(cast.coordinator))


def test_an_account_of_the_practitioner_takes_it_from_the_coordinator(cast, alone, make_act):
    make_user(Role.PRACTITIONER, person_id=alone.person_id)
    with pytest.raises(Invisible):
        actions.record_outcome(make_act(practice=alone).id, HONOURED, by=acting(cast.coordinator))


def test_a_delegate_s_account_takes_it_from_the_coordinator(cast, alone, helper, make_act):
    make_user(Role.SECRETARY, person_id=helper.id)
    with pytest.raises(Invisible):
        actions.record_outcome(make_act(practice=alone).id, HONOURED, by=acting(cast.coordinator))


@pytest.mark.parametrize("who", ["other_gp", "secretary", "regulator", "treasurer", "administrator"])
def test_nobody_else_notes(cast, alone, make_act, who):
    booking = make_act(practice=alone)
    with pytest.raises(Invisible):
        actions.record_outcome(booking.id, HONOURED, by=acting(getattr(cast, who)))


def test_the_page_shows_hour_reference_and_practitioner_never_the_name(sign_in, cast, alone, make_act):
    reference = make_act(practice=alone, name="Xylophage", year=1947).reference
    page = sign_in(cast.coordinator).get(URL).text
    assert "13h32" in page
    assert f"Réf. {reference}" in page
    assert "Dr Yves Seul" in page
    assert "Xylophage" not in page
    assert "1947" not in page


def test_the_name_stays_hidden_once_noted_and_on_paper(sign_in, cast, alone, make_act):
    booking_id, pour = make_act(practice=alone, name="Xylophage").id, alone.person_id
    client = sign_in(cast.coordinator)
    pages = [
        client.post(f"{URL}/{booking_id}", data={"venue": "honoured"}, follow_redirects=True).text,
        client.get(f"{URL}?corriger={booking_id}").text,
        client.get(f"/mes-creneaux/imprimer?pour={pour}").text,
    ]
    assert session.get(Booking, booking_id).state is HONOURED
    assert not any("Xylophage" in page for page in pages)


def test_who_also_regulates_does_not_see_the_name_here(sign_in, cast, alone, make_act):
    both = make_user(Role.COORDINATOR, Role.REGULATOR)
    make_act(practice=alone, name="Xylophage")
    page = sign_in(both).get(URL).text
    assert "Réf. " in page
    assert "Xylophage" not in page


def test_only_those_without_an_account_are_listed(sign_in, cast, alone, make_act):
    make_act()
    page = sign_in(cast.coordinator).get(URL).text
    assert "Aucun patient à renseigner" in page
    assert "Dr Hélène Renaudin" not in page


def test_an_attended_practitioner_s_page_is_not_found(sign_in, cast, make_act):
    person_id = cast.gp_person.id
    client = sign_in(cast.coordinator)
    assert client.get(f"{URL}?pour={person_id}").status_code == 404
    assert client.get(f"/mes-creneaux/imprimer?pour={person_id}").status_code == 404


def test_the_last_one_noted_of_long_ago_leaves_the_practitioner_s_page_open(sign_in, cast, alone, make_act):
    booking_id, pour = make_act(-24 * 30, practice=alone).id, alone.person_id
    client = sign_in(cast.coordinator)
    response = client.post(
        f"{URL}/{booking_id}", data={"venue": "honoured", "pour": pour}, headers={"HX-Request": "true"}
    )
    assert response.status_code == 200


def test_the_choice_of_practitioner_leads_there(sign_in, cast, alone, make_act):
    make_act(practice=alone)
    assert f'href="{URL}"' in sign_in(cast.coordinator).get("/mes-creneaux").text


def test_the_practitioner_s_agenda_leads_there(sign_in, cast, alone, make_act):
    make_act(practice=alone)
    pour = alone.person_id
    assert f'href="{URL}?pour={pour}"' in sign_in(cast.coordinator).get(f"/mes-creneaux?pour={pour}").text


def test_no_agenda_leads_there_when_the_practice_notes_itself(sign_in, cast, make_act):
    make_act()
    pour, client = cast.gp_person.id, sign_in(cast.coordinator)
    assert URL not in client.get(f"/mes-creneaux?pour={pour}").text + client.get("/mes-creneaux").text


def test_the_evening_s_mail_goes_to_nobody_for_them(cast, alone, make_act):
    make_act(practice=alone)
    assert actions.remind_outcomes(at(20, 20, 5)) == 0
    assert session.query(Message).count() == 0
