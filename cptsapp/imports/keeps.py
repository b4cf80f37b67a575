"""What reviews of imports keep of persons, told to the directory: what a file said of who objects is erased."""

from sqlalchemy import String, cast, delete, or_, select

from cptsapp.core.db import session
from cptsapp.core.text import fold
from cptsapp.directory.keepers import Keeper, Kept
from cptsapp.directory.models import Person
from cptsapp.imports import queries
from cptsapp.imports.models import ImportItem, ImportState

_UNREAD = (ImportState.MAPPING, ImportState.WAITING, ImportState.READING)


def _why_not_object(_numbers: set[int]) -> str | None:
    """A file not read yet may name them, and a reading under way has asked already who is to be kept out."""
    open_one = queries.current()
    if open_one is None or open_one.state not in _UNREAD:
        return None
    return (
        "Un import attend d’être lu, et peut nommer cette personne\u202f: laissez-le finir, ou abandonnez-le d’abord."
    )


def _erase(numbers: set[int]) -> None:
    """Their items, those that hold their RPPS or ADELI, and those of their name under no number of another."""
    people = session.scalars(select(Person).where(Person.id.in_(numbers))).all()
    known = {number for person in people for number in (person.rpps, person.adeli) if number}
    names = {frozenset(person.folded.split()) for person in people if person.folded}
    held = [cast(column, String).contains(number) for number in known for column in (ImportItem.found, ImportItem.ours)]
    session.execute(delete(ImportItem).where(or_(ImportItem.person_id.in_(numbers), *held)))
    rows = session.execute(
        select(ImportItem.id, ImportItem.label, ImportItem.found).where(ImportItem.person_id.is_(None))
    )
    named = [
        row.id
        for row in rows
        if any(name <= set(fold(row.label).split()) for name in names)
        and not (known and (row.found.get("record") or {}).get("rpps"))
    ]
    session.execute(delete(ImportItem).where(ImportItem.id.in_(named)))


KEEPER = Keeper((Kept(ImportItem.person_id), Kept(ImportItem.organisation_id)), _why_not_object, _erase)
