"""The list behind each number of the rate: one function chooses the lines, the number is how many there are."""

import enum
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
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
        return practice_key(self.practice, cut) if self.practice else None


def practice_key(practice: DatedPractice, cut: Cut) -> str:
    """What a practice stands under: a profession, a commune or a way of practising."""
    if cut is Cut.PROFESSION:
        return practice.profession.value
    return practice.commune_code if cut is Cut.COMMUNE else practice.mode.value


@dataclass(frozen=True, slots=True)
class Asked:
    """Which list: whom, on which day, since which for changes, and under which key of a cut."""

    who: Who
    day: date
    since: date | None = None
    cut: Cut | None = None
    value: str = ""


def entries(facts: Facts, rules: CountingRules, asked: Asked) -> list[Entry]:
    """The lines of a list, in no order."""
    found = _entries(facts, rules, asked)
    if asked.cut is None:
        return list(found)
    return [entry for entry in found if entry.key(asked.cut) == asked.value]


def _entries(facts: Facts, rules: CountingRules, asked: Asked) -> Iterable[Entry]:
    if asked.who in BETWEEN:
        return _between(facts, rules, asked)
    if asked.who is Who.LEFT_OUT:
        return left_out(facts, rules, asked.day)
    if asked.who is Who.DUE:
        return due(facts, rules, asked.day)
    if asked.who in (Who.APART, Who.ALL_MEMBERS):
        return all_members(facts, rules, asked.day, with_counted=asked.who is Who.ALL_MEMBERS)
    counted = rate.counted_on(facts.people, rules, asked.day)
    kept = {Who.MEMBERS: (True,), Who.OTHERS: (False,)}.get(asked.who, (True, False))
    return (_counted(one) for one in counted if one.is_member in kept)


def _counted(one: Counted) -> Entry:
    return Entry(one.person_id, None, one.practice, one.period)


def _between(facts: Facts, rules: CountingRules, asked: Asked) -> Iterator[Entry]:
    """Who makes a difference between two days: who came as they are, who went as they were."""
    assert asked.since is not None  # its reader sees to it
    before, after = (rate.counted_on(facts.people, rules, day) for day in (asked.since, asked.day))
    changes = rate.changes_between(before, after)
    wanted, source = {
        Who.JOINED: (changes.joined, after),
        Who.ARRIVED: (changes.arrived, after),
        Who.ENDED: (changes.ended, before),
        Who.DEPARTED: (changes.departed, before),
    }[asked.who]
    return (_counted(one) for one in source if one.person_id in wanted)


def left_out(facts: Facts, rules: CountingRules, day: date) -> Iterator[Entry]:
    """Who practises here on the day and is not counted by the rules, each once with the reason nearest to counting."""
    for one in facts.people:
        practices = [practice for practice in one.practices if covers(practice.starts_on, practice.ends_on, day)]
        if practices and rate.main_practice(practices, rules, day) is None:
            practice, reason = _not_counted(practices, rules)
            yield Entry(one.person_id, None, practice, rate.period_on(one.periods, day), reason)


def _not_counted(practices: Sequence[DatedPractice], rules: CountingRules) -> tuple[DatedPractice, Reason]:
    """A locum of too few months, else a way of practising left out, else a profession left out."""
    of_rules = [practice for practice in practices if practice.profession in rules.professions]
    new_locums = [practice for practice in of_rules if practice.mode in rules.modes]
    main = rate.first_of(new_locums or of_rules or practices)
    return main, _MODE_REASONS[main.mode] if of_rules else Reason.PROFESSION


def all_members(facts: Facts, rules: CountingRules, day: date, *, with_counted: bool = True) -> Iterator[Entry]:
    """Every member on the day, legal persons too (C20); those who are not counted come with the reason."""
    for one in facts.people:
        period = rate.period_on(one.periods, day)
        if period is not None:
            entry = _member(one, period, rules, day)
            if with_counted or entry.reason is not None:
                yield entry
    for organisation_id, periods in facts.structures.items():
        if (period := rate.period_on(periods, day)) is not None:
            yield Entry(None, organisation_id, None, period, Reason.STRUCTURE)


def _member(one: Professional, period: Held, rules: CountingRules, day: date) -> Entry:
    counted = rate.main_practice(one.practices, rules, day)
    if counted is not None:
        return Entry(one.person_id, None, counted, period)
    here = [practice for practice in one.practices if covers(practice.starts_on, practice.ends_on, day)]
    if not here:
        return Entry(one.person_id, None, None, period, Reason.ELSEWHERE)
    practice, reason = _not_counted(here, rules)
    return Entry(one.person_id, None, practice, period, reason)


def due_by(day: date) -> date:
    """Until when a membership that ends is to be renewed: the end of the year of the day."""
    return date(day.year, 12, 31)


def due(facts: Facts, rules: CountingRules, day: date) -> Iterator[Entry]:
    """The members of the day whose membership ends this year with none to follow; not those said to leave."""
    last = {one.person_id: max(one.periods, key=_last_day) for one in facts.people if one.periods}
    last_structures = {number: max(periods, key=_last_day) for number, periods in facts.structures.items()}
    for entry in all_members(facts, rules, day):
        owner = last_structures if entry.organisation_id is not None else last
        period = owner[entry.organisation_id or entry.person_id or 0]
        if period.left_on is None and period.last_day <= due_by(day):
            yield entry


def _last_day(period: Held) -> date:
    return period.last_day


def by_key(found: Iterable[Entry], cut: Cut) -> Counter[str]:
    """How many lines stand under each key of a cut."""
    return Counter(key for entry in found if (key := entry.key(cut)) is not None)
