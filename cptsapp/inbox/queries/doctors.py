"""The GPs of the territory, members or not (E57): who, where, how to reach them. Merged sheets are one doctor."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Date, bindparam, or_, select

from cptsapp.core.db import session
from cptsapp.core.prepared import Prepared
from cptsapp.directory.merged import roots
from cptsapp.directory.models import Organisation, Person, Place, Practice, PracticeMode, Profession
from cptsapp.directory.permissions import in_force
from cptsapp.territory.models import Commune
from cptsapp.territory.rules import Position, distance_km

# Neither a locum nor a volunteer is declared as anyone's own doctor.
REGULAR_MODES = (PracticeMode.LIBERAL, PracticeMode.SALARIED)


@dataclass(frozen=True, slots=True)
class Where:
    """A commune where a doctor practises, or where someone lives."""

    code: str
    name: str
    position: Position | None

    def kilometres_to(self, other: "Where") -> int | None:
        """Whole kilometres as the crow flies; 0 in the same commune, None when a position is unknown."""
        if self.code == other.code:
            return 0
        if self.position is None or other.position is None:
            return None
        return max(1, round(distance_km(self.position, other.position)))


@dataclass(frozen=True, slots=True)
class Doctor:
    """A GP as the searches know them: phones as +33…; `places` are the communes where they practise, at least one."""

    person_id: int
    name: str
    folded: str
    mail: str | None
    phones: tuple[str, ...]
    places: tuple[Where, ...]
    may_be_called: bool

    @property
    def commune(self) -> str:
        """Their first commune."""
        return self.places[0].name

    def nearest_to(self, home: Where) -> tuple[Where, int | None]:
        """Of their communes the one nearest to a home, and how far; a distance nobody knows comes last."""
        away = [(place, place.kilometres_to(home)) for place in self.places]
        return min(away, key=lambda pair: (pair[1] is None, pair[1] or 0, pair[0].name))


def where(commune: Commune) -> Where:
    """A commune of the settings."""
    return _where(commune.code, commune.name, commune.latitude, commune.longitude)


def _where(code: str, name: str, latitude: float | None, longitude: float | None) -> Where:
    return Where(code, name, None if latitude is None or longitude is None else (latitude, longitude))


_OWNER = (
    Person.id.label("owner_id"),
    Person.title,
    Person.first_name,
    Person.last_name,
    Person.folded,
    Person.mail,
    Person.phone,
    Person.do_not_call_on,
    Person.objected_on,
)
_TODAY: Any = bindparam("today", type_=Date())
# The same rows at each page: they are not converted again.
_PRACTICES = Prepared(
    lambda: (
        select(
            Practice.person_id,
            Place.phone.label("place_phone"),
            Organisation.phone.label("house_phone"),
            Commune.code,
            Commune.name,
            Commune.latitude,
            Commune.longitude,
            *_OWNER,
        )
        .join(Person, Person.id == Practice.person_id)
        .join(Place, Place.id == Practice.place_id)
        .join(Commune, Commune.code == Place.commune_code)
        .outerjoin(Organisation, Organisation.id == Place.organisation_id)
        .where(
            in_force(Practice, _TODAY),
            Practice.profession == Profession.GP,
            or_(*(Practice.mode == mode for mode in REGULAR_MODES)),
            Commune.is_own,
        )
        .order_by(Practice.id)
    ),
    remembers=True,
)


def doctors(
    today: date, only: Iterable[int] | None = None, merged: Mapping[int, int] | None = None
) -> dict[int, Doctor]:
    """The GPs who practise in the territory on a day, by the number they have now, in the order of their names.

    `only` keeps these alone; `merged` spares the question to the database. Who asked to be kept out is nowhere (§6.2).
    """
    now = roots() if merged is None else merged
    wanted = None if only is None else {now.get(number, number) for number in only}
    rows: dict[int, list[Any]] = {}
    for row in _PRACTICES.all(today=today):
        number = now.get(row.person_id, row.person_id)
        if wanted is None or number in wanted:
            rows.setdefault(number, []).append(row)
    owners = _owners({number for number, kept in rows.items() if kept[0].owner_id != number})
    known = ((owners.get(number, kept[0]), kept) for number, kept in rows.items())
    made = [_made(owner, kept) for owner, kept in known if owner.objected_on is None]
    return {doctor.person_id: doctor for doctor in sorted(made, key=lambda one: (one.folded, one.person_id))}


def _owners(numbers: set[int]) -> dict[int, Any]:
    """What the sheets into which others were merged say of the person; they are few."""
    if not numbers:
        return {}
    return {row.owner_id: row for row in session.execute(select(*_OWNER).where(Person.id.in_(sorted(numbers))))}


def _made(owner: Any, rows: list[Any]) -> Doctor:
    phones = [*(row.place_phone for row in rows), owner.phone, *(row.house_phone for row in rows)]
    places = {row.code: _where(row.code, row.name, row.latitude, row.longitude) for row in rows}
    return Doctor(
        person_id=owner.owner_id,
        name=" ".join(part for part in (owner.title, owner.first_name, owner.last_name) if part),
        folded=owner.folded,
        mail=owner.mail,
        phones=tuple(dict.fromkeys(phone for phone in phones if phone)),
        places=tuple(places.values()),
        may_be_called=owner.do_not_call_on is None,
    )
