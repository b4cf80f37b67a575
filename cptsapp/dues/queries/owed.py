"""What someone is owed today: the sums of the ledger that are not paid, called as those who wrote them do."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Date, Select, bindparam, func, or_, select

from cptsapp.accounts.identity import CurrentUser
from cptsapp.care_plans.queries.fees import to_come
from cptsapp.checklists.permissions import numbers_of
from cptsapp.checklists.rules import day_word
from cptsapp.core.db import session
from cptsapp.core.french import NBSP, count, money
from cptsapp.core.local import local
from cptsapp.core.prepared import Prepared
from cptsapp.ledger.models import LedgerLine, LineState
from cptsapp.ledger.naming import naming_of
from cptsapp.territory import queries as territory

UNPAID = (LineState.OWED, LineState.APPROVED)
AGREED = "accordé le"


@dataclass(frozen=True, slots=True)
class Sum:
    """An amount in cents that is owed, what for, and what it counts."""

    label: str
    under: str
    cents: int


@dataclass(frozen=True, slots=True)
class Owed:
    """What someone is owed, what they were paid in the year, in cents, and what is to come, in words."""

    sums: tuple[Sum, ...]
    cents: int
    paid_cents: int
    year: int
    to_come: str


def _sums() -> Select[Any]:
    """Someone's lines by account: the unpaid ones whatever their year, those paid from a day to another."""
    amount, is_paid = LedgerLine.amount_cents, LedgerLine.state == LineState.PAID
    days = bindparam("first", type_=Date()), bindparam("last", type_=Date())
    columns: tuple[Any, ...] = (
        LedgerLine.kind,
        LedgerLine.account,
        is_paid.label("is_paid"),
        func.count().label("lines"),
        func.sum(amount).label("cents"),
        func.min(amount).label("least"),
        func.max(amount).label("most"),
        func.max(LedgerLine.done_on).label("until"),
    )
    unpaid = or_(*(LedgerLine.state == state for state in UNPAID))
    counts = unpaid | (is_paid & LedgerLine.done_on.between(*days))
    owed = select(*columns).where(LedgerLine.person_id == bindparam("person_id"), counts)
    return owed.group_by(LedgerLine.kind, LedgerLine.account, is_paid)


_SUMS = Prepared(_sums)


def owed_to(user: CurrentUser) -> Owed:
    """The sums owed to the user under all their numbers, and those paid this year."""
    today, numbers = territory.today(), numbers_of(user)
    year = {"first": date(today.year, 1, 1), "last": date(today.year, 12, 31)}
    found = [one for number in numbers for one in _SUMS.all(person_id=number, **year)]
    sums = _unpaid([one for one in found if not one.is_paid], numbers, today)
    paid = sum(int(one.cents) for one in found if one.is_paid)
    return Owed(tuple(sums), sum(one.cents for one in sums), paid, today.year, to_come(numbers, today))


def _unpaid(accounts: Sequence[Any], numbers: Collection[int], today: date) -> list[Sum]:
    """Kinds counted by account, then those whose every line has a name of its own."""
    by_kind: defaultdict[str, list[Any]] = defaultdict(list)
    for one in sorted(accounts, key=lambda one: (one.kind, one.account)):
        by_kind[one.kind].append(one)
    counted: list[Sum] = []
    named: list[Sum] = []
    for kind, own in by_kind.items():
        naming = naming_of(kind)
        if naming is not None and naming.lines is not None:
            named += _one_by_one(numbers, kind, naming.lines, today)
            continue
        words = naming.accounts({one.account for one in own}) if naming is not None else {}
        counted += [_of_account(one, words.get(one.account, one.account), today) for one in own]
    return [*counted, *named]


def _of_account(one: Any, words: str, today: date) -> Sum:
    """« Créneaux honorés, été 2026 », « 12 actes à 15 €, au 20 juil. »."""
    naming = naming_of(one.kind)
    each = f" à {money(one.least)}" if one.least == one.most else ""
    told = count(one.lines, naming.unit if naming else "ligne")
    return Sum(words, f"{told}{each}, au{NBSP}{day_word(one.until, today)}", int(one.cents))


def _one_by_one(numbers: Collection[int], kind: str, names: Any, today: date) -> list[Sum]:
    wanted = LedgerLine.person_id.in_(numbers), LedgerLine.state.in_(UNPAID), LedgerLine.kind == kind
    lines = session.scalars(select(LedgerLine).where(*wanted).order_by(LedgerLine.done_on, LedgerLine.id)).all()
    words: Mapping[int, str] = names(lines)
    return [Sum(words.get(line.id, line.account), _under(line, today), line.amount_cents) for line in lines]


def _under(line: LedgerLine, today: date) -> str:
    if line.state is LineState.APPROVED:
        return f"{AGREED} {day_word(local(line.changed_at).date(), today)}"
    return f"à approuver, fait le {day_word(line.done_on, today)}"
