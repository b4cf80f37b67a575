"""The list behind each number of the rate: one function chooses the lines, the number is how many there are."""

import enum
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from operator import attrgetter
from types import MappingProxyType
from typing import NamedTuple

from cptsapp.core.periods import covers
from cptsapp.directory.models import PracticeMode
from cptsapp.membership.rules import rate
from cptsapp.membership.rules.rate import Counted, CountingRules, DatedPractice, Facts, Held, Professional


class Who(enum.StrEnum):
    """Whom a number counts; the values are the words of the address."""

    MEMBERS = "adherents"
    PROFESSIONALS = "professionnels"
    OTHERS = "non-adherents"
    ALL_MEMBERS = "tous-adherents"
    APART = "hors-calcul"
    LEFT_OUT = "non-comptes"
    JOINED = "adhesions"
    ENDED = "fins"
    ARRIVED = "arrivees"
    DEPARTED = "departs"
    DUE = "echeances"


# Those between two days; the others are of one.
BETWEEN = frozenset({Who.JOINED, Who.ENDED, Who.ARRIVED, Who.DEPARTED})


class Cut(enum.StrEnum):
    """What a list is cut by; the values are the words of the address."""

    PROFESSION = "profession"
    COMMUNE = "commune"
    MODE = "pratique"
    COLLEGE = "college"
    REASON = "motif"


class Reason(enum.StrEnum):
    """Why someone is not counted."""

    STRUCTURE = "structure"
    ELSEWHERE = "ailleurs"
    PROFESSION = "profession"
    LOCUM = "remplacement"
    SALARIED = "salaried"
    LIBERAL = "liberal"
    VOLUNTEER = "volunteer"


_MODE_REASONS = {
    PracticeMode.LIBERAL: Reason.LIBERAL,
    PracticeMode.SALARIED: Reason.SALARIED,
    PracticeMode.LOCUM: Reason.LOCUM,
    PracticeMode.VOLUNTEER: Reason.VOLUNTEER,
}


class Entry(NamedTuple):
    """A line of a list: a person, or a structure that is a member."""

    person_id: int | None
    organisation_id: int | None
    practice: DatedPractice | None
    period: Held | None
    reason: Reason | None = None

    def key(self, cut: Cut) -> str | None:
        """What the line stands under when its list is cut."""
        if cut is Cut.COLLEGE:
            return self.period.college.value if self.period else None
        if cut is Cut.REASON:
            return self.reason.value if self.reason else None
        return PRACTICE_KEYS[cut](self.practice) if self.practice else None


# What a practice stands under: a profession, a commune or a way of practising.
PRACTICE_KEYS: Mapping[Cut, Callable[[DatedPractice], str]] = MappingProxyType(
    {
        Cut.PROFESSION: attrgetter("profession"),
        Cut.COMMUNE: attrgetter("commune_code"),
        Cut.MODE: attrgetter("mode"),
    }
)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which list: whom, on which day, since which for changes, and under which key of a cut."""

    who: Who
    day: date
    since: date | None = None
    cut: Cut | None = None
    value: str = ""


class Day:
    """A day's counting, done once for all that is read of it."""

    def __init__(self, facts: Facts, rules: CountingRules, day: date) -> None:
        self.facts, self.rules, self.day = facts, rules, day
        self.counted = rate.counted_on(facts.people, rules, day)
        self.by_person = {one.person_id: one for one in self.counted}

    @cached_property
    def members(self) -> Sequence[Entry]:
        """Every member on the day, legal persons too (C20); those who are not counted come with the reason."""
        return list(_members(self))

    @cached_property
    def left_out(self) -> Sequence[Entry]:
        """Who practises here and is not counted by the rules, each once with the reason nearest to counting."""
        return list(_left_out(self))

    @cached_property
    def due(self) -> Sequence[Entry]:
        """The members whose membership ends this year with none to follow; not those said to leave."""
        return list(_due(self))


def entries(day: Day, former: Day | None, asked: Asked) -> list[Entry]:
    """The lines of a list, in no order; `former` is the first of two days, for what has changed."""
    found = _entries(day, former, asked.who)
    if asked.cut is None:
        return list(found)
    return [entry for entry in found if entry.key(asked.cut) == asked.value]


def _entries(day: Day, former: Day | None, who: Who) -> Iterable[Entry]:
    if who in BETWEEN:
        assert former is not None  # its reader sees to it
        return _between(former, day, who)
    if who is Who.LEFT_OUT:
        return day.left_out
    if who is Who.DUE:
        return day.due
    if who in (Who.APART, Who.ALL_MEMBERS):
        return (e for e in day.members if e.reason is not None or who is Who.ALL_MEMBERS)
    kept = {Who.MEMBERS: (True,), Who.OTHERS: (False,)}.get(who, (True, False))
    return (_counted(one) for one in day.counted if one.is_member in kept)


def _counted(one: Counted) -> Entry:
    return Entry(one.person_id, None, one.practice, one.period)


def _between(before: Day, after: Day, who: Who) -> Iterator[Entry]:
    """Who makes a difference between two days: who came as they are, who went as they were."""
    changes = rate.changes_between(before.counted, after.counted)
    wanted, source = {
        Who.JOINED: (changes.joined, after),
        Who.ARRIVED: (changes.arrived, after),
        Who.ENDED: (changes.ended, before),
        Who.DEPARTED: (changes.departed, before),
    }[who]
    return (_counted(source.by_person[number]) for number in wanted)


def _left_out(day: Day) -> Iterator[Entry]:
    for one in day.facts.people:
        if one.person_id not in day.by_person and (practices := _here(one, day.day)):
            practice, reason = _not_counted(practices, day.rules)
            yield Entry(one.person_id, None, practice, rate.period_on(one.periods, day.day), reason)


def _here(one: Professional, day: date) -> list[DatedPractice]:
    return [practice for practice in one.practices if covers(practice.starts_on, practice.ends_on, day)]


def _not_counted(practices: Sequence[DatedPractice], rules: CountingRules) -> tuple[DatedPractice, Reason]:
    """A locum of too few months, else a way of practising left out, else a profession left out."""
    of_rules = [practice for practice in practices if practice.profession in rules.professions]
    new_locums = [practice for practice in of_rules if practice.mode in rules.modes]
    main = rate.first_of(new_locums or of_rules or practices)
    return main, _MODE_REASONS[main.mode] if of_rules else Reason.PROFESSION


def _members(day: Day) -> Iterator[Entry]:
    for one in day.facts.people:
        if one.periods and (period := rate.period_on(one.periods, day.day)) is not None:
            counted = day.by_person.get(one.person_id)
            yield _counted(counted) if counted is not None else _apart(one, period, day)
    for organisation_id, periods in day.facts.structures.items():
        if (period := rate.period_on(periods, day.day)) is not None:
            yield Entry(None, organisation_id, None, period, Reason.STRUCTURE)


def _apart(one: Professional, period: Held, day: Day) -> Entry:
    here = _here(one, day.day)
    if not here:
        return Entry(one.person_id, None, None, period, Reason.ELSEWHERE)
    practice, reason = _not_counted(here, day.rules)
    return Entry(one.person_id, None, practice, period, reason)


def due_by(day: date) -> date:
    """Until when a membership that ends is to be renewed: the end of the year of the day."""
    return date(day.year, 12, 31)


def _due(day: Day) -> Iterator[Entry]:
    limit, facts = due_by(day.day), day.facts
    last = {one.person_id: max(one.periods, key=_last_day) for one in facts.people if one.periods}
    last_structures = {number: max(periods, key=_last_day) for number, periods in facts.structures.items()}
    for entry in day.members:
        owner = last_structures if entry.organisation_id is not None else last
        period = owner[entry.organisation_id or entry.person_id or 0]
        if period.left_on is None and period.last_day <= limit:
            yield entry


def _last_day(period: Held) -> date:
    return period.last_day


def by_key(found: Iterable[Entry], cut: Cut) -> Counter[str]:
    """How many lines stand under each key of a cut."""
    return Counter(key for entry in found if (key := entry.key(cut)) is not None)
