"""Finding among many things at once: a set of them is one whole number, whose bit n stands for the thing of rank n.

Sixty thousand entries make a number of 7.5 kB: to meet two sets is an `&`, to count one is `bit_count()`, each in some
microseconds. No database, no clock: what is kept in it, and how long, is the business of `queries.finding`.
"""

import struct
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import NamedTuple

_BLOCK = 64
# Sets kept: what begins so, and what answers, for the words typed last. At most 3 MB of them.
_REMEMBERED_MAX = 400
_AFTER_ALL = "\U0010ffff"


class Entry(NamedTuple):
    """A line of the directory: a structure or a person, and its number in its table."""

    is_structure: bool
    id: int


class Criterion(NamedTuple):
    """A value of a facet: ("commune", "85194")."""

    facet: str
    value: str


def bits_of(ranks: Iterable[int], size: int) -> int:
    """The set of these ranks, all below `size`."""
    marks = bytearray(size // 8 + 1)
    for rank in ranks:
        marks[rank >> 3] |= 1 << (rank & 7)
    return int.from_bytes(marks, "little")


def ranks_of(bits: int) -> Iterator[int]:
    """The ranks of a set, lowest first."""
    blocks = -(-bits.bit_length() // _BLOCK)
    for number, block in enumerate(struct.unpack(f"<{blocks}Q", bits.to_bytes(8 * blocks, "little"))):
        while block:
            lowest = block & -block
            yield number * _BLOCK + lowest.bit_length() - 1
            block ^= lowest


@dataclass(frozen=True, slots=True)
class Finder:
    """The whole directory as sets: entries by name, the words each is found by, the criteria each meets."""

    entries: Sequence[Entry]
    ranks: Mapping[Entry, int]
    words: Sequence[str]  # in order
    owners: Sequence[int]  # the rank that each word belongs to
    criteria: Mapping[Criterion, int]
    staff_of: Mapping[int, Sequence[int]]  # the ranks of who practises in a structure, by the structure's rank
    structures: int
    communes: Mapping[str, str]  # folded names by code
    _remembered: dict[str, int] = field(default_factory=dict)

    def remembered(self, key: str, find: Callable[[], int]) -> int:
        """The set of this name, found once."""
        found = self._remembered.get(key)
        if found is None:
            if len(self._remembered) >= _REMEMBERED_MAX:
                self._remembered.clear()
            found = self._remembered[key] = find()
        return found

    def beginning(self, word: str) -> int:
        """The set of what a word of begins so; the word is folded."""
        return self.remembered(word, lambda: bits_of(self.owners[self._from(word) : self._to(word)], len(self.entries)))

    def _from(self, word: str) -> int:
        return bisect_left(self.words, word)

    def _to(self, word: str) -> int:
        return bisect_left(self.words, word + _AFTER_ALL)

    def meeting(self, criteria: Iterable[Criterion]) -> int:
        """The set of what meets one of these criteria."""
        found = 0
        for criterion in criteria:
            found |= self.criteria.get(criterion, 0)
        return found

    def working_in(self, structures: int) -> int:
        """The set of who practises in one of these structures."""
        people = (self.staff_of.get(rank, ()) for rank in ranks_of(structures & self.structures))
        return bits_of(chain.from_iterable(people), len(self.entries))


def make_finder(
    names: Sequence[tuple[Entry, frozenset[str]]],
    criteria: Mapping[Criterion, Iterable[int]],
    staff_of: Mapping[int, Sequence[int]],
    communes: Mapping[str, str],
) -> Finder:
    """A finder of entries given in the order of lists, each with its words; ranks are places in that order."""
    size = len(names)
    pairs = sorted((word, rank) for rank, (_entry, words) in enumerate(names) for word in words)
    return Finder(
        entries=[entry for entry, _words in names],
        ranks={entry: rank for rank, (entry, _words) in enumerate(names)},
        words=[word for word, _rank in pairs],
        owners=[rank for _word, rank in pairs],
        criteria={criterion: bits_of(ranks, size) for criterion, ranks in criteria.items()},
        staff_of=staff_of,
        structures=bits_of((rank for rank, (entry, _words) in enumerate(names) if entry.is_structure), size),
        communes=communes,
    )
