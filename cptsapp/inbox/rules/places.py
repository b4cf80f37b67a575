"""A doctor's places: one equation, what closed lists are called, until when an answer holds (E53–E59). Pure."""

from dataclasses import dataclass
from datetime import date, timedelta
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
CONFIRM_BEFORE = timedelta(days=7)  # « toujours 3 places ? » is asked so long before an answer lapses

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


class Counts(Protocol):
    """The counts of an answer: a row of the table, or the columns read of it."""

    @property
    def offered(self) -> int: ...
    @property
    def taken(self) -> int: ...
    @property
    def pending(self) -> int: ...


class Conditions(Protocol):
    """Whom a doctor takes; a patient fits when none is ticked, or when one of those ticked is theirs."""

    @property
    def long_term_illness(self) -> bool: ...
    @property
    def children(self) -> bool: ...
    @property
    def households(self) -> bool: ...
    @property
    def own_commune(self) -> bool: ...
    @property
    def max_km(self) -> int | None: ...
    @property
    def home_visits(self) -> bool: ...


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


def is_to_confirm(is_no: bool, valid_until: date, left: int, today: date) -> bool:
    """Whether an answer is about to lapse: a no on its day, a yes with places left in the week before."""
    if is_no:
        return valid_until <= today
    return left > 0 and valid_until - today <= CONFIRM_BEFORE


def why_not_until(until: date, today: date) -> str | None:
    """Why an answer may not hold until this day, or None."""
    if until < today:
        return "Ce jour est passé."
    if until > months_later(today, LATEST_MONTHS):
        return "Douze mois au plus\u202f: nous vous reposerons la question."
    return None


def why_not_more(more: int) -> str | None:
    """Why a yes may not be for so many new patients, or None."""
    if more < 1:
        return "Dites au moins un patient, ou répondez «\u00a0Non\u00a0»."
    return f"{OFFERED_MAX}\u00a0patients au plus." if more > OFFERED_MAX else None


def why_not_conditions(takes: Takes, said: Conditions) -> str | None:
    """Why a yes « à conditions » may not be without one, or None."""
    if takes is not Takes.CONDITIONS or condition_words(said):
        return None
    return "Choisissez au moins une condition, ou répondez «\u00a0Oui\u00a0»."


def why_not_offer(offered: int, taken: int, pending: int) -> str | None:
    """Why an answer may not be for so many places in all, or None: those held meanwhile are kept."""
    if offered >= taken + pending:
        return None
    held = f"{french.count(taken, 'patient pris', 'patients pris')} et {pending}\u00a0en attente"
    return f"Vos places ont changé entre-temps\u202f: {held}. Relisez, puis envoyez de nouveau."


def continues(valid_until: date, campaign_id: int | None, asked_id: int | None, today: date) -> bool:
    """Whether a new answer changes the one in force: it has not lapsed, and no other campaign asks the question."""
    return valid_until >= today and (asked_id is None or asked_id == campaign_id)
