"""A line of the directory's list: what is kept of an entry, and what a reader is shown of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from cptsapp.core import french
from cptsapp.directory.models import MovementKind, OrganisationKind, PracticeMode, Profession
from cptsapp.directory.rules.finder import Entry
from cptsapp.directory.rules.freshness import is_stale
from cptsapp.directory.rules.membership import STATUS_LABELS, Period, Status, last_day, status_on
from cptsapp.directory.rules.movements import MOVEMENT_LABELS
from cptsapp.directory.rules.words import ORGANISATION_LABELS, PROFESSION_SHORT


class Town(NamedTuple):
    """A commune: its name, folded, and its postcodes."""

    name: str
    folded: str
    postcodes: Sequence[str]


class Where(NamedTuple):
    """An address, of a practice or of a structure; `house` is the structure's name."""

    house: str | None
    name: str | None
    address: str
    town: Town
    phone: str | None
    mode: PracticeMode | None

    @property
    def postcode(self) -> str:
        """The commune's first: an address does not say which of several is its own."""
        return self.town.postcodes[0] if self.town.postcodes else ""


class Leaving(NamedTuple):
    """A departure that was announced."""

    kind: MovementKind
    on: date
    is_confirmed: bool


@dataclass(slots=True)
class Line:
    """What is kept of an entry. `last_name` is the name of a structure; `phone` a direct line, not the practice's."""

    entry: Entry
    kind: Profession | OrganisationKind
    last_name: str
    first_name: str = ""
    title: str = ""
    rpps: str | None = None
    mail: str | None = None
    phone: str | None = None
    verified_on: date | None = None
    accepts_overbook: bool = False
    places: Sequence[Where] = ()
    periods: Sequence[Period] = ()
    leaving: Leaving | None = None
    posts: bool = False
    has_applied: bool = False


class Reader(NamedTuple):
    """What decides what a reader is shown of a line, and the day."""

    today: date
    sees_members: bool
    sees_applications: bool
    manages: bool


class MemberStatus(NamedTuple):
    """Where someone stands as a member, and the day it ends, ended or begins."""

    status: Status
    day: date | None
    today: date

    @property
    def label(self) -> str:
        """In French."""
        return STATUS_LABELS[self.status]

    @property
    def when(self) -> str:
        """In French, after the label; empty for who never was."""
        if self.day is None:
            return ""
        word = {Status.ACTIVE: "jusqu’au", Status.COMING: "à partir du"}.get(self.status, "le")
        return f"{word} {short_day(self.day, self.today)}"


def short_day(day: date, today: date) -> str:
    """ "9 juil.", or "5 mai 2025" for another year."""
    words = french.day_short(day).partition(" ")[2]
    return words if day.year == today.year else f"{words} {day.year}"


@dataclass(frozen=True, slots=True)
class Shown:
    """A line as its reader sees it."""

    line: Line
    reader: Reader

    @property
    def url(self) -> str:
        """The address of the sheet, under the directory's."""
        entry = self.line.entry
        return f"/structures/{entry.id}" if entry.is_structure else f"/{entry.id}"

    @property
    def name(self) -> str:
        """Title, first name, last name."""
        line = self.line
        return " ".join(part for part in (line.title, line.first_name, line.last_name) if part)

    @property
    def kind(self) -> str:
        """The profession or the kind of structure, in French."""
        kind = self.line.kind
        if isinstance(kind, Profession):
            return PROFESSION_SHORT[kind]
        return f"structure, {ORGANISATION_LABELS[kind]}"

    @property
    def place(self) -> Where | None:
        """The first address."""
        return self.line.places[0] if self.line.places else None

    @property
    def phone(self) -> str | None:
        """The practice's; a person's direct line is the coordination's, a structure's is everyone's."""
        line = self.line
        direct = line.phone if self.reader.manages or line.entry.is_structure else None
        there = next((place.phone for place in line.places if place.phone), None)
        return direct or there if line.entry.is_structure else there or direct

    @property
    def parts(self) -> str:
        """What they take part in, and their departure when it is certain; the coordination knows of the others."""
        line, leaving = self.line, self.line.leaving
        parts = ["créneaux"] if line.posts else []
        parts += ["prend en sus"] if line.accepts_overbook else []
        parts += ["remplacements"] if any(place.mode is PracticeMode.LOCUM for place in line.places) else []
        if leaving and (leaving.is_confirmed or self.reader.manages):
            parts.append(f"{MOVEMENT_LABELS[leaving.kind]} le {short_day(leaving.on, self.reader.today)}")
        return ", ".join(parts)

    @property
    def member(self) -> MemberStatus | None:
        """Where they stand as a member; None for who may not see it."""
        if not self.reader.sees_members:
            return None
        periods, today = self.line.periods, self.reader.today
        status = status_on(periods, today)
        if status is Status.NEVER:
            return MemberStatus(status, None, today)
        if status is Status.COMING:
            return MemberStatus(status, min(p.starts_on for p in periods if p.starts_on > today), today)
        return MemberStatus(status, max(last_day(p) for p in periods if p.starts_on <= today), today)

    @property
    def has_applied(self) -> bool:
        """Whether an application waits for an answer, for those who may read it."""
        return self.line.has_applied and self.reader.sees_applications

    @property
    def verified(self) -> str:
        """The day the sheet was checked; empty when it never was."""
        day = self.line.verified_on
        return short_day(day, self.reader.today) if day else ""

    @property
    def is_stale(self) -> bool:
        """Whether it is to be checked again."""
        return is_stale(self.line.verified_on, self.reader.today)
