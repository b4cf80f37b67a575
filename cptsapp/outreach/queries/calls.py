"""Calls that were made: those of a person, those of a caller, what is known of someone before they are rung."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import case, or_, select

from cptsapp.accounts.models import User
from cptsapp.core.db import session
from cptsapp.core.local import day_bounds
from cptsapp.directory.merged import roots, same_person
from cptsapp.directory.models import Person, Place, Practice, Profession
from cptsapp.directory.permissions import in_force
from cptsapp.directory.queries.membership import periods_of
from cptsapp.directory.rules.membership import Status, status_on
from cptsapp.outreach.models import Call, CallOutcome, CallTarget
from cptsapp.outreach.queries.board import Line

SHOWN = 3  # calls, colleagues: what one reads while the telephone rings


def standing_calls(target_id: int) -> Sequence[Call]:
    """The calls of a person of a campaign that are not undone, oldest first."""
    found = select(Call).where(Call.target_id == target_id, Call.undone_at.is_(None))
    return session.scalars(found.order_by(Call.called_at, Call.id)).all()


def last_own_id(campaign_id: int, user_id: int) -> int | None:
    """The last call of a caller in a campaign that is not undone."""
    return session.scalar(
        select(Call.id)
        .join(CallTarget, CallTarget.id == Call.target_id)
        .where(CallTarget.campaign_id == campaign_id, Call.caller_id == user_id, Call.undone_at.is_(None))
        .order_by(Call.called_at.desc(), Call.id.desc())
        .limit(1)
    )


@dataclass(frozen=True, slots=True)
class Made:
    """A call as a list shows it."""

    id: int
    target_id: int
    called_at: datetime
    caller_id: int
    caller: str
    outcome: CallOutcome
    call_back_at: datetime | None
    due_at: datetime | None
    note: str | None
    undone_at: datetime | None


_MADE = (
    select(
        Call.id,
        Call.target_id,
        Call.called_at,
        Call.caller_id,
        User.display_name,
        Call.outcome,
        Call.call_back_at,
        CallTarget.due_at,
        # Of who objected nothing is shown, and the worker erases what was noted (§6.2).
        case((Person.objected_on.is_(None), Call.note), else_=None),
        Call.undone_at,
    )
    .join(User, User.id == Call.caller_id)
    .join(CallTarget, CallTarget.id == Call.target_id)
    .join(Person, Person.id == CallTarget.person_id)
)


def last_of(campaign_id: int, user_id: int, today: date, shown: int = 4) -> list[Made]:
    """The last calls of a caller in a campaign; one undone today is shown too, struck out."""
    since, _ = day_bounds(today)
    found = _MADE.where(
        CallTarget.campaign_id == campaign_id,
        Call.caller_id == user_id,
        or_(Call.undone_at.is_(None), Call.undone_at >= since),
    )
    return _read(found.order_by(Call.called_at.desc(), Call.id.desc()).limit(shown))


def of_campaign(campaign_id: int) -> dict[int, Made]:
    """The last call of each person of a campaign, those undone left aside."""
    found = _MADE.where(CallTarget.campaign_id == campaign_id, Call.undone_at.is_(None))
    return {made.target_id: made for made in _read(found.order_by(Call.called_at, Call.id))}


def log(campaign_id: int, outcomes: frozenset[CallOutcome], caller_id: int | None) -> list[Made]:
    """The calls of a campaign that ended so, of one caller or of all, the latest first; those undone left aside."""
    found = _MADE.where(
        CallTarget.campaign_id == campaign_id, Call.undone_at.is_(None), Call.outcome.in_(sorted(outcomes))
    )
    if caller_id is not None:
        found = found.where(Call.caller_id == caller_id)
    return _read(found.order_by(Call.called_at.desc(), Call.id.desc()))


def of_target(target_id: int) -> list[Made]:
    """All the calls of a person of a campaign, the latest first, with those undone."""
    return _read(_MADE.where(Call.target_id == target_id).order_by(Call.called_at.desc(), Call.id.desc()))


def _read(found: object) -> list[Made]:
    return [Made(*row) for row in session.execute(found)]  # type: ignore[call-overload]  # a SELECT


@dataclass(frozen=True, slots=True)
class Colleague:
    """Someone who works at the same address or in the same structure."""

    person_id: int
    name: str
    is_member: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of someone before they are rung."""

    calls: tuple[Made, ...]
    call_count: int
    status: Status
    colleagues: tuple[Colleague, ...]


def facts(line: Line, today: date, *, tells_members: bool) -> Facts:
    """Earlier calls of any campaign, where they stand as a member, who works with them.

    Members come first when the reader may know who they are; by name alone otherwise: the order would tell.
    """
    numbers = same_person({line.person_id})
    found = _MADE.where(CallTarget.person_id.in_(sorted(numbers)), Call.undone_at.is_(None))
    calls = _read(found.order_by(Call.called_at.desc(), Call.id.desc()))
    periods = periods_of([line.person_id]).get(line.person_id, [])
    return Facts(
        tuple(calls[:SHOWN]), len(calls), status_on(periods, today), _colleagues(line, numbers, today, tells_members)
    )


def _colleagues(line: Line, numbers: set[int], today: date, tells_members: bool) -> tuple[Colleague, ...]:
    own = line.professional
    if own is None:
        return ()
    here = Practice.place_id == own.place_id
    if own.organisation_id is not None:
        here = or_(here, Place.organisation_id == own.organisation_id)
    found = (
        select(Practice.person_id)
        .join(Place, Place.id == Practice.place_id)
        .where(here, in_force(Practice, today), Practice.profession != Profession.STAFF)
        .where(Practice.person_id.not_in(sorted(numbers)))
        .distinct()
    )
    merged = roots()
    others = {merged.get(number, number) for number in session.scalars(found)}
    return _named(others, today, tells_members)


def _named(numbers: set[int], today: date, tells_members: bool) -> tuple[Colleague, ...]:
    """At most two of them, by name; members before the others when that may be known."""
    if not numbers:
        return ()
    periods = periods_of(numbers)
    people = session.scalars(select(Person).where(Person.id.in_(sorted(numbers)), Person.objected_on.is_(None)))
    known = [
        (status_on(periods.get(person.id, []), today) is Status.ACTIVE, person)
        for person in sorted(people, key=lambda person: (person.folded, person.id))
    ]
    if tells_members:
        known.sort(key=lambda pair: not pair[0])
    return tuple(Colleague(person.id, person.full_name, is_member) for is_member, person in known[:2])
