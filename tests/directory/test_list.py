"""The directory's list: found as one types, by name, profession, commune, structure or RPPS."""

import pytest

from cptsapp.accounts.models import Role
from cptsapp.core.db import session
from cptsapp.directory.models import Profession
from cptsapp.directory.rules import words as rules
from tests.tools.factories import make_cpts, make_organisation, make_person, make_place, make_practice, make_user
from tests.tools.queries import count_queries


@pytest.fixture
def reader(cast, sign_in):
    return sign_in(cast.coordinator)


def search(client, typed, **more):
    """The rows of the list, without the marks put on the letters that answer."""
    page = client.get("/annuaire", query_string={"q": typed, **more}).text
    rows = page.partition("<tbody>")[2].partition("</tbody>")[0] or page.partition('class="empty"')[2]
    return rows.replace("<mark>", "").replace("</mark>", "")


@pytest.mark.parametrize("typed", ["Le Goff", "legoff", "goff", "yann legoff", "LE GOF", "Dr Le Goff"])
def test_a_name_in_two_words_is_found_however_it_is_typed(reader, typed):
    make_person(last_name="Le Goff", first_name="Yann")
    session.commit()
    assert "Yann Le Goff" in search(reader, typed)


@pytest.mark.parametrize("typed", ["dangelo", "d’angelo", "d'angelo", "angelo", "jeanluc", "Jean-Luc"])
def test_apostrophes_and_hyphens_do_not_count(reader, typed):
    make_person(last_name="D’Angelo", first_name="Jean-Luc")
    session.commit()
    assert "Jean-Luc D’Angelo" in search(reader, typed)


def test_accents_do_not_count(reader):
    assert "Hélène Renaudin" in search(reader, "helene")


def test_a_commune_finds_who_practises_there(reader):
    page = search(reader, "talmont")
    assert "Renaudin" in page
    assert "Benali" not in page


def test_a_profession_finds_its_people(reader):
    make_person(last_name="Jolly", first_name="Carole", title="", profession=Profession.NURSE)
    session.commit()
    page = search(reader, "infirm")
    assert "Jolly" in page
    assert "Renaudin" not in page


def test_words_add_up(reader):
    assert "Renaudin" not in search(reader, "renaudin sables")


def test_a_structure_finds_its_people(reader, cast):
    house = make_organisation(name="MSP du Port")
    make_practice(make_person(last_name="Tarek"), make_place(organisation_id=house.id))
    session.commit()
    assert "Tarek" in search(reader, "msp")


def test_the_start_of_an_rpps_finds_its_owner(reader):
    make_person(last_name="Numéro", rpps="10001234565")
    session.commit()
    assert "Numéro" in search(reader, "100012")


def test_one_profession_at_a_time(reader):
    page = search(reader, "", profession="staff")
    assert "Pallier" in page
    assert "Renaudin" not in page


def test_an_unknown_profession_filters_nothing(reader):
    assert "Renaudin" in search(reader, "", profession="wizard")


def test_two_values_of_a_facet_add_up(reader):
    page = search(reader, "", profession=["staff", "gp"])
    assert "Pallier" in page
    assert "Renaudin" in page


def test_nobody_found_says_what_to_try(reader):
    assert "Personne ne répond à «\u00a0zzz\u00a0»" in search(reader, "zzz")


def test_a_person_merged_into_another_is_not_listed(reader, cast):
    make_person(last_name="Doublon", merged_into_id=cast.gp_person.id)
    session.commit()
    assert "Doublon" not in search(reader, "")


def test_a_practice_that_has_ended_is_not_shown(reader, cast):
    from datetime import date

    place = make_place(address="1, rue Ancienne")
    make_practice(cast.gp_person, place, starts_on=date(2020, 1, 1), ends_on=date(2026, 7, 19))
    session.commit()
    assert "rue Ancienne" not in search(reader, "renaudin")


def test_long_lists_come_page_by_page(reader):
    for number in range(60):
        make_person(last_name=f"Zed{number:02d}")
    session.commit()
    first, third = search(reader, "zed"), search(reader, "zed", page=3)
    assert "Zed00" in first
    assert "Zed59" not in first
    assert "Zed59" in third


def test_a_page_too_far_is_the_last(reader):
    assert "Renaudin" in search(reader, "", page=99)


def test_the_list_costs_as_many_queries_with_thirty_rows(reader):
    with count_queries() as few:
        search(reader, "")
    for _ in range(30):
        make_practice(make_person())
    session.commit()
    with count_queries() as many:
        search(reader, "")
    assert len(many) == len(few)


def test_htmx_gets_the_list_alone(reader):
    page = reader.get("/annuaire?q=ren", headers={"HX-Request": "true"}).text
    assert "<b>1</b> sur 3" in page
    assert "<html" not in page


def test_the_rule_and_the_query_agree():
    assert rules.matches("le goff yann", "legoff")
    assert not rules.matches("le goff yann", "egof")
    assert rules.matches("dupont jean luc", "jeanluc")
    assert not rules.matches("renaudin helene", "audi")


def test_an_empty_directory_says_where_to_begin(app, sign_in):
    make_cpts()
    coordinator = make_user(Role.COORDINATOR)
    session.commit()
    page = sign_in(coordinator).get("/annuaire").text
    assert "L’annuaire est vide" in page
    assert 'href="/annuaire/imports">Importer' in page


def test_what_was_typed_is_marked_where_it_answers(reader):
    page = reader.get("/annuaire?q=tal+ren").text
    assert "<mark>Ren</mark>audin" in page
    assert "<mark>Tal</mark>mont-Saint-Hilaire" in page


def test_a_row_keeps_the_search_for_the_sheets_around(reader, cast):
    assert f'href="/annuaire/{session.merge(cast.gp_person).id}?q=ren"' in reader.get("/annuaire?q=ren").text


def test_a_facet_adds_its_value_to_the_address_and_a_second_click_takes_it_away(reader):
    assert 'href="?q=ren&amp;profession=gp"' in reader.get("/annuaire?q=ren").text
    chosen = reader.get("/annuaire?q=ren&profession=gp").text
    assert '<a href="/annuaire?q=ren" aria-current="true">Généralistes' in chosen


def test_what_is_chosen_goes_with_what_is_typed_next(reader):
    assert '<input type="hidden" name="profession" value="gp">' in reader.get("/annuaire?profession=gp").text


def test_the_boxes_of_the_page_of_filters_are_those_of_the_address(reader):
    page = reader.get("/annuaire/filtres?profession=gp").text
    assert 'name="profession" value="gp" checked' in page
    assert "Voir 2\u00a0fiches" in page


ODD = ("page=0", "page=x", "page=99999999", "commune=zzz", "q=%F0%9F%98%80", "q=" + "x" * 900)


@pytest.mark.parametrize("address", ODD)
def test_an_odd_address_is_a_page(reader, address):
    assert reader.get(f"/annuaire?{address}").status_code == 200
