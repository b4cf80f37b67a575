"""Which of our practices a practice of the file is: one that bears its key, else the same address, else the commune."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from cptsapp.core.text import fold
from cptsapp.imports.ours import OurPractice
from cptsapp.imports.rows import FoundPerson, FoundPractice, FoundStructure

_LONG = {"av": "avenue", "bd": "boulevard", "pl": "place", "che": "chemin", "all": "allee", "imp": "impasse"}
_LONG |= {"rte": "route", "sq": "square", "st": "saint", "ste": "sainte", "r": "rue"}
_SMALL = frozenset(("de", "du", "des", "d", "la", "le", "les", "l"))


@dataclass(slots=True)
class Pairs:
    """Practices found on both sides, and those of one side alone."""

    matched: list[tuple[FoundPractice, OurPractice]] = field(default_factory=list)
    only_theirs: list[FoundPractice] = field(default_factory=list)
    only_ours: list[OurPractice] = field(default_factory=list)


def distinct(person: FoundPerson) -> FoundPerson:
    """The person with each practice once: an extract may have one place under two technical structures."""
    kept: dict[tuple[object, ...], FoundPractice] = {}
    for practice in sorted(person.practices, key=lambda practice: (practice.doubt is not None, practice.key)):
        structure = practice.structure
        number = structure and (structure.finess or structure.siret or fold(structure.name))
        spot = (practice.profession, practice.commune_code, spelled(practice.address), number)
        kept.setdefault(spot if practice.address or number else (practice.key, practice.profession), practice)
    order = {practice.key: rank for rank, practice in enumerate(person.practices)}
    return replace(person, practices=tuple(sorted(kept.values(), key=lambda practice: order[practice.key])))


def pair(theirs: Sequence[FoundPractice], ours: Sequence[OurPractice], is_extract: bool) -> Pairs:
    """Pair the practices of one person, the surest first; each is paired once.

    The last way, two practices left alone in one commune, is a change of address: the practice stays, and the slots
    posted for it. From one extract to the next that is for sole practitioners whose mode is the same: who enters a
    structure, or becomes salaried, begins another practice, so that a rate of the past stays what it was.
    """
    pairs = Pairs(only_theirs=list(theirs), only_ours=list(ours))
    _take(pairs, lambda their, our: their.key == our.source_key)
    _take(pairs, lambda their, our: _same_commune(their, our) and same_address(their.address, our.address))
    _take(pairs, lambda their, our: _same_commune(their, our) and _same_structure(their.structure, our))
    _take(
        pairs,
        lambda their, our: (
            _same_commune(their, our)
            and (our.source_key is None or not is_extract or _moved(their, our))
            and _alone(pairs, our.commune_code)
        ),
    )
    if not is_extract:  # a list that says no more than the commune, or nothing, brings no practice
        pairs.only_theirs = [their for their in pairs.only_theirs if their.address or their.structure or not ours]
    return pairs


def _take(pairs: Pairs, is_same: Callable[[FoundPractice, OurPractice], bool]) -> None:
    for their in list(pairs.only_theirs):
        # Someone of two professions may be at one place for each.
        candidates = sorted(pairs.only_ours, key=lambda our, their=their: our.profession is not their.profession)  # type: ignore[misc]
        our = next((our for our in candidates if is_same(their, our)), None)
        if our is not None:
            pairs.matched.append((their, our))
            pairs.only_theirs.remove(their)
            pairs.only_ours.remove(our)


def _same_commune(their: FoundPractice, our: OurPractice) -> bool:
    return our.commune_code in (their.commune_code, *their.communes)


def _moved(their: FoundPractice, our: OurPractice) -> bool:
    """Whether a sole practitioner only changed address."""
    is_sole = their.structure is None and our.organisation_id is None
    return is_sole and their.mode is our.mode and their.profession is our.profession


def _alone(pairs: Pairs, commune_code: str) -> bool:
    """Whether one practice is left on each side in a commune."""
    theirs = [their for their in pairs.only_theirs if commune_code in (their.commune_code, *their.communes)]
    ours = [our for our in pairs.only_ours if our.commune_code == commune_code]
    return len(theirs) == len(ours) == 1


def _same_structure(structure: FoundStructure | None, our: OurPractice) -> bool:
    if structure is None or our.organisation_id is None:
        return False
    numbers = ((structure.structure_id, our.structure_id), (structure.finess, our.finess), (structure.siret, our.siret))
    if any(theirs and theirs == mine for theirs, mine in numbers):
        return True
    return fold(structure.name) == fold(our.organisation)


def same_address(one: str, other: str) -> bool:
    """Whether two addresses of one commune are the same: « 12, av. de la Forêt » is « 12 AVENUE DE LA FORET »."""
    return spelled(one) == spelled(other)


def spelled(address: str) -> str:
    """An address made comparable."""
    words = (_LONG.get(word, word) for word in fold(address).split())
    return " ".join(word for word in words if word not in _SMALL)
