"""The day's orientations: their counts by kind, and the rows behind them, without any identity."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from cptsapp.accounts.models import User
from cptsapp.core import french
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible
from cptsapp.directory.models import Person
from cptsapp.regulation.models import Orientation, OrientationKind
from cptsapp.territory import queries as territory

LABELS = {
    OrientationKind.REGULAR_DOCTOR: "Adressé à son médecin traitant",
    OrientationKind.OVERBOOK: "Médecin appelé, en sus",
    OrientationKind.OUT_OF_HOURS: "Adressé à la permanence des soins",
}


@dataclass(frozen=True, slots=True)
class Noted:
    """One orientation as the page writes it."""

    id: int
    time: str
    kind: OrientationKind
    label: str
    doctor: str
    author: str
    is_own: bool
    is_cancelled: bool


@dataclass(frozen=True, slots=True)
class DayOfOrientations:
    """A day: how many of each kind, and each of them."""

    day: date
    counts: dict[str, int]
    rows: Sequence[Noted]

    @property
    def total(self) -> int:
        """How many count."""
        return sum(self.counts.values())


def of_day(user_id: int, day: date) -> DayOfOrientations:
    """The orientations of a local day, latest first; those taken back stay, struck, and do not count."""
    found = session.execute(
        select(Orientation, Person, User.display_name)
        .outerjoin(Person, Person.id == Orientation.person_id)
        .join(User, User.id == Orientation.by_id)
        .where(Orientation.day_on == day)
    ).all()
    latest_first = sorted(found, key=lambda row: (row.Orientation.at, row.Orientation.id), reverse=True)
    rows = [
        Noted(
            id=noted.id,
            time=french.hour(territory.local(noted.at)),
            kind=noted.kind,
            label=LABELS[noted.kind],
            doctor=person.full_name if person else "",
            author=author,
            is_own=noted.by_id == user_id,
            is_cancelled=noted.cancelled_at is not None,
        )
        for noted, person, author in latest_first
    ]
    live = [row.kind for row in rows if not row.is_cancelled]
    return DayOfOrientations(day, {LABELS[kind]: live.count(kind) for kind in OrientationKind}, rows)


def orientation(orientation_id: int) -> Orientation:
    """One of them. Raises Invisible."""
    found = session.get(Orientation, orientation_id)
    if found is None:
        raise Invisible
    return found
