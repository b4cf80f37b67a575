"""The register of movements: what the territory gains and loses in the months ahead, by profession (E55, E62).

One query of practices and one of movements give the table, the chart, the list and the file: they cannot disagree.
Counted: professionals with a practice in force in a commune of the territory, on their own account or salaried; not
the secretariats, nor who stands in for another.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import Select, or_, select

from cptsapp.accounts.identity import CurrentUser
from cptsapp.core import tables
from cptsapp.core.db import session
from cptsapp.core.periods import covers, months_later
from cptsapp.core.refusals import Invisible
from cptsapp.core.tables import Column, Kind, SheetRow
from cptsapp.directory import permissions
from cptsapp.directory.merged import roots
from cptsapp.directory.models import Movement, Person, Place, Practice, PracticeMode, Profession
from cptsapp.directory.queries.people import person, with_place
from cptsapp.directory.rules import movements as rules
from cptsapp.directory.rules.movements import Balance, Change, Quarter, Way
from cptsapp.directory.rules.words import PROFESSION_LABELS
from cptsapp.territory import queries as territory
from cptsapp.territory.models import Commune

COUNTED_MODES = (PracticeMode.LIBERAL, PracticeMode.SALARIED)
_DAY = timedelta(days=1)


class Who(NamedTuple):
    """What the register needs of a person: thousands are read, few are shown."""

    id: int
    title: str
    first_name: str
    last_name: str
    folded: str
    profession: Profession

    @property
    def full_name(self) -> str:
        """As screens write it."""
        return " ".join(part for part in (self.title, self.first_name, self.last_name) if part)


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the list: a day, someone, what happens. `way` is None for an absence, which changes no number."""

    on: date
    person: Who
    commune: str
    way: Way | None
    movement: Movement | None = None
    replaced_by: Who | None = None

    @property
    def words(self) -> str:
        """What happens, in French; a practice that begins or ends without a movement says so."""
        if self.movement is not None:
            return rules.MOVEMENT_LABELS[self.movement.kind]
        return "début d’exercice noté" if self.way is Way.GAIN else "fin d’exercice notée"


@dataclass(frozen=True, slots=True)
class Line:
    """A profession of the table; None is all of them."""

    profession: Profession | None
    balance: Balance


@dataclass(frozen=True, slots=True)
class Present:
    """Someone counted today, and where."""

    person: Who
    commune: str


@dataclass(frozen=True, slots=True)
class Register:
    """Everything the page shows, from a day to another."""

    after: date
    until: date
    present: Sequence[Present]
    lines: Sequence[Line]
    total: Line
    entries: Sequence[Entry]
    overdue: Sequence[Entry]
    quarters: Sequence[tuple[Quarter, Balance]]

    def entries_of(self, profession: Profession | None, way: Way | None) -> list[Entry]:
        """Those of a profession, that gain or that lose."""
        return [
            entry
            for entry in self.entries
            if profession in (None, entry.person.profession) and (way is None or entry.way is way)
        ]

    def present_of(self, profession: Profession | None) -> list[Present]:
        """Who is counted today, by name."""
        return [each for each in self.present if profession in (None, each.person.profession)]

    def line(self, profession: Profession | None) -> Line:
        """The line of a profession, or the total."""
        return next((line for line in self.lines if line.profession is profession), self.total)


@dataclass(slots=True)
class _Facts:
    """What the database knows: who is who, where they practise, what was announced."""

    people: dict[int, Who] = field(default_factory=dict)
    periods: dict[int, list[tuple[date, date | None]]] = field(default_factory=lambda: defaultdict(list))
    communes: dict[int, str] = field(default_factory=dict)
    movements: dict[int, Movement] = field(default_factory=dict)
    root: dict[int, int] = field(default_factory=dict)

    def who(self, person_id: int) -> int:
        """The number of someone now, whatever they were merged into."""
        return self.root.get(person_id, person_id)


def register(user: CurrentUser, profession: Profession | None = None) -> Register:
    """The register for the months ahead; the quarters are those of a profession, or of all."""
    after = territory.today()
    until = months_later(after, rules.AHEAD_MONTHS)
    facts = _facts(user, after, until)
    present = {number for number, periods in facts.periods.items() if any(covers(*p, after) for p in periods)}
    changes = rules.real_changes(present, _changes(facts), after, until)
    own = [c for c in changes if profession in (None, facts.people[c.person_id].profession)]
    count = sum(profession in (None, facts.people[number].profession) for number in present)
    return Register(
        after=after,
        until=until,
        present=_present(facts, present),
        lines=_lines(facts, present, changes),
        total=Line(None, rules.balance(len(present), changes)),
        entries=_entries(facts, changes, after, until),
        overdue=_overdue(facts, present, after),
        quarters=rules.by_quarter(count, own, after, until),
    )


def _facts(user: CurrentUser, after: date, until: date) -> _Facts:
    facts = _Facts(root=roots())
    columns = (getattr(Person, name) for name in Who._fields)
    counted = select(*columns).where(permissions.visible_to(user), Person.profession != Profession.STAFF)
    everyone = {row.id: Who(*row) for row in session.execute(counted)}
    for person_id, starts_on, ends_on, commune in session.execute(_practices(after)):
        if (number := facts.who(person_id)) in everyone:
            facts.periods[number].append((starts_on, ends_on))
            facts.communes.setdefault(number, commune)
    for movement in session.scalars(_movements(until)):
        if facts.who(movement.person_id) in everyone:
            facts.movements[movement.id] = movement
    facts.people = everyone
    return facts


def _practices(after: date) -> Select[int, date, date | None, str]:
    return (
        select(Practice.person_id, Practice.starts_on, Practice.ends_on, Commune.name)
        .join(Place, Place.id == Practice.place_id)
        .join(Commune, Commune.code == Place.commune_code)
        .where(
            Commune.is_own,
            Practice.mode.in_(COUNTED_MODES),
            or_(Practice.ends_on.is_(None), Practice.ends_on >= after),
        )
        .order_by(Practice.starts_on, Practice.id)
    )


def _movements(until: date) -> Select[Movement]:
    wanted = select(Movement).where(Movement.cancelled_at.is_(None), Movement.starts_on <= until)
    return wanted.order_by(Movement.starts_on, Movement.id)


def _changes(facts: _Facts) -> Iterable[Change]:
    for movement in facts.movements.values():
        change = rules.change_of(movement.id, facts.who(movement.person_id), movement.kind, movement.starts_on)
        if change is not None:
            yield change
    for number, periods in facts.periods.items():
        yield from rules.changes_of_periods(number, periods)


def _present(facts: _Facts, present: set[int]) -> list[Present]:
    found = (Present(facts.people[number], facts.communes[number]) for number in present)
    return sorted(found, key=lambda each: (each.person.folded, each.person.id))


def _lines(facts: _Facts, present: set[int], changes: Sequence[Change]) -> list[Line]:
    """The professions that someone has, leaves or comes with, in the order of the words."""
    counts: dict[Profession, int] = defaultdict(int)
    own: dict[Profession, list[Change]] = defaultdict(list)
    for number in present:
        counts[facts.people[number].profession] += 1
    for change in changes:
        own[facts.people[change.person_id].profession].append(change)
    shown = [profession for profession in PROFESSION_LABELS if profession in counts or profession in own]
    return [Line(profession, rules.balance(counts[profession], own[profession])) for profession in shown]


def _entries(facts: _Facts, changes: Sequence[Change], after: date, until: date) -> list[Entry]:
    """By date: what changes the numbers, then the absences under way or to come."""
    real = [_entry(facts, change) for change in changes]
    absences = [
        _announced(facts, movement, None)
        for movement in facts.movements.values()
        if movement.kind in rules.ABSENCES and (movement.ends_on or movement.starts_on) >= after
    ]
    every = [entry for entry in (*real, *absences) if entry.on <= until]
    return sorted(every, key=lambda entry: (entry.on, entry.person.folded, entry.person.id))


def _entry(facts: _Facts, change: Change) -> Entry:
    if change.movement_id is not None:
        return _announced(facts, facts.movements[change.movement_id], change.way)
    on = change.on if change.way is Way.GAIN else change.on - _DAY
    return Entry(on, facts.people[change.person_id], facts.communes.get(change.person_id, ""), change.way)


def _announced(facts: _Facts, movement: Movement, way: Way | None) -> Entry:
    number = facts.who(movement.person_id)
    other = facts.people.get(facts.who(movement.replaced_by_id)) if movement.replaced_by_id else None
    return Entry(movement.starts_on, facts.people[number], facts.communes.get(number, ""), way, movement, other)


def _overdue(facts: _Facts, present: set[int], today: date) -> list[Entry]:
    """Departures whose day has passed while the practice goes on: either they did not leave, or it is to be ended."""
    return [
        _announced(facts, movement, Way.LOSS)
        for movement in facts.movements.values()
        if movement.kind in rules.LOSSES and movement.starts_on < today and facts.who(movement.person_id) in present
    ]


# -- one movement -----------------------------------------------------------------------------------------------------


def movement(user: CurrentUser, movement_id: int) -> Movement:
    """A movement of someone who exists for the user. Raises Invisible."""
    found = session.get(Movement, movement_id)
    if found is None:
        raise Invisible
    person(user, found.person_id)
    return found


def replacement(user: CurrentUser, found: Movement) -> Person | None:
    """Who replaces someone, if that is known and they are still in the directory."""
    number = roots().get(found.replaced_by_id or 0, found.replaced_by_id)
    return session.scalar(select(Person).where(Person.id == number, permissions.visible_to(user)))


def practices_beyond(person_id: int, last_day: date) -> Sequence[Practice]:
    """The practices that go on after a day, under all the numbers of a person."""
    root = roots()
    number = root.get(person_id, person_id)
    numbers = {number, *(merged for merged, into in root.items() if into == number)}
    beyond = or_(Practice.ends_on.is_(None), Practice.ends_on > last_day)
    wanted = with_place().where(Practice.person_id.in_(numbers), beyond, Practice.starts_on <= last_day)
    return session.scalars(wanted).all()


# -- as a file --------------------------------------------------------------------------------------------------------

COLUMNS = (
    Column("on", "Date", Kind.DAY),
    Column("name", "Nom", Kind.TEXT),
    Column("profession", "Profession", Kind.TEXT),
    Column("commune", "Commune", Kind.TEXT),
    Column("what", "Mouvement", Kind.TEXT),
    Column("way", "Effet", Kind.NOTE),
    Column("until", "Jusqu’au", Kind.TEXT),
    Column("confirmed", "Confirmé", Kind.TEXT),
    Column("replaced_by", "Remplacement", Kind.TEXT),
)


def as_sheet(entries: Sequence[Entry]) -> tables.Sheet:
    """The list as it leaves: what the screen shows, without the notes."""
    return tables.Sheet("Mouvements", COLUMNS, tuple(_row(entry) for entry in entries))


def _row(entry: Entry) -> SheetRow:
    said = entry.movement
    effect = "" if entry.way is None else "+1" if entry.way is Way.GAIN else "−1"
    values = (
        entry.on,
        entry.person.full_name,
        PROFESSION_LABELS[entry.person.profession],
        entry.commune,
        entry.words,
        effect,
        tables.shown(said.ends_on, Kind.DAY) if said and said.ends_on else "",
        "" if said is None else "oui" if said.is_confirmed else "à confirmer",
        entry.replaced_by.full_name if entry.replaced_by else "",
    )
    return SheetRow(entry.person.id, values)
