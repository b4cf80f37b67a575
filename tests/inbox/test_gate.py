"""The gate: which commune is meant, whether it is ours, whose it is otherwise; and the count of those outside."""

from datetime import date, timedelta

import pytest

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.inbox.actions import outside
from cptsapp.inbox.models import OutsideCount
from cptsapp.inbox.queries.gate import communes_meant, gate
from cptsapp.inbox.queries.outside import outside_between
from cptsapp.territory import national
from cptsapp.territory.models import Neighbour
from tests.tools.factories import make_commune


def names(typed: str) -> list[str]:
    return [commune.name for commune in communes_meant(typed)]


def test_a_whole_name_gives_its_commune(cast):
    assert names("talmont saint hilaire") == ["Talmont-Saint-Hilaire"]


def test_an_abbreviation_is_understood(cast):
    assert names("Talmont-St-Hilaire") == ["Talmont-Saint-Hilaire"]


def test_a_postcode_gives_all_its_communes_ours_first(cast):
    found = names("85440")
    assert found[0] == "Talmont-Saint-Hilaire"
    assert len(found) > 1


def test_a_name_that_several_bear_gives_them_all(cast):
    assert {commune.department for commune in communes_meant("Saint-Gilles")} >= {"30", "35"}


def test_letters_give_those_that_begin_so(cast):
    assert "Talmont-Saint-Hilaire" in names("talmont")


@pytest.mark.parametrize("typed", ["", "   ", "zzzzz", "00000", "1234"])
def test_what_stands_for_nothing_gives_nothing(cast, typed):
    assert names(typed) == []


def test_a_big_city_gives_its_arrondissements(cast):
    assert all("Arrondissement" in name for name in names("Marseille"))


def test_ours_is_ours(cast):
    assert gate(national.commune("85288")).is_own


def test_a_neighbour_s_gives_the_neighbour(cast):
    neighbour = Neighbour(name="CPTS Loire Vendée Océan")
    session.add(neighbour)
    session.flush()
    make_commune(code="85047", name="Challans", is_own=False, neighbour_id=neighbour.id)
    found = gate(national.commune("85047"))
    assert (found.is_own, found.neighbour.name) == (False, "CPTS Loire Vendée Océan")


def test_one_that_nobody_noted_has_no_neighbour(cast):
    found = gate(national.commune("35238"))
    assert (found.is_own, found.neighbour, found.name) == (False, None, "Rennes")


def test_an_arrondissement_of_our_city_is_ours(cast):
    make_commune(code="69123", name="Lyon")
    found = gate(national.commune("69382"))
    assert (found.is_own, found.code) == (True, "69123")


def test_who_comes_from_outside_is_a_number_a_month(cast):
    outside.count("35238", "192.0.2.1")
    outside.count("35238", "192.0.2.2")
    row = session.query(OutsideCount).one()
    assert (row.commune_code, row.month_on, row.count) == ("35238", date(2026, 7, 1), 2)


def test_pressing_twice_is_one_person(cast):
    outside.count("35238", "192.0.2.1")
    outside.count("35238", "192.0.2.1")
    assert session.query(OutsideCount).one().count == 1


def test_another_month_is_another_number(cast, set_clock):
    outside.count("35238", "192.0.2.1")
    set_clock(clock.now() + timedelta(days=31))
    outside.count("35238", "192.0.2.1")
    assert session.query(OutsideCount).count() == 2


def test_they_are_read_by_commune(cast):
    for commune, address in (("35238", "a"), ("35238", "b"), ("44109", "c")):
        outside.count(commune, address)
    found = outside_between(date(2026, 7, 1), date(2026, 7, 31))
    assert [(line.name, line.neighbour, line.count) for line in found] == [("Rennes", None, 2), ("Nantes", None, 1)]


def test_other_months_are_not_read(cast):
    outside.count("35238", "a")
    assert outside_between(date(2026, 5, 1), date(2026, 6, 30)) == []
