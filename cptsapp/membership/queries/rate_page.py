"""What the page of the rate shows of a day: one reading for the screen, its paper and its files."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from cptsapp.accounts.models import User
from cptsapp.core.db import session
from cptsapp.core.prepared import Prepared
from cptsapp.directory.models import College, Person
from cptsapp.imports.models import Import
from cptsapp.imports.queries import known_since, last_applied
from cptsapp.membership.models import Application, ApplicationState, RateRules
from cptsapp.membership.queries.rate import counting_rules, facts, rules_in_force
from cptsapp.membership.queries.settings import settings
from cptsapp.membership.rules import rate, rate_days, rate_lists
from cptsapp.membership.rules.rate import Changes, Count, Counted, CountingRules, Facts
from cptsapp.membership.rules.rate_days import Landmark, Step
from cptsapp.membership.rules.rate_lists import Cut, Entry, Reason
from cptsapp.membership.rules.rate_words import key_label, reason_words
from cptsapp.territory.models import Commune

_COMMUNES = Prepared(select(Commune.code, Commune.name).where(Commune.is_own))
# Merged sheets may have objected too: only the one they are now counts.
_UNNAMED = Prepared(select(Person.id).where(Person.objected_on.is_not(None)))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the page is asked for."""

    day: date
    cut: Cut = Cut.PROFESSION
    landmark: Landmark = Landmark.QUARTER
    step: Step = Step.QUARTER


@dataclass(frozen=True, slots=True)
class Point:
    """A day and its two numbers; no numbers when nobody knows them."""

    day: date
    count: Count | None


@dataclass(frozen=True, slots=True)
class CutRow:
    """A row of the table by profession, commune…: a part, a whole, and the same at the former day.

    By college the whole is all the members: only they vote in one. `apart` are those of the row that are not counted.
    """

    key: str
    label: str
    part: int
    whole: int
    former: Count | None = None
    apart: int = 0


@dataclass(frozen=True, slots=True)
class Known:
    """The numbers of a day that is known."""

    count: Count
    rows: Sequence[CutRow]
    points: Sequence[Point]
    landmarks: Mapping[Landmark, Point]
    changes: Changes | None
    left_out: Counter[Reason]
    apart: Counter[Reason]
    all_members: int
    unnamed: int
    due: int


@dataclass(frozen=True, slots=True)
class Reading:
    """All that the page of a day says; `known` is None for a day before the first extract."""

    wanted: Wanted
    since: date | None
    source: Import | None
    saved: RateRules | None
    rules: CountingRules
    target: int | None
    communes: Mapping[str, str]
    known: Known | None

    @property
    def former_day(self) -> date:
        """The day the numbers are compared with."""
        return rate_days.landmark_day(self.wanted.landmark, self.wanted.day)


def read(wanted: Wanted) -> Reading:
    """The rate of a day with all that explains it."""
    since, saved = known_since(), rules_in_force()
    rules, names = counting_rules(saved), communes()
    is_known = since is not None and since <= wanted.day
    known = _known(wanted, facts(), rules, since, names) if is_known and since is not None else None
    source = last_applied() if since is not None else None
    return Reading(wanted, since, source, saved, rules, settings().target_percent, names, known)


def communes() -> dict[str, str]:
    """The communes of the territory by code."""
    return {row.code: row.name for row in _COMMUNES.all()}


def key_words(cut: Cut, key: str) -> str:
    """The key of a list, in words; one that nobody has is given back as it is."""
    rules = counting_rules(rules_in_force())
    try:
        return reason_words(Reason(key), rules) if cut is Cut.REASON else key_label(cut, key, communes())
    except ValueError:
        return key


def unnamed() -> frozenset[int]:
    """Who asked to be kept out of the directory: counted, never named (§6.2)."""
    return frozenset(row.id for row in _UNNAMED.all())


def user_name(user_id: int | None) -> str:
    """Who set rules or applied an import; nobody for the command line."""
    return (session.scalar(select(User.display_name).where(User.id == user_id)) if user_id is not None else None) or ""


def waiting_count() -> int:
    """Applications to approve now, those kept apart left out."""
    waiting = Application.state == ApplicationState.RECEIVED
    return session.scalar(select(func.count()).where(waiting, Application.is_suspect.is_(False))) or 0


def _known(wanted: Wanted, found: Facts, rules: CountingRules, since: date, names: Mapping[str, str]) -> Known:
    day, former_day = wanted.day, rate_days.landmark_day(wanted.landmark, wanted.day)
    counted = rate.counted_on(found.people, rules, day)
    former = rate.counted_on(found.people, rules, former_day) if since <= former_day else None
    members = list(rate_lists.all_members(found, rules, day))
    former_members = rate_lists.all_members(found, rules, former_day) if former is not None else None
    if wanted.cut is Cut.COLLEGE:
        rows = _college_rows(members, list(former_members) if former_members is not None else None)
    else:
        rows = _rows(wanted.cut, counted, former, names)
    points, landmarks = _points(wanted, found, rules, since)
    hidden = unnamed()
    return Known(
        count=rate.count(counted),
        rows=rows,
        points=points,
        landmarks=landmarks,
        changes=rate.changes_between(former, counted) if former is not None else None,
        left_out=Counter(e.reason for e in rate_lists.left_out(found, rules, day) if e.reason is not None),
        apart=Counter(e.reason for e in members if e.reason is not None),
        all_members=len(members),
        unnamed=sum(one.person_id in hidden for one in counted) if hidden else 0,
        due=sum(1 for _ in rate_lists.due(found, rules, day)),
    )


def _points(
    wanted: Wanted, found: Facts, rules: CountingRules, since: date
) -> tuple[list[Point], dict[Landmark, Point]]:
    """The curve and the former days, in one walk over the facts."""
    curve = rate_days.points(wanted.step, since, wanted.day)
    former = {landmark: rate_days.landmark_day(landmark, wanted.day) for landmark in Landmark}
    days = sorted({*curve, *(day for day in former.values() if since <= day)})
    counts = dict(zip(days, rate.counts_on_days(found.people, rules, days), strict=True))
    points = [Point(day, counts[day]) for day in curve]
    return points, {landmark: Point(day, counts.get(day)) for landmark, day in former.items()}


def _rows(
    cut: Cut, counted: Sequence[Counted], former: Sequence[Counted] | None, names: Mapping[str, str]
) -> list[CutRow]:
    """The highest rates first."""
    counts = _counts(cut, counted)
    before = _counts(cut, former) if former is not None else {}
    rows = [
        CutRow(key, key_label(cut, key, names), found.members, found.professionals, before.get(key))
        for key, found in counts.items()
    ]
    return sorted(rows, key=lambda row: (-row.part / row.whole, row.label))


def _counts(cut: Cut, counted: Sequence[Counted]) -> dict[str, Count]:
    there: Counter[str] = Counter()
    members: Counter[str] = Counter()
    for one in counted:
        key = rate_lists.practice_key(one.practice, cut)
        there[key] += 1
        members[key] += one.period is not None
    return {key: Count(members[key], number) for key, number in there.items()}


def _college_rows(members: Sequence[Entry], former: Sequence[Entry] | None) -> list[CutRow]:
    """In the order of the statutes; a college without a member is shown too."""
    found = rate_lists.by_key(members, Cut.COLLEGE)
    apart = rate_lists.by_key((entry for entry in members if entry.reason is not None), Cut.COLLEGE)
    before = rate_lists.by_key(former, Cut.COLLEGE) if former is not None else None
    return [
        CutRow(
            key,
            key_label(Cut.COLLEGE, key, {}),
            found[key],
            len(members),
            Count(before[key], len(former)) if before is not None and former is not None else None,
            apart[key],
        )
        for key in College
    ]
