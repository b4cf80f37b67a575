"""From the application received to the officers' decision: matched, approved once, refused with its reason kept."""

from datetime import date, timedelta

import pytest

from cptsapp.audit.models import AuditEvent
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.directory.models import College, Membership, Organisation, Person, Practice, Profession
from cptsapp.membership.actions import applications as actions
from cptsapp.membership.actions.applications import Decision
from cptsapp.membership.actions.settings import save
from cptsapp.membership.actions.texts import publish
from cptsapp.membership.models import Acceptance, Application, ApplicationState, PeriodKind, TextKind
from cptsapp.membership.queries.applications import by_state, candidates, counts
from cptsapp.membership.rules.members import organisation, person
from cptsapp.outbox.models import Message
from tests.tools.factories import (
    acting,
    make_application,
    make_membership,
    make_organisation,
    make_person,
    make_practice,
)

TODAY = date(2026, 7, 20)
RPPS = "10100354629"


@pytest.fixture
def by(cast):
    return acting(cast.coordinator)


def decision(member=None, **values):
    college = values.pop("college", College.PROFESSIONALS)
    kept = {"decided_on": TODAY, "starts_on": TODAY, "fee_cents": 0} | values
    return Decision(member, college, **kept)


# -- matched ----------------------------------------------------------------------------------------------------------


def found_for(by, application):
    return [(c.row.name, c.by_number) for c in candidates(by, application, TODAY)]


def test_the_same_rpps_comes_before_the_same_name(by):
    make_person(last_name="Le Goff", first_name="Inès", title="Mme")
    make_person(last_name="Martin", first_name="Inès", title="Mme", rpps=RPPS)
    asked = make_application(last_name="LE GOFF", first_name="Ines", rpps=RPPS)
    assert found_for(by, asked) == [("Mme Inès Martin", True), ("Mme Inès Le Goff", False)]


def test_names_typed_the_other_way_round_are_found(by):
    make_person(last_name="Le Goff", first_name="Inès", title="Mme")
    assert found_for(by, make_application(last_name="Inès", first_name="Le Goff")) == [("Mme Inès Le Goff", False)]


def test_who_asked_to_be_kept_out_is_not_proposed(by):
    make_person(last_name="Le Goff", first_name="Inès", objected_on=TODAY)
    assert found_for(by, make_application(last_name="Le Goff", first_name="Inès")) == []


@pytest.mark.parametrize("column", ["finess", "siret"])
def test_a_structure_is_found_by_its_number(by, column):
    make_organisation(name="EHPAD des Dunes", **{column: "850000012"})
    asked = make_application(organisation_name="Les Dunes", organisation_number="850000012")
    assert found_for(by, asked) == [("EHPAD des Dunes", True)]


def test_a_structure_is_found_by_its_name(by):
    make_organisation(name="EHPAD des Dunes")
    assert found_for(by, make_application(organisation_name="Ehpad des dunes")) == [("EHPAD des Dunes", False)]


# -- entered by the staff ---------------------------------------------------------------------------------------------


def test_who_said_yes_on_the_telephone_gets_a_prefilled_application(by, cast):
    made = actions.enter(cast.gp_person, by)
    assert (made.last_name, made.first_name, made.profession) == ("Renaudin", "Hélène", Profession.GP)
    assert (made.address, made.commune_code) == ("12, rue des Écoliers", "85288")
    assert (made.person_id, made.entered_by_id) == (cast.gp_person.id, by.id)


@pytest.mark.database
def test_saying_yes_twice_makes_one_application(by, cast):
    assert actions.enter(cast.gp_person, by).id == actions.enter(cast.gp_person, by).id


def test_an_application_entered_is_about_the_sheet_it_came_from(by, cast):
    make_person(last_name="Renaudin", first_name="Hélène")
    made = actions.enter(cast.gp_person, by)
    assert found_for(by, made) == [("Dr Hélène Renaudin", True)]


def test_an_application_follows_the_sheet_it_was_merged_into(by, cast):
    merged = make_person(merged_into_id=cast.gp_person.id)
    made = make_application(person_id=merged.id)
    assert found_for(by, made) == [("Dr Hélène Renaudin", True)]
    assert actions.enter(cast.gp_person, by).id == made.id


# -- approved ---------------------------------------------------------------------------------------------------------


def test_approving_opens_the_membership_of_the_year(by, cast):
    asked = make_application()
    made = actions.approve(asked.id, decision(person(cast.gp_person.id)), by=by)
    assert (made.person_id, made.starts_on, made.ends_on) == (cast.gp_person.id, TODAY, date(2026, 12, 31))
    assert (asked.state, asked.membership_id) == (ApplicationState.APPROVED, made.id)
    assert (asked.decided_on, asked.decided_by_id) == (TODAY, by.id)


def test_approving_opens_twelve_months_where_the_year_rolls(by, cast):
    save({"period_kind": PeriodKind.ROLLING}, by=by)
    made = actions.approve(make_application().id, decision(person(cast.gp_person.id)), by=by)
    assert made.ends_on == date(2027, 7, 19)


def test_approving_makes_the_sheet_of_who_has_none(by, cast):
    asked = make_application(last_name="Le Goff", rpps=RPPS, address="3, rue du Port", phone="+33639981427")
    made = actions.approve(asked.id, decision(), by=by)
    sheet = session.get(Person, made.person_id)
    assert (sheet.last_name, sheet.rpps, sheet.profession) == ("Le Goff", RPPS, Profession.NURSE)
    practice = session.query(Practice).filter_by(person_id=sheet.id).one()
    assert (practice.place.address, practice.place.commune_code) == ("3, rue du Port", "85288")


def test_the_address_already_known_serves_again(by, cast):
    asked = make_application(address="12 RUE DES ECOLIERS")
    made = actions.approve(asked.id, decision(), by=by)
    practice = session.query(Practice).filter_by(person_id=made.person_id).one()
    assert practice.place_id == cast.gp_practice.place_id


def test_an_inhabitant_gets_no_practice(by, cast):
    asked = make_application(profession=None, address="3, rue du Port", college=College.USERS)
    made = actions.approve(asked.id, decision(college=College.USERS), by=by)
    assert session.query(Practice).filter_by(person_id=made.person_id).count() == 0


def test_approving_makes_the_structure_that_has_no_sheet(by):
    asked = make_application(organisation_name="EHPAD des Dunes", organisation_number="850000012", profession=None)
    made = actions.approve(asked.id, decision(college=College.STRUCTURES), by=by)
    sheet = session.get(Organisation, made.organisation_id)
    assert (sheet.name, sheet.finess, made.person_id) == ("EHPAD des Dunes", "850000012", None)


def test_the_mail_that_the_sheet_lacks_is_noted_and_no_other(by):
    lacking, known = make_person(), make_person(mail="ancien@cpts.example")
    for someone in (lacking, known):
        asked = make_application(mail="nouveau@cpts.example")
        actions.approve(asked.id, decision(person(someone.id)), by=by)
    assert (lacking.mail, known.mail) == ("nouveau@cpts.example", "ancien@cpts.example")


def test_what_was_accepted_becomes_the_member_s(by, cast):
    charter = publish(TextKind.CHARTER, "Un.", after_version=0, by=by)
    asked = make_application()
    session.add(Acceptance(text_id=charter.id, application_id=asked.id, accepted_on=TODAY))
    actions.approve(asked.id, decision(person(cast.gp_person.id)), by=by)
    kept = session.query(Acceptance).one()
    session.refresh(kept)
    assert (kept.person_id, kept.application_id) == (cast.gp_person.id, asked.id)


def test_the_good_news_leaves_by_mail_with_the_days_and_the_fee(by, cast):
    asked = make_application()
    actions.approve(asked.id, decision(person(cast.gp_person.id), fee_cents=1000), by=by)
    message = session.query(Message).filter_by(kind="application.approved").one()
    assert message.to_address == asked.mail
    assert "10\u00a0€" in message.body
    assert "jeudi 31 décembre 2026" in message.body


@pytest.mark.database
def test_a_member_is_not_approved_twice_for_the_same_days(by, cast):
    make_membership(cast.gp_person)
    asked = make_application()
    number, chosen = asked.id, decision(person(cast.gp_person.id))
    session.commit()
    with pytest.raises(Refusal, match=r"Déjà adhérent du 01/01/2026 au 31/12/2026"):
        actions.approve(number, chosen, by=by)
    session.rollback()
    assert session.get(Application, number).state is ApplicationState.RECEIVED


@pytest.mark.database
def test_two_officers_do_not_approve_the_same_application(by, cast):
    asked = make_application()
    actions.approve(asked.id, decision(person(cast.gp_person.id)), by=by)
    with pytest.raises(Refusal, match="déjà approuvée"):
        actions.approve(asked.id, decision(person(cast.other_gp_person.id)), by=by)
    assert session.query(Membership).count() == 1


def test_a_decision_is_not_of_tomorrow(by, cast):
    asked = make_application()
    with pytest.raises(Refusal, match="pas encore venu") as refused:
        actions.approve(asked.id, decision(decided_on=TODAY + timedelta(days=1)), by=by)
    assert refused.value.field == "decided_on"


def test_a_number_that_another_sheet_has_stops_the_approval(by):
    make_person(rpps=RPPS)
    with pytest.raises(Refusal, match="déjà ce numéro"):
        actions.approve(make_application(rpps=RPPS).id, decision(), by=by)


# -- refused, withdrawn, trusted --------------------------------------------------------------------------------------


def test_a_refusal_keeps_its_reason_and_mails_none(by):
    asked = make_application()
    actions.refuse(asked.id, "hors du territoire", TODAY, by=by)
    assert (asked.state, asked.decision_note) == (ApplicationState.REFUSED, "hors du territoire")
    message = session.query(Message).filter_by(kind="application.refused").one()
    assert "territoire" not in message.body
    assert session.query(AuditEvent).filter_by(kind="application.refused").one().data == {"reference": asked.reference}


def test_what_is_refused_is_not_approved_afterwards(by):
    asked = make_application()
    actions.refuse(asked.id, "hors du territoire", TODAY, by=by)
    with pytest.raises(Refusal, match="déjà refusée"):
        actions.approve(asked.id, decision(), by=by)


def test_a_refusal_is_not_of_tomorrow(by):
    with pytest.raises(Refusal, match="pas encore venu"):
        actions.refuse(make_application().id, "hors", TODAY + timedelta(days=1), by=by)


def test_who_gives_up_is_told_nothing(by):
    asked = make_application()
    actions.withdraw(asked.id, by=by)
    assert asked.state is ApplicationState.WITHDRAWN
    assert session.query(Message).count() == 0


def test_what_was_kept_apart_joins_the_others_and_its_author_is_told(by):
    asked = make_application(is_suspect=True)
    assert (counts()["suspect"], counts()["received"]) == (1, 0)
    actions.trust(asked.id, by=by)
    assert by_state("received").rows == [asked]
    assert session.query(Message).filter_by(kind="application.received").count() == 1


def test_a_robot_refused_is_written_to_by_nobody(by):
    actions.refuse(make_application(is_suspect=True).id, "robot", TODAY, by=by)
    assert session.query(Message).count() == 0


# -- forgotten --------------------------------------------------------------------------------------------------------


def decided(days, **values):
    at = clock.now() - timedelta(days=days)
    return make_application(**{"state": "refused", "decided_at": at, "received_at": at} | values)


def test_a_refusal_is_forgotten_after_a_year(by):
    decided(366)
    number = decided(364).id
    assert actions.purge_old(clock.now()) == 1
    assert [row.id for row in session.query(Application.id)] == [number]


def test_a_doubtful_one_that_nobody_recognised_is_forgotten_after_a_year(by):
    make_application(is_suspect=True, received_at=clock.now() - timedelta(days=366))
    assert actions.purge_old(clock.now()) == 1


def test_an_application_still_to_decide_is_never_forgotten(by):
    make_application(received_at=clock.now() - timedelta(days=2000))
    assert actions.purge_old(clock.now()) == 0


def test_what_a_member_typed_is_forgotten_three_years_after_the_end_and_the_agreement_stays(by):
    held = make_membership(starts_on=date(2022, 1, 1), ends_on=date(2022, 12, 31))
    asked = make_application(state="approved", membership_id=held.id)
    charter = publish(TextKind.CHARTER, "Un.", after_version=0, by=by)
    session.add(Acceptance(text_id=charter.id, application_id=asked.id, person_id=held.person_id, accepted_on=TODAY))
    session.flush()
    assert actions.purge_old(clock.now()) == 1
    assert session.query(Acceptance.person_id, Acceptance.application_id).one() == (held.person_id, None)


def test_what_a_member_of_today_typed_is_kept(by):
    make_application(state="approved", membership_id=make_membership().id)
    assert actions.purge_old(clock.now()) == 0


def test_a_structure_is_prefilled_from_its_sheet(by):
    found = make_organisation(name="EHPAD des Dunes", finess="850000012", mail="dunes@cpts.example")
    make_practice()
    values = actions.prefilled_structure(found)
    assert (values["organisation_name"], values["organisation_number"]) == ("EHPAD des Dunes", "850000012")
    made = actions.enter_for(organisation(found.id), values | {"last_name": "Morin", "first_name": "Paul"}, by=by)
    assert made.organisation_id == found.id
