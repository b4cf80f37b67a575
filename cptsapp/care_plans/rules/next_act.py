"""The one next act of a plan, and what comes next in the words of a list: pure, from facts (ux: one framed act)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType

from cptsapp.care_plans.models import MeetingKind, MeetingState, PlanState
from cptsapp.care_plans.rules.reviews import NAMES, OF_NAMES
from cptsapp.checklists.rules import day_word
from cptsapp.core import french

S, M = PlanState, MeetingState

# The names of `rules.reviews` after a verb: « tenir le bilan… », « qui était au bilan… ».
HOLD: Mapping[MeetingKind, str] = MappingProxyType(
    {
        MeetingKind.FIRST: "la première réunion",
        MeetingKind.REVIEW_6: "le bilan des 6 mois",
        MeetingKind.REVIEW_12: "le bilan d’un an",
        MeetingKind.EXTRA: "la réunion",
    }
)
AT: Mapping[MeetingKind, str] = MappingProxyType(
    {
        MeetingKind.FIRST: "à la première réunion",
        MeetingKind.REVIEW_6: "au bilan des 6 mois",
        MeetingKind.REVIEW_12: "au bilan d’un an",
        MeetingKind.EXTRA: "à la réunion",
    }
)


@dataclass(frozen=True, slots=True)
class Ahead:
    """The next meeting to hold: by when; `starts_at` is local. `answered` of `asked` people answered its poll."""

    id: int
    kind: MeetingKind
    state: MeetingState
    due_on: date
    starts_at: datetime | None = None
    asked: int = 0
    answered: int = 0


FAR_DAYS = 30  # a review without a date waits so long for what is late


@dataclass(frozen=True, slots=True)
class Late:
    """The commitment that is late for the longest: its words, who owes it."""

    id: int
    label: str
    owner: str
    due_on: date


@dataclass(frozen=True, slots=True)
class Facts:
    """What the next act depends on; `missing`: what the circle lacks before it is engaged, in sentences."""

    state: PlanState
    missing: Sequence[str]
    ahead: Ahead | None
    validation_due: date | None
    now: datetime  # local
    late: Late | None = None

    @property
    def today(self) -> date:
        """The local day."""
        return self.now.date()


@dataclass(frozen=True, slots=True)
class NextAct:
    """What to do now. `code` says which button: circle, engage, meeting, attend, validate, late, close, or none."""

    code: str
    title: str
    detail: str = ""
    due_on: date | None = None
    meeting_id: int | None = None
    commitment_id: int | None = None


def next_act(facts: Facts) -> NextAct:
    """The one next act of a plan."""
    if facts.state is S.PREPARING:
        return _prepare(facts)
    if facts.state is S.VALIDATING:
        return NextAct("validate", "Valider le plan", "par le médecin traitant", facts.validation_due)
    if facts.state is S.CLOSED:
        return NextAct("", "Plan clos")
    if facts.ahead is not None:
        is_far = facts.ahead.state is M.PLANNED and (facts.ahead.due_on - facts.today).days > FAR_DAYS
        return _catch_up(facts.late) if facts.late and is_far else _meet(facts.ahead, facts.now)
    if facts.state is S.ACTIVE:
        return NextAct("close", "Clore le plan", "les deux bilans ont eu lieu")
    return NextAct("meeting", "Prévoir la première réunion")


def _prepare(facts: Facts) -> NextAct:
    if not facts.missing:
        return NextAct("engage", "Engager le cercle de soins", "les engagements et la première réunion commencent")
    return NextAct("circle", facts.missing[0].rstrip("."), " ".join(facts.missing[1:]))


def _catch_up(late: Late) -> NextAct:
    return NextAct("late", late.label, late.owner, late.due_on, commitment_id=late.id)


def _meet(ahead: Ahead, now: datetime) -> NextAct:
    if ahead.starts_at is None:
        detail = f"{french.count(ahead.answered, 'réponse')} sur {ahead.asked} au sondage" if ahead.asked else ""
        return NextAct("meeting", f"Choisir la date {OF_NAMES[ahead.kind]}", detail, ahead.due_on, ahead.id)
    day = f"{french.day_short(ahead.starts_at)} à {french.hour(ahead.starts_at)}"
    if ahead.starts_at > now:
        return NextAct("meeting", f"Tenir {HOLD[ahead.kind]}", day, None, ahead.id)
    return NextAct("attend", f"Noter qui était {AT[ahead.kind]}", day, None, ahead.id)


def then(state: PlanState, ahead: Ahead | None, today: date) -> str:
    """« bilan des 6 mois avant le 9 août », after « ensuite : »; empty when nothing follows."""
    if state is S.PREPARING:
        return "engager le cercle"
    if state is S.VALIDATING:
        return "validation par le médecin traitant"
    if state is S.CLOSED:
        return ""
    if ahead is None:
        return "clôture" if state is S.ACTIVE else "première réunion"
    if ahead.starts_at is not None:
        return (
            f"{NAMES[ahead.kind].lower()} le {day_word(ahead.starts_at.date(), today)} à {french.hour(ahead.starts_at)}"
        )
    return f"{NAMES[ahead.kind].lower()} avant le {day_word(ahead.due_on, today)}"
