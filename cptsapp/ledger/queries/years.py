"""What each was owed and paid in a year, the two natures apart (§2.7), and the entries behind it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from sqlalchemy import extract, func, select

from cptsapp.core.db import session
from cptsapp.core.local import local
from cptsapp.core.text import fold
from cptsapp.directory.merged import roots, same_person
from cptsapp.directory.models import Person
from cptsapp.directory.queries.membership import periods_of
from cptsapp.directory.rules.membership import Status, status_on
from cptsapp.ledger import naming
from cptsapp.ledger.models import AnnualCap, LedgerLine, LineState, Nature
from cptsapp.ledger.queries.lines import Scope
from cptsapp.ledger.rules import Balance, balance, room


@dataclass(frozen=True, slots=True)
class PersonYear:
    """One professional in a year: balances by nature, what is settled of every kind, and their membership."""

    person_id: int
    name: str
    natures: Mapping[Nature, Balance]
    settled: int
    cap: int | None
    membership: Status

    @property
    def balance(self) -> Balance:
        """Both natures together."""
        return sum(self.natures.values(), Balance())

    @property
    def room(self) -> int | None:
        """What may still be approved in the year, in cents; None without a cap."""
        return room(self.cap, self.settled)

    @property
    def is_beyond(self) -> bool:
        """Whether approving what is owed here would pass the cap."""
        left = self.room
        return left is not None and self.balance.owed > left

    @property
    def is_member(self) -> bool:
        """Whether their membership is up to date: those who are paid ought to be members; shown, never blocking."""
        return self.membership is Status.ACTIVE


@dataclass(frozen=True, slots=True)
class YearStatement:
    """Every professional of a year, by name, and the cap of that year in cents, if it was written."""

    year: int
    rows: tuple[PersonYear, ...]
    cap: int | None

    @property
    def balance(self) -> Balance:
        """The sum of all."""
        return sum((row.balance for row in self.rows), Balance())

    def of_nature(self, nature: Nature) -> int:
        """The total of a nature, in cents."""
        return sum(row.natures.get(nature, Balance()).total for row in self.rows)


def cap_of(year: int) -> int | None:
    """The cap of a year in cents, or None when nobody wrote it."""
    return session.scalar(select(AnnualCap.cents).where(AnnualCap.year == year))


def caps() -> Sequence[AnnualCap]:
    """Every cap written, the latest year first."""
    return session.scalars(select(AnnualCap).order_by(AnnualCap.year.desc())).all()


def years(person_ids: Iterable[int] | None, today: date) -> Sequence[int]:
    """The years with a line (of these persons), and the present one; the latest first."""
    scope = Scope(None if person_ids is None else sorted(person_ids))
    found = session.scalars(select(extract("year", LedgerLine.done_on)).where(*scope.conditions()).distinct())
    return sorted({*(int(year) for year in found), today.year}, reverse=True)


def names(person_ids: Iterable[int]) -> dict[int, str]:
    """Full names by number."""
    found = session.scalars(select(Person).where(Person.id.in_(set(person_ids))))
    return {person.id: person.full_name for person in found}


def statement(scope: Scope, today: date) -> YearStatement:
    """The statement of the scope's year; the same number of statements for one professional and for two hundred.

    Membership is read on the day, or on the last one of a year that is over.
    """
    assert scope.year is not None
    sums = _sums(scope)
    settled = _settled(scope.year, sums)
    called = names(sums)
    cap, day = cap_of(scope.year), min(today, date(scope.year, 12, 31))
    periods = periods_of(sums)
    rows = [
        PersonYear(
            person_id,
            called[person_id],
            {nature: balance(pairs) for nature, pairs in natures.items()},
            settled.get(person_id, 0),
            cap,
            status_on(periods.get(person_id, ()), day),
        )
        for person_id, natures in sums.items()
    ]
    return YearStatement(scope.year, tuple(sorted(rows, key=lambda row: (fold(row.name), row.person_id))), cap)


Sums = Mapping[int, Mapping[Nature, list[tuple[LineState, int]]]]


def _sums(scope: Scope) -> Sums:
    """Person, under the number they have now → nature → (state, cents)."""
    now_called = roots()
    columns = LedgerLine.person_id, LedgerLine.nature, LedgerLine.state
    rows = session.execute(
        select(*columns, func.sum(LedgerLine.amount_cents)).where(*scope.conditions()).group_by(*columns)
    )
    found: defaultdict[int, dict[Nature, list[tuple[LineState, int]]]] = defaultdict(dict)
    for person_id, nature, state, cents in rows:
        found[now_called.get(person_id, person_id)].setdefault(nature, []).append((state, int(cents)))
    return found


def _settled(year: int, person_ids: Iterable[int]) -> Mapping[int, int]:
    """What of a year counts against the cap of each, whatever it was for."""
    now_called = roots()
    scope = Scope(sorted(same_person(set(person_ids))), year=year)
    rows = session.execute(
        select(LedgerLine.person_id, func.sum(LedgerLine.amount_cents))
        .where(*scope.conditions(), LedgerLine.state.in_((LineState.APPROVED, LineState.PAID)))
        .group_by(LedgerLine.person_id)
    )
    found: defaultdict[int, int] = defaultdict(int)
    for person_id, cents in rows:
        found[now_called.get(person_id, person_id)] += int(cents)
    return found


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of one professional's year: what for, until which day, of which nature, how much and where it stands."""

    label: str
    count: int
    unit: str
    done_on: date
    nature: Nature
    cents: int
    state: LineState
    changed_on: date
    url: str


def entries(scope: Scope) -> Sequence[Entry]:
    """The lines of one professional, oldest first: plan fees one by one, acts counted by account, nature and state."""
    order = LedgerLine.done_on, LedgerLine.id
    lines = session.scalars(select(LedgerLine).where(*scope.conditions()).order_by(*order)).all()
    found: list[Entry] = []
    for kind in sorted({line.kind for line in lines}):
        own = [line for line in lines if line.kind == kind]
        found += _entries(own, naming.naming_of(kind))
    return sorted(found, key=lambda entry: (entry.done_on, entry.label))


def _entries(lines: Sequence[LedgerLine], named: naming.Naming | None) -> list[Entry]:
    if named is not None and named.lines is not None:
        words = named.lines(lines)
        return [_entry([line], words.get(line.id, line.account), named) for line in lines]
    words_of = named.accounts({line.account for line in lines}) if named is not None else {}

    def key(line: LedgerLine) -> tuple[str, Nature, LineState]:
        return line.account, line.nature, line.state

    groups = groupby(sorted(lines, key=key), key)
    return [_entry(list(own), words_of.get(account, account), named) for (account, _, _), own in groups]


def _entry(lines: Sequence[LedgerLine], label: str, named: naming.Naming | None) -> Entry:
    last = max(lines, key=lambda line: (line.done_on, line.id))
    changed = max(line.changed_at for line in lines)
    return Entry(
        label,
        len(lines) if named is None or named.lines is None else 0,
        named.unit if named is not None else "ligne",
        last.done_on,
        last.nature,
        sum(line.amount_cents for line in lines),
        last.state,
        local(changed).date(),
        named.url(last.account, last.person_id) if named is not None else "",
    )
