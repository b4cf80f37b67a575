"""The facts of the rate: everyone who ever practised in the territory, and all memberships, in two statements.

They are kept in memory for as long as no commit has changed them: a page then asks the database their stamp alone.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from weakref import WeakKeyDictionary

from sqlalchemy import select
from sqlalchemy.engine import Engine

from cptsapp.accounts.models import User
from cptsapp.core import stamps
from cptsapp.core.db import db
from cptsapp.core.prepared import Prepared
from cptsapp.directory.merged import roots
from cptsapp.directory.models import Membership, Organisation, Person, Place, Practice, PracticeMode, Profession
from cptsapp.directory.queries.membership import organisation_roots
from cptsapp.imports.queries import known_since
from cptsapp.membership.models import RateRules
from cptsapp.membership.rules.rate import CountingRules, DatedPractice, Facts, Held, Professional, Tally
from cptsapp.membership.rules.rate_lists import Day
from cptsapp.territory.models import Commune

_PRACTICES = Prepared(
    lambda: (
        select(
            Practice.person_id,
            Practice.id,
            Practice.profession,
            Practice.mode,
            Place.commune_code,
            Practice.starts_on,
            Practice.ends_on,
        )
        .join(Place, Practice.place_id == Place.id)
        .join(Commune, Place.commune_code == Commune.code)
        .where(Commune.is_own)
    ),
    row=DatedPractice,
)
_PERIODS = Prepared(
    lambda: select(
        Membership.person_id,
        Membership.organisation_id,
        Membership.id,
        Membership.college,
        Membership.starts_on,
        Membership.ends_on,
        Membership.left_on,
    ).order_by(Membership.starts_on, Membership.id),
    row=Held,
)

_RULES = Prepared(
    lambda: (
        select(
            RateRules.id,
            RateRules.professions,
            RateRules.modes,
            RateRules.locum_months,
            RateRules.set_at,
            User.display_name,
        )
        .outerjoin(User, User.id == RateRules.set_by_id)
        .order_by(RateRules.id.desc())
        .limit(1)
    )
)
# Persons and structures for those merged since.
_STAMP = stamps.watch("rate", Person, Organisation, Practice, Place, Membership, Commune)
_TALLIES_MAX = 8  # rules in force, and those that someone tries
_DAYS_MAX = 4  # a page and the lists it opens are of the same days


@dataclass(frozen=True, slots=True)
class Kept:
    """The facts as they were under a stamp, and what was sorted of them by rules."""

    stamp: int | None
    facts: Facts
    tallies: dict[CountingRules, Tally] = field(default_factory=dict)
    days: dict[tuple[CountingRules, date], Day] = field(default_factory=dict)

    def tally(self, rules: CountingRules) -> Tally:
        """The two numbers of any day by these rules."""
        if rules not in self.tallies:
            if len(self.tallies) >= _TALLIES_MAX:
                self.tallies.clear()
            self.tallies[rules] = Tally(self.facts.people, rules)
        return self.tallies[rules]

    def day(self, rules: CountingRules, day: date) -> Day:
        """A day counted by these rules."""
        found = self.days.pop((rules, day), None) or Day(self.facts, rules, day)
        while len(self.days) >= _DAYS_MAX:
            del self.days[next(iter(self.days))]
        self.days[rules, day] = found  # the last used is the last to go
        return found


_kept: WeakKeyDictionary[Engine, Kept] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class SavedRules:
    """The rules last set: their number, what they are, when and by whom; number 0 while nobody has set any."""

    id: int
    rules: CountingRules
    set_at: datetime | None = None
    author: str = ""


def saved_rules() -> SavedRules:
    """The rules in force."""
    for row in _RULES.all():
        return SavedRules(row.id, counting_rules(row), row.set_at, row.display_name or "")
    return SavedRules(0, CountingRules())


def counting_rules(saved: RateRules) -> CountingRules:
    """Rules as the counting takes them."""
    return CountingRules(
        professions=frozenset(Profession(code) for code in saved.professions),
        modes=frozenset(PracticeMode(code) for code in saved.modes),
        locum_months=saved.locum_months,
    )


def is_known(day: date) -> bool:
    """Whether the professionals of a day are known: from the first extract applied on."""
    since = known_since()
    return since is not None and since <= day


def present() -> Kept:
    """What is known now: read again when a commit has changed it. One statement else.

    A transaction that has itself written reads for itself alone: what it reads may yet be taken back.
    """
    if stamps.is_written(_STAMP):
        return Kept(None, _read())
    stamp = stamps.value(_STAMP)
    kept = _kept.get(db.engine)
    if kept is None or kept.stamp != stamp:
        kept = _kept[db.engine] = Kept(stamp, _read())
    return kept


def facts() -> Facts:
    """Everyone with a practice in the territory, past ones too, and every member; merged sheets under what they are."""
    return present().facts


def forget() -> None:
    """Read it all again at the next need."""
    _kept.pop(db.engine, None)


def _read() -> Facts:
    merged = roots()
    practices, (people, structures) = _practices(merged), _periods(merged, organisation_roots())
    known = [Professional(number, held, people.pop(number, ())) for number, held in practices.items()]
    return Facts([*known, *(Professional(number, (), periods) for number, periods in people.items())], structures)


def _practices(merged: dict[int, int]) -> dict[int, list[DatedPractice]]:
    found: defaultdict[int, list[DatedPractice]] = defaultdict(list)
    for practice in _PRACTICES.all():
        found[merged.get(practice.person_id, practice.person_id)].append(practice)
    return found


def _periods(merged: dict[int, int], structures: dict[int, int]) -> tuple[dict[int, list[Held]], dict[int, list[Held]]]:
    people: defaultdict[int, list[Held]] = defaultdict(list)
    organisations: defaultdict[int, list[Held]] = defaultdict(list)
    for period in _PERIODS.all():
        number = period.person_id
        if number is not None:
            people[merged.get(number, number)].append(period)
        else:
            organisations[structures.get(period.organisation_id, period.organisation_id)].append(period)
    return people, organisations
