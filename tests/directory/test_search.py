"""What the list shows to whom, in which order, with which counts; and that it is always the present state."""

from datetime import UTC, date, datetime

import pytest

from cptsapp.accounts.models import Role
from cptsapp.core.db import session
from cptsapp.directory.actions import people as actions
from cptsapp.directory.models import Movement, MovementKind, OrganisationKind, PracticeMode, Profession
from cptsapp.directory.queries.search import Search
from cptsapp.directory.rules.facets import Filters
from cptsapp.membership.models import MembershipSettings
from tests.tools.factories import (
    acting,
    make_application,
    make_membership,
    make_organisation,
    make_person,
    make_place,
    make_practice,
    make_slot,
    make_user,
)
from tests.tools.queries import count_queries


def found(user, typed="", **chosen):
    """The names of who answers, in order."""
    session.commit()
    filters = Filters(typed, {facet: tuple(values.split()) for facet, values in chosen.items()})
    return [row.line.last_name for row in Search(acting(session.merge(user)), filters).rows()]


def counts(user, facet, typed="", **chosen):
    """The values of a facet with their counts."""
    session.commit()
    filters = Filters(typed, {name: tuple(values.split()) for name, values in chosen.items()})
    facets = Search(acting(session.merge(user)), filters).page(1).facets
    shown = [value for each in facets if each.name == facet for value in (*each.shown, *each.others)]
    return {value.criterion.value: value.count for value in shown}


# -- what is found ----------------------------------------------------------------------------------------------------


def test_who_bears_the_name_comes_before_who_practises_there(cast):
    make_practice(make_person(last_name="Aubert"), make_place(commune_code="85194"))
    make_person(last_name="Sableur")
    assert found(cast.coordinator, "sabl") == ["Sableur", "Aubert", "Benali"]


def test_persons_come_before_structures_by_name(cast):
    make_organisation(name="Agence")
    assert found(cast.coordinator) == ["Benali", "Pallier", "Renaudin", "Agence"]


def test_a_kind_of_structure_finds_its_structures(cast):
    make_organisation(name="Les Tamaris", kind=OrganisationKind.CARE_HOME)
    assert found(cast.coordinator, "ehpad") == ["Les Tamaris"]


def test_a_structure_is_found_by_its_commune_and_its_number(cast):
    house = make_organisation(name="MSP du Port", finess="850012345")
    make_place(organisation_id=house.id, commune_code="85194")
    assert found(cast.coordinator, "sables msp") == ["MSP du Port"]
    assert found(cast.coordinator, "85001") == ["MSP du Port"]


def test_who_practises_in_a_merged_structure_practises_in_the_kept_one(cast):
    kept = make_organisation(name="MSP du Port")
    gone = make_organisation(name="Maison du Port", merged_into_id=kept.id)
    make_practice(make_person(last_name="Tarek"), make_place(organisation_id=gone.id))
    assert found(cast.coordinator, "msp") == ["MSP du Port", "Tarek"]


def test_the_practices_of_a_merged_person_are_those_of_the_kept_one(cast):
    kept = make_person(last_name="Moal")
    gone = make_person(last_name="Moal-Roy", merged_into_id=kept.id)
    make_practice(gone, make_place(commune_code="85194"))
    assert "Moal" in found(cast.coordinator, "sables")
    assert "Moal-Roy" not in found(cast.coordinator)


def test_who_asked_to_be_kept_out_is_not_found(cast):
    make_practice(make_person(last_name="Parti", objected_on=date(2026, 7, 1)))
    assert "Parti" not in found(cast.coordinator)


# -- facets -----------------------------------------------------------------------------------------------------------


def test_a_facet_counts_what_the_other_facets_leave(cast):
    make_practice(make_person(profession=Profession.NURSE), make_place(commune_code="85194"))
    assert counts(cast.coordinator, "commune", profession="nurse") == {"85194": 1}
    assert counts(cast.coordinator, "profession", profession="nurse", commune="85194") == {"gp": 1, "nurse": 1}


def test_structures_are_a_value_of_professions(cast):
    make_organisation(name="Agence")
    assert found(cast.coordinator, profession="structure") == ["Agence"]
    assert counts(cast.coordinator, "profession")["structure"] == 1


def test_members_of_today_are_told_from_those_of_before(cast):
    make_membership(make_person(last_name="Actif"))
    make_membership(make_person(last_name="Ancien"), starts_on=date(2025, 1, 1), ends_on=date(2025, 12, 31))
    assert counts(cast.coordinator, "adhesion") == {"a-jour": 1, "non": 4, "echue": 1}
    assert found(cast.coordinator, adhesion="a-jour") == ["Actif"]
    assert found(cast.coordinator, adhesion="echue") == ["Ancien"]


def test_ways_of_practising(cast):
    make_practice(make_person(last_name="Rem"), mode=PracticeMode.LOCUM)
    assert found(cast.coordinator, pratique="locum") == ["Rem"]


def test_a_sheet_checked_twelve_months_ago_is_to_be_checked(cast):
    make_person(last_name="Frais", verified_on=date(2025, 7, 21))
    make_person(last_name="Vieux", verified_on=date(2025, 7, 20))
    stale = found(cast.coordinator, fiche="a-actualiser")
    assert "Vieux" in stale
    assert "Frais" not in stale


def test_who_has_announced_that_they_leave(cast):
    leaving = {"kind": MovementKind.RETIREMENT, "starts_on": date(2026, 12, 31), "created_at": datetime.now(UTC)}
    session.add(Movement(person_id=cast.gp_person.id, **leaving))
    session.add(Movement(person_id=cast.other_gp_person.id, cancelled_at=datetime.now(UTC), **leaving))
    assert found(cast.coordinator, fiche="depart") == ["Renaudin"]


def test_more_values_than_fit_are_behind_the_others(cast):
    for profession in list(Profession)[:9]:
        make_person(profession=profession)
    session.commit()
    facet = Search(acting(session.merge(cast.coordinator)), Filters()).page(1).facets[0]
    assert (len(facet.shown), len(facet.others)) == (5, 5)


# -- who sees what ----------------------------------------------------------------------------------------------------


def test_a_partner_finds_structures_alone(cast):
    house = make_organisation(name="MSP des Olonnes")
    make_practice(make_person(last_name="Olonne"), make_place(organisation_id=house.id, commune_code="85194"))
    partner = make_user(Role.PARTNER)
    assert found(partner) == ["MSP des Olonnes"]
    assert found(partner, "olon") == ["MSP des Olonnes"]
    assert counts(partner, "profession") == {"structure": 1}


def test_the_page_of_a_partner_names_nobody(cast, sign_in):
    make_organisation(name="MSP des Olonnes")
    partner = make_user(Role.PARTNER)
    session.commit()
    page = sign_in(partner).get("/annuaire").text
    assert "MSP des Olonnes" in page
    assert "Renaudin" not in page


def test_a_practitioner_does_not_learn_who_is_a_member(cast, sign_in):
    make_membership(cast.other_gp_person)
    assert found(cast.gp, adhesion="a-jour") == found(cast.gp)
    assert "Adhésion" not in sign_in(cast.gp).get("/annuaire").text


def test_unless_the_setting_says_so(cast, sign_in):
    make_membership(cast.other_gp_person)
    settings = MembershipSettings(id=1, shows_members=True, updated_at=datetime.now(UTC))
    session.add(settings)
    session.commit()
    assert found(cast.gp, adhesion="a-jour") == ["Benali"]
    assert "adhérent" in sign_in(cast.gp).get("/annuaire").text


def test_the_upkeep_of_sheets_is_the_coordinations(cast):
    assert counts(cast.gp, "fiche") == {}
    assert found(cast.gp, fiche="a-actualiser") == found(cast.gp)


def test_a_direct_line_is_the_coordinations(cast, sign_in):
    make_person(last_name="Mobile", phone="+33639980120")
    session.commit()
    assert "tel:+33639980120" in sign_in(cast.coordinator).get("/annuaire?q=mobile").text
    assert "tel:+33639980120" not in sign_in(cast.gp).get("/annuaire?q=mobile").text


# -- always the present state -----------------------------------------------------------------------------------------


def test_nothing_is_read_again_while_nothing_has_changed(cast):
    coordinator = acting(cast.coordinator)
    Search(coordinator, Filters("ren")).page(1)
    with count_queries() as sent:
        Search(coordinator, Filters("ben")).page(1)
    assert sent == []


@pytest.mark.database
def test_what_has_just_been_written_is_found(cast):
    assert found(cast.coordinator, "haddad") == []
    actions.create_person({"last_name": "Haddad", "first_name": "Inès", "profession": Profession.GP}, by=None)
    assert found(cast.coordinator, "haddad") == ["Haddad"]


@pytest.mark.database
def test_what_is_taken_back_was_never_found(cast):
    make_person(last_name="Haddad")
    session.rollback()
    assert found(cast.coordinator, "haddad") == []


@pytest.mark.database
def test_whoever_writes_sees_it_and_nobody_else_does_before_the_commit(cast):
    coordinator, wanted = acting(cast.coordinator), Filters("haddad")
    make_person(last_name="Haddad")
    assert Search(coordinator, wanted).count == 1
    session.rollback()
    assert Search(coordinator, wanted).count == 0


def test_a_practice_ends_with_its_day(cast, set_clock):
    make_practice(make_person(last_name="Bref"), make_place(commune_code="85194"), ends_on=date(2026, 7, 20))
    assert "Bref" in found(cast.coordinator, "sables")
    set_clock(datetime(2026, 7, 21, 8, tzinfo=UTC))
    assert "Bref" not in found(cast.coordinator, "sables")


# -- what the features above tell -------------------------------------------------------------------------------------


def test_who_publishes_slots_takes_part_in_them(cast, sign_in):
    make_slot(session.merge(cast.gp_practice))
    assert found(cast.coordinator, pratique="creneaux") == ["Renaudin"]
    assert "<td>créneaux</td>" in sign_in(cast.coordinator).get("/annuaire?q=renaudin").text


def test_an_application_that_waits_is_told_to_those_who_answer_it(cast, sign_in):
    make_application(person_id=cast.gp_person.id)
    assert found(cast.coordinator, adhesion="demande") == ["Renaudin"]
    assert "demande reçue" in sign_in(cast.coordinator).get("/annuaire").text


def test_and_to_nobody_else(cast, sign_in):
    make_application(person_id=cast.gp_person.id)
    session.add(MembershipSettings(id=1, shows_members=True, updated_at=datetime.now(UTC)))
    assert found(cast.other_gp, adhesion="demande") == found(cast.other_gp)
    assert "demande reçue" not in sign_in(cast.other_gp).get("/annuaire").text
