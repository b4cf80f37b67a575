"""Reads of the directory: who practises where, who acts for whom."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, contains_eager

from cptsapp.accounts.identity import CurrentUser
from cptsapp.core import addresses
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible
from cptsapp.core.text import fold
from cptsapp.directory import permissions
from cptsapp.directory.merged import roots
from cptsapp.directory.models import Delegation, Organisation, Person, Place, Practice, Profession
from cptsapp.directory.queries.search import Search
from cptsapp.directory.rules import words as rules
from cptsapp.directory.rules.facets import Filters
from cptsapp.directory.rules.lines import Line
from cptsapp.territory import queries as territory
from cptsapp.territory.models import Commune

PAGE = 50
TYPED_MAX = 80
T = TypeVar("T")
_CIVILITIES = frozenset(fold(title) for title in rules.TITLES)


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A line of the list: the person and where they practise today."""

    person: Person
    practices: Sequence[Practice]

    @property
    def profession(self) -> str:
        """In French."""
        return rules.PROFESSION_LABELS[self.person.profession]


@dataclass(frozen=True, slots=True)
class People:
    """A page of the directory, and how many answer to the search in all."""

    rows: Sequence[PersonRow]
    found_count: int


# -- lists ------------------------------------------------------------------------------------------------------------


def doctors(user: CurrentUser, typed: str = "", overbook_only: bool = False, page: int = 1) -> People:
    """Those one can telephone at their practice; for the desk. Whose name answers come first, as in the directory."""
    found = Search(user, Filters(typed[:TYPED_MAX])).rows()
    ids = [
        row.line.entry.id
        for row in found
        if _can_be_rung(row.line) and (not overbook_only or row.line.accepts_overbook)
    ]
    shown = ids[PAGE * (max(page, 1) - 1) :][:PAGE]
    people = {person.id: person for person in session.scalars(select(Person).where(Person.id.in_(shown)))}
    at = _practices_by_person(shown)
    return People([PersonRow(people[number], at.get(number, [])) for number in shown], len(ids))


def _can_be_rung(line: Line) -> bool:
    is_professional = not line.entry.is_structure and line.kind is not Profession.STAFF
    return is_professional and any(place.phone for place in line.places)


def begins(folded: InstrumentedAttribute[str], word: str) -> ColumnElement[bool]:
    """WHERE: a folded text answers to the beginning of a word. See `rules.matches`."""
    compact = func.replace(folded, " ", "")
    inside = [compact.contains(word)] if len(word) >= rules.INSIDE_FROM else []
    return or_(folded.startswith(word), folded.contains(f" {word}"), compact.startswith(word), *inside)


def _practices_by_person(ids: Sequence[int]) -> dict[int, list[Practice]]:
    """Also those of sheets merged into theirs."""
    merged, found = roots(), defaultdict[int, list[Practice]](list)
    numbers = [*ids, *(number for number, root in merged.items() if root in ids)]
    wanted = with_place().where(Practice.person_id.in_(numbers), permissions.in_force(Practice, territory.today()))
    for practice in session.scalars(wanted):
        found[merged.get(practice.person_id, practice.person_id)].append(practice)
    return found


def with_place() -> Select[Practice]:
    """Practices with their address and commune, by commune."""
    return (
        select(Practice)
        .join(Practice.place)
        .join(Place.commune)
        .options(contains_eager(Practice.place).contains_eager(Place.commune))
        .order_by(Commune.name, Practice.id)
    )


# -- one person -------------------------------------------------------------------------------------------------------


def person(user: CurrentUser, person_id: int) -> Person:
    """A person who exists for the user; one merged into another is that other. Raises Invisible."""
    found = session.get(Person, person_id)
    if found is not None and found.merged_into_id is not None:
        found = session.get(Person, found.merged_into_id)
    if found is None or found.objected_on is not None or not permissions.sees_persons(user):
        raise Invisible
    return found


# -- for the forms ----------------------------------------------------------------------------------------------------

_IS_THERE = and_(Person.merged_into_id.is_(None), Person.objected_on.is_(None))


def namesakes(last_name: str, first_name: str, but: int | None = None) -> Sequence[Person]:
    """Persons of the same name: a second record of someone is rarely meant."""
    wanted = select(Person).where(Person.folded == rules.folded_name(last_name, first_name), _IS_THERE)
    return session.scalars(wanted.where(Person.id != but).order_by(Person.id)).all()


def possible_delegates(but: int) -> Sequence[Person]:
    """Anyone but the practitioner: secretaries and staff first, then colleagues (a locum), by name."""
    is_staff = Person.profession == Profession.STAFF
    wanted = select(Person).where(_IS_THERE, Person.id != but)
    return session.scalars(wanted.order_by(is_staff.desc(), Person.folded, Person.id)).all()


def places() -> Sequence[Place]:
    """Every address, by commune."""
    wanted = select(Place).join(Place.commune).options(contains_eager(Place.commune))
    return session.scalars(wanted.order_by(Commune.name, Place.address, Place.id)).all()


def place(place_id: int) -> Place:
    """One address. Raises Invisible."""
    return _one(Place, place_id)


def practice(practice_id: int) -> Practice:
    """One practice. Raises Invisible."""
    return _one(Practice, practice_id)


def delegation(delegation_id: int) -> Delegation:
    """One delegation. Raises Invisible."""
    return _one(Delegation, delegation_id)


def _one(model: type[T], row_id: int) -> T:
    found = session.get(model, row_id)
    if found is None:
        raise Invisible
    return found


def named(user: CurrentUser, typed: str) -> Sequence[Person]:
    """Who a typed name means, a few at most: beginnings of its words, an RPPS, or the number of a sheet."""
    number = "".join(typed.replace("n°", "").split())
    wanted = select(Person).where(permissions.visible_to(user))
    if number.isascii() and number.isdigit():
        row = addresses.row_number(number)
        own = Person.rpps == number if row is None else Person.id == row
        return session.scalars(wanted.where(own)).all()
    words = fold(typed[:TYPED_MAX]).split()
    ways = [begins(Person.folded, word) for word in words if word not in _CIVILITIES]
    return session.scalars(wanted.where(*ways).order_by(Person.folded, Person.id).limit(6)).all() if ways else []


def structures() -> Sequence[Organisation]:
    """The structures an address may belong to, by name."""
    wanted = select(Organisation).where(Organisation.merged_into_id.is_(None))
    return session.scalars(wanted.order_by(Organisation.folded, Organisation.id)).all()


def communes() -> Sequence[Commune]:
    """The communes an address may be in: those of the territory, then those of the neighbours."""
    return session.scalars(select(Commune).order_by(Commune.is_own.desc(), Commune.name, Commune.code)).all()
