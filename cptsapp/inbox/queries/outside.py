"""How many came from outside the territory, by commune (A59)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from cptsapp.core.db import session
from cptsapp.inbox.models import OutsideCount
from cptsapp.territory import national
from cptsapp.territory.models import Commune, Neighbour


@dataclass(frozen=True, slots=True)
class Outside:
    """A commune outside, the CPTS it is of when known, and how many people came from there."""

    code: str
    name: str
    neighbour: str | None
    count: int


def outside_between(first: date, last: date) -> Sequence[Outside]:
    """Each commune of the months from the one of `first` to the one of `last`, the most numerous first."""
    rows = session.execute(
        select(OutsideCount.commune_code, func.sum(OutsideCount.count).label("people"))
        .where(OutsideCount.month_on.between(first.replace(day=1), last))
        .group_by(OutsideCount.commune_code)
    ).all()
    codes = [row.commune_code for row in rows]
    neighbours: dict[str, str] = {
        row.code: row.name
        for row in session.execute(
            select(Commune.code, Neighbour.name).join(Commune.neighbour).where(Commune.code.in_(codes))
        )
    }
    found = [
        Outside(row.commune_code, _name(row.commune_code), neighbours.get(row.commune_code), row.people) for row in rows
    ]
    return sorted(found, key=lambda line: (-line.count, line.name))


def _name(code: str) -> str:
    known = national.commune(code)
    return known.name if known else code
