"""A list of structures compared with the directory: MSP, health centres, EHPAD, hospitals, communes (C20).

A structure is known by its FINESS or SIRET, else by its name in its commune. What ours lacks is filled; where both say
something else, someone decides. A list makes no structure leave.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select

from cptsapp.core import french
from cptsapp.core.db import session
from cptsapp.core.text import fold
from cptsapp.directory.models import Organisation, OrganisationKind, Place
from cptsapp.directory.rules.numbers import is_finess, is_siret
from cptsapp.directory.rules.words import ORGANISATION_LABELS
from cptsapp.imports import mapping
from cptsapp.imports.lists import Cells, Left, Outside, locate, mail_of, phone_of
from cptsapp.imports.mapping import Field
from cptsapp.imports.models import ItemKind
from cptsapp.imports.places import spelled
from cptsapp.imports.rules.communes import Territory
from cptsapp.imports.wording import commune

NO_NAME = "Pas de nom de structure sur cette ligne"
NOT_ON_LIST = "Le fichier dit autre chose que la fiche"
LABELS = {
    "name": "Nom",
    "kind": "Sorte",
    "finess": "FINESS",
    "siret": "SIRET",
    "phone": "Téléphone",
    "mail": "Courriel",
}
_FILLED = ("finess", "siret", "phone", "mail")


@dataclass(frozen=True, slots=True)
class Line:
    """A structure as a line of the list has it; `doubts` are French sentences."""

    line: int
    name: str
    kind: OrganisationKind
    finess: str | None
    siret: str | None
    phone: str | None
    mail: str | None
    address: str
    commune_code: str
    doubts: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """As a review keeps it."""
        return asdict(self)


def from_json(record: Mapping[str, Any]) -> Line:
    """The inverse of `Line.to_json`."""
    return Line(**dict(record) | {"kind": OrganisationKind(record["kind"]), "doubts": tuple(record["doubts"])})


def lines(
    rows: Iterable[tuple[int, Sequence[str]]], columns: Mapping[Field, int], territory: Territory
) -> Iterator[Line | Left | Outside]:
    """What each line says; a structure that comes twice is read once."""
    seen: set[object] = set()
    for number, cells in rows:
        line = _line(number, Cells(cells, columns), territory)
        key = (line.finess or line.siret or (fold(line.name), line.commune_code)) if isinstance(line, Line) else number
        if key not in seen:
            seen.add(key)
            yield line


def _line(number: int, cells: Cells, territory: Territory) -> Line | Left | Outside:
    name = cells[Field.NAME]
    if not name:
        return Left(number, NO_NAME)
    where = locate(cells, territory)
    if where is None:
        return Outside(number)
    finess, about_finess = _number(cells[Field.FINESS], "FINESS", is_finess)
    siret, about_siret = _number(cells[Field.SIRET], "SIRET", is_siret)
    about_commune = f"{where.doubt}\u202f: l’adresse ne sera pas reprise" if where.doubt else ""
    return Line(
        line=number,
        name=name,
        kind=mapping.kind_of(cells[Field.KIND], name),
        finess=finess,
        siret=siret,
        phone=phone_of(cells[Field.PHONE]),
        mail=mail_of(cells[Field.MAIL]),
        address=cells[Field.ADDRESS],
        commune_code=where.code or "",
        doubts=tuple(doubt for doubt in (about_finess, about_siret, about_commune) if doubt),
    )


def _number(text: str, label: str, is_right: Any) -> tuple[str | None, str]:
    """A number of a register, or the doubt there is about it; a spreadsheet eats the first zero of a FINESS."""
    digits = re.sub(r"[\s.\-]", "", text).upper()
    padded = digits.zfill(9) if label == "FINESS" and len(digits) == 8 else digits
    if not digits or is_right(padded):
        return padded or None, ""
    return None, f"Le numéro {label} «\u00a0{text}\u00a0» n’est pas juste\u202f: il ne sera pas repris"


# -- compared ---------------------------------------------------------------------------------------------------------


class Ours:
    """The structures of the directory by what tells them apart, and where each is; read once."""

    def __init__(self) -> None:
        merged: dict[int, int] = {}
        self.by_id: dict[int, Organisation] = {}
        for found in session.scalars(select(Organisation).order_by(Organisation.id)):
            self.by_id[found.id] = found
            if found.merged_into_id is not None:
                merged[found.id] = found.merged_into_id
        self._by_number: dict[tuple[str, str], int] = {}
        self._by_name: dict[tuple[str, str], int] = {}
        self.places: dict[int, set[tuple[str, str]]] = {}
        for number, found in self.by_id.items():
            kept = merged.get(number, number)
            for name in ("finess", "siret"):
                if value := getattr(found, name):
                    self._by_number[name, value] = kept
            self._by_name.setdefault((found.folded, ""), kept)
        for organisation_id, address, code in session.execute(
            select(Place.organisation_id, Place.address, Place.commune_code).where(Place.organisation_id.is_not(None))
        ):
            kept = merged.get(organisation_id or 0, organisation_id or 0)
            self.places.setdefault(kept, set()).add((spelled(address), code))
            self._by_name.setdefault((self.by_id[kept].folded, code), kept)

    def find(self, line: Line) -> Organisation | None:
        """By a number, else by the name in the commune; by the name alone where either has no address."""
        for name in ("finess", "siret"):
            value = getattr(line, name)
            if value and (name, value) in self._by_number:
                return self.by_id[self._by_number[name, value]]
        found = self._by_name.get((fold(line.name), line.commune_code))
        if found is None:
            alone = self._by_name.get((fold(line.name), ""))
            found = alone if alone is not None and not (line.commune_code and self.places.get(alone)) else None
        return self.by_id[found] if found is not None else None


def items(found: Iterable[Line]) -> tuple[list[dict[str, Any]], int]:
    """The items of a review, and how many structures are as the list says."""
    ours = Ours()
    made: list[dict[str, Any]] = []
    unchanged_count = 0
    for line in found:
        mine = list(_items_of(line, ours.find(line), ours))
        made += mine
        unchanged_count += not mine
    return made, unchanged_count


def _items_of(line: Line, our: Organisation | None, ours: Ours) -> Iterator[dict[str, Any]]:
    if our is None:
        kind = ItemKind.DOUBTFUL if line.doubts else ItemKind.NEW
        ops = [{"op": "structure"}, *_place_ops(line, None, ours)]
        yield _item(kind, line, None, _sentence(line.doubts) or "N’est pas encore dans l’annuaire", ops)
        return
    sure, disputed = _changes(line, our)
    sure += _place_ops(line, our, ours)
    if sure:
        said = ", ".join(LABELS[op["name"]] if op["op"] == "set" else "une adresse s’ajoute" for op in sure)
        yield _item(ItemKind.CHANGED, line, our, said[:1].upper() + said[1:], sure)
    if disputed:
        yield _item(ItemKind.DOUBTFUL, line, our, NOT_ON_LIST, disputed)


def _sentence(doubts: Sequence[str]) -> str:
    return "\u202f; ".join(doubts)


def _changes(line: Line, our: Organisation) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What ours lacks, and what it has otherwise."""
    sure: list[dict[str, Any]] = []
    disputed: list[dict[str, Any]] = []
    for name in _FILLED:
        before, after = getattr(our, name), getattr(line, name)
        if after and after != before:
            (disputed if before else sure).append({"op": "set", "name": name, "before": before, "after": after})
    if line.kind is not OrganisationKind.OTHER and line.kind is not our.kind:
        is_free = our.kind is OrganisationKind.OTHER
        op = {"op": "set", "name": "kind", "before": our.kind.value, "after": line.kind.value}
        (sure if is_free else disputed).append(op)
    return sure, disputed


def _place_ops(line: Line, our: Organisation | None, ours: Ours) -> list[dict[str, Any]]:
    if not line.commune_code or not line.address:
        return []
    known = ours.places.get(our.id, set()) if our else set()
    return [] if (spelled(line.address), line.commune_code) in known else [{"op": "place"}]


def _item(
    kind: ItemKind, line: Line, our: Organisation | None, reason: str, ops: list[dict[str, Any]]
) -> dict[str, Any]:
    left, right = _sides(line, our, ops)
    name = our.name if our else line.name
    label = ", ".join(p for p in (name, ORGANISATION_LABELS[line.kind], commune(line.commune_code)) if p)
    about = [kind.value, our.id if our else None, fold(line.name), line.finess, line.siret, ops]
    signature = hashlib.sha256(json.dumps(about, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:24]
    return {
        "kind": kind,
        "lines": [line.line],
        "reason": reason,
        "label": label,
        "found": {"fields": right, "structure": line.to_json(), "ops": ops, "signature": signature},
        "ours": {"fields": left},
        "organisation_id": our.id if our else None,
        "needs_decision": kind is ItemKind.DOUBTFUL,
    }


def _sides(
    line: Line, our: Organisation | None, ops: Sequence[Mapping[str, Any]]
) -> tuple[dict[str, str], dict[str, str]]:
    """(ours, theirs), label → text."""
    if our is None:
        left, right = {}, {LABELS[name]: _text(name, getattr(line, name)) for name in LABELS}
    else:
        left, right = {"Nom": our.name}, {"Nom": line.name}
    for op in ops:
        if op["op"] == "set":
            left[LABELS[op["name"]]] = _text(op["name"], op["before"])
            right[LABELS[op["name"]]] = _text(op["name"], op["after"])
        elif op["op"] == "place":
            right["Adresse"] = ", ".join(part for part in (line.address, commune(line.commune_code)) if part)
    return left, {label: said for label, said in right.items() if said}


def _text(name: str, value: str | None) -> str:
    if not value:
        return ""
    if name == "kind":
        return ORGANISATION_LABELS[OrganisationKind(value)]
    return french.phone(value) if name == "phone" else value
