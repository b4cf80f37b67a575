"""The facets of the directory's list: what can be chosen, how it is called, in which order (B91)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from cptsapp.core.text import fold
from cptsapp.directory.models import PracticeMode
from cptsapp.directory.rules.finder import Criterion
from cptsapp.directory.rules.membership import Status
from cptsapp.directory.rules.words import PROFESSION_PLURALS, matches

PROFESSION, COMMUNE, MEMBER, MODE, SHEET = "profession", "commune", "adhesion", "pratique", "fiche"
KIND = "genre"  # of a structure: found by what is typed, no facet of its own
STRUCTURE = Criterion(PROFESSION, "structure")
OVERBOOK, POSTS = Criterion(MODE, "en-sus"), Criterion(MODE, "creneaux")
STALE, LEAVING = Criterion(SHEET, "a-actualiser"), Criterion(SHEET, "depart")
ACTIVE, NOT_ACTIVE, FORMER = Criterion(MEMBER, "a-jour"), Criterion(MEMBER, "non"), Criterion(MEMBER, "echue")
APPLIED = Criterion(MEMBER, "demande")

FACET_LABELS: Mapping[str, str] = MappingProxyType(
    {PROFESSION: "Profession", COMMUNE: "Commune", MEMBER: "Adhésion", MODE: "Pratique", SHEET: "Fiche"}
)
# Those whose values are known beforehand; communes are those of the entries.
VALUE_LABELS: Mapping[Criterion, str] = MappingProxyType(
    {
        **{Criterion(PROFESSION, profession.value): label for profession, label in PROFESSION_PLURALS.items()},
        STRUCTURE: "Structures",
        ACTIVE: "Adhérents à jour",
        NOT_ACTIVE: "Non adhérents",
        FORMER: "Adhésion échue ou quittée",
        APPLIED: "Demande reçue",
        Criterion(MODE, PracticeMode.LIBERAL.value): "Libéral",
        Criterion(MODE, PracticeMode.SALARIED.value): "Salarié",
        Criterion(MODE, PracticeMode.LOCUM.value): "Remplaçant",
        Criterion(MODE, PracticeMode.VOLUNTEER.value): "Bénévole",
        POSTS: "Publie des créneaux",
        OVERBOOK: "Prend en sus",
        STALE: "À actualiser",
        LEAVING: "Départ prévu",
    }
)
_CIVILITIES = frozenset({"dr", "docteur", "pr", "mme", "madame", "monsieur"})
SHOWN_AT_ONCE = 6  # values of a facet before « 8 autres »


@dataclass(frozen=True, slots=True)
class Filters:
    """What is asked of the list: what is typed and, by facet, the values chosen. One of a facet's is enough."""

    typed: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def words(self) -> tuple[str, ...]:
        """What is typed, folded: an entry answers to every word. « Dr » before a name says nothing of whose it is."""
        words = tuple(fold(self.typed).split())
        return tuple(word for word in words if word not in _CIVILITIES) if len(words) > 1 else words

    @property
    def is_empty(self) -> bool:
        """Whether the whole directory is asked for."""
        return not self.words and not self.chosen

    def criteria(self, facet: str) -> list[Criterion]:
        """The values chosen in a facet."""
        return [Criterion(facet, value) for value in self.chosen.get(facet, ())]

    def toggled(self, criterion: Criterion) -> "Filters":
        """The same with a value more, or without it: a second click clears."""
        values = self.chosen.get(criterion.facet, ())
        kept = tuple(value for value in values if value != criterion.value)
        if len(kept) == len(values):
            kept = (*values, criterion.value)
        return Filters(self.typed, {name: v for name, v in {**self.chosen, criterion.facet: kept}.items() if v})

    def pairs(self) -> list[tuple[str, str]]:
        """As an address writes them, in an order that does not change."""
        typed = [("q", self.typed)] if self.typed else []
        return typed + [(facet, value) for facet in FACET_LABELS for value in self.chosen.get(facet, ())]


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value that can be chosen, and how many of those found have it."""

    criterion: Criterion
    label: str
    count: int
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """A facet and its values: those chosen and the most frequent first come at once, the others on demand."""

    name: str
    shown: tuple[FacetValue, ...]
    others: tuple[FacetValue, ...] = ()

    @property
    def label(self) -> str:
        """In French."""
        return FACET_LABELS[self.name]

    @property
    def chosen_count(self) -> int:
        """How many of its values are chosen."""
        return sum(value.is_chosen for value in (*self.shown, *self.others))


def facet(name: str, values: Iterable[FacetValue]) -> Facet:
    """A facet of these values; those nobody has and nobody chose are left out."""
    present = [value for value in values if value.count or value.is_chosen]
    if len(present) <= SHOWN_AT_ONCE or name not in (PROFESSION, COMMUNE):
        return Facet(name, tuple(present))
    first = sorted(present, key=lambda value: (not value.is_chosen, -value.count, value.label))
    at_once = max(SHOWN_AT_ONCE - 1, sum(value.is_chosen for value in present))
    return Facet(name, tuple(first[:at_once]), tuple(sorted(first[at_once:], key=lambda value: fold(value.label))))


def member_criteria(status: Status) -> tuple[Criterion, ...]:
    """The values of « Adhésion » that someone in this state has."""
    if status is Status.ACTIVE:
        return (ACTIVE,)
    return (NOT_ACTIVE, FORMER) if status in (Status.LAPSED, Status.LEFT) else (NOT_ACTIVE,)


def communes_called(communes: Mapping[str, str], word: str) -> list[Criterion]:
    """The communes, folded names by code, that answer to a folded word: « sables », « lessables »."""
    return [Criterion(COMMUNE, code) for code, folded in communes.items() if matches(folded, word)]
