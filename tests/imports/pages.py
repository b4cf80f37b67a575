"""What the tests of the pages share: a small extract, an import at any state, items of its review."""

from datetime import date
from typing import Any

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.imports.models import Import, ImportItem, ImportKind, ImportState, ItemKind
from cptsapp.imports.rules.columns import published

NAME = "PS_LibreAcces_Personne_activite_202607060815.txt"
HEADER = "|".join(published()) + "|"
# A nurse of Talmont-Saint-Hilaire, invented; the number has its key.
NURSE = {
    "Type d'identifiant PP": "8",
    "Identifiant PP": "10100000016",
    "Identification nationale PP": "810100000016",
    "Nom d'exercice": "MERCADAL",
    "Prénom d'exercice": "Julie",
    "Code profession": "60",
    "Libellé profession": "Infirmier",
    "Code catégorie professionnelle": "C",
    "Code mode exercice": "L",
    "Libellé mode exercice": "Libéral",
    "Identifiant technique de la structure": "R10100000000017",
    "Numéro Voie (coord. structure)": "3",
    "Code type de voie (coord. structure)": "R",
    "Libellé type de voie (coord. structure)": "Rue",
    "Libellé Voie (coord. structure)": "DES SAULES",
    "Bureau cedex (coord. structure)": "85440 TALMONT ST HILAIRE",
    "Code postal (coord. structure)": "85440",
    "Code commune (coord. structure)": "85288",
    "Libellé commune (coord. structure)": "Talmont-Saint-Hilaire",
    "Téléphone (coord. structure)": "0261914500",
    "Code secteur d'activité": "SA07",
}


def line(**changes: str) -> str:
    """A line of the extract; `changes` by the published names, with underscores for what no argument may hold."""
    values = {**NURSE, **changes}
    return "|".join(values.get(name, "") for name in published()) + "|"


def changed(**by_name: str) -> dict[str, str]:
    """Changes of a line by short names."""
    short = {
        "rpps": "Identifiant PP",
        "last_name": "Nom d'exercice",
        "first_name": "Prénom d'exercice",
        "commune": "Code commune (coord. structure)",
        "profession": "Code profession",
    }
    return {short[name]: value for name, value in by_name.items()}


def extract(*lines: str) -> bytes:
    """A file of these lines."""
    return ("\n".join([HEADER, *lines]) + "\n").encode()


def open_import(by: Any = None, **overrides: Any) -> Import:
    """An import in the base, waiting to be read unless told otherwise. Commits."""
    values = {
        "kind": ImportKind.EXTRACT,
        "state": ImportState.WAITING,
        "turn": 1,
        "file_name": NAME,
        "file_bytes": 812_000_000,
        "extract_on": date(2026, 7, 6),
        "columns": {},
        "started_at": clock.now(),
        "started_by_id": by.id if by else None,
    }
    made = Import(**{**values, **overrides})
    session.add(made)
    session.commit()
    return made


def make_item(import_: Import, kind: ItemKind, **overrides: Any) -> ImportItem:
    """An item of a review. Flushes."""
    values = {
        "import_id": import_.id,
        "kind": kind,
        "lines": [12],
        "reason": "Commune indécise",
        "label": "Julie Mercadal",
        "found": {},
        "ours": {},
        "needs_decision": kind is ItemKind.DOUBTFUL,
    }
    made = ImportItem(**{**values, **overrides})
    session.add(made)
    session.flush()
    return made
