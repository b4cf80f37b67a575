"""Pure rules of activity: which campaign a day belongs to, weeks, the weekly cap, and what is counted."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Protocol, TypeVar

from cptsapp.core import periods
from cptsapp.core.small import SMALL
from cptsapp.snp.models import BookingState

REMIND_DAYS = 14  # an act older than that is no longer asked for by mail: the page still lists it
DONE_DAYS = 7  # how long an outcome stays in sight, to be corrected

S = BookingState

OUTCOME_WORDS: Mapping[BookingState, str] = MappingProxyType(
    {S.BOOKED: "à renseigner", S.HONOURED: "venu", S.NO_SHOW: "absent", S.CANCELLED: "annulé"}
)


class Period(Protocol):
    """A campaign, as far as its days go."""

    id: int
    starts_on: date
    ends_on: date | None


P = TypeVar("P", bound=Period)


def covers(period: Period, day: date) -> bool:
    """Whether a day is within a campaign, both ends included; a campaign without end is all year (B44, B61)."""
    return periods.covers(period.starts_on, period.ends_on, day)


def campaign_of(day: date, campaigns: Iterable[P]) -> P | None:
    """The campaign a day belongs to: of those that cover it the one that began last, then the newest; or None."""
    covering = [campaign for campaign in campaigns if covers(campaign, day)]
    return max(covering, key=lambda campaign: (campaign.starts_on, campaign.id), default=None)


class CampaignState(Protocol):
    """What the state of a campaign is read from."""

    starts_on: date
    ends_on: date | None
    closed_at: datetime | None


def campaign_state(campaign: CampaignState, today: date) -> str:
    """The state in the reader's words: à venir, en cours, terminée, close."""
    if campaign.closed_at is not None:
        return "close"
    if today < campaign.starts_on:
        return "à venir"
    return "terminée" if campaign.ends_on is not None and campaign.ends_on < today else "en cours"


# -- weeks ------------------------------------------------------------------------------------------------------------


def week_of(day: date) -> date:
    """The Monday of a day's week: the cap counts from Monday to Sunday."""
    return day - timedelta(days=day.weekday())


@dataclass(frozen=True, slots=True)
class Excess:
    """Acts of one week beyond the cap. Shown, never deducted: the convention is not ours to apply (§3.1)."""

    week_on: date
    count: int


def beyond_cap(days: Mapping[date, int], cap: int) -> tuple[Excess, ...]:
    """The weeks with more honoured acts than the cap, oldest first, from honoured acts per day."""
    weeks: Counter[date] = Counter()
    for day, count in days.items():
        weeks[week_of(day)] += count
    return tuple(Excess(week, count - cap) for week, count in sorted(weeks.items()) if count > cap)


def amount(honoured: int, cents: int) -> int:
    """What honoured acts are worth, in cents: all of them × the campaign's pay per act (B47)."""
    return honoured * cents


# -- small counts -----------------------------------------------------------------------------------------------------


def masked(parts: Sequence[int]) -> tuple[int | None, ...]:
    """Counts that together make a known whole, with None where one could point at a patient.

    A lone hidden part could be found by subtraction: the smallest of the others is hidden with it.
    """
    hidden = {i for i, count in enumerate(parts) if 0 < count < SMALL}
    others = sorted((count, i) for i, count in enumerate(parts) if count >= SMALL)
    if len(hidden) == 1 and others:
        hidden.add(others[0][1])
    return tuple(None if i in hidden else count for i, count in enumerate(parts))


# -- figures ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of one cell, row or total: they add up. The fields are the codes of `MEASURES`."""

    posted: int = 0
    withdrawn: int = 0
    booked: int = 0
    broadcasts: int = 0
    honoured: int = 0
    no_show: int = 0
    awaiting: int = 0
    to_come: int = 0
    cancelled: int = 0
    with_doctor: int = 0
    without_doctor: int = 0
    unknown_doctor: int = 0
    within_24h: int = 0
    within_48h: int = 0
    redirected: int = 0
    overbooked: int = 0
    out_of_hours: int = 0

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(**{code: getattr(self, code) + getattr(other, code) for code in MEASURES})

    @property
    def patients(self) -> int:
        """Patients with a booking that stands, in a posted slot or by a broadcast."""
        return self.booked + self.broadcasts


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure: its word in addresses, its heading, and what it counts, in one sentence."""

    slug: str
    label: str
    definition: str


MEASURES: Mapping[str, Measure] = MappingProxyType(
    {
        "posted": Measure(
            "publies",
            "Publiés",
            "Places offertes à la régulation et restées ouvertes, ou prises avant leur retrait\u202f; "
            "une plage de quatre patients compte quatre places.",
        ),
        "withdrawn": Measure(
            "retires",
            "Retirés",
            "Places retirées par le cabinet ou par une absence, sans patient inscrit\u202f; "
            "elles ne comptent pas parmi les publiées.",
        ),
        "booked": Measure("pris", "Pris", "Places publiées qui portent une réservation non annulée."),
        "broadcasts": Measure(
            "diffusions",
            "Diffusions",
            "Patients reçus en réponse à une diffusion, sans créneau publié\u202f; ils n’entrent pas dans le taux.",
        ),
        "honoured": Measure("honores", "Honorés", "Patients que le cabinet a notés venus."),
        "no_show": Measure("absents", "Absents", "Patients que le cabinet a notés absents."),
        "awaiting": Measure(
            "a-renseigner",
            "À renseigner",
            "Réservations dont l’heure est passée et dont le cabinet n’a pas encore noté la venue.",
        ),
        "to_come": Measure("a-venir", "À venir", "Réservations dont l’heure n’est pas encore passée."),
        "cancelled": Measure(
            "annules",
            "Annulés",
            "Réservations annulées par le patient, le cabinet ou la régulation, "
            "sans les déplacements, les erreurs de saisie ni les retours en arrière.",
        ),
        "with_doctor": Measure(
            "avec-medecin-traitant", "Avec MT", "Patients inscrits qui ont dit avoir un médecin traitant."
        ),
        "without_doctor": Measure(
            "sans-medecin-traitant", "Sans MT", "Patients inscrits qui ont dit ne pas avoir de médecin traitant."
        ),
        "unknown_doctor": Measure(
            "ne-sait-pas", "MT\u00a0?", "Patients inscrits qui ne savaient pas s’ils ont un médecin traitant."
        ),
        "within_24h": Measure(
            "sous-24h",
            "Sous 24\u00a0h",
            "Patients inscrits dont l’heure de passage suit la réservation de 24\u00a0h au plus (horloge de la CPTS).",
        ),
        "within_48h": Measure(
            "sous-48h",
            "Sous 48\u00a0h",
            "Patients inscrits dont l’heure de passage suit la réservation de 48\u00a0h au plus (horloge du SAS).",
        ),
        "redirected": Measure(
            "adresses", "Adressés", "Appelants adressés à leur médecin traitant, sans prendre de créneau."
        ),
        "overbooked": Measure(
            "en-sus", "En sus", "Appelants adressés à un médecin qui accepte en sus, quand il n’y avait plus rien."
        ),
        "out_of_hours": Measure(
            "hors-horaires",
            "Hors horaires",
            "Appelants adressés à la permanence des soins, hors des horaires de la CPTS.",
        ),
    }
)
FILL_RATE = "Places prises parmi les places publiées\u202f; sans place publiée, il n’y a pas de taux."
BY_SLUG: Mapping[str, str] = MappingProxyType({measure.slug: code for code, measure in MEASURES.items()})

# Callers sent elsewhere: no slot, no practitioner but for « en sus ».
CALLS = frozenset({"redirected", "overbooked", "out_of_hours"})
OF_NO_PRACTITIONER = frozenset({"redirected", "out_of_hours"})
OF_PATIENTS = frozenset({"with_doctor", "without_doctor", "unknown_doctor"})


def total(figures: Iterable[Figures]) -> Figures:
    """The sum of figures; nothing at all sums to zeros."""
    return sum(figures, Figures())
