"""The facts of the rate: everyone who ever practised in the territory, and all memberships, in two statements.

They are kept in memory for as long as no commit has changed them: a page then asks the database their stamp alone.
"""

from collections import defaultdict
from datetime import date
from weakref import WeakKeyDictionary

from sqlalchemy import select
from sqlalchemy.engine import Engine

from cptsapp.core import stamps
from cptsapp.core.db import db, session
from cptsapp.core.prepared import Prepared
from cptsapp.directory.merged import roots
from cptsapp.directory.models import Membership, Organisation, Person, Place, Practice, PracticeMode, Profession
from cptsapp.directory.queries.membership import organisation_roots
from cptsapp.imports.queries import known_since
from cptsapp.membership.models import RateRules
from cptsapp.membership.rules import rate
from cptsapp.membership.rules.rate import CountingRules, DatedPractice, Facts, Held, Professional
from cptsapp.territory.models import Commune

_PRACTICES = Prepared(
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
    .where(Commune.is_own),
    row=DatedPractice,
)
_PERIODS = Prepared(
    select(
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

# Persons and structures for those merged since.
_STAMP = stamps.watch("rate", Person, Organisation, Practice, Place, Membership, Commune)
_kept: WeakKeyDictionary[Engine, tuple[int | None, Facts]] = WeakKeyDictionary()


def rules_in_force() -> RateRules | None:
    """The rules last set, with who set them and when; None while nobody has."""
    return session.scalar(select(RateRules).order_by(RateRules.id.desc()).limit(1))


def counting_rules(saved: RateRules | None) -> CountingRules:
    """Rules as the counting takes them: those saved, or the usual ones."""
    if saved is None:
        return CountingRules()
    return CountingRules(
        professions=frozenset(Profession(code) for code in saved.professions),
        modes=frozenset(PracticeMode(code) for code in saved.modes),
        locum_months=saved.locum_months,
    )


def is_known(day: date) -> bool:
    """Whether the professionals of a day are known: from the first extract applied on."""
    since = known_since()
    return since is not None and since <= day


def facts() -> Facts:
    """Everyone with a practice in the territory, past ones too, and every member; merged sheets under what they are."""
    stamp = stamps.value(_STAMP)
    kept = _kept.get(db.engine)
    if kept is None or kept[0] != stamp:
        kept = _kept[db.engine] = (stamp, _read())
    return kept[1]


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


def counted_on(day: date, rules: CountingRules | None = None) -> list[rate.Counted]:
    """Everyone counted on a day by the rules in force."""
    return rate.counted_on(facts().people, rules or counting_rules(rules_in_force()), day)
