"""A person under all the numbers they have had: merging two sets `merged_into_id`, and no row moves."""

from sqlalchemy import select

from cptsapp.core.prepared import Prepared
from cptsapp.directory.models import Person

_MERGED = Prepared(lambda: select(Person.id, Person.merged_into_id).where(Person.merged_into_id.is_not(None)))


def merged_persons() -> dict[int, int]:
    """Persons merged into another, and which; they are few."""
    return dict(_MERGED.all())


def roots() -> dict[int, int]:
    """Persons merged into another, each with the one it is now, however long the chain."""
    merged = merged_persons()
    return {person_id: _root(person_id, merged) for person_id in merged}


def same_person(person_ids: set[int], merged: dict[int, int] | None = None) -> set[int]:
    """These persons under all their numbers; `merged` spares the question to the database."""
    known = merged_persons() if merged is None else merged
    roots = {_root(person_id, known) for person_id in person_ids}
    return roots | {person_id for person_id in known if _root(person_id, known) in roots}


def _root(person_id: int, merged: dict[int, int]) -> int:
    while person_id in merged:
        person_id = merged[person_id]
    return person_id
