"""The register in words: what is kept of what was promised, by when the next step is due, which conventions answer."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

from cptsapp.checklists.rules import day_word
from cptsapp.conventions.models import ConventionState, PartnerKind, Relation
from cptsapp.conventions.rules.next import AHEAD_DAYS, Step, is_due, is_late
from cptsapp.core import french
from cptsapp.core.french import NBSP
from cptsapp.core.tables import Column, Kind, Sheet, SheetRow
from cptsapp.core.text import fold

KIND_LABELS = MappingProxyType(
    {
        PartnerKind.DAC: "Dispositif d’appui à la coordination (DAC)",
        PartnerKind.MSP: "Maison de santé (MSP)",
        PartnerKind.CPAM: "CPAM, MiSAS",
        PartnerKind.HOSPITAL: "Hôpital, GHT",
        PartnerKind.PCO: "Plateforme de coordination et d’orientation (PCO)",
        PartnerKind.COMMUNE: "Commune, CCAS",
        PartnerKind.DEPARTMENT: "Département",
        PartnerKind.CARE_HOME: "EHPAD",
        PartnerKind.SAS: "Service d’accès aux soins (SAS)",
        PartnerKind.CPTS: "Autre CPTS",
        PartnerKind.OTHER: "Autre structure",
    }
)
RELATION_LABELS = MappingProxyType({Relation.MEMBERSHIP: "adhésion", Relation.PARTNERSHIP: "partenariat"})

# The filters above the list, by their code in addresses.
CURRENT, DUE, LATE, CLOSED = "en-cours", "a-echeance", "en-retard", "closes"
CHIPS = MappingProxyType({CURRENT: "En cours", DUE: "À échéance", LATE: "En retard", CLOSED: "Closes"})
TYPED_MAX = 80
SOON = 7  # days


@dataclass(frozen=True, slots=True)
class Tally:
    """How many commitments are kept, being done, late (whatever was begun) and to do; what was dropped is not owed."""

    kept: int = 0
    doing: int = 0
    late: int = 0
    todo: int = 0

    @property
    def total(self) -> int:
        """All that is owed."""
        return self.kept + self.doing + self.late + self.todo

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.kept + other.kept, self.doing + other.doing, self.late + other.late, self.todo + other.todo)

    def once_over(self) -> "Tally":
        """Of what has ended: kept, or not; nothing is late any more."""
        return Tally(kept=self.kept, todo=self.total - self.kept)

    @property
    def parts(self) -> tuple[str, str, str]:
        """Where the bar's parts end, as percentages of the whole: kept, then being done, then late."""
        ends = (self.kept, self.kept + self.doing, self.kept + self.doing + self.late)
        kept, doing, late = (f"{100 * end / self.total:.1f}" if self.total else "0" for end in ends)
        return kept, doing, late


def planned_words(tally: Tally) -> str:
    """Of a convention that is not in force: « 11 prévus », « aucun »."""
    return french.count(tally.total, "prévu") if tally.total else "aucun"


def before_late(tally: Tally) -> str:
    """« 3 tenus, 2 en cours »: what is told before what is late."""
    told = [french.count(tally.kept, "tenu")] if tally.kept or not (tally.doing or tally.late) else []
    return ", ".join([*told, *([f"{tally.doing}{NBSP}en cours"] if tally.doing else [])])


@dataclass(frozen=True, slots=True)
class DayWords:
    """« ven. 24 juil. », « dans 4 j », and how the second is marked: late, due or detail."""

    day: str
    detail: str = ""
    mark: str = "detail"


@dataclass(slots=True)  # not frozen: two hundred are made at once
class Line:
    """A convention in the register. `told_step` is what comes next for a partner, who reads no draft."""

    id: int
    title: str
    partners: str
    relation: str
    state: ConventionState
    state_words: str
    step: Step
    told_step: Step
    day: DayWords
    tally: Tally
    lead: str
    ended_on: date | None
    folded: str

    @property
    def missing(self) -> Sequence[str]:
        """What it lacks for its next step."""
        return self.step.missing

    @property
    def is_ended(self) -> bool:
        """Whether it is over."""
        return self.state is ConventionState.ENDED

    @property
    def is_kept(self) -> bool:
        """Whether what it promises is, or was, asked of people."""
        return self.state in (ConventionState.IN_FORCE, ConventionState.ENDED)


def told(line: Line, today: date) -> Line:
    """The line as a partner reads it: nothing of an amendment that is still in the drawer."""
    if line.told_step == line.step:
        return line
    return replace(line, step=line.told_step, day=day_words(line.told_step.due_on, today))


def day_words(due_on: date | None, today: date, *, is_past: bool = False) -> DayWords:
    """By when; far ahead, or of what is over, the day alone with its year."""
    if due_on is None:
        return DayWords("—")
    days = (due_on - today).days
    if is_past or days > AHEAD_DAYS or due_on.year != today.year:
        return DayWords(day_word(due_on, today))
    day = french.day_short(due_on)
    if days < 0:
        return DayWords(day, f"{-days}{NBSP}j de retard", "late")
    return DayWords(day, french.days_ahead(days), "due" if days <= SOON else "detail")


def order(line: Line) -> tuple[date, str, int]:
    """What is due first comes first; then by name."""
    return line.step.due_on or date.max, line.folded, line.id


def answers(line: Line, chip: str, words: Sequence[str], today: date) -> bool:
    """Whether a line belongs under a filter and each folded word begins one of its own."""
    return is_under(line, chip, today) and all(f" {word}" in f" {line.folded}" for word in words)


def is_under(line: Line, chip: str, today: date) -> bool:
    """Whether a line belongs under a filter."""
    if chip == CLOSED or line.is_ended:
        return chip == CLOSED and line.is_ended
    if chip == DUE:
        return is_due(line.step, today)
    return chip != LATE or is_late(line.step, today) or line.tally.late > 0


def counts(lines: Iterable[Line], today: date) -> Mapping[str, int]:
    """How many lines each filter would show."""
    found = list(lines)
    return {chip: sum(is_under(line, chip, today) for line in found) for chip in CHIPS}


def words_of(typed: str) -> list[str]:
    """What was typed as words to look for."""
    return fold(typed[:TYPED_MAX]).split()


COLUMNS = (
    Column("avec", "Avec", Kind.TEXT),
    Column("convention", "Convention", Kind.TEXT),
    Column("relation", "Relation", Kind.TEXT),
    Column("etat", "État", Kind.TEXT),
    Column("ensuite", "Ensuite", Kind.TEXT),
    Column("echeance", "Prochaine échéance", Kind.DAY),
    Column("tenus", "Engagements tenus"),
    Column("en_cours", "En cours"),
    Column("en_retard", "En retard"),
    Column("total", "Sur"),
    Column("manque", "Manque", Kind.TEXT),
    Column("referent", "Référent", Kind.TEXT),
)


def sheet_of(lines: Iterable[Line], title: str) -> Sheet:
    """The register as a table that leaves."""
    return Sheet(title, COLUMNS, tuple(SheetRow(line.id, _values(line)) for line in lines))


def _values(line: Line) -> tuple[str | int | date, ...]:
    tally = line.tally
    return (
        *(line.partners, line.title, line.relation, line.state_words, line.step.words, line.step.due_on or ""),
        *(tally.kept, tally.doing, tally.late, tally.total, ", ".join(line.missing), line.lead),
    )
