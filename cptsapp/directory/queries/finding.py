"""The whole directory in memory, as lines and sets: read again when a commit has changed it, or when the day has.

A search asks the database one number, its stamp, and finds in what this process has kept (see
docs/decisions/directory-search.md). What only some may see is in it too: `queries.search` takes it out.
"""

import gc
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import select
from sqlalchemy.engine import Engine

from cptsapp.core import stamps
from cptsapp.core.db import Base, db, session
from cptsapp.directory.merged import roots
from cptsapp.directory.models import Membership, Movement, Organisation, Person, Place, Practice
from cptsapp.directory.permissions import in_force
from cptsapp.directory.queries.membership import organisation_periods_of, organisation_roots, periods_of
from cptsapp.directory.rules import facets
from cptsapp.directory.rules.finder import Criterion, Entry, Finder, make_finder
from cptsapp.directory.rules.freshness import is_stale
from cptsapp.directory.rules.lines import Leaving, Line, Town, Where
from cptsapp.directory.rules.membership import status_on
from cptsapp.directory.rules.movements import LOSSES
from cptsapp.directory.rules.words import name_words
from cptsapp.territory import queries as territory
from cptsapp.territory.models import Commune


class Directory(NamedTuple):
    """The directory of a day: its lines in the order of lists, their sets, the communes by code."""

    finder: Finder
    lines: Sequence[Line]
    towns: Mapping[str, Town]


_TABLES: list[type[Base]] = [Person, Practice, Place, Organisation, Membership, Movement, Commune]
_STAMP = stamps.watch("directory", *_TABLES)
_told: dict[Criterion, Callable[[], Iterable[Entry]]] = {}
_kept: WeakKeyDictionary[Engine, tuple[int | None, date, Directory]] = WeakKeyDictionary()


def tell(criterion: Criterion, who: Callable[[], Iterable[Entry]], *tables: type[Base]) -> None:
    """A feature above knows who meets a criterion: asked when the directory is read, so once a day at least.

    A commit that writes in its `tables` has it asked again at the next search.
    """
    _told[criterion] = who
    _TABLES.extend(table for table in tables if table not in _TABLES)
    stamps.watch(_STAMP, *_TABLES)


def directory() -> Directory:
    """The directory of today as this transaction sees it."""
    today = territory.today()
    if stamps.is_written(_STAMP):
        return _read(today)
    stamp = stamps.value(_STAMP)
    kept = _kept.get(db.engine)
    if kept is None or kept[:2] != (stamp, today):
        kept = _kept[db.engine] = (stamp, today, _read(today))
    return kept[2]


def forget() -> None:
    """Read again at the next search: what it costs is measured so."""
    _kept.pop(db.engine, None)


@dataclass(frozen=True, slots=True)
class _Reading:
    """What is gathered while the tables are read; a rank is a place in `lines`."""

    today: date
    people: dict[int, int]  # person merged into another → the one it is now
    houses: dict[int, int]
    towns: dict[str, Town]
    lines: list[Line] = field(default_factory=list)
    ranks: dict[Entry, int] = field(default_factory=dict)
    words: list[frozenset[str]] = field(default_factory=list)
    criteria: dict[Criterion, list[int]] = field(default_factory=lambda: defaultdict(list))
    in_commune: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    staff_of: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))

    def add(self, line: Line, folded: str, numbers: Iterable[str | None], criteria: Iterable[Criterion]) -> None:
        """One more line; those of a kind come in the order of their names."""
        rank = self.ranks[line.entry] = len(self.lines)
        self.lines.append(line)
        self.words.append(name_words(folded) | {number for number in numbers if number})
        for criterion in criteria:
            self.criteria[criterion].append(rank)
        if is_stale(line.verified_on, self.today):
            self.criteria[facets.STALE].append(rank)

    def person(self, person_id: int) -> int | None:
        """The rank of a person, under whatever number; None for who is not shown."""
        return self.ranks.get(Entry(False, self.people.get(person_id, person_id)))

    def house(self, organisation_id: int | None) -> int | None:
        """The rank of a structure, in the same way."""
        if organisation_id is None:
            return None
        return self.ranks.get(Entry(True, self.houses.get(organisation_id, organisation_id)))

    def put(self, rank: int, where: Where, commune_code: str) -> None:
        """An address more for a line."""
        line = self.lines[rank]
        line.places = (*line.places, where)
        self.in_commune[commune_code].append(rank)


@contextmanager
def _without_collection() -> Iterator[None]:
    """Half a million small things are made and none is garbage: looking for some would take half the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@_without_collection()
def _read(today: date) -> Directory:
    wanted = select(Commune.code, Commune.name, Commune.folded, Commune.postcodes).order_by(Commune.name, Commune.code)
    towns = {row.code: Town(row.name, row.folded, row.postcodes) for row in session.execute(wanted)}
    reading = _Reading(today, roots(), organisation_roots(), towns)
    _read_people(reading)
    _read_structures(reading)
    _read_practices(reading)
    _read_places(reading)
    _read_movements(reading)
    _read_memberships(reading)
    _ask_above(reading)
    reading.criteria.update({Criterion(facets.COMMUNE, code): ranks for code, ranks in reading.in_commune.items()})
    folded = {code: town.folded for code, town in towns.items()}
    words = list(zip(reading.ranks, reading.words, strict=True))
    return Directory(make_finder(words, reading.criteria, reading.staff_of, folded), reading.lines, towns)


def _ask_above(reading: _Reading) -> None:
    for criterion, who in _told.items():
        for is_structure, number in who():
            rank = reading.house(number) if is_structure else reading.person(number)
            if rank is not None:
                reading.criteria[criterion].append(rank)
                line = reading.lines[rank]
                line.posts |= criterion == facets.POSTS
                line.has_applied |= criterion == facets.APPLIED


def _read_people(reading: _Reading) -> None:
    columns = (
        Person.id,
        Person.profession,
        Person.last_name,
        Person.first_name,
        Person.title,
        Person.rpps,
        Person.mail,
        Person.phone,
        Person.verified_on,
        Person.accepts_overbook,
        Person.folded,
        Person.adeli,
    )
    shown = select(*columns).where(Person.merged_into_id.is_(None), Person.objected_on.is_(None))
    for number, *kept, folded, adeli in session.execute(shown.order_by(Person.folded, Person.id)):
        line = Line(Entry(False, number), *kept)
        criteria = [Criterion(facets.PROFESSION, line.kind.value)]
        criteria += [facets.OVERBOOK] if line.accepts_overbook else []
        reading.add(line, folded, (line.rpps, adeli), criteria)
    _read_former_names(reading)


def _read_former_names(reading: _Reading) -> None:
    """A sheet merged into another is found under its own name and numbers too: the kept one answers."""
    columns = (Person.id, Person.folded, Person.rpps, Person.adeli)
    for number, folded, *numbers in session.execute(select(*columns).where(Person.merged_into_id.is_not(None))):
        rank = reading.person(number)
        if rank is not None:
            reading.words[rank] |= name_words(folded) | {one for one in numbers if one}


def _read_structures(reading: _Reading) -> None:
    wanted = select(Organisation.__table__).where(Organisation.merged_into_id.is_(None))
    for row in session.execute(wanted.order_by(Organisation.folded, Organisation.id)):
        entry = Entry(True, row.id)
        line = Line(entry, row.kind, row.name, mail=row.mail, phone=row.phone, verified_on=row.verified_on)
        kind = Criterion(facets.KIND, row.kind.value)
        reading.add(line, row.folded, (row.finess, row.siret), (facets.STRUCTURE, kind))
    merged = select(Organisation.id, Organisation.folded).where(Organisation.merged_into_id.is_not(None))
    for number, folded in session.execute(merged):
        if (rank := reading.house(number)) is not None:
            reading.words[rank] |= name_words(folded)


_PLACE = (Place.name, Place.address, Place.phone, Place.commune_code, Place.organisation_id)


def _read_practices(reading: _Reading) -> None:
    rows = session.execute(
        select(Practice.person_id, Practice.mode, *_PLACE)
        .join(Place, Place.id == Practice.place_id)
        .where(in_force(Practice, reading.today))
        .order_by(Practice.id)
    )
    for person_id, mode, name, address, phone, commune_code, organisation_id in rows:
        rank, house = reading.person(person_id), reading.house(organisation_id)
        if rank is None:
            continue
        town = reading.towns[commune_code]
        named = None if house is None else reading.lines[house].last_name
        reading.put(rank, Where(named, name, address, town, phone, mode), commune_code)
        reading.criteria[Criterion(facets.MODE, mode.value)].append(rank)
        if house is not None:
            reading.staff_of[house].append(rank)


def _read_places(reading: _Reading) -> None:
    wanted = select(*_PLACE).where(Place.organisation_id.is_not(None)).order_by(Place.id)
    for name, address, phone, commune_code, organisation_id in session.execute(wanted):
        rank = reading.house(organisation_id)
        if rank is not None:
            where = Where(None, name, address, reading.towns[commune_code], phone, None)
            reading.put(rank, where, commune_code)


def _read_movements(reading: _Reading) -> None:
    announced = select(Movement.person_id, Movement.kind, Movement.starts_on, Movement.is_confirmed).where(
        Movement.kind.in_(LOSSES), Movement.starts_on >= reading.today, Movement.cancelled_at.is_(None)
    )
    for person_id, kind, on, is_confirmed in session.execute(announced.order_by(Movement.starts_on.desc())):
        rank = reading.person(person_id)
        if rank is not None:
            reading.criteria[facets.LEAVING].append(rank)
            reading.lines[rank].leaving = Leaving(kind, on, is_confirmed)


def _read_memberships(reading: _Reading) -> None:
    people = periods_of(entry.id for entry in reading.ranks if not entry.is_structure)
    houses = organisation_periods_of(entry.id for entry in reading.ranks if entry.is_structure)
    for (is_structure, number), rank in reading.ranks.items():
        periods = reading.lines[rank].periods = (houses if is_structure else people).get(number, ())
        for criterion in facets.member_criteria(status_on(periods, reading.today)):
            reading.criteria[criterion].append(rank)
