"""The official list of communes, read from package data the first time it is asked for (data/SOURCES.md).

A postcode never tells the commune: 4,205 of 6,310 cover several. The three big cities are there whole and by
arrondissement, because a CPTS of Paris covers arrondissements: those name their `parent_code`, and stay out of the
answers by EPCI or department, where they would count people twice.
"""

import lzma
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from heapq import nsmallest
from itertools import accumulate
from pathlib import Path

from cptsapp.core.text import fold

DATA = Path(__file__).parent / "data"
# One types « st gilles » for Saint-Gilles, and may also mean Strasbourg.
_ABBREVIATIONS = {"st": "saint", "ste": "sainte"}


@dataclass(frozen=True, slots=True)
class NationalCommune:
    """A commune, or an arrondissement of Paris, Lyon or Marseille. Population: municipal, in inhabitants."""

    code: str
    name: str
    folded: str
    postcodes: tuple[str, ...]
    population: int
    department: str
    epci_code: str | None
    epci_name: str | None
    lat: float | None
    lon: float | None
    parent_code: str | None = None

    @property
    def position(self) -> tuple[float, float] | None:
        """(latitude, longitude) of the centroid in degrees, or None: 102 communes have none, 94 of them overseas."""
        return None if self.lat is None or self.lon is None else (self.lat, self.lon)


@dataclass(frozen=True, slots=True)
class Department:
    """A department (or an overseas collectivity) and the codes of those it touches."""

    code: str
    name: str
    region: str
    neighbours: tuple[str, ...]


class _Words:
    """Which rows hold a word that starts with given letters: one string to scan, lighter than an index of words."""

    def __init__(self, cells: Iterable[str]) -> None:
        rows = [f" {cell}\n" for cell in cells]
        self._text = "".join(rows)
        self._starts = array("I", accumulate(map(len, rows), initial=0))

    def cell(self, row: int) -> str:
        """The words of a row."""
        return self._text[self._starts[row] + 1 : self._starts[row + 1] - 1]

    def rows(self, prefix: str) -> Iterator[int]:
        """The numbers of the rows, ascending, each once."""
        at = self._text.find(f" {prefix}")
        while at >= 0:
            row = bisect_right(self._starts, at) - 1
            yield row
            at = self._text.find(f" {prefix}", self._starts[row + 1])


def department_of(code: str) -> str:
    """The department of an INSEE code: "85194" → "85", "2A004" → "2A", "97120" → "971"."""
    return code[:3] if code.startswith(("97", "98")) else code[:2]


def commune(code: str) -> NationalCommune | None:
    """The commune or arrondissement of this INSEE code, or None."""
    row = bisect_left(_lines(), f"{code}\t")
    found = row < len(_lines()) and _cell(row, 0) == code
    return _read(row) if found else None


def codes() -> Iterator[tuple[str, str]]:
    """Every code with the code of the city it is an arrondissement of, or ""; by code, without making an object."""
    for line in _lines():
        cells = line.split("\t", 6)
        yield cells[0], cells[5]


def search(fragment: str, limit: int = 20) -> list[NationalCommune]:
    """Communes of which each typed word starts a word of the name, or a postcode: « roche yon », « 85100 », « st gil ».

    The exact name first, then names that start with what was typed, then the rest, each time the most populated first.
    """
    typed = fold(fragment)
    if not typed:
        return []
    rows = set.intersection(*(_rows_of_word(word) for word in typed.split()))
    return [_read(row) for row in nsmallest(limit, rows, key=lambda row: _rank(row, typed))]


def by_postcode(postcode: str) -> list[NationalCommune]:
    """Every commune the postcode serves, the most populated first; often several."""
    if len(postcode) != 5 or not postcode.isdigit():
        return []
    return _most_populated_first(_postcodes().rows(postcode))


def by_epci(code: str) -> list[NationalCommune]:
    """The communes of an intercommunality (SIREN code), the most populated first."""
    if code not in _epci_names():
        return []
    return _most_populated_first(row for row, line in enumerate(_lines()) if f"\t{code}\t" in line)


def by_department(code: str) -> list[NationalCommune]:
    """The communes of a department, the most populated first; without the arrondissements."""
    if department(code) is None:
        return []
    first, last = bisect_left(_lines(), code), bisect_left(_lines(), f"{code}~")
    return _most_populated_first(row for row in range(first, last) if not _cell(row, 5))


def department(code: str) -> Department | None:
    """The department of this code ("85", "2A", "974"), or None."""
    return _departments().get(code)


def departments() -> list[Department]:
    """All departments and overseas collectivities, by code."""
    return list(_departments().values())


def neighbouring_departments(code: str) -> tuple[str, ...]:
    """Codes of the departments that touch this one, by code: "85" → ("17", "44", "49", "79"). None overseas."""
    found = department(code)
    return found.neighbours if found else ()


def _read_xz(name: str) -> list[str]:
    return lzma.decompress((DATA / name).read_bytes()).decode().splitlines()


@lru_cache(maxsize=1)
def _lines() -> list[str]:
    """Lines sorted by code, kept whole: 35,000 short strings weigh a tenth of 35,000 objects."""
    return _read_xz("communes.tsv.xz")


@lru_cache(maxsize=1)
def _names() -> _Words:
    return _Words(fold(_cell(row, 1)) for row in range(len(_lines())))


@lru_cache(maxsize=1)
def _postcodes() -> _Words:
    return _Words(_cell(row, 2) for row in range(len(_lines())))


@lru_cache(maxsize=1)
def _epci_names() -> dict[str, str]:
    return dict(line.split("\t", 1) for line in _read_xz("epci.tsv.xz"))


@lru_cache(maxsize=1)
def _departments() -> dict[str, Department]:
    cells = (line.split("\t") for line in (DATA / "departments.tsv").read_text(encoding="utf-8").splitlines())
    return {code: Department(code, name, region, tuple(near.split())) for code, name, region, near in cells}


def _cell(row: int, column: int) -> str:
    return _lines()[row].split("\t", column + 1)[column]


def _read(row: int) -> NationalCommune:
    code, name, postcodes, population, epci, parent, lat, lon = _lines()[row].split("\t")
    return NationalCommune(
        code=code,
        name=name,
        folded=fold(name),
        postcodes=tuple(postcodes.split()),
        population=int(population),
        department=department_of(code),
        epci_code=epci or None,
        epci_name=_epci_names().get(epci),
        lat=float(lat) if lat else None,
        lon=float(lon) if lon else None,
        parent_code=parent or None,
    )


def _rows_of_word(word: str) -> set[int]:
    rows = set(_names().rows(word))
    if word in _ABBREVIATIONS:
        rows.update(_names().rows(_ABBREVIATIONS[word]))
    if word.isdigit():
        rows.update(_postcodes().rows(word))
    return rows


def _rank(row: int, typed: str) -> tuple[bool, bool, int, int]:
    name = _names().cell(row)
    return name != typed, not name.startswith(typed), -int(_cell(row, 3)), row


def _most_populated_first(rows: Iterable[int]) -> list[NationalCommune]:
    return sorted(map(_read, rows), key=lambda commune: (-commune.population, commune.code))


def epci_name(code: str) -> str | None:
    """The name of an intercommunality (SIREN code), or None."""
    return _epci_names().get(code)


def search_epci(fragment: str, limit: int = 5) -> list[tuple[str, str]]:
    """(code, name) of the intercommunalities of which each typed word starts a word of the name, by name."""
    typed = fold(fragment).split()
    if not typed:
        return []
    words = {code: f" {fold(name)}" for code, name in _epci_names().items()}
    found = (code for code, folded in words.items() if all(f" {word}" in folded for word in typed))
    return nsmallest(limit, ((code, _epci_names()[code]) for code in found), key=lambda pair: pair[1])
