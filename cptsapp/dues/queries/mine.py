"""What someone owes: the commitments of every checklist that lives, what else is asked of them, what they have kept."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, bindparam, select, text

from cptsapp.accounts.identity import CurrentUser
from cptsapp.checklists.models import Checklist, ChecklistKind, Commitment, CommitmentState, Side
from cptsapp.checklists.permissions import numbers_of
from cptsapp.checklists.rules import day_word, days_late, near_day, standing, standing_word
from cptsapp.checklists.sources import Named, plugged
from cptsapp.core.french import NBSP, count, days_ahead
from cptsapp.core.prepared import Prepared
from cptsapp.dues.rules import GROUPS, group_of, is_ticked_here, order_key
from cptsapp.territory import queries as territory

SHOWN = 50
RECENT = 3

SIDE_WORDS: Mapping[Side, str] = {
    Side.CPTS: "CPTS",
    Side.PARTNER: "partenaire",
    Side.REGULAR_DOCTOR: "médecin traitant",
    Side.LEAD: "référent",
    Side.CIRCLE: "cercle de soins",
}


@dataclass(frozen=True, slots=True)
class Line:
    """Something owed, as the list shows it. `id` and `version` are a commitment's; None for what a source asks."""

    id: int | None
    version: int
    label: str
    detail: str
    due_on: date | None
    due: str
    when: str  # « depuis 10 j », « dans 4 j »
    standing: str
    word: str
    url: str
    verb: str  # on the button; empty without one


@dataclass(frozen=True, slots=True)
class Group:
    """Lines under « En retard », « Cette semaine », « Ce mois-ci et après »."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """A commitment kept recently."""

    id: int
    label: str
    under: str


@dataclass(frozen=True, slots=True)
class Mine:
    """What someone owes, the late ones first. `left_out`: how many more there are."""

    groups: tuple[Group, ...]
    left_out: int
    words: str
    kept: tuple[Kept, ...]

    @property
    def late(self) -> int:
        """How many are late, of those shown."""
        return next((len(group.lines) for group in self.groups if group.title == GROUPS[0]), 0)


def _owed_by() -> Select[Any]:
    """The commitments of a person in the checklists that live."""
    columns: tuple[Any, ...] = (
        Commitment.id,
        Commitment.version,
        Commitment.checklist_id,
        Commitment.label,
        Commitment.number,
        Commitment.side,
        Commitment.state,
        Commitment.due_on,
        Commitment.done_on,
        Commitment.is_continuous,
        Checklist.kind,
    )
    return (
        select(*columns)
        .join(Checklist, Checklist.id == Commitment.checklist_id)
        .where(Commitment.owner_id == bindparam("person_id"), Checklist.is_live)
    )


def _done_by() -> Select[Any]:
    """The last ones kept."""
    done = _owed_by().where(Commitment.state == CommitmentState.DONE)
    return done.order_by(Commitment.done_on.desc(), Commitment.id.desc()).limit(RECENT)


def _open_by() -> Select[Any]:
    return _owed_by().where(text("commitment.state IN ('todo', 'doing')"))  # as its partial index says


_OPEN = Prepared(_open_by)
_DONE = Prepared(_done_by)


def mine(user: CurrentUser, *, whole: bool = False) -> Mine:
    """What the user owes, at most `SHOWN` lines unless told, and what they have kept, newest first.

    A plan that they may no longer open asks nothing of them.
    """
    today, numbers = territory.today(), numbers_of(user)
    owed = [one for number in numbers for one in _OPEN.all(person_id=number)]
    done = [one for number in numbers for one in _DONE.all(person_id=number)]
    named = _named([*owed, *done], user)
    seen = [one for one in owed if one.checklist_id in named]
    lines = [_line(one, named[one.checklist_id], today) for one in seen]
    lines += [_asked(asked, today) for source in plugged() for asked in source.asks(user)]
    ordered = sorted(lines, key=lambda line: (order_key(line.due_on, today), line.label))
    shown = ordered if whole else ordered[:SHOWN]
    groups = ((title, [one for one in shown if group_of(one.due_on, today) == title]) for title in GROUPS)
    return Mine(
        tuple(Group(title, tuple(found)) for title, found in groups if found),
        len(ordered) - len(shown),
        _words(ordered, seen, today),
        _kept(done, named, today),
    )


def _kept(done: list[Any], named: Mapping[int, Named], today: date) -> tuple[Kept, ...]:
    last = sorted(done, key=lambda one: (one.done_on, one.id), reverse=True)[:RECENT]
    return tuple(
        Kept(one.id, one.label, f"fait le {day_word(one.done_on, today)} · {named[one.checklist_id].title}")
        for one in last
        if one.checklist_id in named
    )


def _named(found: Sequence[Any], user: CurrentUser) -> dict[int, Named]:
    """How their checklists are called, for the user; those a source does not name are not for them."""
    named: dict[int, Named] = {}
    for source in plugged():
        numbers = {one.checklist_id for one in found if one.kind is source.kind}
        if numbers:
            named |= source.named(numbers, user)
    return named


def _line(one: Any, named: Named, today: date) -> Line:
    late = days_late(one, today)
    return Line(
        one.id,
        one.version,
        one.label,
        _detail(one, named),
        one.due_on,
        _due(one, today),
        _when(one.due_on, late, today),
        standing(one, today),
        standing_word(one, today),
        f"/engagements/{one.id}",
        "Noter fait" if is_ticked_here(one.due_on, today) else "",
    )


def _detail(one: Any, named: Named) -> str:
    """« DAC Vendée Littoral · art. 3 », « PPCS 2026-021 · médecin traitant »."""
    if one.kind is ChecklistKind.CARE_PLAN:
        return f"{named.title} · {SIDE_WORDS[one.side]}"
    return f"{named.title} · art.{NBSP}{one.number}" if one.number else named.title


def _due(one: Any, today: date) -> str:
    if one.due_on is None:
        return "en continu" if one.is_continuous else "sans date"
    return near_day(one.due_on, today)


def _when(due_on: date | None, late: int, today: date) -> str:
    """Since when, or in how many days, for what is near; nothing for what is far."""
    if late:
        return f"depuis {late}{NBSP}j"
    ahead = (due_on - today).days if due_on is not None else None
    if ahead is None or ahead > 7:
        return ""
    return days_ahead(ahead)


def _asked(asked: Any, today: date) -> Line:
    is_late = asked.due_on is not None and asked.due_on < today
    late = (today - asked.due_on).days if is_late else 0
    return Line(
        None,
        0,
        asked.title,
        asked.detail,
        asked.due_on,
        near_day(asked.due_on, today) if asked.due_on else "sans date",
        _when(asked.due_on, late, today),
        "late" if is_late else "todo",
        "En retard" if is_late else "À faire",
        asked.url,
        asked.verb,
    )


def _words(lines: Sequence[Line], owed: Sequence[Any], today: date) -> str:
    """« 7 ouverts, dont 1 en retard · 2 conventions et 2 plans »; empty when nothing is owed."""
    if not lines:
        return ""
    late = sum(group_of(line.due_on, today) == GROUPS[0] for line in lines)
    told = count(len(lines), "ouvert") + (f", dont {late} en retard" if late else "")
    kinds = Counter(kind for kind, _ in {(one.kind, one.checklist_id) for one in owed})
    parts = [
        count(kinds[kind], word)
        for kind, word in ((ChecklistKind.CONVENTION, "convention"), (ChecklistKind.CARE_PLAN, "plan"))
        if kinds[kind]
    ]
    return f"{told} · {' et '.join(parts)}" if parts else told
