"""Reading flat fees: the amounts of the settings, what each of a circle is owed, and the words of a ledger's line."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Integer, Select, bindparam, or_, select

from cptsapp.care_plans.identity import title
from cptsapp.care_plans.models import (
    CarePlan,
    CircleMember,
    FeePayee,
    FeeStep,
    FlatFee,
    MeetingKind,
    PlanFee,
    PlanMeeting,
    PlanState,
)
from cptsapp.care_plans.rules.fees import STEP_OF_MEETING, STEP_WORDS, fee_of
from cptsapp.care_plans.rules.states import AHEAD
from cptsapp.core.db import session
from cptsapp.core.french import money
from cptsapp.core.prepared import Prepared
from cptsapp.directory.merged import merged_persons, same_person
from cptsapp.directory.models import Person, Profession
from cptsapp.ledger.models import LedgerLine
from cptsapp.ledger.naming import Naming
from cptsapp.ledger.queries import lines_from

SOURCE = PlanFee.__tablename__
LINE_KIND = "plan.fee"


@dataclass(frozen=True, slots=True)
class OwedFee:
    """A step that a person did on a plan, and its line of the ledger: its amount in cents and its state."""

    fee: PlanFee
    line: LedgerLine

    @property
    def words(self) -> str:
        """« visioconférence », « validation »…"""
        return STEP_WORDS[self.fee.step]


def amounts() -> Sequence[FlatFee]:
    """Every amount of the settings, of past, present and days to come."""
    return session.scalars(select(FlatFee).order_by(FlatFee.step, FlatFee.payee, FlatFee.starts_on)).all()


@dataclass(frozen=True, slots=True)
class Priced:
    """An amount of the settings: whether it is in force today, to come or over, and whether someone is owed it."""

    fee: FlatFee
    standing: str  # « en vigueur », « à venir », « remplacé »
    is_used: bool


def priced(today: date) -> Sequence[Priced]:
    """Every amount by step and payee, the latest first of each."""
    found = amounts()
    used = set(session.scalars(select(PlanFee.flat_fee_id).distinct()))
    present = {}
    for fee in found:  # in the order of their first day: the last that began stands
        if fee.starts_on <= today:
            present[fee.step, fee.payee] = fee.id
    order = [*FeeStep], [*FeePayee]
    lines = [Priced(fee, _standing(fee, present, today), fee.id in used) for fee in found]
    return sorted(
        lines,
        key=lambda one: (
            order[0].index(one.fee.step),
            order[1].index(one.fee.payee),
            -one.fee.starts_on.toordinal(),
        ),
    )


def _standing(fee: FlatFee, present: Mapping[tuple[FeeStep, FeePayee], int], today: date) -> str:
    if fee.starts_on > today:
        return "à venir"
    return "en vigueur" if present[fee.step, fee.payee] == fee.id else "remplacé"


def has_amounts() -> bool:
    """Whether the CPTS wrote any amount: without one, nobody is owed anything."""
    return session.scalar(select(FlatFee.id).where(FlatFee.cents > 0).limit(1)) is not None


def professions(members: Iterable[CircleMember]) -> Mapping[int, Profession]:
    """Person id → profession, of those of a circle who are persons of the directory."""
    numbers = {member.person_id for member in members if member.person_id is not None}
    found = session.execute(select(Person.id, Person.profession).where(Person.id.in_(numbers)))
    return {person_id: profession for person_id, profession in found if profession is not None}


def fees_of_step(plan_id: int, step: FeeStep) -> Sequence[PlanFee]:
    """Who did a step of a plan, one row a person; taken back, a row stays without a live line."""
    return session.scalars(select(PlanFee).where(PlanFee.plan_id == plan_id, PlanFee.step == step)).all()


def of_plan(plan_id: int) -> Mapping[int, Sequence[OwedFee]]:
    """What stands for each person of a plan, under every number they have had, in the order of the steps.

    Two persons merged share what either is owed. Who has no entry is « sans forfait ».
    """
    fees = {fee.id: fee for fee in session.scalars(select(PlanFee).where(PlanFee.plan_id == plan_id))}
    merged = merged_persons() if fees else {}
    found: dict[int, list[OwedFee]] = {}
    for line in lines_from(SOURCE, fees):
        for number in same_person({line.person_id}, merged):
            found.setdefault(number, []).append(OwedFee(fees[line.source_id], line))
    order = list(FeeStep)
    return {number: sorted(owed, key=lambda one: order.index(one.fee.step)) for number, owed in found.items()}


def _reviews_ahead() -> Select[Any]:
    """The reviews that wait in the plans of someone, with their place in the circle."""
    columns: tuple[Any, ...] = (
        PlanMeeting.kind,
        PlanMeeting.due_on,
        CircleMember.role,
        CircleMember.is_lead,
        CircleMember.person_id,
        Person.profession,
    )
    there = CircleMember.left_at.is_(None), CircleMember.declined_at.is_(None)
    return (
        select(*columns)
        .join(CarePlan, CarePlan.id == CircleMember.plan_id)
        .join(PlanMeeting, PlanMeeting.plan_id == CarePlan.id)
        .join(Person, Person.id == CircleMember.person_id)
        .where(CircleMember.person_id == bindparam("person_id", type_=Integer), *there)
        .where(CarePlan.state == PlanState.ACTIVE, PlanMeeting.kind != MeetingKind.EXTRA)
        .where(or_(*(PlanMeeting.state == state for state in AHEAD)))
        .order_by(PlanMeeting.due_on, PlanMeeting.id)
    )


_REVIEWS_AHEAD = Prepared(_reviews_ahead)


def to_come(person_ids: Iterable[int], today: date) -> str:
    """What the next review will give right to, for someone under all their numbers; empty when nothing will.

    « Le bilan des 6 mois ouvrira droit à 40 €. »
    """
    waiting = [row for number in person_ids for row in _REVIEWS_AHEAD.all(person_id=number)]
    known = amounts() if waiting else ()
    for row in sorted(waiting, key=lambda row: row.due_on):
        step = STEP_OF_MEETING[row.kind]
        fee = fee_of(row, row.profession, known, step, max(row.due_on, today))
        if fee is not None:
            return f"Le {STEP_WORDS[step]} ouvrira droit à {money(fee.cents)}."
    return ""


def named(lines: Collection[LedgerLine]) -> Mapping[int, str]:
    """Line id → « Forfait PPCS 2026-021, visioconférence », of the lines that come from plans; no name, no initials."""
    sources = {line.source_id for line in lines if line.source_type == SOURCE}
    if not sources:
        return {}
    rows = session.execute(
        select(PlanFee.id, PlanFee.step, CarePlan)
        .join(CarePlan, CarePlan.id == PlanFee.plan_id)
        .where(PlanFee.id.in_(sources))
    )
    words = {fee_id: f"Forfait {title(plan)}, {STEP_WORDS[step]}" for fee_id, step, plan in rows}
    return {line.id: words[line.source_id] for line in lines if line.source_type == SOURCE}


def account_of(year: int) -> str:
    """The ledger's account of the plans' fees of a year."""
    return f"ppcs/{year}"


def account_names(accounts: Collection[str]) -> Mapping[str, str]:
    """Account → « Forfaits PPCS 2026 »."""
    return {account: f"Forfaits PPCS {account.partition('/')[2]}" for account in accounts}


NAMING = Naming(LINE_KIND, "forfaits-ppcs", "Forfaits PPCS", account_names, named)
