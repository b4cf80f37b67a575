"""The register of conventions: as many statements however many there are, and one when nothing has changed.

What the lines are made of is counted by the database and kept in memory until a commit writes in one of its tables.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from weakref import WeakKeyDictionary

from sqlalchemy import select
from sqlalchemy.engine import Engine

from cptsapp.accounts.identity import CurrentUser
from cptsapp.checklists.models import Checklist, Commitment, Evidence
from cptsapp.conventions.models import (
    Article,
    Convention,
    ConventionComment,
    ConventionParty,
    FrozenText,
    Partner,
    Signature,
)
from cptsapp.conventions.permissions import visible_to
from cptsapp.conventions.queries import register_facts
from cptsapp.conventions.rules.next import Step
from cptsapp.conventions.rules.register import CLOSED, CURRENT, Line, answers, counts, order, told, words_of
from cptsapp.core import stamps
from cptsapp.core.db import db, session
from cptsapp.core.refusals import Invisible
from cptsapp.directory.models import Organisation, Person, Place, Practice
from cptsapp.territory import queries as territory

PAGE = 50

_STAMP = stamps.watch(
    "conventions",
    *(Convention, ConventionParty, ConventionComment, Article, FrozenText, Signature, Partner),
    *(Checklist, Commitment, Evidence, Organisation, Person, Place, Practice),
)
_kept: WeakKeyDictionary[Engine, tuple[tuple[int | None, date], Mapping[int, Line]]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Register:
    """What a filter and a search show: a page of lines, how many answer, how many each filter would show."""

    lines: Sequence[Line]
    found_count: int
    counts: Mapping[str, int]


def lines_by_id() -> Mapping[int, Line]:
    """Every convention that is no amendment, by number; an amendment's commitments count for what it amends."""
    today = territory.today()
    if stamps.is_written(_STAMP):
        return register_facts.lines(today)
    under, engine = (stamps.value(_STAMP), today), db.engine
    kept = _kept.get(engine)
    if kept is None or kept[0] != under:
        kept = _kept[engine] = (under, register_facts.lines(today))
    return kept[1]


def forget() -> None:
    """Ask again: what a change costs is measured so."""
    _kept.pop(db.engine, None)


def _reads_all(user: CurrentUser) -> bool:
    return "all" in user.scopes("conventions.read")


def _visible(user: CurrentUser) -> list[Line]:
    """The lines of the conventions that exist for the user."""
    found = lines_by_id()
    if _reads_all(user):
        return list(found.values())
    numbers = session.scalars(select(Convention.id).where(Convention.parent_id.is_(None), visible_to(user)))
    today = territory.today()
    return [told(found[number], today) for number in numbers if number in found]


def found(user: CurrentUser, chip: str = CURRENT, typed: str = "") -> tuple[list[Line], Mapping[str, int]]:
    """All the lines of a filter that answer to what is typed, what is due first before; and the count of each filter.

    Closed ones: the last closed first.
    """
    today, words, visible = territory.today(), words_of(typed), _visible(user)
    lines = sorted((line for line in visible if answers(line, chip, words, today)), key=order)
    if chip == CLOSED:
        lines.sort(key=lambda line: line.ended_on or date.min, reverse=True)
    return lines, counts((line for line in visible if _has(line, words)), today)


def _has(line: Line, words: Sequence[str]) -> bool:
    return all(f" {word}" in f" {line.folded}" for word in words)


def register(user: CurrentUser, chip: str = CURRENT, typed: str = "", page: int = 1) -> Register:
    """A page of the register."""
    lines, by_chip = found(user, chip, typed)
    first = PAGE * (max(page, 1) - 1)
    return Register(lines[first : first + PAGE], len(lines), by_chip)


def line_of(convention_id: int) -> Line:
    """The line of one convention; raises Invisible for an amendment, or when there is none."""
    line = lines_by_id().get(convention_id)
    if line is None:
        raise Invisible
    return line


def step_of(convention_id: int, user: CurrentUser) -> Step:
    """What comes next for one convention, an amendment or not, as the user reads it; raises Invisible.

    A partner reads nothing of an amendment that is still in the drawer.
    """
    return register_facts.step_of(convention_id, territory.today(), reads_drafts=_reads_all(user))
