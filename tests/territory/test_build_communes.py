"""The script that makes the national list: contours turned into points, and its refusals."""

import importlib.util
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

SCRIPT = Path(__file__).parents[2] / "scripts" / "build_communes.py"
SQUARE = [(2.0, 46.0), (4.0, 46.0), (4.0, 48.0), (2.0, 48.0), (2.0, 46.0)]
ROW = {"code": "85194", "nom": "Les Sables-d'Olonne", "departement": "85", "codesPostaux": ["85100"], "population": 9}


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("build_communes", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def multipolygon(*shapes):
    """WKB of a MultiPolygon, each shape being a list of rings."""
    wkb = struct.pack("<BII", 1, 6, len(shapes))
    for rings in shapes:
        wkb += struct.pack("<BII", 1, 3, len(rings))
        for ring in rings:
            wkb += struct.pack("<I", len(ring)) + b"".join(struct.pack("<2d", *point) for point in ring)
    return wkb


def moved(ring, by):
    return [(lon + by, lat) for lon, lat in ring]


def test_a_contour_is_read_back(script):
    hole = [(2.5, 46.5), (3.0, 46.5), (3.0, 47.0), (2.5, 46.5)]
    assert list(script.polygons(multipolygon([SQUARE, hole], [hole]))) == [[SQUARE, hole], [hole]]


def test_another_kind_of_geometry_is_refused(script):
    with pytest.raises(ValueError, match="MultiPolygon"):
        list(script.polygons(struct.pack("<BII", 1, 3, 1)))


def test_the_centroid_of_a_square_is_its_middle(script):
    assert script.centroid([[SQUARE]]) == pytest.approx((3, 47))


def test_the_way_a_ring_turns_changes_nothing(script):
    assert script.centroid([[SQUARE[::-1]]]) == pytest.approx((3, 47))


def test_a_hole_pushes_the_centroid_away(script):
    west_half = [(2.0, 46.0), (3.0, 46.0), (3.0, 48.0), (2.0, 48.0), (2.0, 46.0)]
    assert script.centroid([[SQUARE, west_half]]) == pytest.approx((3.5, 47))


def test_two_islands_are_weighed_by_their_area(script):
    assert script.centroid([[SQUARE], [moved(SQUARE, 10)]]) == pytest.approx((8, 47))


@given(by=st.floats(-150, 150))
def test_a_contour_moved_east_moves_its_centroid_as_much(script, by):
    assert script.centroid([[moved(SQUARE, by)]]) == pytest.approx((3 + by, 47))


def test_departments_that_share_a_point_are_neighbours(script):
    contours = script.Contours()
    contours.add("COM", "85001", multipolygon([SQUARE]))
    contours.add("COM", "44001", multipolygon([moved(SQUARE, 2)]))
    contours.add("COM", "29001", multipolygon([moved(SQUARE, 10)]))
    assert contours.neighbours()["85"] == {"44"}
    assert contours.neighbours()["29"] == set()


def test_a_line_has_every_column(script):
    contours = script.Contours()
    contours.centroids["85194"] = (-1.7638, 46.5197)
    line = script.commune_line(ROW, {"85194": "200071165"}, contours)
    assert line == "85194\tLes Sables-d’Olonne\t85100\t9\t200071165\t\t46.520\t-1.764"


def test_what_is_unknown_is_an_empty_cell(script):
    assert script.commune_line(ROW, {}, script.Contours()).split("\t")[4:] == ["", "", "", ""]


def test_a_commune_filed_under_another_department_stops_the_script(script):
    with pytest.raises(ValueError, match="department 44"):
        script.commune_line(ROW | {"departement": "44"}, {}, script.Contours())


def test_a_missing_population_stops_the_script_except_where_nobody_lives(script):
    assert script.population({"code": "98901", "nom": "Île de Clipperton"}) == 0
    with pytest.raises(ValueError, match="85194"):
        script.population({"code": "85194", "nom": "Les Sables-d'Olonne"})


def test_unexpected_figures_stop_the_script(script):
    with pytest.raises(ValueError, match=r"\(1, 0, 1\)"):
        script.check(["85194\tLes Sables-d’Olonne\t85100\t9\t\t\t\t"])
