"""The statements of the inbox, one for each set of filters: columns, never objects, values by name."""

from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Date, Integer, Select, String, and_, bindparam, case, cast, func, or_, select, text
from sqlalchemy.orm import aliased

from cptsapp.accounts.models import User
from cptsapp.core.db import Instant
from cptsapp.core.prepared import Prepared
from cptsapp.directory.models import Organisation, Person
from cptsapp.inbox.models import Label, Request, RequestLabel, State, Step
from cptsapp.inbox.rules.priority import CRITERIA
from cptsapp.inbox.rules.queues import MINE, NO_CRITERION, NOBODYS, NUMBERED, SEARCH, Filters
from cptsapp.territory.models import Commune

Columns = tuple[tuple[Any, bool], ...]  # of an order, each with whether it goes down

# Partial indexes answer only to their own words.
_OPEN = text("request.state <> 'closed'")
_CLOSED = text("request.state = 'closed' AND request.anonymised_at IS NULL")
_LIVE = or_(*(Request.state == queue.state for queue in NUMBERED))  # a range of the index of queues for each
_TODAY = bindparam("today", type_=Date)
_ME = bindparam("me", type_=Integer)
_STILL_SINCE = bindparam("still_since", type_=Instant())

_IS_SNOOZED = Request.snoozed_until > _TODAY
_IS_HERE = and_(Request.suspected_at.is_(None), or_(Request.snoozed_until.is_(None), Request.snoozed_until <= _TODAY))
_IS_STILL = Request.last_activity_at < _STILL_SINCE

_BY_DEADLINE: Columns = ((Request.due_on, False), (Request.priority, True), (Request.id, False))
_ORDERS: dict[str, Columns] = {
    "sans-activite": ((Request.last_activity_at, False), (Request.id, False)),
    "reportees": ((Request.snoozed_until, False), (Request.id, False)),
    "douteuses": ((Request.suspected_at, True), (Request.id, True)),
    "closes": ((Request.closed_at, True), (Request.id, True)),
    "recherche": ((Request.id, True),),
}
_WHERE: dict[str, tuple[Any, ...]] = {
    **{queue.code: (Request.state == queue.state, _IS_HERE) for queue in NUMBERED},
    "sans-activite": (_OPEN, _IS_HERE, _IS_STILL),
    "reportees": (_OPEN, Request.suspected_at.is_(None), _IS_SNOOZED),
    "douteuses": (_OPEN, Request.suspected_at.is_not(None)),
    # A range of the index of deadlines, which is in the order of the list; every open file has one.
    "ouvertes": (Request.due_on >= date.min, Request.state != State.CLOSED, _IS_HERE),
    "closes": (_CLOSED,),
    "recherche": (),
}


def _sum(condition: Any) -> Any:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


COUNTS = Prepared(
    lambda: (
        select(
            Request.state,
            _sum(_IS_HERE).label("here"),
            _sum(and_(_IS_HERE, Request.due_on < _TODAY)).label("late"),
            _sum(and_(_IS_HERE, _IS_STILL)).label("still"),
            _sum(and_(Request.suspected_at.is_(None), _IS_SNOOZED)).label("snoozed"),
            _sum(Request.suspected_at.is_not(None)).label("suspect"),
        )
        .where(_LIVE)
        .group_by(Request.state)
    )
)


# -- the filters ------------------------------------------------------------------------------------------------------

_CRITERIA = cast(Request.criteria, String)


def _fires(code: str) -> Any:
    return _CRITERIA == "[]" if code == NO_CRITERION else _CRITERIA.contains(f'"{code}"')


def _narrowed(filters: Filters) -> list[Any]:
    """WHERE of the filters; their values go by name, so that a statement serves for all of them."""
    sticks = select(RequestLabel.id).where(
        RequestLabel.request_id == Request.id, RequestLabel.label_id == bindparam("label", type_=Integer)
    )
    assigned = {MINE: Request.assigned_to_id == _ME, NOBODYS: Request.assigned_to_id.is_(None)}
    ways = {
        "suivi": assigned.get(filters.assigned, Request.assigned_to_id == bindparam("assigned", type_=Integer)),
        "retard": Request.due_on < _TODAY,
        "critere": _fires(filters.criterion),
        "commune": Request.commune_code == bindparam("commune"),
        "etiquette": sticks.exists(),
        "porte": cast(Request.door, String) == bindparam("door"),
        "motif": cast(Request.reason, String) == bindparam("reason"),
    }
    return [ways[name] for name in filters.narrowing]


def shape_of(filters: Filters) -> Filters:
    """The same with values that do not change the statement made one: it is compiled once for all of them."""
    return replace(
        filters,
        assigned="1" if filters.assigned.isdigit() else filters.assigned,
        commune=filters.commune and "00000",
        label=filters.label and "1",
        door=filters.door and "cpts",
        reason=filters.reason and "newcomer",
        cherche="",
    )


# -- the statements ---------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _row() -> Select[Any]:
    """The columns of a line of the list, with its last step."""
    assigned, claimer = aliased(User), aliased(User)
    last_step = (
        select(Step.id)
        .where(Step.request_id == Request.id, Step.cancelled_at.is_(None))
        .order_by(Step.at.desc(), Step.id.desc())
        .limit(1)
        .correlate(Request)
        .scalar_subquery()
    )
    columns: tuple[Any, ...] = (
        *(Request.id, Request.reference, Request.state, Request.outcome, Request.channel, Request.seeker_count),
        *(Request.criteria, Request.priority, Request.priority_override, Request.deadline, Request.due_on),
        *(Request.snoozed_until, Request.suspected_at, Request.last_activity_at, Request.received_on),
        *(Request.closed_at, Request.closed_on, Request.anonymised_at, Request.claimed_by_id, Request.claimed_until),
        Commune.name.label("commune"),
        Organisation.name.label("organisation"),
        Request.assigned_to_id,
        assigned.display_name.label("assigned_to"),
        claimer.display_name.label("claimed_by"),
        *(Step.kind.label("step_kind"), Step.data.label("step_data")),
        Person.title.label("doctor_title"),
        Person.last_name.label("doctor_name"),
    )
    return (
        select(*columns)
        # Every join is an outer one: the planner then begins with the index of the queue, in the order of the list.
        .outerjoin(Commune, Commune.code == Request.commune_code)
        .outerjoin(Organisation, Organisation.id == Request.organisation_id)
        .outerjoin(assigned, assigned.id == Request.assigned_to_id)
        .outerjoin(claimer, claimer.id == Request.claimed_by_id)
        .outerjoin(Step, Step.id == last_step)
        .outerjoin(Person, Person.id == Step.doctor_id)
    )


PAGES = ("first", "after", "before")


@lru_cache(maxsize=512)
def prepared(kind: str, code: str, shape: Filters) -> Prepared:
    return Prepared(lambda: statement(kind, code, shape), remembers=kind in PAGES)


@lru_cache(maxsize=512)
def statement(kind: str, code: str, shape: Filters) -> Select[Any]:
    """The statement of a kind on a queue narrowed so; its values go by name."""
    make = {"counts": _counts, "communes": _communes, "labels": _labels, "references": _references}
    whole = _WHERE[code] if code != SEARCH.code else (Request.id.in_(bindparam("ids", expanding=True)),)
    where = [*whole, *_narrowed(shape)]
    return make[kind](where, code) if kind in make else _page(kind, where, code)


def _page(kind: str, where: list[Any], code: str) -> Select[Any]:
    """« first », « after » a key or « before » it, which is read backwards: the caller turns it round.

    « next » and « previous » are the same for a reference alone.
    """
    order = order_of(code)
    is_back = kind in ("before", "previous")
    beyond = [] if kind == "first" else [_beyond(order, is_back)]
    turned = [column.desc() if goes_down != is_back else column.asc() for column, goes_down in order]
    rows: Select[Any] = _row() if kind in PAGES else select(Request.reference)
    return rows.where(*where, *beyond).order_by(*turned).limit(bindparam("size", type_=Integer))


def order_of(code: str) -> Columns:
    return _ORDERS.get(code, _BY_DEADLINE)


def _beyond(order: Columns, is_back: bool) -> Any:
    """WHERE: further in the order than the key, whose values go as key0, key1…"""
    ways: list[Any] = []
    equal: list[Any] = []
    for rank, (column, goes_down) in enumerate(order):
        value = bindparam(f"key{rank}", type_=column.type)
        ways.append(and_(*equal, column < value if goes_down != is_back else column > value))
        equal.append(column == value)
    first, goes_down = order[0]
    edge = bindparam("key0", type_=first.type)
    # Said apart, the bound of the first column is one that an index begins at.
    return and_(first <= edge if goes_down != is_back else first >= edge, or_(*ways))


def _counts(where: list[Any], _code: str) -> Select[Any]:
    sums = [_sum(Request.assigned_to_id == _ME).label("mine"), _sum(Request.assigned_to_id.is_(None)).label("nobodys")]
    sums.append(_sum(Request.due_on < _TODAY).label("late"))
    sums += [_sum(_fires(code)).label(code) for code in (*CRITERIA, NO_CRITERION)]
    return select(func.count().label("count"), *sums).select_from(Request).where(*where)


def _communes(where: list[Any], _code: str) -> Select[Any]:
    found = select(Request.commune_code, func.count().label("count")).where(*where).group_by(Request.commune_code)
    by_code = found.subquery("by_code")
    return select(Commune.code, Commune.name, by_code.c.count).join(by_code, by_code.c.commune_code == Commune.code)


def _labels(where: list[Any], _code: str) -> Select[Any]:
    found = select(RequestLabel.label_id, func.count().label("count")).join(
        Request, Request.id == RequestLabel.request_id
    )
    by_label = found.where(*where).group_by(RequestLabel.label_id).subquery("by_label")
    return select(Label.id, Label.name, by_label.c.count).join(by_label, by_label.c.label_id == Label.id)


def _references(where: list[Any], code: str) -> Select[Any]:
    turned = [column.desc() if goes_down else column.asc() for column, goes_down in order_of(code)]
    found: Select[Any] = select(Request.reference).where(*where).order_by(*turned)
    return found.limit(bindparam("size", type_=Integer))
