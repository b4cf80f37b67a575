"""The table of the figures as one object: cells of the page, of its CSV and of its XLSX, masked alike."""

from collections.abc import Sequence
from dataclasses import dataclass

from cptsapp.core import french
from cptsapp.core.small import HIDDEN_WORDS, SMALL, SMALL_WORDS
from cptsapp.core.tables import Column, Kind, Rate, Sheet, SheetRow, Value
from cptsapp.inbox.queries import figures
from cptsapp.inbox.queries.figures import Period
from cptsapp.inbox.rules.figures import (
    CUTS,
    MEASURES,
    Cut,
    Hidden,
    Row,
    Tally,
    cut_by,
    hidden_cells,
    tally,
)

TOTAL = -1
RATE, DAYS = "taux", "delai"


@dataclass(frozen=True, slots=True)
class Page:
    """The rows of a period, cut; `hidden` are the cells that this reader does not see."""

    rows: Sequence[Row]
    cut: Cut
    lines: Sequence[Tally]
    total: Tally
    hidden: Hidden

    def is_hidden(self, number: int, slug: str) -> bool:
        """Whether the reader does not see the count of a line (−1 is the total)."""
        return (number, slug) in self.hidden

    def shown(self, number: int, slug: str) -> Value:
        """A count as this reader reads it."""
        found = (self.total if number == TOTAL else self.lines[number]).counts[slug]
        if not self.is_hidden(number, slug):
            return found
        return SMALL_WORDS if found < SMALL else HIDDEN_WORDS


def page(period: Period, cut: Cut, *, sees_all: bool) -> Page:
    """The figures of a period, cut; small counts hidden from who may not open a file."""
    rows = figures.rows(period)
    lines = cut_by(rows, cut, _labels(rows, cut))
    total = tally(rows)
    hidden = set() if sees_all else hidden_cells(lines, total, is_whole=cut.is_whole)
    return Page(rows, cut, lines, total, hidden)


def _labels(rows: Sequence[Row], cut: Cut) -> dict[str, str]:
    """The words of keys that are not a closed list: communes, months."""
    keys = {key for row in rows for key in cut.keys(row)}
    if cut is CUTS["commune"]:
        return figures.commune_names(sorted(keys))
    if cut is CUTS["mois"]:
        return {key: f"{french.MONTHS[int(key[5:]) - 1]} {key[:4]}" for key in keys}
    return {}


def as_sheet(found: Page) -> Sheet:
    """The table as it is on screen and leaves as a file."""
    columns = (
        Column("key", found.cut.label.removeprefix("Par ").capitalize(), Kind.TEXT),
        *(Column(slug, measure.label) for slug, measure in MEASURES.items()),
        Column(RATE, "Part qui a trouvé", Kind.RATE),
        Column(DAYS, "Délai médian", Kind.NOTE),
    )
    lines = tuple(_row(found, number, line) for number, line in enumerate(found.lines))
    total = _row(found, TOTAL, found.total) if found.cut.is_whole else None
    return Sheet("Demandes de médecin traitant", columns, lines, total)


def _row(found: Page, number: int, line: Tally) -> SheetRow:
    is_shown = not (found.is_hidden(number, "recues") or found.is_hidden(number, "trouves"))
    rate: Value = Rate(line.counts["trouves"], line.counts["recues"]) if is_shown else HIDDEN_WORDS
    days: Value = days_words(line.days) if is_shown else HIDDEN_WORDS
    counts = (found.shown(number, slug) for slug in MEASURES)
    return SheetRow((number, line.key), (line.label, *counts, rate, days))


def days_words(days: float | None) -> str:
    """« 12 jours », « 4,5 jours »; a dash when nobody has found yet."""
    if days is None:
        return "—"
    number = f"{days:.1f}".removesuffix(".0").replace(".", ",")
    return f"{number}\u00a0jour{'s' if days >= 2 else ''}"
