"""A doctor's places: one equation, what closed lists are called, until when an answer holds (E53–E59). Pure."""

from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Protocol

from cptsapp.core import french
from cptsapp.core.periods import months_later
from cptsapp.inbox.models import Takes

OFFERED_MAX = 50  # new patients a doctor may offer at once; more is a slip of the finger
NEAR_KM = 15  # « À moins de 15 km », the one distance the page proposes
OFFER_MONTHS = 3
ASK_AGAIN_MONTHS = 6  # who answers no is asked again after half a year
LATEST_MONTHS = 12  # no answer holds longer
UNDO_MINUTES = 10

TAKES_LABELS = MappingProxyType({Takes.YES: "Oui", Takes.CONDITIONS: "À conditions", Takes.NO: "Non"})
# Why a doctor cannot (E54, E56, E58), and what would help (E54, E59).
OBSTACLES = MappingProxyType(
    {"time": "Pas le temps", "premises": "Locaux", "leaving": "Je pars bientôt", "other": "Autre"}
)
HELPS = MappingProxyType(
    {
        "assistant": "Assistant médical",
        "advanced_nurse": "Infirmière IPA",
        "locum": "Remplaçant",
        "none": "Rien de cela",
    }
)


@dataclass(frozen=True, slots=True)
class Equation:
    """« 3 places = 5 offertes − 1 prise − 1 en attente »: the only way places are counted and written.

    Pending: proposals unanswered. Taken: accepted and not released.
    """

    offered: int
    taken: int
    pending: int

    @property
    def left(self) -> int:
        """The places still free; the database keeps it from going under zero."""
        return self.offered - self.taken - self.pending

    @property
    def terms(self) -> str:
        """ "5 offertes − 1 prise − 1 en attente"."""
        offered = french.count(self.offered, "offerte")
        return f"{offered} − {french.count(self.taken, 'prise')} − {french.number(self.pending)}\u00a0en attente"

    def __str__(self) -> str:
        return f"{french.count(self.left, 'place')} = {self.terms}"


class Conditions(Protocol):
    """Whom a doctor takes; a patient fits when none is ticked, or when one of those ticked is theirs."""

    long_term_illness: bool
    children: bool
    households: bool
    own_commune: bool
    max_km: int | None
    home_visits: bool


def condition_words(offer: Conditions) -> list[str]:
    """The conditions of an answer, as the register and the ranking write them."""
    told = {
        "ALD": offer.long_term_illness,
        "enfants": offer.children,
        "familles": offer.households,
        "sa commune": offer.own_commune,
    }
    words = [word for word, is_ticked in told.items() if is_ticked]
    return [*words, f"à moins de {offer.max_km}\u00a0km"] if offer.max_km else words


def default_until(takes: Takes, today: date) -> date:
    """Until when an answer holds before the doctor says otherwise: three months, six for a no."""
    return months_later(today, ASK_AGAIN_MONTHS if takes is Takes.NO else OFFER_MONTHS)


def why_not_until(until: date, today: date) -> str | None:
    """Why an answer may not hold until this day, or None."""
    if until < today:
        return "Ce jour est passé."
    if until > months_later(today, LATEST_MONTHS):
        return "Douze mois au plus\u202f: nous vous reposerons la question."
    return None


def why_not_offer(offered: int, taken: int, pending: int) -> str | None:
    """Why an answer may not be lowered to so many places, or None: those held are kept."""
    if offered > OFFERED_MAX:
        return f"{OFFERED_MAX} patients au plus."
    held = taken + pending
    if offered >= held:
        return None
    said = f"{french.count(taken, 'place')} {'prises' if taken > 1 else 'prise'} et {pending}\u00a0en attente"
    return f"{said}\u202f: dites {held} au moins, ou «\u00a0Non\u00a0» pour n’en recevoir aucune autre."
