"""Which sheets may be of the same person or structure: compared inside blocks, never all with all (product 68).

Sixty thousand sheets fall into blocks of one name, one telephone, one mail, or one commune, profession and initial;
a block too large tells nothing (the switchboard of a hospital), and is left. See docs/decisions/duplicates.md.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

# A block of more sheets tells nothing, and would cost its square.
BLOCK_MAX = 120
NEAR = 88.0
# A telephone or a mail in common brings names closer.
NEAR_WITH_CONTACT = 70.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """What is compared of a sheet. `numbers` tell apart, in order: RPPS of a person; FINESS, SIRET of a structure."""

    id: int
    folded: str
    kind: str
    communes: frozenset[str] = frozenset()
    numbers: tuple[str | None, ...] = ()
    contacts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Pair:
    """Two sheets that look alike, why, and how much (0 to 100)."""

    low_id: int
    high_id: int
    why: tuple[str, ...]
    likeness: float


def are_told_apart(a: Sequence[str | None], b: Sequence[str | None]) -> bool:
    """Whether two sheets both have a number that one has once: two RPPS are two persons, two SIRET two structures."""
    return any(x and y and x != y for x, y in zip(a, b, strict=True))


def alike(candidates: Iterable[Candidate], distinct: Collection[tuple[int, int]] = ()) -> list[Pair]:
    """The pairs to propose, the likeliest first; those of `distinct` (low, high) are never proposed again."""
    found: dict[tuple[int, int], Pair] = {}
    for a, b in neighbours(candidates):
        key = (min(a.id, b.id), max(a.id, b.id))
        if key in found or key in distinct or are_told_apart(a.numbers, b.numbers):
            continue
        if (pair := _compared(*key, a, b)) is not None:
            found[key] = pair
    return sorted(found.values(), key=lambda pair: (-pair.likeness, pair.low_id, pair.high_id))


def neighbours(candidates: Iterable[Candidate]) -> Iterator[tuple[Candidate, Candidate]]:
    """The sheets worth comparing, two by two; some come more than once."""
    blocks: dict[tuple[str, ...], list[Candidate]] = defaultdict(list)
    for one in candidates:
        for key in _keys(one):
            blocks[key].append(one)
    for block in blocks.values():
        if len(block) <= BLOCK_MAX:
            yield from combinations(block, 2)


def _keys(one: Candidate) -> Iterator[tuple[str, ...]]:
    if not one.folded:
        return
    words = sorted(one.folded.split())
    yield ("name", *words)
    yield from (("contact", contact) for contact in one.contacts)
    # Two initials in common: either word may stand first, a third be left out, and a slip rarely falls on both.
    initials = [word[0] for word in words]
    pairs = set(combinations(initials, 2)) or {(initials[0], "")}
    yield from (("near", commune, one.kind, *pair) for commune in one.communes for pair in pairs)


def _compared(low_id: int, high_id: int, a: Candidate, b: Candidate) -> Pair | None:
    likeness = _likeness(a.folded, b.folded)
    is_near_by = bool(a.communes & b.communes) or not a.communes or not b.communes
    shared = bool(a.contacts & b.contacts)
    same_name = sorted(a.folded.split()) == sorted(b.folded.split())
    if same_name and not (a.kind == b.kind or is_near_by or shared):
        return None
    is_alike = same_name or (likeness >= NEAR and is_near_by and a.kind == b.kind)
    if not is_alike and not (shared and likeness >= NEAR_WITH_CONTACT):
        return None
    return Pair(low_id, high_id, tuple(_why(a, b, same_name, shared)), 100.0 if same_name else likeness)


def _likeness(a: str, b: str) -> float:
    from rapidfuzz import fuzz  # a heavy library that one page needs

    return max(fuzz.ratio(a, b), fuzz.token_sort_ratio(a, b))


def _why(a: Candidate, b: Candidate, same_name: bool, shared: bool) -> Iterator[str]:
    if a.folded == b.folded:
        yield "même nom"
    elif same_name:
        yield "nom et prénom inversés"
    else:
        yield "noms proches"
    if a.communes & b.communes:
        yield "même commune"
    if shared:
        yield "même téléphone ou même mail"
