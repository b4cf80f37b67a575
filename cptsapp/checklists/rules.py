"""Pure rules of commitments: the table of states, what is late, when a recurring one falls again."""

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Protocol

from cptsapp.checklists.models import CommitmentState
from cptsapp.core.french import MONTHS_SHORT, NBSP, count, day_short
from cptsapp.core.periods import months_later

S = CommitmentState

TRANSITIONS: Mapping[CommitmentState, frozenset[CommitmentState]] = MappingProxyType(
    {
        S.TODO: frozenset({S.DOING, S.DONE, S.DROPPED}),
        S.DOING: frozenset({S.TODO, S.DONE, S.DROPPED}),
        S.DONE: frozenset({S.TODO, S.DOING}),
        S.DROPPED: frozenset({S.TODO}),
    }
)

STATE_WORDS = MappingProxyType(
    {S.TODO: "À faire", S.DOING: "En cours", S.DONE: "Fait", S.DROPPED: "Abandonné"},
)
LATE = "En retard"
NOTHING_CLINICAL = "Rien de clinique ici\u00a0: le plan est tenu par le DAC."
OPEN = frozenset({S.TODO, S.DOING})
LONGEST = 31  # days of a month


class Owed(Protocol):
    """A commitment as these rules see it."""

    @property
    def state(self) -> CommitmentState: ...
    @property
    def due_on(self) -> date | None: ...


def may_go(before: CommitmentState, after: CommitmentState) -> bool:
    """Whether a commitment in one state may take the other."""
    return after in TRANSITIONS[before]


def is_late(owed: Owed, today: date) -> bool:
    """Whether it is still owed after its day; what is owed « en continu » is never late."""
    return owed.state in OPEN and owed.due_on is not None and owed.due_on < today


def days_late(owed: Owed, today: date) -> int:
    """How many days ago it was owed; 0 when it is not late."""
    return (today - owed.due_on).days if is_late(owed, today) and owed.due_on is not None else 0


def falls_again(last: date, before: Iterable[date], every_months: int) -> date:
    """When what was owed on `last` is owed again; `before` are the days of the earlier times, the nearest first.

    A short month brings the day forward and does not keep it there: 31 January, 28 February, 31 March.
    """
    wanted, day = last.day, last
    for earlier in before:
        if wanted == LONGEST or day.day < _length(day):
            break
        wanted, day = max(wanted, earlier.day), earlier
    month = months_later(last, every_months)
    return month.replace(day=min(wanted, _length(month)))


def _length(day: date) -> int:
    return monthrange(day.year, day.month)[1]


def why_not_go(before: CommitmentState, after: CommitmentState, done_by: str, at: str) -> str | None:
    """Why a commitment may not take a state, in French; None when it may.

    `done_by` and `at`: who changed it last and when, « Sophie Arnaud », « lun. 20 juil. 14h32 ».
    """
    if may_go(before, after):
        return None
    told = f" par {done_by}" if done_by else ""
    already = "déjà " if before is after else ""
    return f"C’est {already}«{NBSP}{STATE_WORDS[before]}{NBSP}»{told}, {at}\u202f: la page a changé entre-temps."


@dataclass(frozen=True, slots=True)
class Tally:
    """How many commitments stand where; those late are not counted among « à faire » nor « en cours »."""

    done: int = 0
    doing: int = 0
    late: int = 0
    todo: int = 0
    dropped: int = 0
    next_due: date | None = None  # the first day owed among the open ones, the late ones too

    @property
    def kept_of(self) -> int:
        """How many there are to keep: all but the dropped ones."""
        return self.done + self.doing + self.late + self.todo

    @property
    def open(self) -> int:
        """How many are still owed."""
        return self.doing + self.late + self.todo

    def words(self) -> str:
        """« 3 faits, 2 en cours, 1 en retard, 3 à faire, 1 abandonné »; nothing of what there is none of."""
        parts = (
            (self.done, "fait", "faits"),
            (self.doing, "en cours", "en cours"),
            (self.late, "en retard", "en retard"),
            (self.todo, "à faire", "à faire"),
            (self.dropped, "abandonné", "abandonnés"),
        )
        return ", ".join(count(number, one, many) for number, one, many in parts if number)


def tally(owed: Iterable[Owed], today: date) -> Tally:
    """Count commitments by where they stand."""
    counts = dict.fromkeys(("done", "doing", "late", "todo", "dropped"), 0)
    days = []
    for one in owed:
        counts[standing(one, today)] += 1
        if one.state in OPEN and one.due_on is not None:
            days.append(one.due_on)
    return Tally(**counts, next_due=min(days, default=None))


def standing(owed: Owed, today: date) -> str:
    """The code of the state as screens draw it: that of the table, or « late »."""
    return "late" if is_late(owed, today) else owed.state.value


def standing_word(owed: Owed, today: date) -> str:
    """« À faire », « En retard »."""
    return LATE if is_late(owed, today) else STATE_WORDS[owed.state]


def day_word(day: date, today: date) -> str:
    """« 27 févr. », with the year when it is another: « 9 févr. 2027 »."""
    number = "1er" if day.day == 1 else str(day.day)
    year = "" if day.year == today.year else f" {day.year}"
    return f"{number} {MONTHS_SHORT[day.month - 1]}{year}"


def near_day(day: date, today: date) -> str:
    """« ven. 24 juil. » within the week, as `day_word` beyond."""
    return day_short(day) if 0 <= (day - today).days <= 7 else day_word(day, today)


def due_word(due_on: date | None, due_months: int | None, *, is_continuous: bool, today: date) -> str:
    """When it is owed: a day, « en continu », « 3 mois après le début », or that no day is said."""
    if due_on is not None:
        return day_word(due_on, today)
    if is_continuous:
        return f"en{NBSP}continu"
    if due_months is None:
        return f"sans{NBSP}date"
    return f"{due_months}{NBSP}mois après le début" if due_months else "dès le début"


_EVERY = MappingProxyType({1: "mois", 3: "trimestre", 6: "semestre", 12: "année"})


def every_word(every_months: int | None) -> str:
    """« chaque trimestre », « tous les 5 mois »; empty for what comes once."""
    if every_months is None:
        return ""
    if every_months in _EVERY:
        return f"chaque {_EVERY[every_months]}"
    return f"tous les {every_months}{NBSP}mois"


_TITLES = frozenset({"Dr", "Pr", "M.", "Mme"})


def short_name(name: str) -> str:
    """« Dr Émilie Fradet » → « É. Fradet », « Anne-Lise Brochard » → « A.-L. Brochard »; one word stays."""
    words = [word for word in name.split() if word not in _TITLES]
    if len(words) < 2:
        return " ".join(words)
    first = "-".join(f"{part[:1]}." for part in words[0].split("-") if part)
    return " ".join((first, *words[1:]))
