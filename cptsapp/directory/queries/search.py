"""The list of the directory: persons and structures who answer to what is typed and to the facets chosen."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import chain, islice

from cptsapp.accounts.identity import CurrentUser
from cptsapp.core.text import fold
from cptsapp.directory import permissions
from cptsapp.directory.queries import finding
from cptsapp.directory.rules import facets
from cptsapp.directory.rules.facets import Facet, FacetValue, Filters
from cptsapp.directory.rules.finder import Criterion, Entry, ranks_of
from cptsapp.directory.rules.lines import Reader, Shown
from cptsapp.directory.rules.words import ORGANISATION_LABELS, professions_called
from cptsapp.territory import queries as territory

PAGE = 25
TYPED_MAX = 80


@dataclass(frozen=True, slots=True)
class Found:
    """A page of what answers, how many answer in all, of how many, and what would narrow it."""

    rows: Sequence[Shown]
    page: int
    count: int
    total: int
    facets: Sequence[Facet]


@lru_cache(maxsize=1000)
def _called(word: str) -> tuple[Criterion, ...]:
    """The professions and the kinds of structure that a folded word begins a word of."""
    people = (Criterion(facets.PROFESSION, profession.value) for profession in professions_called(word))
    houses = (
        Criterion(facets.KIND, kind.value)
        for kind, label in ORGANISATION_LABELS.items()
        if f" {word}" in f" {fold(label)}"
    )
    return (*people, *houses)


def _reader(user: CurrentUser) -> Reader:
    return Reader(
        today=territory.today(),
        sees_members=permissions.sees_members(user),
        sees_applications=user.can("membership.approve") or user.can("membership.manage"),
        manages=user.can("directory.manage"),
    )


class Search:
    """One search of one user: the sets it is made of, met once. `filters` are those the user may choose."""

    def __init__(self, user: CurrentUser, filters: Filters) -> None:
        self._user = user
        self._reader = _reader(user)
        self._directory = finding.directory()
        self._finder = self._directory.finder
        self._shown = [facet for facet in facets.FACET_LABELS if self._is_shown(facet)]
        self.filters = self._allowed(filters)
        self._all = self._visible()
        self._named, typed = self._typed()
        self._by_facet = {f: self._finder.meeting(self.filters.criteria(f)) for f in self.filters.chosen}
        self._typed_bits = typed & self._all
        self._bits = self._met_but("")

    def _allowed(self, filters: Filters) -> Filters:
        """Those whose answer the user may know."""
        chosen = {name: values for name, values in filters.chosen.items() if name in self._shown}
        if not self._reader.sees_applications and facets.MEMBER in chosen:
            kept = tuple(value for value in chosen[facets.MEMBER] if value != facets.APPLIED.value)
            chosen[facets.MEMBER] = kept
        return Filters(filters.typed, {name: values for name, values in chosen.items() if values})

    def _is_shown(self, facet: str) -> bool:
        if facet == facets.SHEET:  # the upkeep of sheets; who leaves may be known to the coordination alone
            return self._reader.manages
        if facet == facets.MEMBER:
            return self._reader.sees_members
        return facet != facets.MODE or permissions.sees_persons(self._user)

    def _visible(self) -> int:
        every = (1 << len(self._finder.entries)) - 1
        return every if permissions.sees_persons(self._user) else self._finder.structures

    def _typed(self) -> tuple[int, int]:
        """Whom the words typed name, and who answers to them in any way."""
        named = answering = -1
        for word in self.filters.words:
            by_name = self._finder.beginning(word)
            named &= by_name
            answering &= self._finder.remembered(f"{word} ", partial(self._answering, word))
        return named, answering

    def _answering(self, word: str) -> int:
        """Who answers to a word by their name, their profession, their commune or the structure they practise in."""
        found, by_name = self._finder, self._finder.beginning(word)
        criteria = chain(_called(word), facets.communes_called(found.communes, word))
        return by_name | found.meeting(criteria) | found.working_in(by_name)

    def _met_but(self, facet: str) -> int:
        """Who answers to what is typed and to the other facets than this one."""
        bits = self._typed_bits
        for name, chosen in self._by_facet.items():
            bits &= chosen if name != facet else -1
        return bits

    @property
    def count(self) -> int:
        """How many answer."""
        return self._bits.bit_count()

    def rows(self) -> Iterator[Shown]:
        """Who answers: those whose name does first, persons then structures, by name."""
        first = self._bits & self._named
        ranks = chain(ranks_of(first), ranks_of(self._bits ^ first))
        lines = self._directory.lines
        return (Shown(lines[rank], self._reader) for rank in ranks)

    def row(self, person_id: int) -> Shown | None:
        """The line of a person, or None for who does not answer."""
        rank = self._finder.ranks.get(Entry(False, person_id))
        if rank is None or not self._bits >> rank & 1:
            return None
        return Shown(self._directory.lines[rank], self._reader)

    def page(self, number: int) -> Found:
        """A page of it, the first being 1; the last when there are not so many."""
        page = min(max(number, 1), max(-(-self.count // PAGE), 1))
        start = PAGE * (page - 1)
        return Found(
            rows=list(islice(self.rows(), start, start + PAGE)),
            page=page,
            count=self.count,
            total=self._all.bit_count(),
            facets=[self._facet(name) for name in self._shown],
        )

    def _facet(self, name: str) -> Facet:
        bits = self._met_but(name)
        chosen = set(self.filters.chosen.get(name, ()))
        found = self._finder
        return facets.facet(
            name,
            [
                FacetValue(key, label, (found.criteria.get(key, 0) & bits).bit_count(), key.value in chosen)
                for key, label in self._labels(name)
            ],
        )

    def _labels(self, name: str) -> Iterable[tuple[Criterion, str]]:
        if name == facets.COMMUNE:
            return [(Criterion(name, code), town.name) for code, town in self._directory.towns.items()]
        known = [(key, label) for key, label in facets.VALUE_LABELS.items() if key.facet == name]
        return known if self._reader.sees_applications else [each for each in known if each[0] != facets.APPLIED]
