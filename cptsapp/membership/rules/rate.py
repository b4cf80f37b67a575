"""The rate of adhesion: who is counted on a day, drawn from dated facts so that any past day can be counted again.

The numerator is a part of the denominator: a member who is not counted among the professionals (a structure, a
salaried nurse when the rules leave salaried people out) is a member all the same, and listed apart (B13–B14).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from cptsapp.core.periods import months_later
from cptsapp.directory.models import College, PracticeMode, Profession

# Those of the contract's own lists, until the CPTS says otherwise.
USUAL_PROFESSIONS = (
    Profession.GP,
    Profession.SPECIALIST,
    Profession.NURSE,
    Profession.MIDWIFE,
    Profession.PHYSIOTHERAPIST,
    Profession.DENTIST,
    Profession.PHARMACIST,
    Profession.SPEECH_THERAPIST,
    Profession.PODIATRIST,
)
USUAL_MODES = (PracticeMode.LIBERAL, PracticeMode.LOCUM)
USUAL_LOCUM_MONTHS = 3
_LOCUM = PracticeMode.LOCUM
# A person with several practices stands under the first of these modes.
_MODE_ORDER = {mode: rank for rank, mode in enumerate(PracticeMode)}

Span = tuple[date, date]  # both days included


@dataclass(frozen=True, slots=True)
class CountingRules:
    """Who is counted: professions, ways of practising, and after how many months a locum is."""

    professions: frozenset[Profession] = frozenset(USUAL_PROFESSIONS)
    modes: frozenset[PracticeMode] = frozenset(USUAL_MODES)
    locum_months: int = USUAL_LOCUM_MONTHS


class DatedPractice(NamedTuple):
    """A practice in one of the communes of the territory, both days included, under the sheet it was noted on."""

    person_id: int
    id: int
    profession: Profession
    mode: PracticeMode
    commune_code: str
    starts_on: date
    ends_on: date | None


class Held(NamedTuple):
    """A period of membership of a person or of a structure, both days included."""

    person_id: int | None
    organisation_id: int | None
    id: int
    college: College
    starts_on: date
    ends_on: date
    left_on: date | None

    @property
    def last_day(self) -> date:
        """The last day it holds."""
        return self.left_on or self.ends_on


class Professional(NamedTuple):
    """A person: their practices here, none for a member from elsewhere, and their periods, whatever the rules."""

    person_id: int
    practices: Sequence[DatedPractice]
    periods: Sequence[Held] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the rate is drawn from: persons with a practice here or a membership, and the members' structures."""

    people: Sequence[Professional]
    structures: Mapping[int, Sequence[Held]]


class Counted(NamedTuple):
    """A person counted on a day, once, under their main practice; `period` is the membership that holds, or None."""

    person_id: int
    practice: DatedPractice
    period: Held | None

    @property
    def is_member(self) -> bool:
        """Whether they are in the numerator too."""
        return self.period is not None


@dataclass(frozen=True, slots=True)
class Count:
    """The two numbers of the rate: members out of professionals."""

    members: int = 0
    professionals: int = 0

    @property
    def percent(self) -> float | None:
        """Of a hundred, or None when there is nobody to count."""
        return 100 * self.members / self.professionals if self.professionals else None

    def missing(self, target_percent: int) -> int:
        """How many more members would reach the target; 0 when it is reached."""
        return max(0, -(-self.professionals * target_percent // 100) - self.members)


def counted_from(practice: DatedPractice, rules: CountingRules) -> date | None:
    """The first day a practice makes its person count, or None if it never does: a locum counts after some months."""
    if practice.profession not in rules.professions or practice.mode not in rules.modes:
        return None
    if practice.mode is not _LOCUM:
        return practice.starts_on
    first = months_later(practice.starts_on, rules.locum_months)
    return first if practice.ends_on is None or first <= practice.ends_on else None


def main_practice(practices: Iterable[DatedPractice], rules: CountingRules, day: date) -> DatedPractice | None:
    """What a person is counted under on a day: liberal before salaried, then the oldest; None if not counted."""
    found = None
    for practice in practices:
        first = counted_from(practice, rules)
        if first is not None and first <= day and (practice.ends_on is None or day <= practice.ends_on):
            found = practice if found is None else first_of((found, practice))
    return found


def first_of(practices: Sequence[DatedPractice]) -> DatedPractice:
    """The one a person stands under, of several."""
    if len(practices) == 1:
        return practices[0]
    return min(practices, key=lambda p: (_MODE_ORDER[p.mode], p.starts_on, p.id))


def counted_on(professionals: Iterable[Professional], rules: CountingRules, day: date) -> list[Counted]:
    """Everyone counted on a day, each once: the very list that both numbers count."""
    found = []
    for professional in professionals:
        practice = main_practice(professional.practices, rules, day)
        if practice is not None:
            period = period_on(professional.periods, day) if professional.periods else None
            found.append(Counted(professional.person_id, practice, period))
    return found


def period_on(periods: Iterable[Held], day: date) -> Held | None:
    """The membership that holds on a day, the oldest of several, or None."""
    for period in periods:
        if period.starts_on <= day <= (period.left_on or period.ends_on):
            return period
    return None


def count(counted: Collection[Counted]) -> Count:
    """The two numbers of a list."""
    return Count(sum(one.is_member for one in counted), len(counted))


class Tally:
    """The days on which the two numbers change, sorted once: those of any day are then four searches."""

    def __init__(self, people: Iterable[Professional], rules: CountingRules) -> None:
        self._arrived: list[date] = []
        self._gone: list[date] = []
        self._joined: list[date] = []
        self._ended: list[date] = []
        for one in people:
            self._add(_stays(one.practices, rules), _joined([(p.starts_on, p.last_day) for p in one.periods]))
        for days in (self._arrived, self._gone, self._joined, self._ended):
            days.sort()

    def _add(self, stays: Sequence[Span], held: Sequence[Span]) -> None:
        for first, last in stays:
            self._arrived.append(first)
            self._gone.append(last)
            for starts_on, ends_on in held:
                if starts_on <= last and first <= ends_on:
                    self._joined.append(max(first, starts_on))
                    self._ended.append(min(last, ends_on))

    def on(self, day: date) -> Count:
        """The two numbers of a day: what `counted_on` would count."""
        return Count(
            bisect_right(self._joined, day) - bisect_left(self._ended, day),
            bisect_right(self._arrived, day) - bisect_left(self._gone, day),
        )


def _stays(practices: Iterable[DatedPractice], rules: CountingRules) -> Sequence[Span]:
    """The days a person counts, as stays that neither touch nor overlap, however many practices make them."""
    return _joined(
        [
            (first, practice.ends_on or date.max)
            for practice in practices
            if (first := counted_from(practice, rules)) is not None
        ]
    )


def _joined(spans: list[Span]) -> Sequence[Span]:
    """Spans of days, those that touch or overlap made one: two sheets merged may each have had a membership."""
    if len(spans) < 2:
        return spans
    joined: list[Span] = []
    for first, last in sorted(spans):
        if joined and (joined[-1][1] == date.max or first <= joined[-1][1] + timedelta(days=1)):
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return joined


@dataclass(frozen=True, slots=True)
class Changes:
    """Who came into a list and who went out of it between two days: numbers of persons."""

    joined: frozenset[int]
    ended: frozenset[int]
    arrived: frozenset[int]
    departed: frozenset[int]


def changes_between(before: Iterable[Counted], after: Iterable[Counted]) -> Changes:
    """What makes the difference between the lists of two days, so that each difference opens its persons."""
    was, now = {one.person_id: one for one in before}, {one.person_id: one for one in after}
    were_members = {number for number, one in was.items() if one.is_member}
    are_members = {number for number, one in now.items() if one.is_member}
    return Changes(
        joined=frozenset(are_members - were_members),
        ended=frozenset(were_members - are_members),
        arrived=frozenset(now.keys() - was.keys()),
        departed=frozenset(was.keys() - now.keys()),
    )
