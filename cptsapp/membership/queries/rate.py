"""The facts of the rate: everyone who ever practised in the territory, and their memberships, in two statements."""

from collections import defaultdict
from datetime import date

from sqlalchemy import select

from cptsapp.core.db import session
from cptsapp.directory.merged import roots
from cptsapp.directory.models import Membership, Place, Practice, PracticeMode, Profession
from cptsapp.directory.rules.membership import Period
from cptsapp.imports.queries import known_since
from cptsapp.membership.models import RateRules
from cptsapp.membership.rules import rate
from cptsapp.membership.rules.rate import CountingRules, DatedPractice, Professional
from cptsapp.territory.models import Commune


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


def professionals() -> list[Professional]:
    """Everyone with a practice in the territory, past ones too, a merged sheet under the one it is now."""
    merged = roots()
    periods = _periods(merged)
    return [
        Professional(person_id, tuple(practices), tuple(periods.get(person_id, ())))
        for person_id, practices in _practices(merged).items()
    ]


def _practices(merged: dict[int, int]) -> dict[int, list[DatedPractice]]:
    rows = session.execute(
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
    )
    found: defaultdict[int, list[DatedPractice]] = defaultdict(list)
    for person_id, number, profession, mode, commune_code, starts_on, ends_on in rows:
        practice = DatedPractice(number, profession, mode, commune_code, starts_on, ends_on)
        found[merged.get(person_id, person_id)].append(practice)
    return found


def _periods(merged: dict[int, int]) -> dict[int, list[Period]]:
    rows = session.execute(
        select(
            Membership.person_id,
            Membership.id,
            Membership.college,
            Membership.starts_on,
            Membership.ends_on,
            Membership.left_on,
        ).where(Membership.person_id.is_not(None))
    )
    found: defaultdict[int, list[Period]] = defaultdict(list)
    for person_id, number, college, starts_on, ends_on, left_on in rows:
        assert person_id is not None  # asked for above
        found[merged.get(person_id, person_id)].append(Period(number, college, starts_on, ends_on, left_on))
    return found


def counted_on(day: date, rules: CountingRules | None = None) -> list[rate.Counted]:
    """Everyone counted on a day by the rules in force."""
    return rate.counted_on(professionals(), rules or counting_rules(rules_in_force()), day)
