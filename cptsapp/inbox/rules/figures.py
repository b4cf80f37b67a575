"""What the figures count: one row a seeker, a measure is a test over it, a cut gives its keys (E27–E30, A36).

The number on screen, the list behind it and the file are the same rows under the same test.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from statistics import median
from types import MappingProxyType
from typing import Any

from cptsapp.core.small import SMALL
from cptsapp.inbox.models import AgeBand, Channel, Door, HomeVisit, Outcome, Reason, State
from cptsapp.inbox.rules import ages, priority, words


@dataclass(frozen=True, slots=True)
class Row:
    """A seeker as the figures know them: no name, no reference read by those who may not open the file."""

    seeker_id: int
    reference: str
    received_on: date
    door: Door
    channel: Channel
    reason: Reason
    commune_code: str
    state: State
    age_band: AgeBand
    long_term_illness: bool
    social_cover: bool
    is_pregnant: bool
    home_visit: HomeVisit
    outcome: Outcome | None
    is_urgent: bool
    found_on: date | None

    @property
    def criteria(self) -> list[str]:
        """The codes of the criteria that fire for this seeker."""
        need = priority.Need(
            self.age_band, self.long_term_illness, self.social_cover, self.is_pregnant, self.home_visit
        )
        codes = set(priority.fired(need)) | ({"urgent"} if self.is_urgent else set())
        return [code for code in priority.CRITERIA if code in codes]


@dataclass(frozen=True, slots=True)
class Measure:
    """A number of the page: its word in addresses, its heading, what it counts in one sentence."""

    slug: str
    label: str
    definition: str
    counts: Callable[[Row], bool]
    is_part: bool = False  # the parts add up to what was received


def _is_solved(row: Row) -> bool:
    return row.outcome is Outcome.FOUND or (row.outcome is None and row.state is State.TO_DECLARE)


def _is_open(row: Row) -> bool:
    return row.outcome is None and row.state is not State.TO_DECLARE


# Grenoble's criteria of 2022 (E28): age, ALD, C2S or AME. Ours add more, which are not counted here.
E28 = frozenset({"over_70", "under_6", "long_term_illness", "social_cover"})

MEASURES: Mapping[str, Measure] = MappingProxyType(
    {
        measure.slug: measure
        for measure in (
            Measure(
                "recues",
                "Reçues",
                "Personnes sans médecin traitant recensées dans la période, chacune du foyer\u00a0; "
                "ni doublons, ni demandes douteuses.",
                lambda _row: True,
            ),
            Measure(
                "trouves",
                "Médecin trouvé",
                "Celles qui ont trouvé un médecin, la déclaration faite ou à faire.",
                _is_solved,
                is_part=True,
            ),
            Measure("en-cours", "En cours", "Celles pour qui la recherche continue.", _is_open, is_part=True),
            Measure(
                "sans-solution",
                "Pas trouvé",
                "Celles dont la demande est close sans médecin, démarches dites.",
                lambda row: row.outcome is Outcome.NOT_FOUND,
                is_part=True,
            ),
            Measure(
                "sans-suite",
                "Sans suite",
                "Injoignables, parties hors du territoire, ou qui ont retiré leur demande.",
                lambda row: row.outcome in (Outcome.UNREACHABLE, Outcome.MOVED_OUTSIDE, Outcome.WITHDRAWN),
                is_part=True,
            ),
            Measure(
                "critere",
                "Au moins un critère",
                "Plus de 70 ans, moins de 6 ans, ALD, C2S ou AME.",
                lambda row: not E28.isdisjoint(row.criteria),
            ),
            Measure(
                "visites",
                "Visites à domicile",
                "Celles qui ont besoin de visites, uniquement ou exceptionnellement.",
                lambda row: row.home_visit is not HomeVisit.NO,
            ),
            Measure(
                "urgentes",
                "Suivi sous 1 mois",
                "Celles dont le suivi doit commencer sous un mois.",
                lambda row: row.is_urgent,
            ),
        )
    }
)
PARTS = tuple(slug for slug, measure in MEASURES.items() if measure.is_part)
NO_CRITERION = "aucun"


@dataclass(frozen=True, slots=True)
class Cut:
    """A way to cut the table: the keys a row stands under, in which order they come, what they are called."""

    slug: str
    label: str
    keys: Callable[[Row], Sequence[str]]
    order: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    is_by_label: bool = False  # ordered by its words, not by its keys
    is_whole: bool = True  # each row stands under one key only


def _criteria_keys(row: Row) -> Sequence[str]:
    return row.criteria or [NO_CRITERION]


def _words(table: Mapping[Any, str]) -> dict[str, str]:
    return {str(key): label for key, label in table.items()}


CUTS: Mapping[str, Cut] = MappingProxyType(
    {
        cut.slug: cut
        for cut in (
            Cut("mois", "Par mois", lambda row: [f"{row.received_on:%Y-%m}"]),
            Cut("porte", "Par porte", lambda row: [row.door.value], tuple(words.DOORS), _words(words.DOORS)),
            Cut("voie", "Par voie", lambda row: [row.channel.value], tuple(words.CHANNELS), _words(words.CHANNELS)),
            Cut("raison", "Par raison", lambda row: [row.reason.value], tuple(words.REASONS), _words(words.REASONS)),
            Cut("age", "Par âge", lambda row: [row.age_band.value], tuple(AgeBand), _words(ages.LABELS)),
            Cut("commune", "Par commune", lambda row: [row.commune_code], is_by_label=True),
            Cut(
                "critere",
                "Par critère",
                _criteria_keys,
                (*priority.CRITERIA, NO_CRITERION),
                MappingProxyType({**priority.CRITERIA, NO_CRITERION: "Aucun critère"}),
                is_whole=False,
            ),
        )
    }
)


@dataclass(frozen=True, slots=True)
class Tally:
    """The numbers of a line of the table, by measure, and the median of days from receipt to a doctor found."""

    key: str
    label: str
    counts: Mapping[str, int]
    days: float | None


def tally(rows: Sequence[Row], key: str = "", label: str = "Ensemble") -> Tally:
    """Count each measure over rows."""
    counts = {slug: sum(1 for row in rows if measure.counts(row)) for slug, measure in MEASURES.items()}
    return Tally(key, label, MappingProxyType(counts), median_days(rows))


def median_days(rows: Iterable[Row]) -> float | None:
    """The median of days between receipt and the day a doctor was found; None when none was."""
    days = [(row.found_on - row.received_on).days for row in rows if row.found_on is not None and _is_solved(row)]
    return median(days) if days else None


def cut_by(rows: Sequence[Row], cut: Cut, labels: Mapping[str, str]) -> list[Tally]:
    """A tally by key of the cut, in its order; keys that no row has are left out."""
    by_key: dict[str, list[Row]] = {}
    for row in rows:
        for key in cut.keys(row):
            by_key.setdefault(key, []).append(row)
    rank = {key: number for number, key in enumerate(cut.order)}
    named = {**cut.labels, **labels}
    ordered = sorted(by_key, key=lambda key: (rank.get(key, 0), named.get(key, key) if cut.is_by_label else key))
    return [tally(by_key[key], key, named.get(key, key)) for key in ordered]


def listed(rows: Iterable[Row], measure: Measure, cut: Cut | None = None, key: str = "") -> list[Row]:
    """The very rows a number counts."""
    return [row for row in rows if measure.counts(row) and (cut is None or not key or key in cut.keys(row))]


# -- small counts -----------------------------------------------------------------------------------------------------

Grid = list[dict[str, int]]
Hidden = set[tuple[int, str]]


def hidden_cells(lines: Sequence[Tally], total: Tally, *, is_whole: bool) -> Hidden:
    """Which cells (line, measure) are not shown to who may not open a file; the total is line −1.

    A count of one to four is hidden; so are as many others as it takes that no sum of a line or a column gives it away.
    """
    grid: dict[int, Mapping[str, int]] = {-1: total.counts, **{n: line.counts for n, line in enumerate(lines)}}
    hidden = {(n, slug) for n, counts in grid.items() for slug, count in counts.items() if 0 < count < SMALL}
    sums = _sums(grid, is_whole=is_whole)
    while more := next(filter(None, (_one_more(cells, grid, hidden) for cells in sums)), None):
        hidden.add(more)
    return hidden


def _sums(grid: Mapping[int, Mapping[str, int]], *, is_whole: bool) -> list[list[tuple[int, str]]]:
    """The cells of each sum a reader could do, the whole last: parts of a line, and lines of a column."""
    across = [[*((n, slug) for slug in PARTS), (n, "recues")] for n in grid]
    if not is_whole:
        return across
    down = [[*((n, slug) for n in grid if n >= 0), (-1, slug)] for slug in MEASURES]
    return across + down


def _one_more(
    cells: Sequence[tuple[int, str]], grid: Mapping[int, Mapping[str, int]], hidden: Hidden
) -> tuple[int, str] | None:
    """The next cell to hide so that the sum gives nothing away; None when it is safe."""
    unseen = [cell for cell in cells if cell in hidden]
    if not unseen:
        return None
    whole = cells[-1]
    if whole in hidden and len(unseen) > 1:
        return None
    if whole not in hidden and _is_vague([grid[n][slug] for n, slug in unseen]):
        return None
    shown = [cell for cell in cells if cell not in hidden]
    return min(shown, key=lambda cell: (cell == whole, _cost(grid[cell[0]][cell[1]])), default=None)


def _cost(count: int) -> tuple[bool, int]:
    """The smallest numbers are hidden first, a zero after them: it says little, but a total says more."""
    return (count == 0, count)


def _is_vague(counts: Sequence[int]) -> bool:
    """Whether these numbers stay unknown to who reads their sum, and « moins de 5 » in place of the small ones."""
    if len(counts) < 2 or sum(counts) < SMALL:
        return False
    small = [count for count in counts if count < SMALL]
    return len(small) < len(counts) or sum(counts) not in (len(counts), (SMALL - 1) * len(counts))
