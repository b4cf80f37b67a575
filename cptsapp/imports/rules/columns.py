"""Finding the columns of the extract by their names, whatever the spelling of the year (52 columns in 2021, 56 now)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from cptsapp.core.refusals import Refusal
from cptsapp.core.text import fold

DATA = Path(__file__).resolve().parent.parent / "data"

# What the reader calls a column → how the publisher spells it today (data/header.txt).
NEEDED: Mapping[str, str] = MappingProxyType(
    {
        "identifier": "Identifiant PP",
        "last_name": "Nom d'exercice",
        "first_name": "Prénom d'exercice",
        "profession": "Code profession",
        "mode": "Code mode exercice",
        "structure": "Identifiant technique de la structure",
        "company": "Raison sociale site",
        "number": "Numéro Voie (coord. structure)",
        "street": "Libellé Voie (coord. structure)",
        "cedex": "Bureau cedex (coord. structure)",
        "postcode": "Code postal (coord. structure)",
        "commune": "Code commune (coord. structure)",
        "commune_label": "Libellé commune (coord. structure)",
        "sector": "Code secteur d'activité",
    }
)
USEFUL: Mapping[str, str] = MappingProxyType(
    {
        "identifier_type": "Type d'identifiant PP",
        "civility": "Code civilité d'exercice",
        "category": "Code catégorie professionnelle",
        "skill": "Code savoir-faire",
        "skill_label": "Libellé savoir-faire",
        "skill_type": "Code type savoir-faire",
        "siret": "Numéro SIRET site",
        "finess": "Numéro FINESS site",
        "sign": "Enseigne commerciale site",
        "repeat": "Indice répétition voie (coord. structure)",
        "street_type": "Libellé type de voie (coord. structure)",
        "street_type_code": "Code type de voie (coord. structure)",
        "distribution": "Mention distribution (coord. structure)",
        "country": "Code pays (coord. structure)",
        "country_label": "Libellé pays (coord. structure)",
        "phone": "Téléphone (coord. structure)",
        "phone_2": "Téléphone 2 (coord. structure)",
        "mail": "Adresse e-mail (coord. structure)",
    }
)
# Words that come and go from one year's header to the next, and say nothing of the column.
_LOOSE = frozenset({"d", "de", "l", "la", "le", "les", "du", "des", "coord", "coordonnees", "technique", "site"})
_ALIKE: Mapping[str, str] = MappingProxyType({"no": "numero", "n": "numero", "num": "numero", "mail": "e mail"})
NOT_EXTRACT = (
    "Ce fichier n’est pas l’extrait RPPS\u202f: sa première ligne ne nomme pas ses colonnes,"
    " séparées par «\u00a0|\u00a0»."
)
_EMAIL = re.compile(r"\be mail\b|\bemail\b|\bcourriel\b")


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each column is. `width` counts the named ones; `is_closed` tells that a bar follows the last."""

    at: Mapping[str, int]
    width: int
    is_closed: bool
    renamed: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]
    unknown: tuple[str, ...]

    def to_json(self) -> dict[str, object]:
        """What the page shows of it."""
        return {
            "width": self.width,
            "renamed": [list(pair) for pair in self.renamed],
            "missing": list(self.missing),
            "unknown": list(self.unknown),
        }


@lru_cache(maxsize=1)
def published() -> tuple[str, ...]:
    """The names as they are published today."""
    return tuple((DATA / "header.txt").read_text(encoding="utf-8").rstrip("|\n").split("|"))


def read_header(cells: Sequence[str]) -> Columns:
    """The columns of a header's cells. Raises Refusal, naming in French the columns that are missing."""
    is_closed = len(cells) > 1 and not cells[-1].strip()
    names = [cell.strip().strip('"') for cell in (cells[:-1] if is_closed else cells)]
    found = _positions(names)
    wanted = {**NEEDED, **USEFUL}
    at = {word: found[name] for word, name in wanted.items() if name in found}
    known = set(found.values())
    unknown = tuple(name for number, name in enumerate(names) if name and number not in known)
    lacking = [name for word, name in NEEDED.items() if word not in at]
    if lacking:
        raise Refusal(_refusal(lacking, unknown, len(names)))
    return Columns(
        at=at,
        width=len(names),
        is_closed=is_closed,
        renamed=tuple((name, names[number]) for name, number in found.items() if names[number] != name),
        missing=tuple(name for name in published() if name not in found),
        unknown=unknown,
    )


def _positions(names: Sequence[str]) -> dict[str, int]:
    """Published name → position: the same spelling first, then the same words, never one position for two names."""
    found = {name: names.index(name) for name in published() if name in names}
    for key in (_strict, _loose, _bare):
        taken = set(found.values())
        free: dict[str, list[int]] = {}
        for number, name in enumerate(names):
            if number not in taken:
                free.setdefault(key(name), []).append(number)
        for name in published():
            if name not in found and len(candidates := free.get(key(name), [])) == 1:
                found[name] = candidates[0]
                free[key(name)] = []
    return found


def _strict(name: str) -> str:
    return fold(name)


def _loose(name: str) -> str:
    words = (_ALIKE.get(word, word) for word in _EMAIL.sub("mail", fold(name)).split())
    return " ".join(word for word in words if word not in _LOOSE)


def _bare(name: str) -> str:
    return " ".join(word for word in _loose(name).split() if word != "structure")


def _refusal(lacking: Sequence[str], unknown: Sequence[str], width: int) -> str:
    if width < 5:
        return NOT_EXTRACT
    listed = ", ".join(f"«\u00a0{name}\u00a0»" for name in lacking)
    said = "Il manque la colonne" if len(lacking) == 1 else "Il manque les colonnes"
    others = ", ".join(f"«\u00a0{name}\u00a0»" for name in unknown[:5])
    hint = f" Colonnes du fichier que rien ne rapproche\u202f: {others}." if others else ""
    return f"{said} {listed}\u202f: le fichier n’est pas lu, l’annuaire n’a pas changé.{hint}"
