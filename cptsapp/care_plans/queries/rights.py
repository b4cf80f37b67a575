"""The rights asked for about a plan, as pages show them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from cptsapp.accounts.models import User
from cptsapp.care_plans.models import CarePlan, PlanRight
from cptsapp.care_plans.rules import rights as rules
from cptsapp.core.db import session
from cptsapp.inbox.patients import read_text
from cptsapp.inbox.rules.deadlines import days_late
from cptsapp.territory import queries as territory


@dataclass(frozen=True, slots=True)
class PlanRightLine:
    """A right as pages show it. `note` is what was said, opened; days are counted from today."""

    right: PlanRight
    label: str
    short: str
    article: str
    note: str
    answered_by: str
    days_left: int
    days_late: int

    @property
    def is_waiting(self) -> bool:
        """Whether it still asks for an answer."""
        return self.right.done_at is None

    @property
    def ends_plan(self) -> bool:
        """Whether it is answered by closing the plan."""
        return self.right.kind in rules.ENDS


def of_plan(plan: CarePlan) -> list[PlanRightLine]:
    """Every right asked for about a plan, the newest first."""
    wanted = select(PlanRight).where(PlanRight.plan_id == plan.id)
    found = session.scalars(wanted.order_by(PlanRight.asked_at.desc(), PlanRight.id.desc())).all()
    return _lines(found)


def line_of(right: PlanRight) -> PlanRightLine:
    """One right as pages show it."""
    return _lines([right])[0]


def first_waiting(plan: CarePlan) -> PlanRightLine | None:
    """The right of a plan that is to be answered first, if one waits."""
    wanted = select(PlanRight).where(PlanRight.plan_id == plan.id, PlanRight.done_at.is_(None))
    found = session.scalar(wanted.order_by(PlanRight.due_on, PlanRight.id).limit(1))
    return line_of(found) if found is not None else None


def _lines(rights: Sequence[PlanRight]) -> list[PlanRightLine]:
    numbers = {right.done_by_id for right in rights if right.done_by_id is not None}
    rows = session.execute(select(User.id, User.display_name).where(User.id.in_(numbers))) if numbers else ()
    names = {row.id: row.display_name for row in rows}
    return [_line(right, names) for right in rights]


def _line(right: PlanRight, names: dict[int, str]) -> PlanRightLine:
    today = territory.today()
    return PlanRightLine(
        right=right,
        label=rules.KINDS[right.kind],
        short=rules.SHORT[right.kind],
        article=rules.article(right.kind),
        note=read_text(right.note, right.seal_id, "note"),
        answered_by=names.get(right.done_by_id or 0, ""),
        days_left=max((right.due_on - today).days, 0),
        days_late=days_late(right.due_on, today),
    )
