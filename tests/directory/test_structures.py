"""Structures: the list by kind, the sheet of one, adding and correcting, what a partner reads."""

from datetime import date

import pytest
from sqlalchemy import func, select

from cptsapp.accounts.models import Role
from cptsapp.audit.models import AuditEvent
from cptsapp.core.db import session
from cptsapp.directory.models import Organisation, OrganisationKind, PinnedField, Place
from cptsapp.directory.rules.numbers import is_adeli, is_finess, is_siret
from tests.tools.factories import make_membership, make_organisation, make_person, make_place, make_practice, make_user
from tests.tools.queries import count_queries

SIRET = "73282932000074"
RENAMED = {"name": "MSP des Olonnes", "kind": "group_practice"}
VALUES = {"name": "EHPAD Les Pins", "kind": "care_home", "once": "abc"}


@pytest.fixture
def coordinator(cast, sign_in):
    return sign_in(cast.coordinator)


@pytest.fixture
def partner(cast, sign_in):
    user = make_user(Role.PARTNER)
    session.commit()
    return sign_in(user)


def add(client, **changes):
    return client.post("/annuaire/structures/nouvelle", data={**VALUES, **changes})


def listed(client, **args):
    return client.get("/annuaire/structures", query_string=args).text


def the_house():
    return session.scalars(select(Organisation)).one()


# -- adding and correcting --------------------------------------------------------------------------------------------


def test_a_structure_is_added_and_found(coordinator):
    answer = add(coordinator, finess="850 012 345", siret="732 829 320 00074", phone="02 61 91 50 10")
    house = the_house()
    assert answer.location == f"/annuaire/structures/{house.id}"
    assert (house.kind, house.finess, house.siret) == (OrganisationKind.CARE_HOME, "850012345", SIRET)
    assert "EHPAD Les Pins" in listed(coordinator, q="pins")


def test_a_double_submit_adds_once(coordinator):
    assert add(coordinator).location == add(coordinator).location
    assert the_house()


def test_a_structure_is_corrected_and_the_trail_says_what(coordinator):
    house = make_organisation(name="MSP du Port", finess="850012345")
    session.commit()
    coordinator.post(f"/annuaire/structures/{house.id}/modifier", data={**RENAMED, "finess": ""})
    house = the_house()
    assert (house.name, house.folded, house.finess) == ("MSP des Olonnes", "msp des olonnes", None)
    event = session.scalars(select(AuditEvent).where(AuditEvent.kind == "organisation.correct")).one()
    assert event.data["changes"]["finess"] == ["850012345", None]


def test_a_structure_of_an_extract_is_kept_from_imports(coordinator):
    house = make_organisation(name="MSP du Port", structure_id="R10100000001", kind=OrganisationKind.GROUP_PRACTICE)
    session.commit()
    coordinator.post(f"/annuaire/structures/{house.id}/modifier", data=RENAMED)
    pin = session.scalars(select(PinnedField)).one()
    assert (pin.name, pin.file_value) == ("name", "MSP du Port")
    assert "nom\u00a0: gardé à chaque import" in coordinator.get(f"/annuaire/structures/{house.id}").text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": ""}, "Écrivez une réponse ici."),
        ({"finess": "12"}, "neuf signes"),
        ({"siret": "73282932000075"}, "quatorze chiffres"),
        ({"kind": "castle"}, "is-invalid"),
        ({"phone": "0000"}, "n’existe pas en France"),
        ({"mail": "ehpad"}, "il lui faut un @"),
    ],
)
def test_a_wrong_answer_is_refused_under_its_field(coordinator, changes, sentence):
    answer = add(coordinator, **changes)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert session.scalar(select(func.count()).select_from(Organisation)) == 0


@pytest.mark.database
@pytest.mark.parametrize(("name", "label", "number"), [("finess", "FINESS", "850012345"), ("siret", "SIRET", SIRET)])
def test_a_number_belongs_to_one_structure(coordinator, name, label, number):
    make_organisation(name="Une", **{name: number})
    session.commit()
    answer = add(coordinator, **{name: number})
    assert answer.status_code == 409
    assert f"Une a déjà ce numéro {label}." in answer.text


def test_a_structure_is_verified(coordinator):
    house = make_organisation(name="MSP du Port")
    session.commit()
    assert "jamais vérifiée" in coordinator.get(f"/annuaire/structures/{house.id}").text
    coordinator.post(f"/annuaire/structures/{house.id}/verifier")
    assert (the_house().verified_on, the_house().verified_by) == (date(2026, 7, 20), "Sophie Arnaud")


def test_an_address_is_added_where_nobody_practises_yet(coordinator):
    house = make_organisation(name="EHPAD Les Pins")
    session.commit()
    path = f"/annuaire/structures/{house.id}"
    data = {"address": "1, allée des Pins", "commune_code": "85194", "organisation_id": house.id, "once": "abc"}
    for _ in range(2):
        assert coordinator.post(f"{path}/adresses/nouvelle", data=data).location == path
    place = session.scalars(select(Place).where(Place.organisation_id == house.id)).one()
    assert "1, allée des Pins" in coordinator.get(path).text
    answer = coordinator.post(f"/annuaire/lieux/{place.id}/modifier?structure={house.id}", data=data)
    assert answer.location == path


def test_an_address_without_street_is_refused(coordinator):
    house = make_organisation()
    session.commit()
    answer = coordinator.post(f"/annuaire/structures/{house.id}/adresses/nouvelle", data={"commune_code": "85194"})
    assert answer.status_code == 422


# -- the list ---------------------------------------------------------------------------------------------------------


def test_one_kind_at_a_time(coordinator):
    make_organisation(name="MSP du Port", kind=OrganisationKind.GROUP_PRACTICE)
    make_organisation(name="EHPAD Les Pins", kind=OrganisationKind.CARE_HOME)
    session.commit()
    page = listed(coordinator, sorte="care_home")
    assert "EHPAD Les Pins" in page
    assert "MSP du Port" not in page


@pytest.mark.parametrize("typed", ["olonne", "85001", "MSP DU"])
def test_a_structure_is_found_by_name_commune_or_number(coordinator, typed):
    house = make_organisation(name="MSP du Port", finess="850012345")
    make_place(organisation_id=house.id, commune_code="85194")
    make_organisation(name="Autre")
    session.commit()
    page = listed(coordinator, q=typed)
    assert "MSP du Port" in page
    assert "Autre" not in page


def test_who_practises_there_today_is_counted_once(coordinator):
    house = make_organisation(name="MSP du Port")
    first, second = make_place(organisation_id=house.id), make_place(organisation_id=house.id, address="2, rue B")
    person = make_person()
    make_practice(person, first)
    make_practice(person, second)
    make_practice(make_person(), first, ends_on=date(2026, 7, 19))
    make_practice(make_person(objected_on=date(2026, 7, 1)), first)
    session.commit()
    assert 'data-label="Professionnels" class="number">1<' in listed(coordinator)


def test_nobody_found_says_what_to_try(coordinator):
    assert "Aucune structure ne répond à «\u00a0zzz\u00a0»" in listed(coordinator, q="zzz")


def test_an_unknown_kind_filters_nothing(coordinator):
    make_organisation(name="MSP du Port")
    session.commit()
    assert "MSP du Port" in listed(coordinator, sorte="castle")


def test_a_structure_merged_into_another_is_that_other(coordinator):
    kept = make_organisation(name="MSP du Port")
    gone = make_organisation(name="Jumelle", merged_into_id=kept.id)
    make_practice(make_person(last_name="Tarek"), make_place(organisation_id=gone.id, address="9, rue Réunie"))
    number = gone.id
    session.commit()
    assert "Jumelle" not in listed(coordinator)
    page = coordinator.get(f"/annuaire/structures/{number}").text
    assert "MSP du Port" in page
    assert "9, rue Réunie" in page
    assert "Tarek" in page


def test_long_lists_come_page_by_page(coordinator):
    for number in range(60):
        make_organisation(name=f"Zed{number:02d}")
    session.commit()
    first, second = listed(coordinator, q="zed"), listed(coordinator, q="zed", page=2)
    assert "Zed00" in first
    assert "Zed59" not in first
    assert "Zed59" in second


def test_the_list_costs_as_many_queries_with_thirty_rows(coordinator):
    make_practice(make_person(), make_place(organisation_id=make_organisation().id))
    session.commit()
    listed(coordinator)
    with count_queries() as few:
        listed(coordinator)
    for _ in range(30):
        make_practice(make_person(), make_place(organisation_id=make_organisation().id))
    session.commit()
    with count_queries() as many:
        listed(coordinator)
    assert len(many) == len(few)


def test_htmx_gets_the_list_alone(coordinator):
    page = coordinator.get("/annuaire/structures", headers={"HX-Request": "true"}).text
    assert 'id="structures"' in page
    assert "<html" not in page


# -- who reads what ---------------------------------------------------------------------------------------------------


@pytest.fixture
def house(cast):
    made = make_organisation(name="MSP du Port", verified_by="Sophie Arnaud", verified_on=date(2026, 7, 1))
    make_practice(cast.other_gp_person, make_place(organisation_id=made.id, address="3, rue du Port"))
    make_membership(organisation=made)
    session.commit()
    return made.id


def test_the_sheet_says_who_practises_there(coordinator, house):
    page = coordinator.get(f"/annuaire/structures/{house}").text
    assert "Sarah Benali" in page
    assert "3, rue du Port" in page


def test_a_legal_person_is_a_member_too(coordinator, house):
    assert "Adhésion" in coordinator.get(f"/annuaire/structures/{house}").text


def test_a_partner_reads_structures_and_no_name(partner, house):
    assert "MSP du Port" in listed(partner)
    page = partner.get(f"/annuaire/structures/{house}").text
    assert "3, rue du Port" in page
    assert "1\u00a0professionnel" in page
    for hidden in ("Benali", "Sophie Arnaud", "Adhésion", "Corriger", "Tout est juste"):
        assert hidden not in page


@pytest.mark.parametrize("path", ["nouvelle", "{house}/modifier", "{house}/adresses/nouvelle"])
def test_reading_does_not_let_one_write(partner, sign_in, cast, house, path):
    url = f"/annuaire/structures/{path.format(house=house)}"
    assert partner.get(url).status_code == 403
    assert sign_in(cast.gp).get(url).status_code == 403


def test_nobody_signed_out_reads_a_structure(client, house):
    assert client.get(f"/annuaire/structures/{house}").status_code == 401


def test_an_unknown_structure_is_a_404(coordinator):
    assert coordinator.get("/annuaire/structures/999999").status_code == 404


# -- numbers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "right"),
    [("850012345", True), ("2A0012345", True), ("85001234", False), ("8500123456", False), ("²50012345", False)],
)
def test_a_finess(text, right):
    assert is_finess(text) == right


@pytest.mark.parametrize(
    ("text", "right"),
    [("851234567", True), ("2B1234567", True), ("85A234567", True), ("8A1234567", False), ("85123456", False)],
)
def test_an_adeli(text, right):
    assert is_adeli(text) == right


@pytest.mark.parametrize(
    ("text", "right"),
    [
        (SIRET, True),
        ("73282932000075", False),
        ("7328293200007", False),
        ("7328293200007A", False),
        ("35600000000048", True),  # the head office of La Poste has a key like everyone
        ("35600000000001", True),  # 3 + 5 + 6 + 1 = 15: one of its other places
        ("35600000000002", False),
    ],
)
def test_a_siret(text, right):
    assert is_siret(text) == right
