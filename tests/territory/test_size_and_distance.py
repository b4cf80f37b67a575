"""The suggested size tier, and distances between communes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cptsapp.territory.rules import SIZE_TIERS, distance_km, size_tier

LES_SABLES = (46.520, -1.764)
SAINT_GILLES = (46.690, -1.935)
PARIS = (48.857, 2.343)
SAINT_DENIS = (-20.935, 55.455)
POSITIONS = st.tuples(st.floats(-90, 90), st.floats(-180, 180))


@pytest.mark.parametrize(
    ("population", "tier"),
    [
        (0, 1),
        (39_999, 1),
        (40_000, 2),
        (79_999, 2),
        (80_000, 3),
        (175_000, 3),
        (175_001, 4),
        (400_000, 4),
    ],
)
def test_a_tier_is_suggested_from_the_population(population, tier):
    assert size_tier(population) == tier


@given(st.integers(0, 1_000_000), st.integers(0, 1_000_000))
def test_a_larger_population_never_has_a_smaller_tier(a, b):
    assert (size_tier(a) <= size_tier(b)) == (a <= b) or size_tier(a) == size_tier(b)


def test_every_tier_has_a_label():
    assert list(SIZE_TIERS) == [1, 2, 3, 4]
    assert SIZE_TIERS[1] == "Taille 1 : moins de 40\u202f000 habitants"


def test_distances_are_those_of_the_map():
    assert distance_km(LES_SABLES, SAINT_GILLES) == pytest.approx(23.0, abs=0.5)
    assert distance_km(LES_SABLES, PARIS) == pytest.approx(400, abs=5)
    assert distance_km(PARIS, SAINT_DENIS) == pytest.approx(9_370, abs=40)


def test_the_other_side_of_the_earth_is_half_its_girth():
    assert distance_km((0, 0), (0, 180)) == pytest.approx(20_015, abs=1)
    assert distance_km((90, 0), (-90, 0)) == pytest.approx(20_015, abs=1)


@given(POSITIONS)
def test_a_place_is_nowhere_from_itself(a):
    assert distance_km(a, a) == 0


@given(POSITIONS, POSITIONS)
def test_going_and_coming_back_are_as_long_and_never_over_half_the_earth(a, b):
    assert distance_km(a, b) == pytest.approx(distance_km(b, a), abs=1e-6)
    assert 0 <= distance_km(a, b) < 20_016
