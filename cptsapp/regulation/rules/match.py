"""Two or three letters find a doctor or a commune: « legoff », « dangelo », « st hil » work."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from cptsapp.core.text import fold

_SHORT = {"st": "saint", "ste": "sainte"}
_TITLES = re.compile(r"^(dr|docteur|docteure)\s+")
TYPED_MAX = 60


@dataclass(frozen=True, slots=True)
class Town:
    """A commune as the desk needs it; its position is unknown in places overseas."""

    code: str
    name: str
    position: tuple[float, float] | None


@lru_cache(maxsize=1024)
def squashed(text: str) -> str:
    """Folded, without spaces, *st* written out: « St-Hilaire-de-Riez » → "sainthilairederiez"."""
    words = _TITLES.sub("", fold(text[:TYPED_MAX])).split()
    return "".join(_SHORT.get(word, word) for word in words)


@lru_cache(maxsize=4096)
def starts(text: str) -> tuple[str, ...]:
    """What one may begin to type to find a text: its words from each of them on, joined."""
    words = [_SHORT.get(word, word) for word in fold(text).split()]
    return tuple("".join(words[i:]) for i in range(len(words)))


def finds(typed: str, *texts: str) -> bool:
    """Whether squashed letters begin one of the texts, at the head of any of its words."""
    return any(start.startswith(typed) for text in texts for start in starts(text))


def towns_for(typed: str, towns: Iterable[Town]) -> list[Town]:
    """The communes that squashed letters may mean: those whose whole name begins so, else those with such a word."""
    found = [town for town in towns if finds(typed, town.name)]
    exact = [town for town in found if squashed(town.name) == typed]
    head = [town for town in found if squashed(town.name).startswith(typed)]
    return exact or head or found


def the_town(typed: str, towns: Sequence[Town], names: Iterable[str]) -> Town | None:
    """The commune the letters name beyond doubt: a single one, and no doctor on the list."""
    found = towns_for(typed, towns)
    if len(found) != 1:
        return None
    is_whole = squashed(found[0].name) == typed
    return found[0] if is_whole or not any(finds(typed, name) for name in names) else None
