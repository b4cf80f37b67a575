"""Legal holidays of each part of France: the legal ones, all of them, and no customary one."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cptsapp.territory.rules import default_holiday_region, holiday_name, holiday_regions, legal_holidays

NATIONAL_2026 = {
    date(2026, 1, 1): "Jour de l’an",
    date(2026, 4, 6): "Lundi de Pâques",
    date(2026, 5, 1): "Fête du Travail",
    date(2026, 5, 8): "Victoire de 1945",
    date(2026, 5, 14): "Ascension",
    date(2026, 5, 25): "Lundi de Pentecôte",
    date(2026, 7, 14): "Fête nationale",
    date(2026, 8, 15): "Assomption",
    date(2026, 11, 1): "Toussaint",
    date(2026, 11, 11): "Armistice de 1918",
    date(2026, 12, 25): "Noël",
}
ABOLITION = "Abolition de l’esclavage"
OWN_2026 = {
    "metropole": {},
    "alsace-moselle": {date(2026, 4, 3): "Vendredi saint", date(2026, 12, 26): "Saint-Étienne"},
    "alsace-moselle-sans-temple": {date(2026, 12, 26): "Saint-Étienne"},
    "guadeloupe": {date(2026, 5, 27): ABOLITION},
    "martinique": {date(2026, 5, 22): ABOLITION},
    "guyane": {date(2026, 6, 10): ABOLITION},
    "reunion": {date(2026, 12, 20): ABOLITION},
    "mayotte": {date(2026, 4, 27): ABOLITION},
    "saint-pierre-et-miquelon": {},
    "saint-barthelemy": {date(2026, 10, 9): ABOLITION},
    "saint-martin": {date(2026, 5, 28): ABOLITION},
    "wallis-et-futuna": {
        date(2026, 4, 28): "Saint-Pierre-Chanel",
        date(2026, 6, 29): "Saints-Pierre-et-Paul",
        date(2026, 7, 29): "Fête du Territoire",
    },
    "polynesie-francaise": {
        date(2026, 3, 5): "Arrivée de l’Évangile",
        date(2026, 4, 3): "Vendredi saint",
        date(2026, 11, 20): "Matari’i",
    },
    "nouvelle-caledonie": {date(2026, 9, 24): "Fête de la Citoyenneté"},
}
YEARS = st.integers(2008, 2100)
REGIONS = st.sampled_from(sorted(holiday_regions()))


@pytest.mark.parametrize("region", sorted(OWN_2026))
def test_a_region_has_the_national_days_and_its_own(region):
    assert legal_holidays(2026, region) == NATIONAL_2026 | OWN_2026[region]


def test_every_region_of_the_closed_list_is_checked_here():
    assert set(holiday_regions()) == set(OWN_2026)


def test_guadeloupe_has_twelve_legal_days_and_not_the_customary_ones():
    guadeloupe = legal_holidays(2027, "guadeloupe")
    assert len(guadeloupe) == 12
    assert not {"Vendredi saint", "Mi-Carême"} & set(guadeloupe.values())
    assert date(2027, 7, 21) not in guadeloupe


def test_two_holidays_on_one_day_are_both_named():
    assert holiday_name(date(2008, 5, 1), "metropole") == "Ascension et Fête du Travail"
    assert len(legal_holidays(2008, "metropole")) == 10


def test_days_come_in_order():
    assert list(legal_holidays(2026, "alsace-moselle")) == sorted(legal_holidays(2026, "alsace-moselle"))


def test_an_ordinary_day_has_no_name():
    assert holiday_name(date(2026, 7, 13), "metropole") is None


def test_an_unknown_region_is_refused():
    with pytest.raises(KeyError):
        legal_holidays(2026, "atlantide")


def test_a_list_once_given_cannot_be_altered():
    with pytest.raises(TypeError):
        legal_holidays(2026, "metropole")[date(2026, 7, 13)] = "Congé"


@pytest.mark.parametrize(
    ("department", "region"),
    [
        ("85", "metropole"),
        ("2A", "metropole"),
        ("57", "alsace-moselle"),
        ("67", "alsace-moselle"),
        ("68", "alsace-moselle"),
        ("971", "guadeloupe"),
        ("972", "martinique"),
        ("973", "guyane"),
        ("974", "reunion"),
        ("975", "saint-pierre-et-miquelon"),
        ("976", "mayotte"),
        ("977", "saint-barthelemy"),
        ("978", "saint-martin"),
        ("984", "metropole"),
        ("986", "wallis-et-futuna"),
        ("987", "polynesie-francaise"),
        ("988", "nouvelle-caledonie"),
    ],
)
def test_a_department_proposes_its_region(department, region):
    assert default_holiday_region(department) == region


@given(YEARS, REGIONS)
def test_every_year_has_the_fixed_days(year, region):
    for month, day in [(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)]:
        assert date(year, month, day) in legal_holidays(year, region)


@given(YEARS)
def test_the_movable_days_keep_their_distance_from_easter(year):
    day_named = {name: day for day, name in legal_holidays(year, "alsace-moselle").items()}
    easter_monday = day_named["Lundi de Pâques"]
    assert easter_monday.weekday() == 0
    assert easter_monday - day_named["Vendredi saint"] == timedelta(days=3)
    assert day_named["Lundi de Pentecôte"] - easter_monday == timedelta(days=49)
    assert holiday_name(easter_monday + timedelta(days=38), "alsace-moselle").startswith("Ascension")


@given(YEARS, REGIONS)
def test_no_region_has_fewer_days_than_the_nation(year, region):
    assert set(legal_holidays(year, "metropole")) <= set(legal_holidays(year, region))
