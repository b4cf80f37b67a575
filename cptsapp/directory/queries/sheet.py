"""Everything the sheet of a person shows, as far as its reader may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from cptsapp.accounts.identity import CurrentUser
from cptsapp.accounts.models import User
from cptsapp.core.db import session
from cptsapp.core.refusals import Forbidden, Invisible
from cptsapp.directory import permissions
from cptsapp.directory.merged import same_person
from cptsapp.directory.models import (
    Delegation,
    Exchange,
    Membership,
    Movement,
    Person,
    PinnedField,
    Practice,
    SheetKind,
)
from cptsapp.directory.queries.people import person, with_place
from cptsapp.directory.rules.membership import Status, last_day, status_on
from cptsapp.directory.rules.movements import ABSENCES
from cptsapp.territory import queries as territory

STRIP_YEARS = 6
EXCHANGES_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Standing:
    """Where someone stands as a member, the years they were one, and their periods, the last first."""

    status: Status
    years: Sequence[tuple[int, bool]]
    periods: Sequence[Membership]


@dataclass(frozen=True, slots=True)
class Moved:
    """A movement, and who replaces the person when that is known."""

    movement: Movement
    replaced_by: Person | None


@dataclass(frozen=True, slots=True)
class Told:
    """An exchange and who noted it."""

    exchange: Exchange
    by: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """The page of a person. What its reader may not see is None."""

    person: Person
    practices: Sequence[Practice]
    former: Sequence[Practice]
    assisted_by: Sequence[tuple[Delegation, Person]]
    assists: Sequence[tuple[Delegation, Person]]
    account: User | None
    seen_on: date | None
    pinned: Sequence[str]
    movements: Sequence[Moved]
    replaces: Sequence[tuple[Movement, Person]]
    exchanges: Sequence[Told] | None
    standing: Standing | None


def sheet(user: CurrentUser, person_id: int) -> Sheet:
    """The page of a person. Raises Invisible."""
    found = person(user, person_id)
    numbers, today = same_person({found.id}), territory.today()
    every = _once(session.scalars(with_place().where(Practice.person_id.in_(numbers))).all())
    return Sheet(
        person=found,
        practices=[p for p in every if p.ends_on is None or p.ends_on >= today],
        former=[p for p in every if p.ends_on is not None and p.ends_on < today],
        assisted_by=_delegations(Delegation.practitioner_id.in_(numbers), Delegation.delegate_id, today),
        assists=_delegations(Delegation.delegate_id.in_(numbers), Delegation.practitioner_id, today),
        account=session.scalar(select(User).where(User.person_id == found.id).order_by(User.id)),
        seen_on=max((p.seen_on for p in every if p.seen_on), default=None),
        pinned=_pinned(found.id, [p.place_id for p in every]),
        movements=_movements(user, numbers),
        replaces=_replaces(user, numbers, today),
        exchanges=_exchanges(numbers) if user.can("directory.notes") else None,
        standing=_standing(numbers, today) if permissions.sees_members(user) else None,
    )


def _once(practices: Sequence[Practice]) -> Sequence[Practice]:
    """Two sheets made one may both have practised at an address: what is still open there is shown once."""
    still = {(p.place_id, p.profession): p.id for p in reversed(practices) if p.ends_on is None}
    return [p for p in practices if p.ends_on is not None or still[p.place_id, p.profession] == p.id]


def _delegations(
    where: ColumnElement[bool], other: InstrumentedAttribute[int], today: date
) -> Sequence[tuple[Delegation, Person]]:
    wanted = select(Delegation, Person).join(Person, Person.id == other)
    still = or_(Delegation.ends_on.is_(None), Delegation.ends_on >= today)
    rows = session.execute(wanted.where(where, still).order_by(Person.folded, Delegation.starts_on, Delegation.id))
    return [(delegation, person) for delegation, person in rows]


def _pinned(person_id: int, place_ids: Sequence[int]) -> Sequence[str]:
    """The columns corrected by hand, of the person and of where they practise."""
    own = (PinnedField.sheet_kind == SheetKind.PERSON) & (PinnedField.sheet_id == person_id)
    there = (PinnedField.sheet_kind == SheetKind.PLACE) & PinnedField.sheet_id.in_(place_ids)
    return session.scalars(select(PinnedField.name).where(own | there).distinct().order_by(PinnedField.name)).all()


def _movements(user: CurrentUser, numbers: set[int]) -> Sequence[Moved]:
    other = aliased(Person)
    wanted = select(Movement, other).outerjoin(other, other.id == Movement.replaced_by_id)
    wanted = wanted.where(Movement.person_id.in_(numbers))
    if not permissions.sees_whole_movements(user):
        wanted = wanted.where(Movement.is_confirmed, Movement.cancelled_at.is_(None))
    rows = session.execute(wanted.order_by(Movement.starts_on.desc(), Movement.id.desc()))
    return [Moved(movement, replaced_by) for movement, replaced_by in rows]


def _replaces(user: CurrentUser, numbers: set[int], today: date) -> Sequence[tuple[Movement, Person]]:
    """Absences under way or to come in which this person stands in for another."""
    wanted = select(Movement, Person).join(Person, Person.id == Movement.person_id)
    still = or_(Movement.ends_on.is_(None), Movement.ends_on >= today)
    wanted = wanted.where(
        Movement.replaced_by_id.in_(numbers),
        Movement.kind.in_(ABSENCES),
        Movement.cancelled_at.is_(None),
        still,
        permissions.visible_to(user),
    )
    if not permissions.sees_whole_movements(user):
        wanted = wanted.where(Movement.is_confirmed)
    return [(row[0], row[1]) for row in session.execute(wanted.order_by(Movement.starts_on, Movement.id))]


def _exchanges(numbers: set[int]) -> Sequence[Told]:
    wanted = select(Exchange, User.display_name).outerjoin(User, User.id == Exchange.created_by_id)
    wanted = wanted.where(Exchange.person_id.in_(numbers))
    rows = session.execute(wanted.order_by(Exchange.held_on.desc(), Exchange.id.desc()).limit(EXCHANGES_SHOWN))
    return [Told(exchange, name or "") for exchange, name in rows]


def exchange(user: CurrentUser, exchange_id: int) -> Exchange:
    """One exchange, for the coordination alone. Raises Forbidden or Invisible."""
    if not user.can("directory.notes"):
        raise Forbidden
    found = session.get(Exchange, exchange_id)
    if found is None:
        raise Invisible
    person(user, found.person_id)
    return found


def _standing(numbers: set[int], today: date) -> Standing:
    return standing(session.scalars(latest_first(Membership.person_id.in_(numbers))).all(), today)


def latest_first(where: ColumnElement[bool]) -> Select[Membership]:
    """Periods of membership, the last first."""
    return select(Membership).where(where).order_by(Membership.starts_on.desc(), Membership.id.desc())


def standing(periods: Sequence[Membership], today: date) -> Standing:
    """Where a member with these periods stands, with a strip of years that ends with the present one."""
    first = today.year - STRIP_YEARS + 1
    lived = {year for p in periods for year in range(p.starts_on.year, last_day(p).year + 1)}
    years = [(year, year in lived) for year in range(first, today.year + 1)]
    return Standing(status_on(periods, today), years, periods)
