"""A weekly repetition: local wall times turned into dates once, with the dates it leaves aside and why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from cptsapp.core.french import WEEKDAYS, count, day_short, hour
from cptsapp.core.periods import covers
from cptsapp.posting.rules.draft import Draft, Fault, Hours, Span, exists, first_overlap, moment_fault, overlap
from cptsapp.territory.rules import holiday_name, local

DATES_MAX = 400
Days = tuple[date, date | None]  # first and last day of an absence, both included; no last day while open-ended


@dataclass(frozen=True, slots=True)
class Aside:
    """A date that the repetition leaves out, and the reason as the panel writes it."""

    day: date
    reason: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What publishing will do: the drafts that become slots, in order, and the dates left aside."""

    kept: tuple[Draft, ...]
    aside: tuple[Aside, ...]

    @property
    def seat_count(self) -> int:
        """Places in all."""
        return sum(draft.capacity for draft in self.kept)

    @property
    def digest(self) -> str:
        """What the confirming page carries: when it no longer matches, the panel is shown again."""
        return f"{len(self.kept)}/{self.seat_count}/{len(self.aside)}"


@dataclass(frozen=True, slots=True)
class Around:
    """What a repetition meets: the hours of the CPTS, the present, one's own slots and absences."""

    hours: Hours
    now: datetime
    taken: Sequence[Span]
    absences: Sequence[Days]


def occurrences(weekdays: Iterable[int], first: date, last: date) -> list[date]:
    """The days from first to last, both included, that fall on the weekdays (0 is Monday)."""
    wanted = set(weekdays)
    days = (first + timedelta(days=ahead) for ahead in range((last - first).days + 1))
    return [day for day in days if day.weekday() in wanted]


def series_fault(weekdays: Sequence[int], first: date, last: date) -> Fault | None:
    """Why a repetition makes no sense, or None."""
    if not weekdays:
        return "Choisissez au moins un jour.", "weekdays"
    if last < first:
        return f"La fin est avant le début, {day_short(first)}.", "until"
    if (last - first).days > DATES_MAX:
        return "Au plus un an à l’avance.", "until"
    return None


def plan(draft: Draft, weekdays: Iterable[int], until: date, around: Around) -> Plan:
    """Each date kept, or left aside with its reason; the wall time is the same all along, whatever the season."""
    days = occurrences(weekdays, draft.day, until)
    reasons = {day: why_aside(draft.on(day), around) for day in days}
    return Plan(
        tuple(draft.on(day) for day in days if reasons[day] is None),
        tuple(Aside(day, reason) for day, reason in reasons.items() if reason),
    )


def why_aside(draft: Draft, around: Around) -> str | None:
    """Why one date of a repetition is left out, or None."""
    hours = around.hours
    if holiday := holiday_name(draft.day, hours.region):
        return f"férié, {holiday}"
    if is_absent(draft.day, around.absences):
        return "absence"
    if not exists(draft.day, draft.opens, hours.zone):
        return "cette heure n’existe pas, on passe à l’heure d’été"
    if moment_fault(draft, around.now, hours.zone):
        return "passé"
    return _why_taken(draft, around)


def _why_taken(draft: Draft, around: Around) -> str | None:
    span = draft.span(around.hours.zone)
    other = first_overlap(span, around.taken)
    if other is None:
        return None
    if other == span:
        return "déjà publiée"
    starts, ends = (hour(local(moment, around.hours.zone)) for moment in other)
    return f"chevauche {starts} – {ends}"


def is_absent(day: date, absences: Sequence[Days]) -> bool:
    """Whether one of the absences covers the day."""
    return any(covers(first, last, day) for first, last in absences)


def busy_days(drafts: Sequence[Draft], busy: Sequence[Span], zone: str) -> list[date]:
    """The days whose draft meets a busy time of one's own calendar (B31)."""
    return [d.day for d in drafts if any(overlap(d.span(zone), other) for other in busy)]


def weekdays_words(weekdays: Iterable[int]) -> str:
    """ "Les mercredis et jeudis"."""
    names = [f"{WEEKDAYS[day]}s" for day in sorted(set(weekdays))]
    return f"Les {joined(names)}" if names else ""


def joined(words: Sequence[str]) -> str:
    """ "a", "a et b", "a, b et c"."""
    return " et ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def aside_lines(aside: Sequence[Aside]) -> list[str]:
    """One line a reason, its dates together: "mer. 12 août et jeu. 13 août : absence"."""
    grouped: dict[str, list[str]] = {}
    for left in aside:
        grouped.setdefault(left.reason, []).append(day_short(left.day))
    return [f"{joined(days)} : {reason}" for reason, days in grouped.items()]


def dates_aside(aside: Sequence[Aside]) -> str:
    """ "3 dates laissées de côté"."""
    return f"{count(len(aside), 'date laissée', 'dates laissées')} de côté" if aside else ""
