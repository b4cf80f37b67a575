"""Reads of the structures: their list by kind, and the sheet of one with who practises there (C3)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import contains_eager

from cptsapp.accounts.identity import CurrentUser
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible
from cptsapp.core.text import fold
from cptsapp.directory import permissions
from cptsapp.directory.models import (
    Membership,
    Organisation,
    OrganisationKind,
    Person,
    PinnedField,
    Place,
    Practice,
    SheetKind,
)
from cptsapp.directory.queries.membership import organisation_roots
from cptsapp.directory.queries.people import PAGE, TYPED_MAX, begins, with_place
from cptsapp.directory.queries.sheet import Standing, latest_first, standing
from cptsapp.territory import queries as territory
from cptsapp.territory.models import Commune


@dataclass(frozen=True, slots=True)
class StructureRow:
    """A line of the list: the structure, the communes it is in, how many professionals practise there today."""

    organisation: Organisation
    communes: Sequence[str]
    people_count: int


@dataclass(frozen=True, slots=True)
class Structures:
    """A page of the list, how many answer in all, and how many of each kind."""

    rows: Sequence[StructureRow]
    found_count: int
    by_kind: dict[OrganisationKind, int]


@dataclass(frozen=True, slots=True)
class StructureSheet:
    """The page of a structure. What its reader may not see is None: a partner sees no person."""

    organisation: Organisation
    places: Sequence[Place]
    people: Sequence[tuple[Person, Practice]] | None
    people_count: int
    pinned: Sequence[str]
    standing: Standing | None


# -- the list ---------------------------------------------------------------------------------------------------------


def structures(user: CurrentUser, typed: str = "", kind: OrganisationKind | None = None, page: int = 1) -> Structures:
    """The structures that answer to what is typed, by name: as many statements however many there are."""
    wanted = select(Organisation).where(permissions.visible_structures(user))
    for word in fold(typed[:TYPED_MAX]).split():
        wanted = wanted.where(_answers_to(word))
    ids = wanted.with_only_columns(Organisation.id, Organisation.kind).subquery()
    counted = session.execute(select(ids.c.kind, func.count()).group_by(ids.c.kind))
    by_kind: dict[OrganisationKind, int] = {row[0]: row[1] for row in counted}
    chosen = wanted if kind is None else wanted.where(Organisation.kind == kind)
    ordered = chosen.order_by(Organisation.folded, Organisation.id).limit(PAGE).offset(PAGE * (max(page, 1) - 1))
    return Structures(
        rows=_rows(session.scalars(ordered).all()),
        found_count=by_kind.get(kind, 0) if kind else sum(by_kind.values()),
        by_kind=by_kind,
    )


def _answers_to(word: str) -> ColumnElement[bool]:
    """A structure whose name, commune or number begins with the word."""
    there = and_(Place.organisation_id == Organisation.id, Commune.code == Place.commune_code)
    ways = [begins(Organisation.folded, word), exists().where(there, begins(Commune.folded, word))]
    ways += [Organisation.finess.startswith(word), Organisation.siret.startswith(word)] if word.isdigit() else []
    return or_(*ways)


def _rows(found: Sequence[Organisation]) -> Sequence[StructureRow]:
    if not found:
        return []
    roots = organisation_roots()
    kept = {organisation.id for organisation in found}
    owner = {number: roots.get(number, number) for number in (*kept, *roots) if roots.get(number, number) in kept}
    communes: dict[int, set[str]] = defaultdict(set)
    wanted = select(Place.organisation_id, Commune.name).join(Place.commune).where(Place.organisation_id.in_(owner))
    for number, name in session.execute(wanted):
        communes[owner[number or 0]].add(name)
    people: dict[int, set[int]] = defaultdict(set)
    for number, person_id in session.execute(_practising(list(owner))):
        people[owner[number or 0]].add(person_id)
    return [StructureRow(each, sorted(communes[each.id]), len(people[each.id])) for each in found]


def _practising(numbers: Sequence[int]) -> Select[int | None, int]:
    """The structure and the number of each person who practises there today: someone merged is whom they became."""
    whole = func.coalesce(Person.merged_into_id, Person.id)
    return (
        select(Place.organisation_id, whole)
        .select_from(Practice)
        .join(Place, Place.id == Practice.place_id)
        .join(Person, Person.id == Practice.person_id)
        .where(
            Place.organisation_id.in_(numbers),
            Person.objected_on.is_(None),
            permissions.in_force(Practice, territory.today()),
        )
        .distinct()
    )


# -- one structure ----------------------------------------------------------------------------------------------------


def organisation(user: CurrentUser, organisation_id: int) -> Organisation:
    """A structure that exists for the user; one merged into another is that other. Raises Invisible."""
    number = organisation_roots().get(organisation_id, organisation_id)
    found = session.get(Organisation, number)
    if found is None or not user.can("directory.read"):
        raise Invisible
    return found


def sheet(user: CurrentUser, organisation_id: int) -> StructureSheet:
    """The page of a structure. Raises Invisible."""
    found = organisation(user, organisation_id)
    numbers = _numbers(found.id)
    people = _people(user, numbers)
    return StructureSheet(
        organisation=found,
        places=_places(numbers),
        people=people if permissions.sees_persons(user) else None,
        people_count=len({person_id for _, person_id in session.execute(_practising(numbers))}),
        pinned=_pinned(found.id),
        standing=_standing(numbers) if permissions.sees_members(user) else None,
    )


def _numbers(organisation_id: int) -> list[int]:
    return [organisation_id, *(n for n, root in organisation_roots().items() if root == organisation_id)]


def _places(numbers: Sequence[int]) -> Sequence[Place]:
    wanted = select(Place).join(Place.commune).options(contains_eager(Place.commune))
    wanted = wanted.where(Place.organisation_id.in_(numbers))
    return session.scalars(wanted.order_by(Commune.name, Place.address, Place.id)).all()


def _people(user: CurrentUser, numbers: Sequence[int]) -> Sequence[tuple[Person, Practice]]:
    """Who practises there today, by profession then name, once each."""
    whole = func.coalesce(Person.merged_into_id, Person.id)
    practice = with_place().join(Practice.person).where(Place.organisation_id.in_(numbers))
    practices = practice.where(permissions.in_force(Practice, territory.today())).add_columns(whole)
    by_person: dict[int, Practice] = {}
    for found, number in session.execute(practices):
        by_person.setdefault(number, found)
    wanted = select(Person).where(Person.id.in_(by_person), permissions.visible_to(user))
    people = session.scalars(wanted.order_by(Person.profession, Person.folded, Person.id))
    return [(person, by_person[person.id]) for person in people]


def _pinned(organisation_id: int) -> Sequence[str]:
    wanted = select(PinnedField.name).where(
        PinnedField.sheet_kind == SheetKind.ORGANISATION, PinnedField.sheet_id == organisation_id
    )
    return session.scalars(wanted.order_by(PinnedField.name)).all()


def _standing(numbers: Sequence[int]) -> Standing:
    """Legal persons are members too (C20)."""
    return standing(session.scalars(latest_first(Membership.organisation_id.in_(numbers))).all(), territory.today())
