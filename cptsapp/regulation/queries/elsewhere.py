"""Where to send a caller when no slot is left: doctors who accept *en sus*, those a broadcast asks, the PDSA."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from cptsapp.core import clock, french
from cptsapp.core.db import session
from cptsapp.directory.models import Person, Place, Practice, Profession
from cptsapp.directory.permissions import in_force
from cptsapp.regulation.queries.rows import town_of
from cptsapp.regulation.rules.bands import kilometres
from cptsapp.regulation.rules.match import Town
from cptsapp.territory import queries as territory
from cptsapp.territory.models import Commune
from cptsapp.territory.rules import closes_at, next_opening


@dataclass(frozen=True, slots=True)
class Doctor:
    """A general practitioner of the territory, as the desk rings them."""

    person_id: int
    name: str
    town: Town
    phone: str
    note: str
    mail: str
    accepts_overbook: bool
    kilometres: int | None = None

    @property
    def place(self) -> str:
        """Commune, and how far when that is known: "Jard-sur-Mer, 9 km"."""
        away = f", {self.kilometres}{french.NBSP}km" if self.kilometres else ""
        return f"{self.town.name}{away}"

    @property
    def tel(self) -> str:
        """The number as a link wants it."""
        return self.phone.replace(french.NBSP, "")


def doctors(near: Town | None = None) -> list[Doctor]:
    """General practitioners with an open practice, each once, nearest first when a commune is known, else by name."""
    rows = session.execute(
        select(
            Person.id,
            Person.title,
            Person.first_name,
            Person.last_name,
            Person.folded,
            Person.phone.label("own_phone"),
            Person.mail,
            Person.accepts_overbook,
            Person.overbook_note,
            Practice.id.label("practice_id"),
            Place.phone,
            Commune.code,
            Commune.name,
            Commune.latitude,
            Commune.longitude,
        )
        .join(Practice, Practice.person_id == Person.id)
        .join(Place, Place.id == Practice.place_id)
        .join(Commune, Commune.code == Place.commune_code)
        .where(
            Practice.profession == Profession.GP,
            in_force(Practice, territory.today()),
            Person.merged_into_id.is_(None),
        )
    ).all()
    by_person = {row.id: row for row in sorted(rows, key=lambda row: row.practice_id, reverse=True)}
    found = [_doctor(row, near) for row in sorted(by_person.values(), key=lambda row: (row.folded, row.id))]
    return sorted(found, key=lambda d: 10**6 if d.kilometres is None else d.kilometres) if near else found


def _doctor(row: Any, near: Town | None) -> Doctor:
    town = town_of(row.code, row)
    return Doctor(
        person_id=row.id,
        name=" ".join(filter(None, (row.title, row.first_name, row.last_name))),
        town=town,
        phone=french.phone(row.phone or row.own_phone or ""),
        note=row.overbook_note or "",
        mail=row.mail or "",
        accepts_overbook=row.accepts_overbook,
        kilometres=kilometres(near, town) if near else None,
    )


@dataclass(frozen=True, slots=True)
class Relay:
    """Who answers outside the daytime window, and when the desk opens again."""

    is_open_now: bool
    closes: str
    opens: str
    name: str
    phone: str
    tel: str


def relay(now: datetime | None = None) -> Relay:
    """The PDSA of this CPTS, at an instant."""
    at = now or clock.now()
    settings = territory.settings()
    arguments = (settings.window, settings.zone, settings.holiday_region)
    ends, begins = closes_at(at, *arguments), next_opening(at, *arguments)
    return Relay(
        is_open_now=ends is not None,
        closes=french.hour(territory.local(ends)) if ends else "",
        opens=_moment(begins) if begins else "",
        name=settings.out_of_hours_name,
        phone=french.phone(settings.out_of_hours_phone),
        tel=settings.out_of_hours_phone,
    )


def _moment(instant: datetime) -> str:
    moment = territory.local(instant)
    return f"{french.relative_day(moment.date(), territory.today())} à {french.hour(moment)}"
