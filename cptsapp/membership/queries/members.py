"""The members with their periods: one reading gives the list, its counts, its export and the page of one of them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select

from cptsapp.accounts.identity import CurrentUser
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible
from cptsapp.core.text import fold
from cptsapp.directory.merged import roots
from cptsapp.directory.models import (
    College,
    LeaveReason,
    Membership,
    Organisation,
    OrganisationKind,
    Person,
    Profession,
)
from cptsapp.directory.permissions import visible_to
from cptsapp.directory.queries.membership import organisation_roots
from cptsapp.directory.rules import words as directory_words
from cptsapp.directory.rules.membership import Status, holds, last_day, status_on
from cptsapp.membership.rules.members import Member

PAGE = 50


@dataclass(frozen=True, slots=True)
class Held:
    """A period of membership with its fee."""

    id: int
    college: College
    starts_on: date
    ends_on: date
    left_on: date | None
    left_reason: LeaveReason | None
    fee_cents: int
    paid_on: date | None
    receipt_number: int | None

    @property
    def last_day(self) -> date:
        """The last day it holds."""
        return last_day(self)

    @property
    def is_due(self) -> bool:
        """Whether a fee is still to be paid."""
        return self.fee_cents > 0 and self.paid_on is None

    @property
    def has_receipt(self) -> bool:
        """Whether a receipt may be printed: the fee is paid."""
        return self.paid_on is not None and self.receipt_number is not None


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A person or a structure, the periods oldest first, and where it stands on the day asked."""

    member: Member
    name: str
    folded: str
    profession: Profession | None
    kind: OrganisationKind | None
    mail: str | None
    periods: tuple[Held, ...]
    day: date

    @property
    def what(self) -> str:
        """The profession, or what the structure is, in French."""
        if self.profession is not None:
            return directory_words.PROFESSION_SHORT[self.profession]
        return directory_words.ORGANISATION_LABELS[self.kind] if self.kind is not None else ""

    @property
    def status(self) -> Status:
        """Where the member stands on the day asked."""
        return status_on(self.periods, self.day)

    @property
    def shown(self) -> Held:
        """The period the list shows: the one that holds, else the next to come, else the last that did."""
        held = next((p for p in self.periods if holds(p, self.day)), None)
        coming = next((p for p in self.periods if p.starts_on > self.day), None)
        return held or coming or self.periods[-1]

    @property
    def next(self) -> Held | None:
        """The period that follows the one shown: a renewal already made."""
        rank = self.periods.index(self.shown) + 1
        return self.periods[rank] if rank < len(self.periods) else None


@dataclass(frozen=True, slots=True)
class MemberFilter:
    """What the list is asked for; `paid` is "", "paid" or "due"; `before` keeps who has nothing after that day."""

    day: date
    status: Status | None = None
    college: College | None = None
    profession: Profession | None = None
    kind: str = ""
    paid: str = ""
    before: date | None = None
    typed: str = ""

    def accepts(self, row: MemberRow) -> bool:
        """Whether a member answers to all that is asked."""
        shown = row.shown
        return (
            (self.status is None or row.status is self.status)
            and (self.college is None or shown.college is self.college)
            and (self.profession is None or row.profession is self.profession)
            and (not self.kind or row.member.is_organisation == (self.kind == "structures"))
            and (not self.paid or (shown.is_due if self.paid == "due" else shown.paid_on is not None))
            and (self.before is None or max(p.last_day for p in row.periods) <= self.before)
            and all(directory_words.matches(row.folded, word) for word in fold(self.typed).split())
        )


def members(user: CurrentUser, wanted: MemberFilter) -> list[MemberRow]:
    """Those who answer, by name. Four statements, however many they are."""
    return [row for row in all_members(user, wanted.day) if wanted.accepts(row)]


def counts(rows: Iterable[MemberRow]) -> Counter[Status]:
    """How many of them are in each status."""
    return Counter(row.status for row in rows)


def all_members(user: CurrentUser, day: date) -> list[MemberRow]:
    """Whoever is, was or will be a member, by name; those who asked to be kept out are not there."""
    people, structures = _held()
    rows = [_person_row(user_row, people[user_row.id], day) for user_row in _people(user, people)]
    rows += [_structure_row(found, structures[found.id], day) for found in _structures(structures)]
    return sorted(rows, key=lambda row: (row.folded, row.member))


def member(user: CurrentUser, wanted: Member, day: date) -> MemberRow:
    """One of them, with all its periods or none. Raises Invisible; a merged sheet is the one it was merged into."""
    found = rows_of(user, [wanted], day)
    if not found:
        raise Invisible
    return found[0]


def rows_of(user: CurrentUser, wanted: Sequence[Member], day: date) -> list[MemberRow]:
    """These members, by name, even those who never had a period; those a user may not see are left out."""
    people, structures = _held()
    person_ids = {m.number for m in wanted if not m.is_organisation}
    organisation_ids = {m.number for m in wanted if m.is_organisation}
    person_roots, structure_roots = roots(), organisation_roots()
    asked = {number: people.get(number, []) for number in _rooted(person_ids, person_roots)}
    asked_too = {number: structures.get(number, []) for number in _rooted(organisation_ids, structure_roots)}
    rows = [_person_row(found, asked[found.id], day) for found in _people(user, asked)]
    rows += [_structure_row(found, asked_too[found.id], day) for found in _structures(asked_too)]
    return sorted(rows, key=lambda row: (row.folded, row.member))


def _rooted(numbers: set[int], merged: dict[int, int]) -> set[int]:
    return {merged.get(number, number) for number in numbers}


def _held() -> tuple[dict[int, list[Held]], dict[int, list[Held]]]:
    """The periods of persons and of structures by number, oldest first, those of a merged sheet under the other's."""
    people: dict[int, list[Held]] = defaultdict(list)
    structures: dict[int, list[Held]] = defaultdict(list)
    person_roots, structure_roots = roots(), organisation_roots()
    table = Membership.__table__
    for row in session.execute(select(table).order_by(table.c.starts_on, table.c.id)):
        held = Held(
            row.id,
            row.college,
            row.starts_on,
            row.ends_on,
            row.left_on,
            row.left_reason,
            row.fee_cents,
            row.paid_on,
            row.receipt_number,
        )
        if row.person_id is not None:
            people[person_roots.get(row.person_id, row.person_id)].append(held)
        else:
            structures[structure_roots.get(row.organisation_id, row.organisation_id)].append(held)
    return people, structures


# As many numbers as a statement takes without harm; beyond, every sheet that has a period is read.
_LISTED_MAX = 500


def _people(user: CurrentUser, numbers: Iterable[int]) -> Sequence[Person]:
    wanted = set(numbers)
    query = select(Person).where(visible_to(user))
    if len(wanted) <= _LISTED_MAX:
        query = query.where(Person.id.in_(wanted))
    else:
        kept = {into for into in roots().values() if into in wanted}
        query = query.where(or_(Person.id.in_(select(Membership.person_id)), Person.id.in_(kept)))
    return [found for found in session.scalars(query) if found.id in wanted]


def _structures(numbers: Iterable[int]) -> Sequence[Organisation]:
    wanted = set(numbers)
    query = select(Organisation).where(Organisation.merged_into_id.is_(None))
    if len(wanted) <= _LISTED_MAX:
        query = query.where(Organisation.id.in_(wanted))
    return [found for found in session.scalars(query) if found.id in wanted]


def _person_row(person: Person, periods: Sequence[Held], day: date) -> MemberRow:
    return MemberRow(
        Member(False, person.id),
        person.full_name,
        person.folded,
        person.profession,
        None,
        person.mail,
        tuple(periods),
        day,
    )


def _structure_row(found: Organisation, periods: Sequence[Held], day: date) -> MemberRow:
    return MemberRow(
        Member(True, found.id), found.name, found.folded, None, found.kind, found.mail, tuple(periods), day
    )
