"""What the cockpit counts: one row a plan, each number is a sum over rows, and the list behind it is those rows."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from types import MappingProxyType

from cptsapp.care_plans.models import PlanState
from cptsapp.core.small import SMALL


@dataclass(frozen=True, slots=True)
class Row:
    """A plan as the cockpit knows it: no person. `asked_on`: the day of the request, or of its opening.

    `reviews`: the days before which its reviews, not held yet, are due. `late`: its commitments past their day.
    """

    plan_id: int
    year: int
    number: int
    state: PlanState
    asked_on: date
    opened_on: date
    met_on: date | None
    reviews: tuple[date, ...]
    late: int

    @property
    def days_to_meeting(self) -> int | None:
        """Days from the request to the first meeting, once it is held."""
        return (self.met_on - self.asked_on).days if self.met_on is not None else None


@dataclass(frozen=True, slots=True)
class Measure:
    """A number of the cockpit: its word in addresses, its heading, what it counts in one sentence."""

    slug: str
    label: str
    definition: str
    counts: Callable[[Row, date], int]
    is_part: bool = False  # the parts add up to the open plans


def _in(state: PlanState) -> Callable[[Row, date], int]:
    return lambda row, _today: int(row.state is state)


def month_end(day: date) -> date:
    """The last day of a day's month."""
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _reviews(row: Row, today: date) -> int:
    return sum(1 for due_on in row.reviews if due_on <= month_end(today))


OPEN, ENGAGED, MET = "ouverts", "professionnels", "reunions"

MEASURES: Mapping[str, Measure] = MappingProxyType(
    {
        measure.slug: measure
        for measure in (
            Measure(
                OPEN, "Plans ouverts", "Ceux qui ne sont pas clos.", lambda row, _: row.state is not PlanState.CLOSED
            ),
            Measure(
                "en-preparation",
                "En préparation",
                "Accord de la personne, référent ou cercle encore à réunir.",
                _in(PlanState.PREPARING),
                is_part=True,
            ),
            Measure(
                "reunion-a-tenir",
                "Réunion à tenir",
                "Cercle engagé, première visioconférence à venir.",
                _in(PlanState.MEETING),
                is_part=True,
            ),
            Measure(
                "a-valider",
                "À valider",
                "Réunion tenue, médecin traitant attendu.",
                _in(PlanState.VALIDATING),
                is_part=True,
            ),
            Measure("actifs", "Actifs", "Validés, suivis de leurs bilans.", _in(PlanState.ACTIVE), is_part=True),
            Measure("clos", "Clos", "Clos dans les douze derniers mois.", _in(PlanState.CLOSED)),
            Measure(
                "bilans",
                "Bilans à tenir ce mois-ci",
                "Bilans des 6 mois et d’un an dont le jour est passé ou tombe ce mois-ci.",
                _reviews,
            ),
            Measure(
                "en-retard",
                "Engagements en retard",
                "Engagements de plans ouverts, à faire ou en cours, dont le jour est passé.",
                lambda row, _: row.late,
            ),
        )
    }
)
PARTS = tuple(slug for slug, measure in MEASURES.items() if measure.is_part)


def numbers(rows: Sequence[Row], today: date) -> Mapping[str, int]:
    """Each number of the cockpit."""
    return {slug: sum(int(measure.counts(row, today)) for row in rows) for slug, measure in MEASURES.items()}


def listed(rows: Iterable[Row], measure: Measure, today: date) -> list[Row]:
    """The very plans a number counts."""
    return [row for row in rows if measure.counts(row, today)]


def met(rows: Iterable[Row], since: date) -> list[Row]:
    """The plans whose first meeting was held from a day on."""
    return [row for row in rows if row.met_on is not None and row.met_on >= since]


def median_days(rows: Iterable[Row]) -> float | None:
    """The median of days from the request to the first meeting; None when no meeting was held."""
    days = [row.days_to_meeting for row in rows if row.days_to_meeting is not None]
    return median(days) if days else None


def hidden(counted: Mapping[str, int]) -> frozenset[str]:
    """The numbers not shown to whoever may not open a plan: one to four; and their sum, that would give them away."""
    small = {slug for slug, count in counted.items() if 0 < count < SMALL}
    return frozenset(small | ({OPEN} if small.intersection(PARTS) else set()))
