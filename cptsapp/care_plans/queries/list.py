"""The list of plans: where each stands, what comes next and when, what is kept; in a fixed number of statements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, exists, func, select

from cptsapp.accounts.identity import CurrentUser
from cptsapp.care_plans.identity import shown, title, url_of
from cptsapp.care_plans.models import CarePlan, CircleMember, MemberRole, PlanAgreement, PlanState
from cptsapp.care_plans.permissions import visible_to
from cptsapp.care_plans.queries.page import next_meetings
from cptsapp.care_plans.rules.next_act import Ahead, then
from cptsapp.care_plans.rules.opening import missing
from cptsapp.care_plans.rules.states import WORDS
from cptsapp.checklists.models import Commitment
from cptsapp.checklists.queries import tallies
from cptsapp.checklists.rules import OPEN, Tally, day_word
from cptsapp.core.db import session
from cptsapp.core.french import days_ahead
from cptsapp.core.local import local
from cptsapp.core.text import fold
from cptsapp.directory.merged import roots
from cptsapp.directory.models import Person
from cptsapp.inbox.models import Seeker
from cptsapp.inbox.patients import Identity, open_identity
from cptsapp.territory import queries as territory
from cptsapp.territory.models import Commune

PAGE = 50
CURRENT, LATE, CLOSED = "en-cours", "en-retard", "clos"
_Row = tuple[CarePlan, Seeker | None, str, str]
CHIPS: Mapping[str, str] = {CURRENT: "En cours", LATE: "En retard", CLOSED: "Clos"}


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A plan of the list; `who` is « M. B., 1938 ». `due_on` is the next day owed, of the circle or of the calendar."""

    id: int
    title: str
    url: str
    who: str
    commune: str
    state: str
    then: str
    lead: str
    due_on: date | None
    tally: Tally
    missing: Sequence[str]
    is_closed: bool
    closed_on: date | None


@dataclass(frozen=True, slots=True)
class Found:
    """A page of the list, how many answer under each chip."""

    lines: Sequence[PlanLine]
    counts: Mapping[str, int]
    is_last: bool


def plans(user: CurrentUser, chip: str, page: int = 1, typed: str = "") -> Found:
    """The plans under one chip, those owed first before; those closed, the newest first.

    `typed`: a number, a commune, someone of the circle, or the person's name for whoever reads every plan.
    """
    counts = _counts(user)
    rows: list[_Row] = [(plan, seeker, name, key) for plan, seeker, name, key in session.execute(_wanted(user, chip))]
    if typed:
        rows = [row for row in rows if _answers(row, typed, user)]
    lines = _lines(rows)
    ordered = lines if chip == CLOSED else sorted(lines, key=_due_first)
    start = (page - 1) * PAGE
    return Found(ordered[start : start + PAGE], counts, start + PAGE >= len(ordered))


def _due_first(line: PlanLine) -> tuple[date, int]:
    return line.due_on or date.max, -line.id


def _is_late() -> ColumnElement[bool]:
    late = Commitment.checklist_id == CarePlan.checklist_id, Commitment.state.in_(OPEN)
    return exists().where(*late, Commitment.due_on < territory.today()).correlate(CarePlan)


def _under(chip: str) -> tuple[ColumnElement[bool], ...]:
    if chip == CLOSED:
        return (CarePlan.state == PlanState.CLOSED,)
    is_open = CarePlan.state != PlanState.CLOSED
    return (is_open, _is_late()) if chip == LATE else (is_open,)


def _counts(user: CurrentUser) -> dict[str, int]:
    sums = [select(func.count()).select_from(CarePlan).where(visible_to(user), *_under(chip)) for chip in CHIPS]
    found = session.execute(select(*(one.scalar_subquery() for one in sums))).one()
    return dict(zip(CHIPS, found, strict=True))


def _wanted(user: CurrentUser, chip: str) -> Select[CarePlan, Seeker | None, str, str]:
    return (
        select(CarePlan, Seeker, Commune.name, Commune.folded)
        .outerjoin(Seeker, Seeker.id == CarePlan.seeker_id)
        .join(Commune, Commune.code == CarePlan.commune_code)
        .where(visible_to(user), *_under(chip))
        .order_by(CarePlan.year.desc(), CarePlan.number.desc())
    )


def _who(plan: CarePlan, seeker: Seeker | None) -> Identity | None:
    sealed = seeker or plan
    return open_identity(sealed.seal_id, sealed.name, sealed.birth_date)


def _answers(row: _Row, typed: str, user: CurrentUser) -> bool:
    plan, seeker, _, folded = row
    words = fold(typed).split()
    who = _who(plan, seeker)
    known = [title(plan), f"{plan.year} {plan.number}", folded]
    if who is not None:
        known.append(who.full_name if "all" in user.scopes("plans.read") else who.initials)
    told = fold(" ".join(known)).split()
    return bool(words) and all(any(one.startswith(word) for one in told) for word in words)


@dataclass(frozen=True, slots=True)
class _Around:
    """What the lines of a list share, each read at once."""

    ahead: Mapping[int, Ahead]
    kept: Mapping[int, Tally]
    circles: Mapping[int, list[CircleMember]]
    agreed: set[int]
    names: Mapping[int, str]
    today: date


def _lines(rows: Sequence[_Row]) -> list[PlanLine]:
    numbers = [plan.id for plan, *_ in rows]
    circles = _circles(numbers)
    around = _Around(
        ahead=next_meetings(numbers),
        kept=tallies([plan.checklist_id for plan, *_ in rows]),
        circles=circles,
        agreed=_agreed(numbers),
        names=_names(circles),
        today=territory.today(),
    )
    return [_line(plan, _who(plan, seeker), commune, around) for plan, seeker, commune, _ in rows]


def _line(plan: CarePlan, who: Identity | None, commune: str, around: _Around) -> PlanLine:
    members, ahead, tally = around.circles.get(plan.id, []), around.ahead.get(plan.id), around.kept[plan.checklist_id]
    lead = next((one.person_id for one in members if one.is_lead), None)
    is_closed = plan.state is PlanState.CLOSED
    days = [day for day in (tally.next_due, ahead.due_on if ahead else None) if day is not None and not is_closed]
    return PlanLine(
        id=plan.id,
        title=title(plan),
        url=url_of(plan),
        who=shown(who),
        commune=commune,
        state=WORDS[plan.state],
        then=then(plan.state, ahead, around.today),
        lead=around.names.get(lead, "") if lead is not None else "",
        due_on=min(days, default=None),
        tally=tally,
        missing=_lacks(plan, members, around.agreed),
        is_closed=is_closed,
        closed_on=local(plan.closed_at).date() if plan.closed_at is not None else None,
    )


def _lacks(plan: CarePlan, members: Sequence[CircleMember], agreed: set[int]) -> list[str]:
    """What is missing, in a word or two."""
    if plan.state is PlanState.CLOSED:
        return []
    lacks = []
    if not any(one.is_lead for one in members):
        lacks.append("référent")
    if not any(one.role is MemberRole.REGULAR_DOCTOR for one in members):
        lacks.append("médecin traitant")
    if missing(members, agreed) and not lacks:
        lacks.append("accord")
    return lacks


def _circles(plan_ids: Sequence[int]) -> dict[int, list[CircleMember]]:
    there = CircleMember.plan_id.in_(plan_ids), CircleMember.left_at.is_(None)
    circles: dict[int, list[CircleMember]] = {}
    for member in session.scalars(select(CircleMember).where(*there).order_by(CircleMember.id)):
        circles.setdefault(member.plan_id, []).append(member)
    return circles


def _agreed(plan_ids: Sequence[int]) -> set[int]:
    wanted = select(PlanAgreement.member_id).join(CircleMember, CircleMember.id == PlanAgreement.member_id)
    return set(session.scalars(wanted.where(CircleMember.plan_id.in_(plan_ids), PlanAgreement.withdrawn_at.is_(None))))


def _names(circles: Mapping[int, list[CircleMember]]) -> dict[int, str]:
    """The leads by name, under the number their member has."""
    leads = {one.person_id for members in circles.values() for one in members if one.is_lead and one.person_id}
    merged = roots() if leads else {}
    kept = {merged.get(number, number) for number in leads}
    people = {one.id: one.full_name for one in session.scalars(select(Person).where(Person.id.in_(kept)))}
    return {number: people[merged.get(number, number)] for number in leads}


def due_words(line: PlanLine, today: date) -> tuple[str, str, str]:
    """The next day, how far it is, and its mark (« late », « due » or none)."""
    if line.due_on is None:
        return "—", "", ""
    days = (line.due_on - today).days
    if days < 0:
        return day_word(line.due_on, today), f"{-days}\u00a0j de retard", "late"
    return day_word(line.due_on, today), days_ahead(days), "due" if days <= 7 else "detail"
