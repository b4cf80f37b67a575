"""The gate of the territory: which commune is meant, whether it is ours, whose it is otherwise (A58, A59).

A postcode never decides: 4,205 of 6,310 cover several communes. The person says which one is theirs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from cptsapp.core.db import session
from cptsapp.core.text import fold
from cptsapp.territory import national
from cptsapp.territory.models import Commune, Neighbour
from cptsapp.territory.national import NationalCommune

SHOWN_MAX = 12


@dataclass(frozen=True, slots=True)
class Gate:
    """The answer for a commune: `code` is the one to keep, `neighbour` the CPTS to go to when it is not ours."""

    code: str
    name: str
    is_own: bool
    neighbour: Neighbour | None = None


def communes_meant(typed: str) -> list[NationalCommune]:
    """The communes a name or a postcode may stand for, the likeliest first; empty when there is none.

    A whole name that one commune alone bears gives that one. Of a big city, its arrondissements.
    """
    digits = "".join(typed.split())
    if digits.isdigit():
        found = national.by_postcode(digits)
    else:
        near = _searched(typed)
        found = [commune for commune in near if commune.folded == _whole(typed)] or near
    return _own_first(_by_arrondissement(found))[:SHOWN_MAX]


@lru_cache(maxsize=256)
def _searched(typed: str) -> list[NationalCommune]:
    """The same place comes again with each word of a call: the whole country is not looked through each time."""
    return national.search(typed, SHOWN_MAX)


def _whole(typed: str) -> str:
    """« St-Gilles » as the list spells it."""
    words = {"st": "saint", "ste": "sainte"}
    return " ".join(words.get(word, word) for word in fold(typed).split())


def _by_arrondissement(found: Sequence[NationalCommune]) -> list[NationalCommune]:
    """A city is replaced by its arrondissements: those found, else all of them."""
    listed = {commune.code for commune in found}
    kept: list[NationalCommune] = []
    for commune in found:
        parts = _arrondissements().get(commune.code, ())
        if not parts:
            kept.append(commune)
        elif listed.isdisjoint(parts):
            kept += [part for code in parts if (part := national.commune(code))]
    return kept


@lru_cache(maxsize=1)
def _arrondissements() -> dict[str, tuple[str, ...]]:
    parts: dict[str, tuple[str, ...]] = {}
    for code, parent in national.codes():
        if parent:
            parts[parent] = (*parts.get(parent, ()), code)
    return parts


def _own_first(found: Sequence[NationalCommune]) -> list[NationalCommune]:
    own = {commune.code for commune in found if gate(commune).is_own}
    return sorted(found, key=lambda commune: commune.code not in own)


def gate(commune: NationalCommune) -> Gate:
    """Whether a commune is of the territory, by its own code or by that of its city; else the neighbour's it is."""
    for code in filter(None, (commune.code, commune.parent_code)):
        known = session.get(Commune, code)
        if known is not None and known.is_own:
            return Gate(code, commune.name, is_own=True)
        if known is not None and known.neighbour is not None:
            return Gate(code, commune.name, is_own=False, neighbour=known.neighbour)
    return Gate(commune.code, commune.name, is_own=False)
