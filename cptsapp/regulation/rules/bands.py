"""Nearest first: the bands of a list once a commune is known."""

import enum
from functools import lru_cache

from cptsapp.regulation.rules.match import Town
from cptsapp.snp.models import Modality
from cptsapp.territory.rules import distance_km

NEAR_KM = 15


class Band(enum.IntEnum):
    """How far the patient goes, nearest first; without positions only *here* and *elsewhere* can be told."""

    HERE = 0
    NEAR = 1
    FAR = 2
    ELSEWHERE = 3
    NO_TRAVEL = 4


LABELS = {
    Band.HERE: "Sur place",
    Band.NEAR: "À moins de 15 km",
    Band.FAR: "Plus loin",
    Band.ELSEWHERE: "Autres communes",
    Band.NO_TRAVEL: "Sans déplacement",
}


@lru_cache(maxsize=4096)
def kilometres(here: Town, there: Town) -> int | None:
    """Whole kilometres as the crow flies, or None when a position is unknown."""
    if here.position is None or there.position is None:
        return None
    return round(distance_km(here.position, there.position))


def band_of(modality: Modality, here: Town, there: Town) -> Band:
    """The band of a slot given `there` for a patient who is `here`."""
    if modality is not Modality.SURGERY:
        return Band.NO_TRAVEL
    if here.code == there.code:
        return Band.HERE
    away = kilometres(here, there)
    if away is None:
        return Band.ELSEWHERE
    return Band.NEAR if away < NEAR_KM else Band.FAR
