"""The register of what doctors answer: every GP of the territory, their answer, their places; who leaves (E53–E62)."""

import enum
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, func, select

from cptsapp.core import french
from cptsapp.core.db import session
from cptsapp.core.periods import months_later
from cptsapp.core.text import fold
from cptsapp.directory.merged import roots, same_person
from cptsapp.directory.models import Movement, MovementKind, Person, Profession
from cptsapp.directory.rules.movements import LOSSES, MOVEMENT_LABELS
from cptsapp.inbox.models import Offer, Reason, Request, State, Takes
from cptsapp.inbox.queries.doctors import Doctor, doctors
from cptsapp.inbox.queries.places import equation, has_lapsed, offers
from cptsapp.inbox.rules import places as rules
from cptsapp.inbox.rules.places import Equation
from cptsapp.territory.models import Commune


class Standing(enum.StrEnum):
    """Where a doctor stands; one and only one at a time, so that the tabs add up."""

    OPEN = "places"
    FULL = "complets"
    NO = "non"
    LAPSED = "echues"
    SILENT = "sans-reponse"


STANDING_LABELS = {
    Standing.OPEN: "Ont des places",
    Standing.FULL: "Complets",
    Standing.NO: "Non",
    Standing.LAPSED: "Échues",
    Standing.SILENT: "Jamais répondu",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A doctor of the register, and their answer in force or lapsed."""

    doctor: Doctor
    offer: Offer | None
    standing: Standing
    is_to_confirm: bool

    @property
    def places(self) -> Equation | None:
        """The one equation; None before any answer."""
        return equation(self.offer) if self.offer is not None else None

    @property
    def conditions(self) -> str:
        """The conditions of the answer, in words."""
        if self.offer is None or self.offer.takes is Takes.NO:
            return ""
        told = rules.condition_words(self.offer)
        told += ["visites à domicile"] if self.offer.home_visits else []
        return ", ".join(told)


@dataclass(frozen=True, slots=True)
class Register:
    """Every GP once; each number of the page is a count of these lines."""

    lines: Sequence[Line]

    def of(self, standing: Standing | None) -> list[Line]:
        """The doctors who stand there; all of them for None."""
        return [line for line in self.lines if standing in (None, line.standing)]

    def count(self, standing: Standing) -> int:
        """How many stand there."""
        return len(self.of(standing))

    @property
    def places(self) -> Equation:
        """The places of all the answers in force, added up."""
        given = [line.places for line in self.lines if line.standing in (Standing.OPEN, Standing.FULL) and line.places]
        return Equation(sum(e.offered for e in given), sum(e.taken for e in given), sum(e.pending for e in given))

    @property
    def to_confirm(self) -> list[Line]:
        """Those whose answer is about to lapse."""
        return [line for line in self.lines if line.is_to_confirm]

    def with_obstacle(self, code: str) -> list[Line]:
        """The doctors whose answer in force names this obstacle."""
        return [line for line in self._refusing() if line.offer and code in line.offer.obstacles]

    def with_help(self, code: str) -> list[Line]:
        """The doctors whom this would help, by their answer in force."""
        return [line for line in self._refusing() if line.offer and code in line.offer.helps]

    def _refusing(self) -> list[Line]:
        return self.of(Standing.NO)

    def obstacles(self) -> list[tuple[str, str, int]]:
        """(code, words, number of doctors) of each obstacle, the most said first (E54, E58)."""
        return _told(
            rules.OBSTACLES, Counter(c for line in self._refusing() if line.offer for c in line.offer.obstacles)
        )

    def helps(self) -> list[tuple[str, str, int]]:
        """(code, words, number of doctors) of each help, the most wanted first (E59)."""
        return _told(rules.HELPS, Counter(c for line in self._refusing() if line.offer for c in line.offer.helps))


def _told(labels: Mapping[str, str], counts: Counter[str]) -> list[tuple[str, str, int]]:
    order = list(labels)
    told = [(code, labels[code], counts[code]) for code in order if counts[code]]
    return sorted(told, key=lambda item: (-item[2], order.index(item[0])))


def register(today: date) -> Register:
    """The register on a day, by name. Four statements, however many doctors."""
    given = offers()
    return Register([_line(doctor, given.get(number), today) for number, doctor in doctors(today).items()])


def _line(doctor: Doctor, offer: Offer | None, today: date) -> Line:
    return Line(
        doctor,
        offer,
        _standing(offer, today),
        offer is not None
        and rules.is_to_confirm(offer.takes is Takes.NO, offer.valid_until, equation(offer).left, today),
    )


def _standing(offer: Offer | None, today: date) -> Standing:
    if offer is None:
        return Standing.SILENT
    if has_lapsed(offer, today):
        return Standing.LAPSED
    if offer.takes is Takes.NO:
        return Standing.NO
    return Standing.OPEN if equation(offer).left > 0 else Standing.FULL


def found(lines: Iterable[Line], typed: str) -> list[Line]:
    """Those whose name or commune holds what was typed, accents or not."""
    wanted = fold(typed)
    return [
        line
        for line in lines
        if wanted in fold(line.doctor.name) or any(wanted in fold(place.name) for place in line.doctor.places)
    ]


# -- who leaves -------------------------------------------------------------------------------------------------------

BACK_MONTHS, AHEAD_MONTHS = 12, 24


@dataclass(frozen=True, slots=True)
class Leaving:
    """A doctor who leaves or has left, and the requests that name them as the doctor one had."""

    person_id: int
    name: str
    kind: MovementKind
    on: date
    is_confirmed: bool
    request_count: int
    open_count: int

    @property
    def words(self) -> str:
        """ "retraite le lun. 31 août", with « annoncée » as long as it is not certain."""
        said = f"{MOVEMENT_LABELS[self.kind]} le {french.day_short(self.on)} {self.on.year}"
        return said if self.is_confirmed else f"{said}, à confirmer"


def leaving(today: date) -> list[Leaving]:
    """The GPs whose departure is noted, from a year ago to two years ahead, whose patients ask most first (E5, E62)."""
    merged = roots()
    wanted = (
        select(Movement)
        .where(
            Movement.kind.in_(LOSSES),
            Movement.cancelled_at.is_(None),
            Movement.starts_on.between(months_later(today, -BACK_MONTHS), months_later(today, AHEAD_MONTHS)),
        )
        .order_by(Movement.starts_on.desc(), Movement.id)
    )
    soonest = {merged.get(one.person_id, one.person_id): one for one in session.scalars(wanted)}
    counts = _requests_by_doctor(merged)
    people = session.scalars(select(Person).where(Person.id.in_(sorted(soonest)), Person.objected_on.is_(None)))
    rows = [_leaving(person, soonest[person.id], counts.get(person.id, (0, 0))) for person in people if _is_gp(person)]
    return sorted(rows, key=lambda row: (-row.open_count, -row.request_count, row.on, row.person_id))


def _is_gp(person: Person) -> bool:
    return person.profession is Profession.GP


def _leaving(person: Person, movement: Movement, counts: tuple[int, int]) -> Leaving:
    return Leaving(
        person.id, person.full_name, movement.kind, movement.starts_on, movement.is_confirmed, counts[0], counts[1]
    )


@dataclass(frozen=True, slots=True)
class OfDoctor:
    """A request that names a doctor as the one its household had: nothing of who asks."""

    reference: str
    received_on: date
    commune: str
    reason: Reason
    state: State


def requests_of(person_id: int) -> list[OfDoctor]:
    """The requests counted beside a doctor who leaves, the latest first."""
    rows = session.execute(
        select(Request.reference, Request.received_on, Commune.name, Request.reason, Request.state)
        .join(Commune, Commune.code == Request.commune_code)
        .where(Request.current_doctor_id.in_(sorted(same_person({person_id}))), *_COUNTED)
        .order_by(Request.received_at.desc(), Request.id.desc())
    )
    return [OfDoctor(*row) for row in rows]


# Neither what may come from a robot, nor what was asked twice.
_COUNTED = (Request.suspected_at.is_(None), Request.merged_into_id.is_(None))


def _requests_by_doctor(merged: Mapping[int, int]) -> dict[int, tuple[int, int]]:
    """By doctor one had: how many requests, and how many of them are open. Suspects and duplicates are left aside."""
    is_open = case((Request.state != State.CLOSED, 1), else_=0)
    rows = session.execute(
        select(Request.current_doctor_id, func.count(), func.sum(is_open))
        .where(Request.current_doctor_id.is_not(None), *_COUNTED)
        .group_by(Request.current_doctor_id)
    )
    counts: dict[int, tuple[int, int]] = {}
    for number, total, still_open in rows:
        known = counts.get(merged.get(number, number), (0, 0))
        counts[merged.get(number, number)] = (known[0] + total, known[1] + still_open)
    return counts
