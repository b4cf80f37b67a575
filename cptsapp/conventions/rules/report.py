"""Pure rules of the yearly report of a convention: where each commitment stood that year, what may be counted aloud."""

import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median
from types import MappingProxyType

from cptsapp.checklists.models import CommitmentState
from cptsapp.checklists.rules import OPEN
from cptsapp.core.french import NBSP, count, number, percent
from cptsapp.core.small import HIDDEN_WORDS, SMALL, SMALL_WORDS


class Standing(enum.StrEnum):
    """Where a commitment stood in a year."""

    KEPT = "kept"
    LATE = "late"
    AHEAD = "ahead"
    CONTINUOUS = "continuous"
    DROPPED = "dropped"


TITLES: Mapping[Standing, str] = MappingProxyType(
    {
        Standing.LATE: "Non tenus à leur échéance",
        Standing.KEPT: "Tenus",
        Standing.CONTINUOUS: "En continu",
        Standing.AHEAD: "À venir",
        Standing.DROPPED: "Abandonnés",
    }
)


def titles(*, is_running: bool, has_ended: bool) -> Mapping[Standing, str]:
    """How each group is called: once the year is over, or the convention, nothing is to come any more."""
    if is_running:
        return TITLES
    return {**TITLES, Standing.AHEAD: "Non échus à sa fin" if has_ended else "Sans échéance dans l’année"}


@dataclass(frozen=True, slots=True)
class Facts:
    """A commitment as these rules see it; `changed_on` is the local day of its last change."""

    state: CommitmentState
    due_on: date | None
    done_on: date | None
    changed_on: date
    is_continuous: bool


def standing(facts: Facts, year: int, today: date) -> Standing | None:
    """Where it stood in a calendar year, as today knows it; None when that year did not speak of it.

    One that was owed in the year and kept in a later one was not kept at its time: it is late.
    """
    if facts.state is CommitmentState.DONE and facts.done_on is not None and facts.done_on.year <= year:
        return Standing.KEPT if facts.done_on.year == year else None
    if facts.state is CommitmentState.DROPPED and facts.changed_on.year <= year:
        return Standing.DROPPED if facts.changed_on.year == year else None
    if facts.is_continuous:
        return Standing.CONTINUOUS
    if facts.due_on is None:
        return Standing.AHEAD if facts.state in OPEN else None
    if facts.due_on < min(today, date(year + 1, 1, 1)):
        return Standing.LATE
    return Standing.AHEAD if facts.due_on.year == year else None


def said(facts: Facts, stood: Standing) -> str:
    """What is said of it beside its day: when it was kept, how late."""
    done = f"tenu le {_day(facts.done_on)}" if facts.done_on else ""
    if stood is Standing.KEPT and facts.done_on is not None and facts.due_on is not None:
        late = (facts.done_on - facts.due_on).days
        return f"{done}, {count(late, 'jour')} après l’échéance" if late > 0 else done
    if stood is Standing.LATE:
        return done or "toujours attendu"
    if stood is Standing.DROPPED:
        return f"abandonné le {_day(facts.changed_on)}"
    return done


def _day(day: date | None) -> str:
    """« 24/02/2026 »."""
    return f"{day:%d/%m/%Y}" if day else ""


def kept_words(counts: Mapping[Standing, int]) -> str:
    """« 6 tenus sur 8 échus »: what came due that year, or was kept in it."""
    kept, late = counts.get(Standing.KEPT, 0), counts.get(Standing.LATE, 0)
    if not kept + late:
        return "aucun engagement échu"
    return f"{count(kept, 'tenu')} sur {count(kept + late, 'échu')}"


def years(starts_on: date | None, ended_on: date | None, today: date) -> list[int]:
    """The years a report may be of, the last first: from its start to its end or today."""
    if starts_on is None or starts_on > today:
        return []
    last = min(today, ended_on) if ended_on else today
    return list(range(max(last, starts_on).year, starts_on.year - 1, -1))


# -- what was sent to the partner -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sent:
    """A file sent to a partner, as figures know it: local days, no reference."""

    sent_on: date
    due_on: date
    answered_on: date | None
    is_found: bool


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the files sent in a year; `days` is the median from sending to answer."""

    sent: int
    answered: int
    in_time: int
    found: int
    days: float | None


def counts(sent: Iterable[Sent]) -> Counts:
    """Count the files sent to one partner."""
    found = list(sent)
    delays = [(one.answered_on - one.sent_on).days for one in found if one.answered_on is not None]
    return Counts(
        len(found),
        len(delays),
        sum(one.answered_on is not None and one.answered_on <= one.due_on for one in found),
        sum(one.is_found for one in found),
        median(delays) if delays else None,
    )


def shown(of: Counts) -> Mapping[str, str]:
    """The same as words that point to nobody: a count of one to four is not written, nor one that a subtraction from
    what is written would turn into such a count.
    """
    words = {"sent": _alone(of.sent)}
    words["answered"] = _within(of.answered, (of.sent,))
    words["in_time"] = _within(of.in_time, (of.answered, of.sent))
    words["found"] = _within(of.found, (of.answered, of.sent))
    is_safe = of.answered >= SMALL
    words["days"] = _days(of.days) if is_safe and of.days is not None else HIDDEN_WORDS if of.answered else "—"
    both = words["in_time"] == number(of.in_time) and words["answered"] == number(of.answered)
    words["rate"] = percent(of.in_time, of.answered) if both and of.answered else ""
    return words


def _alone(value: int) -> str:
    """A count by itself; the house's « moins de 5 »."""
    return SMALL_WORDS if 0 < value < SMALL else number(value)


def _within(part: int, wholes: Sequence[int]) -> str:
    if 0 < part < SMALL:
        return SMALL_WORDS
    return HIDDEN_WORDS if any(0 < whole - part < SMALL for whole in wholes) else number(part)


def breaks_shown(value: int) -> str:
    """How many breaks in care were reported, as it is written."""
    return _alone(value)


def _days(value: float) -> str:
    if not value:
        return "le jour même"
    text = f"{value:.1f}".rstrip("0").rstrip(".").replace(".", ",")
    return f"{text}{NBSP}{'jours' if value >= 2 else 'jour'}"
