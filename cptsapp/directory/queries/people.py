"""Reads of the directory: who practises where, who acts for whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, contains_eager

from cptsapp.accounts.identity import CurrentUser
from cptsapp.accounts.models import User
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible
from cptsapp.core.text import fold
from cptsapp.directory import permissions
from cptsapp.directory.models import Delegation, Organisation, Person, Place, Practice, Profession
from cptsapp.directory.rules import words as rules
from cptsapp.territory import queries as territory
from cptsapp.territory.models import Commune

PAGE = 50
TYPED_MAX = 80
T = TypeVar("T")


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
    """A page of the directory, how many answer to the search in all, and how many by profession."""

    rows: Sequence[PersonRow]
    found_count: int
    by_profession: dict[Profession, int]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything the page of a person shows."""

    person: Person
    practices: Sequence[Practice]
    former: Sequence[Practice]
    assisted_by: Sequence[tuple[Delegation, Person]]
    assists: Sequence[tuple[Delegation, Person]]
    account: User | None


# -- lists ------------------------------------------------------------------------------------------------------------


def people(user: CurrentUser, typed: str = "", profession: Profession | None = None, page: int = 1) -> People:
    """The persons who answer to what is typed, by name: five statements however many there are."""
    return _people(_found(user, typed), profession, page)


def doctors(user: CurrentUser, typed: str = "", overbook_only: bool = False, page: int = 1) -> People:
    """Those one can telephone at their practice; for the desk."""
    today = territory.today()
    reachable = exists().where(
        Practice.person_id == Person.id,
        Practice.place_id == Place.id,
        Place.phone.is_not(None),
        permissions.in_force(Practice, today),
    )
    wanted = _found(user, typed).where(reachable, Person.profession != Profession.STAFF)
    return _people(wanted.where(Person.accepts_overbook) if overbook_only else wanted, None, page)


def _people(wanted: Select[Person], profession: Profession | None, page: int) -> People:
    ids = wanted.with_only_columns(Person.id, Person.profession).order_by(None).subquery()
    counted = session.execute(select(ids.c.profession, func.count()).group_by(ids.c.profession))
    by_profession: dict[Profession, int] = {row[0]: row[1] for row in counted}
    chosen = wanted if profession is None else wanted.where(Person.profession == profession)
    rows = session.scalars(
        chosen.order_by(Person.folded, Person.id).limit(PAGE).offset(PAGE * (max(page, 1) - 1))
    ).all()
    at = _practices_by_person([person.id for person in rows])
    return People(
        rows=[PersonRow(person, at.get(person.id, [])) for person in rows],
        found_count=by_profession.get(profession, 0) if profession else sum(by_profession.values()),
        by_profession=by_profession,
    )


def _found(user: CurrentUser, typed: str) -> Select[Person]:
    wanted = select(Person).where(permissions.visible_to(user))
    for word in fold(typed[:TYPED_MAX]).split():
        wanted = wanted.where(_answers_to(word))
    return wanted


def _answers_to(word: str) -> ColumnElement[bool]:
    """A person whose name, profession, commune, structure or RPPS begins with the word. See `rules.matches`."""
    there = and_(
        Practice.person_id == Person.id,
        permissions.in_force(Practice, territory.today()),
        Place.id == Practice.place_id,
    )
    somewhere = exists().where(there, Commune.code == Place.commune_code, _begins(Commune.folded, word))
    structure = exists().where(there, Organisation.id == Place.organisation_id, _begins(Organisation.folded, word))
    ways = [_begins(Person.folded, word), somewhere, structure]
    ways += [Person.profession.in_(called)] if (called := rules.professions_called(word)) else []
    ways += [Person.rpps.startswith(word)] if word.isdigit() else []
    return or_(*ways)


def _begins(folded: InstrumentedAttribute[str], word: str) -> ColumnElement[bool]:
    compact = func.replace(folded, " ", "")
    inside = [compact.contains(word)] if len(word) >= rules.INSIDE_FROM else []
    return or_(folded.startswith(word), folded.contains(f" {word}"), compact.startswith(word), *inside)


def _practices_by_person(ids: Sequence[int]) -> dict[int, list[Practice]]:
    found: dict[int, list[Practice]] = {}
    if ids:
        today = territory.today()
        wanted = _with_place().where(Practice.person_id.in_(ids), permissions.in_force(Practice, today))
        for practice in session.scalars(wanted):
            found.setdefault(practice.person_id, []).append(practice)
    return found


def _with_place() -> Select[Practice]:
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


def sheet(user: CurrentUser, person_id: int) -> Sheet:
    """The page of a person. Raises Invisible."""
    found = person(user, person_id)
    today = territory.today()
    every = _practices_of(found.id)
    return Sheet(
        person=found,
        practices=[p for p in every if p.ends_on is None or p.ends_on >= today],
        former=[p for p in every if p.ends_on is not None and p.ends_on < today],
        assisted_by=_delegations(Delegation.practitioner_id == found.id, Delegation.delegate_id, today),
        assists=_delegations(Delegation.delegate_id == found.id, Delegation.practitioner_id, today),
        account=session.scalar(select(User).where(User.person_id == found.id).order_by(User.id)),
    )


def _practices_of(person_id: int) -> Sequence[Practice]:
    """Also those of persons merged into this one: no row moves at a merge."""
    merged = select(Person.id).where(or_(Person.id == person_id, Person.merged_into_id == person_id))
    return session.scalars(_with_place().where(Practice.person_id.in_(merged))).all()


def _delegations(
    where: ColumnElement[bool], other: InstrumentedAttribute[int], today: date
) -> Sequence[tuple[Delegation, Person]]:
    wanted = select(Delegation, Person).join(Person, Person.id == other)
    still = or_(Delegation.ends_on.is_(None), Delegation.ends_on >= today)
    rows = session.execute(wanted.where(where, still).order_by(Person.folded, Delegation.starts_on, Delegation.id))
    return [(delegation, person) for delegation, person in rows]


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


def organisation(organisation_id: int) -> Organisation:
    """One structure. Raises Invisible."""
    return _one(Organisation, organisation_id)


def _one(model: type[T], row_id: int) -> T:
    found = session.get(model, row_id)
    if found is None:
        raise Invisible
    return found


def organisations() -> Sequence[tuple[Organisation, int]]:
    """The structures by name, each with its number of addresses."""
    wanted = select(Organisation, func.count(Place.id)).outerjoin(Place, Place.organisation_id == Organisation.id)
    rows = session.execute(wanted.group_by(Organisation.id).order_by(Organisation.folded, Organisation.id))
    return [(organisation, number) for organisation, number in rows]


def communes() -> Sequence[Commune]:
    """The communes an address may be in: those of the territory, then those of the neighbours."""
    return session.scalars(select(Commune).order_by(Commune.is_own.desc(), Commune.name, Commune.code)).all()
