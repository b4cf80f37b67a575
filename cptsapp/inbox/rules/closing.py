"""Closing a request: with which outcomes, and the steps taken, told in words that a mail may carry (A46, §4.7)."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from cptsapp.core.french import count
from cptsapp.inbox.models import Outcome

# « Doublon » is said by joining two files, never here.
CHOICES = (Outcome.FOUND, Outcome.NOT_FOUND, Outcome.UNREACHABLE, Outcome.WITHDRAWN, Outcome.MOVED_OUTSIDE)

# Code → words, after « Démarches faites : »; « doctors » is told with its number.
TAKEN = MappingProxyType(
    {
        "doctors": "médecins du territoire sollicités",
        "again": "une seconde recherche",
        "offices": "des cabinets appelés un à un",
        "neighbour": "une CPTS voisine interrogée",
        "called": "un échange au téléphone",
        "misas": "la Mission Accompagnement Santé de l’Assurance Maladie sollicitée",
        "dac": "le dispositif d’appui à la coordination sollicité",
        "rights": "un point sur les droits",
    }
)

# What a kind of step shows was done.
_SHOWN_BY = MappingProxyType(
    {
        "request.propose": "doctors",
        "request.partner_return": "again",
        "request.search_again": "again",
        "request.refer_misas": "misas",
        "request.refer_dac": "dac",
        "request.hand_to_dac": "dac",
    }
)


def taken_from(kinds: Iterable[str]) -> list[str]:
    """The steps taken that the timeline already shows, in the order of the list."""
    shown = {_SHOWN_BY[kind] for kind in kinds if kind in _SHOWN_BY}
    return [code for code in TAKEN if code in shown]


def taken_words(codes: Iterable[str], doctor_count: int = 0) -> list[str]:
    """« 3 médecins du territoire sollicités », « une seconde recherche »."""
    return [_word(code, doctor_count) for code in TAKEN if code in set(codes)]


def _word(code: str, doctor_count: int) -> str:
    if code != "doctors" or doctor_count < 1:
        return TAKEN[code]
    return count(doctor_count, "médecin du territoire sollicité", "médecins du territoire sollicités")


def taken_of(data: Mapping[str, Any]) -> list[str]:
    """The same from what a closing step holds."""
    return taken_words(data.get("taken", []), int(data.get("doctors", 0)))


def why_not_close(outcome: Outcome, taken: Iterable[str]) -> str | None:
    """Every closing says what was done, but when the person leaves of their own will (A46)."""
    if outcome in (Outcome.WITHDRAWN, Outcome.MOVED_OUTSIDE) or set(taken):
        return None
    return "Dites au moins une démarche\u202f: la personne et qui l’a adressée la liront."
