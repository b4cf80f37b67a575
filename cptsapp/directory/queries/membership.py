"""Who is a member on a day, and the dated periods of members, under all the numbers a merged sheet has had."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import InstrumentedAttribute

from cptsapp.core.db import session
from cptsapp.core.prepared import Prepared
from cptsapp.directory.merged import roots
from cptsapp.directory.models import Membership, Organisation
from cptsapp.directory.rules.membership import Period


def last_day() -> ColumnElement[date]:
    """The last day a membership holds, in SQL."""
    return func.coalesce(Membership.left_on, Membership.ends_on)


def active_on(day: date) -> ColumnElement[bool]:
    """WHERE over Membership: those that hold on a day, both ends included."""
    return and_(Membership.starts_on <= day, last_day() >= day)


def periods_of(person_ids: Iterable[int]) -> dict[int, list[Period]]:
    """The periods of these persons, oldest first: those of a sheet merged into theirs are theirs. None for nobody."""
    return _periods(Membership.person_id, set(person_ids), roots())


def organisation_periods_of(organisation_ids: Iterable[int]) -> dict[int, list[Period]]:
    """The periods of these structures, as `periods_of` gives those of persons (C20)."""
    return _periods(Membership.organisation_id, set(organisation_ids), organisation_roots())


_MERGED = Prepared(
    lambda: select(Organisation.id, Organisation.merged_into_id).where(Organisation.merged_into_id.is_not(None))
)


def organisation_roots() -> dict[int, int]:
    """Structures merged into another, each with the one it is now; they are few."""
    merged = dict(_MERGED.all())
    return {number: _root(number, merged) for number in merged}


def _root(number: int, merged: dict[int, int]) -> int:
    while number in merged:
        number = merged[number]
    return number


# A longer list of numbers would not pass as parameters of one statement.
_PARAMETERS_MAX = 500


def _periods(
    owner: InstrumentedAttribute[int | None], asked: set[int], merged: dict[int, int]
) -> dict[int, list[Period]]:
    wanted = {merged.get(number, number) for number in asked}
    numbers = wanted | {number for number, root in merged.items() if root in wanted}
    found: dict[int, list[Period]] = defaultdict(list)
    columns = (Membership.id, Membership.college, Membership.starts_on, Membership.ends_on, Membership.left_on)
    query = select(owner.label("owner"), *columns).where(owner.is_not(None)).order_by(Membership.starts_on)
    if len(numbers) <= _PARAMETERS_MAX:
        query = query.where(owner.in_(numbers))
    for row in session.execute(query):
        if row.owner in numbers:
            period = Period(row.id, row.college, row.starts_on, row.ends_on, row.left_on)
            found[merged.get(row.owner, row.owner)].append(period)
    return {number: found[merged.get(number, number)] for number in asked if merged.get(number, number) in found}
