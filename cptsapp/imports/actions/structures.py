"""Structures and addresses of a file: found among ours, or written, each once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select

from cptsapp.core.db import session
from cptsapp.core.text import fold
from cptsapp.directory.models import Organisation, OrganisationKind, Place, Practice, SheetKind
from cptsapp.directory.queries.pins import pins_of
from cptsapp.imports.places import spelled
from cptsapp.imports.rows import FoundPractice, FoundStructure

_NUMBERS = ("structure_id", "finess", "siret")
Known = dict[tuple[str, str], int]
PlaceName = tuple[int | None, str, str, str | None]


@dataclass(frozen=True, slots=True)
class Spot:
    """An address of the file; two practitioners at one address with two telephones are at two places."""

    address: str
    commune_code: str
    phone: str | None
    structure: FoundStructure | None


class Places:
    """Every structure and address of the directory, by what tells them apart; read once an import."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._organisations: Known = {}
        self._places: dict[PlaceName, int] = {}
        self._enriched: set[int] = set()
        self._read()

    def _read(self) -> None:
        o = Organisation
        merged: dict[int, int] = {}
        for row in session.execute(select(o.id, o.structure_id, o.finess, o.siret, o.merged_into_id).order_by(o.id)):
            if row[4] is not None:
                merged[row[0]] = row[4]
            for name, number in zip(_NUMBERS, row[1:4], strict=True):
                if number:
                    self._organisations[name, number] = merged.get(row[0], row[0])
        rows = session.execute(
            select(Place.id, Place.organisation_id, Place.address, Place.commune_code, Place.phone, o.folded)
            .outerjoin(o, o.id == Place.organisation_id)
            .order_by(Place.id)
        )
        for place_id, organisation_id, address, commune, phone, folded in rows:
            kept = None if organisation_id is None else merged.get(organisation_id, organisation_id)
            self._places.setdefault((kept, spelled(address), commune, phone), place_id)
            if kept is not None:
                self._organisations.setdefault((commune, folded), kept)

    def of(self, spots: Sequence[Spot]) -> list[int]:
        """The places of these addresses, written when they are new."""
        self._write_structures([spot for spot in spots if spot.structure is not None])
        wanted = [self._name(spot) for spot in spots]
        coming = {name: spot for name, spot in zip(wanted, spots, strict=True) if name not in self._places}
        if coming:
            rows = [self._place_row(name[0], spot) for name, spot in coming.items()]
            numbers = session.scalars(insert(Place).returning(Place.id, sort_by_parameter_order=True), rows).all()
            self._places |= dict(zip(coming, numbers, strict=True))
        return [self._places[name] for name in wanted]

    def _name(self, spot: Spot) -> PlaceName:
        organisation = self._find(spot) if spot.structure else None
        return organisation, spelled(spot.address), spot.commune_code, spot.phone

    def _place_row(self, organisation_id: int | None, spot: Spot) -> dict[str, Any]:
        return {
            "organisation_id": organisation_id,
            "name": None,
            "address": spot.address,
            "commune_code": spot.commune_code,
            "phone": spot.phone,
            "created_at": self._now,
        }

    # -- structures

    def _find(self, spot: Spot) -> int | None:
        """By a number, else by the name in the commune."""
        structure = spot.structure
        if structure is None:
            return None
        for name in _NUMBERS:
            number = getattr(structure, name)
            if number and (name, number) in self._organisations:
                return self._organisations[name, number]
        return self._organisations.get((spot.commune_code, fold(structure.name)))

    def _write_structures(self, spots: Sequence[Spot]) -> None:
        coming: list[Spot] = []
        for spot in spots:
            found = self._find(spot)
            if found is not None:
                self._enrich(found, spot)
            else:
                coming.append(spot)
        while coming:  # two lines may name one structure: the first writes it, the next find it
            self._write([coming[0]])
            coming = [spot for spot in coming[1:] if self._find(spot) is None]

    def _write(self, spots: Sequence[Spot]) -> None:
        for spot in spots:
            structure = spot.structure
            assert structure is not None  # the caller keeps those that have one
            made = Organisation(
                name=structure.name,
                folded=fold(structure.name),
                kind=structure.kind,
                finess=structure.finess,
                siret=structure.siret,
                structure_id=structure.structure_id,
                phone=structure.phone,
                mail=structure.mail,
                created_at=self._now,
            )
            session.add(made)
            session.flush()
            self._learn(made.id, spot)

    def _learn(self, organisation_id: int, spot: Spot) -> None:
        assert spot.structure is not None  # asked by the callers
        for name in _NUMBERS:
            if number := getattr(spot.structure, name):
                self._organisations.setdefault((name, number), organisation_id)
        self._organisations.setdefault((spot.commune_code, fold(spot.structure.name)), organisation_id)

    def _enrich(self, organisation_id: int, spot: Spot) -> None:
        """Numbers and a kind that our structure lacks, once an import; what it has stays."""
        structure = spot.structure
        if structure is None or organisation_id in self._enriched:
            return
        self._enriched.add(organisation_id)
        found = session.get_one(Organisation, organisation_id)
        pinned = pins_of(SheetKind.ORGANISATION, [organisation_id]).get(organisation_id, {})
        for name in (*_NUMBERS, "phone", "mail"):
            value = getattr(structure, name)
            is_free = name not in _NUMBERS or (name, value) not in self._organisations
            if value and is_free and name not in pinned and getattr(found, name) is None:
                setattr(found, name, value)
        if found.kind is OrganisationKind.OTHER and "kind" not in pinned:
            found.kind = structure.kind
        session.flush()
        self._learn(organisation_id, spot)

    # -- addresses that change

    def join(self, place_id: int, practice: FoundPractice | None) -> None:
        """Put an address noted by hand in the structure that the file names, when it was in none."""
        if practice is None or practice.structure is None:
            return
        place = session.get_one(Place, place_id)
        if place.organisation_id is not None or "organisation_id" in pins_of(SheetKind.PLACE, [place_id]).get(
            place_id, {}
        ):
            return
        spot = Spot(place.address, place.commune_code, place.phone, practice.structure)
        self._write_structures([spot])
        place.organisation_id = self._find(spot)
        session.flush()
        self._places.setdefault(self._name(spot), place_id)

    def moved(self, practice: Practice, values: dict[str, Any]) -> int:
        """The place of a practice whose address or telephone changes: its own is corrected, a shared one is left."""
        place = session.get_one(Place, practice.place_id)
        others = select(func.count()).where(Practice.place_id == place.id, Practice.id != practice.id)
        if not session.scalar(others):
            self._places.pop((place.organisation_id, spelled(place.address), place.commune_code, place.phone), None)
            for name, value in values.items():
                setattr(place, name, value)
            session.flush()
            self._places.setdefault(
                (place.organisation_id, spelled(place.address), place.commune_code, place.phone), place.id
            )
            return place.id
        row: dict[str, Any] = {
            "organisation_id": place.organisation_id,
            "name": place.name,
            "address": place.address,
            "commune_code": place.commune_code,
            "phone": place.phone,
            "is_accessible": place.is_accessible,
            "created_at": self._now,
        } | values
        spot: PlaceName = (row["organisation_id"], spelled(row["address"]), row["commune_code"], row["phone"])
        if spot not in self._places:
            self._places[spot] = session.scalars(insert(Place).returning(Place.id), [row]).one()
        return self._places[spot]
