"""The official list: what it holds, how it is searched. Figures of the edition named in data/SOURCES.md."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cptsapp.core.text import fold
from cptsapp.territory import national

ROOT = Path(__file__).parents[2]
COUNT_WHAT_IS_READ = """
from cptsapp.territory import national
print(national._lines.cache_info().currsize, national._names.cache_info().currsize)
"""


@pytest.fixture(scope="module")
def communes():
    """Every commune, without the arrondissements."""
    return [found for each in national.departments() for found in national.by_department(each.code)]


def names(found):
    return [commune.name for commune in found]


def test_the_list_holds_every_commune_once(communes):
    assert len(communes) == 34_969
    assert len({commune.code for commune in communes}) == 34_969


def test_102_communes_have_no_position_and_94_of_them_are_overseas(communes):
    without = [commune for commune in communes if commune.position is None]
    assert len(without) == 102
    assert sum(commune.code.startswith(("97", "98")) for commune in without) == 94


def test_every_position_lies_in_its_part_of_the_world(communes):
    mainland = [c.position for c in communes if c.position and not c.code.startswith("97")]
    assert all(41 < lat < 52 and -6 < lon < 10 for lat, lon in mainland)
    reunion = [c.position for c in national.by_department("974")]
    assert all(-22 < lat < -20 and 55 < lon < 56 for lat, lon in reunion)


def test_most_postcodes_serve_several_communes(communes):
    served = Counter(postcode for commune in communes for postcode in commune.postcodes)
    assert len(served) == 6_310
    assert sum(count > 1 for count in served.values()) == 4_205


def test_the_population_of_france_is_counted_once(communes):
    assert 68_000_000 < sum(commune.population for commune in communes) < 70_000_000


def test_a_commune_is_found_by_its_code():
    commune = national.commune("85222")
    assert commune.name == "Saint-Gilles-Croix-de-Vie"
    assert commune.folded == "saint gilles croix de vie"
    assert commune.postcodes == ("85800",)
    assert commune.department == "85"
    assert commune.epci_name == "CA du Pays de Saint-Gilles-Croix-de-Vie"
    assert commune.position == pytest.approx((46.69, -1.93), abs=0.03)


def test_names_carry_the_curved_apostrophe():
    assert national.commune("85113").name == "L’Île-d’Yeu"


@pytest.mark.parametrize("code", ["", "0", "85", "8522", "852220", "99999", "20004", "~", "85222\t"])
def test_an_unknown_code_finds_nothing(code):
    assert national.commune(code) is None


@pytest.mark.parametrize(
    ("code", "department"),
    [("85194", "85"), ("2A004", "2A"), ("97120", "971"), ("97411", "974"), ("98735", "987"), ("75113", "75")],
)
def test_the_department_is_read_in_the_code(code, department):
    assert national.commune(code).department == department


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("saint-gilles-croix", "Saint-Gilles-Croix-de-Vie"),
        ("st gilles croix", "Saint-Gilles-Croix-de-Vie"),
        ("roche yon", "La Roche-sur-Yon"),
        ("ILE D'YEU", "L’Île-d’Yeu"),
        ("l’hay", "L’Haÿ-les-Roses"),
        ("oeuilly", "Œuilly"),
        ("85 sables", "Les Sables-d’Olonne"),
        ("paris 13", "Paris 13e Arrondissement"),
    ],
)
def test_a_fragment_finds_the_commune_first(typed, expected):
    assert names(national.search(typed))[0] == expected


def test_the_exact_name_comes_before_a_larger_commune():
    assert names(national.search("le ma"))[0] == "Le Mans"
    assert names(national.search("bretignolles"))[:2] == ["Bretignolles", "Bretignolles-sur-Mer"]


def test_st_still_finds_strasbourg():
    assert names(national.search("st"))[0] == "Strasbourg"


def test_a_fragment_starts_a_word():
    assert "Challans" not in names(national.search("allans", limit=100))


def test_a_start_of_postcode_finds_communes():
    found = national.search("858", limit=100)
    assert "Saint-Gilles-Croix-de-Vie" in names(found)
    assert all(any(code.startswith("858") for code in commune.postcodes) for commune in found)


def test_no_more_than_the_limit_is_given():
    assert len(national.search("saint")) == 20
    assert len(national.search("saint", limit=3)) == 3


@pytest.mark.parametrize("typed", ["", "  ", "-'’", "\t\n", "zzzz", "99999", "x" * 10_000, "é\x00"])
def test_nothing_searchable_gives_no_error(typed):
    assert isinstance(national.search(typed), list)


def test_a_postcode_gives_all_its_communes():
    found = national.by_postcode("85800")
    assert names(found) == ["Saint-Gilles-Croix-de-Vie", "Le Fenouiller", "Givrand"]


def test_a_postcode_of_paris_gives_the_city_and_its_arrondissement():
    assert [commune.code for commune in national.by_postcode("75013")] == ["75056", "75113"]


@pytest.mark.parametrize("postcode", ["", "8", "8580", "858000", "99999", "85 00", "abcde"])
def test_what_is_not_a_postcode_gives_nothing(postcode):
    assert national.by_postcode(postcode) == []


def test_an_epci_gives_its_communes_the_most_populated_first():
    found = national.by_epci("200023778")
    assert names(found)[:2] == ["Saint-Hilaire-de-Riez", "Saint-Gilles-Croix-de-Vie"]
    assert {commune.epci_code for commune in found} == {"200023778"}


def test_the_epci_of_paris_counts_nobody_twice():
    assert not any(commune.parent_code for commune in national.by_epci("200054781"))


@pytest.mark.parametrize("code", ["", "85", "000000000", "49603"])
def test_an_unknown_epci_gives_nothing(code):
    assert national.by_epci(code) == []


def test_arrondissements_name_their_city():
    assert national.commune("75113").parent_code == "75056"
    assert national.commune("69383").parent_code == "69123"
    assert national.commune("13208").parent_code == "13055"
    assert national.commune("85194").parent_code is None


def test_a_city_has_the_people_of_its_arrondissements():
    arrondissements = [national.commune(f"751{number:02d}") for number in range(1, 21)]
    assert sum(each.population for each in arrondissements) == national.commune("75056").population


def test_a_department_knows_its_neighbours():
    assert national.neighbouring_departments("85") == ("17", "44", "49", "79")
    assert national.neighbouring_departments("2A") == ("2B",)
    assert national.neighbouring_departments("974") == ()
    assert national.neighbouring_departments("00") == ()


def test_neighbours_are_neighbours_both_ways():
    for each in national.departments():
        assert each.code not in each.neighbours
        assert all(each.code in national.neighbouring_departments(other) for other in each.neighbours)


def test_there_are_109_departments_and_collectivities():
    assert len(national.departments()) == 109
    assert national.department("85").name == "Vendée"
    assert national.department("85").region == "Pays de la Loire"
    assert national.department("20") is None
    assert national.by_department("20") == []


def test_nothing_is_read_at_import():
    printed = subprocess.run(
        [sys.executable, "-c", COUNT_WHAT_IS_READ], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert printed.split() == ["0", "0"]


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_commune_is_found_by_the_start_of_each_word_of_its_name(data, communes):
    commune = data.draw(st.sampled_from(communes))
    typed = " ".join(word[: data.draw(st.integers(1, len(word)))] for word in fold(commune.name).split())
    assert commune.code in {found.code for found in national.search(typed, limit=40_000)}


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_commune_is_found_by_its_code_and_each_of_its_postcodes(data, communes):
    commune = data.draw(st.sampled_from(communes))
    assert national.commune(commune.code) == commune
    assert all(commune in national.by_postcode(postcode) for postcode in commune.postcodes)


@settings(max_examples=100, deadline=None)
@given(typed=st.text(max_size=30), limit=st.integers(0, 5))
def test_any_text_can_be_typed(typed, limit):
    assert len(national.search(typed, limit=limit)) <= limit
