"""What the directory has of the persons a file tells of: read for a few hundred at a time, as plain rows."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from datetime import date

from sqlalchemy import ColumnElement, func, or_, select

from cptsapp.core.db import session
from cptsapp.directory.merged import roots
from cptsapp.directory.models import Organisation, Person, Place, Practice, PracticeMode, Profession, SheetKind
from cptsapp.directory.queries.pins import pins_of
from cptsapp.imports.rows import FoundPerson
from cptsapp.territory.models import Commune

Pins = dict[str, str | None]
# A longer list of values would not pass as parameters of one statement.
_AT_ONCE = 400


@dataclass(frozen=True, slots=True)
class OurPractice:
    """A practice in force or to come, with its place; `is_shared` when others practise or practised there."""

    id: int
    place_id: int
    profession: Profession
    mode: PracticeMode
    starts_on: date
    source_key: str | None
    address: str
    commune_code: str
    phone: str | None
    organisation_id: int | None
    organisation: str
    structure_id: str | None
    finess: str | None
    siret: str | None
    pins: Pins


@dataclass(slots=True)
class OurPerson:
    """A sheet; `is_imported` when an extract has already told of it."""

    id: int
    last_name: str
    first_name: str
    title: str
    folded: str
    profession: Profession
    speciality: str | None
    rpps: str | None
    adeli: str | None
    mail: str | None
    practices: list[OurPractice] = field(default_factory=list)
    is_imported: bool = False
    pins: Pins = field(default_factory=dict)

    @property
    def full_name(self) -> str:
        """As screens write it."""
        return " ".join(part for part in (self.title, self.first_name, self.last_name) if part)


class Sheets:
    """The sheets that may be those of some persons: by number and by name."""

    def __init__(self, found: Sequence[FoundPerson], folded: Sequence[str], on: date) -> None:
        """`folded` are the names under which the sheets may be; practices in force on `on`, or to come, are read."""
        numbers = [p.rpps for p in found if p.rpps], [p.adeli for p in found if p.adeli]
        by_id = _persons(Person.rpps.in_(numbers[0]) if numbers[0] else None)
        by_id |= _persons(Person.adeli.in_(numbers[1]) if numbers[1] else None)
        for some in _by(_AT_ONCE, folded):
            by_id |= _persons(Person.folded.in_(some))
        merged = roots()
        into = {merged[one] for one in by_id if one in merged}
        if into - by_id.keys():
            by_id |= _persons(Person.id.in_(into))
        # A sheet merged into that of someone who asked to be kept out is theirs too.
        by_id = {number: person for number, person in by_id.items() if merged.get(number, number) in by_id}
        _with_practices(by_id, merged, on)
        self.by_rpps: dict[str, OurPerson] = {}
        self.by_adeli: dict[str, OurPerson] = {}
        self.by_name: dict[str, list[OurPerson]] = defaultdict(list)
        for number, person in by_id.items():
            kept = by_id[merged.get(number, number)]
            if person.rpps:
                self.by_rpps[person.rpps] = kept
            if person.adeli:
                self.by_adeli[person.adeli] = kept
            if kept not in self.by_name[person.folded]:
                self.by_name[person.folded].append(kept)


def _by(size: int, values: Sequence[str]) -> Iterator[Sequence[str]]:
    return (values[start : start + size] for start in range(0, len(values), size))


def _persons(wanted: ColumnElement[bool] | None) -> dict[int, OurPerson]:
    """Sheets by number; those of people who asked to be kept out, or who are not professionals, are not among them."""
    if wanted is None:
        return {}
    p = Person
    rows = session.execute(
        select(
            p.id, p.last_name, p.first_name, p.title, p.folded, p.profession, p.speciality, p.rpps, p.adeli, p.mail
        ).where(wanted, p.objected_on.is_(None), p.profession != Profession.STAFF)
    )
    return {row[0]: OurPerson(*row) for row in rows}


def _with_practices(by_id: dict[int, OurPerson], merged: dict[int, int], on: date) -> None:
    """Give each kept sheet its practices, those of the sheets merged into it included."""
    kept = {number: merged.get(number, number) for number in by_id}
    kept |= {number: into for number, into in merged.items() if into in by_id}
    of_sheets = Practice.person_id.in_(kept)
    keyed = session.scalars(select(Practice.person_id).where(of_sheets, Practice.source_key.is_not(None)).distinct())
    for number in keyed:
        by_id[kept[number]].is_imported = True
    for person_id, practice in practices_of(of_sheets, on):
        by_id[kept[person_id]].practices.append(practice)
    for number, pins in pins_of(SheetKind.PERSON, by_id).items():
        by_id[number].pins = pins


def practices_of(wanted: ColumnElement[bool], on: date) -> list[tuple[int, OurPractice]]:
    """(person, practice) of the practices in force on a day or later, in the communes of the territory."""
    rows = session.execute(
        select(
            Practice.person_id,
            Practice.id,
            Practice.place_id,
            Practice.profession,
            Practice.mode,
            Practice.starts_on,
            Practice.source_key,
            Place.address,
            Place.commune_code,
            Place.phone,
            Place.organisation_id,
            func.coalesce(Organisation.name, ""),
            Organisation.structure_id,
            Organisation.finess,
            Organisation.siret,
        )
        .join(Place, Place.id == Practice.place_id)
        .join(Commune, Commune.code == Place.commune_code)
        .outerjoin(Organisation, Organisation.id == Place.organisation_id)
        .where(wanted, or_(Practice.ends_on.is_(None), Practice.ends_on > on), Commune.is_own)
        .order_by(Practice.id)
    ).all()
    pins = pins_of(SheetKind.PLACE, {row[2] for row in rows})
    names = [column.name for column in fields(OurPractice)][:-1]
    return [(row[0], OurPractice(**dict(zip(names, row[1:], strict=True)), pins=pins.get(row[2], {}))) for row in rows]


def full_names(person_ids: Iterable[int]) -> dict[int, str]:
    """The names of these sheets."""
    rows = session.execute(
        select(Person.id, Person.title, Person.first_name, Person.last_name).where(Person.id.in_(set(person_ids)))
    )
    return {row[0]: " ".join(part for part in row[1:] if part) for row in rows}
