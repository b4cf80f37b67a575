"""What the page of the rate shows of a day: one reading for the screen, its paper and its files."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import func, select

from cptsapp.accounts.models import User
from cptsapp.core.prepared import Prepared
from cptsapp.directory.models import College, Person
from cptsapp.imports.models import Import, ImportKind, ImportState
from cptsapp.imports.queries import known_since
from cptsapp.membership.models import Application, ApplicationState, MembershipSettings
from cptsapp.membership.queries.rate import SavedRules, present, saved_rules
from cptsapp.membership.rules import rate, rate_days, rate_lists
from cptsapp.membership.rules.rate import Changes, Count, Counted, CountingRules, Tally
from cptsapp.membership.rules.rate_days import Landmark, Point, Step
from cptsapp.membership.rules.rate_lists import Cut, Day, Entry, Reason
from cptsapp.membership.rules.rate_words import key_label, reason_words
from cptsapp.territory.models import Commune

_COMMUNES = Prepared(lambda: select(Commune.code, Commune.name).where(Commune.is_own))
# Merged sheets may have objected too: only the one they are now counts.
_UNNAMED = Prepared(lambda: select(Person.id).where(Person.objected_on.is_not(None)))
_TARGET = Prepared(lambda: select(MembershipSettings.target_percent))
_WAITING = Prepared(
    lambda: select(func.count(Application.id).label("number")).where(
        Application.state == ApplicationState.RECEIVED, Application.is_suspect.is_(False)
    )
)


class Source(NamedTuple):
    """The last extract applied: its day, when it was applied and by whom, nobody for the command line."""

    extract_on: date
    applied_at: datetime
    display_name: str | None


_SOURCE = Prepared(
    lambda: (
        select(Import.extract_on, Import.applied_at, User.display_name)
        .outerjoin(User, User.id == Import.applied_by_id)
        .where(Import.kind == ImportKind.EXTRACT, Import.state == ImportState.APPLIED)
        .order_by(Import.applied_at.desc(), Import.id.desc())
        .limit(1)
    ),
    row=Source,
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the page is asked for."""

    day: date
    cut: Cut = Cut.PROFESSION
    landmark: Landmark = Landmark.QUARTER
    step: Step = Step.QUARTER


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
    source: Source | None
    saved: SavedRules
    target: int | None
    communes: Mapping[str, str]
    known: Known | None

    @property
    def rules(self) -> CountingRules:
        """The rules in force."""
        return self.saved.rules

    @property
    def former_day(self) -> date:
        """The day the numbers are compared with."""
        return rate_days.landmark_day(self.wanted.landmark, self.wanted.day)


def read(wanted: Wanted) -> Reading:
    """The rate of a day with all that explains it."""
    since, saved, names = known_since(), saved_rules(), communes()
    known = _known(wanted, saved.rules, since, names) if since is not None and since <= wanted.day else None
    source = next(iter(_SOURCE.all()), None)
    return Reading(wanted, since, source, saved, _TARGET.scalar(), names, known)


def communes() -> dict[str, str]:
    """The communes of the territory by code."""
    return {row.code: row.name for row in _COMMUNES.all()}


def key_words(cut: Cut, key: str) -> str:
    """The key of a list, in words; one that nobody has is given back as it is."""
    try:
        return reason_words(Reason(key), saved_rules().rules) if cut is Cut.REASON else key_label(cut, key, communes())
    except ValueError:
        return key


def unnamed() -> frozenset[int]:
    """Who asked to be kept out of the directory: counted, never named (§6.2)."""
    return frozenset(row.id for row in _UNNAMED.all())


def waiting_count() -> int:
    """Applications to approve now, those kept apart left out."""
    found: int = _WAITING.scalar()
    return found


def _known(wanted: Wanted, rules: CountingRules, since: date, names: Mapping[str, str]) -> Known:
    former_day = rate_days.landmark_day(wanted.landmark, wanted.day)
    kept = present()
    day = kept.day(rules, wanted.day)
    former = kept.day(rules, former_day) if since <= former_day else None
    members = day.members
    points, landmarks = _points(wanted, kept.tally(rules), since)
    hidden = unnamed()
    return Known(
        count=rate.count(day.counted),
        rows=_college_rows(members, former) if wanted.cut is Cut.COLLEGE else _rows(wanted.cut, day, former, names),
        points=points,
        landmarks=landmarks,
        changes=rate.changes_between(former.counted, day.counted) if former is not None else None,
        left_out=Counter(e.reason for e in day.left_out if e.reason is not None),
        apart=Counter(e.reason for e in members if e.reason is not None),
        all_members=len(members),
        unnamed=sum(one.person_id in hidden for one in day.counted) if hidden else 0,
        due=len(day.due),
    )


def _points(wanted: Wanted, numbers: Tally, since: date) -> tuple[list[Point], dict[Landmark, Point]]:
    """The curve and the former days."""
    points = [Point(day, numbers.on(day)) for day in rate_days.points(wanted.step, since, wanted.day)]
    former = {landmark: rate_days.landmark_day(landmark, wanted.day) for landmark in Landmark}
    return points, {mark: Point(day, numbers.on(day) if since <= day else None) for mark, day in former.items()}


def _rows(cut: Cut, day: Day, former: Day | None, names: Mapping[str, str]) -> list[CutRow]:
    """The highest rates first."""
    counts = _counts(cut, day.counted)
    before = _counts(cut, former.counted) if former is not None else {}
    rows = [
        CutRow(key, key_label(cut, key, names), found.members, found.professionals, before.get(key))
        for key, found in counts.items()
    ]
    return sorted(rows, key=lambda row: (-row.part / row.whole, row.label))


def _counts(cut: Cut, counted: Sequence[Counted]) -> dict[str, Count]:
    there: Counter[str] = Counter()
    members: Counter[str] = Counter()
    key_of = rate_lists.PRACTICE_KEYS[cut]
    for one in counted:
        key = key_of(one.practice)
        there[key] += 1
        members[key] += one.period is not None
    return {key: Count(members[key], number) for key, number in there.items()}


def _college_rows(members: Sequence[Entry], former_day: Day | None) -> list[CutRow]:
    """In the order of the statutes; a college without a member is shown too."""
    former = former_day.members if former_day is not None else None
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
