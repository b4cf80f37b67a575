"""What someone is owed today: the sums of the ledger that are not paid, called as those who wrote them do."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select

from cptsapp.accounts.identity import CurrentUser
from cptsapp.checklists.permissions import numbers_of
from cptsapp.checklists.rules import day_word
from cptsapp.core.db import session
from cptsapp.core.french import NBSP, count, money
from cptsapp.core.local import local
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
    """What someone is owed, and what they were paid in the year, in cents."""

    sums: tuple[Sum, ...]
    cents: int
    paid_cents: int
    year: int

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell."""
        return not self.sums and not self.paid_cents


def owed_to(user: CurrentUser) -> Owed:
    """The sums owed to the user under all their numbers, and those paid this year."""
    today = territory.today()
    numbers = numbers_of(user)
    if not numbers:
        return Owed((), 0, 0, today.year)
    counted, named = _unpaid(numbers)
    sums = [*(_of_account(one, words, today) for one, words in counted), *named]
    return Owed(tuple(sums), sum(one.cents for one in sums), _paid(numbers, today.year), today.year)


def _unpaid(numbers: Collection[int]) -> tuple[list[tuple[Any, str]], list[Sum]]:
    """Kinds counted by account, with the name of each; kinds whose every line has a name of its own."""
    today = territory.today()
    by_kind: defaultdict[str, list[Any]] = defaultdict(list)
    for one in _accounts(numbers):
        by_kind[one.kind].append(one)
    counted: list[tuple[Any, str]] = []
    named: list[Sum] = []
    for kind, accounts in sorted(by_kind.items()):
        naming = naming_of(kind)
        if naming is not None and naming.lines is not None:
            named += _one_by_one(numbers, kind, naming.lines, today)
            continue
        words = naming.accounts({one.account for one in accounts}) if naming is not None else {}
        counted += [(one, words.get(one.account, one.account)) for one in accounts]
    return counted, named


def _accounts(numbers: Collection[int]) -> Sequence[Any]:
    """The unpaid lines by kind and account: how many, how much, each from so much to so much, until when."""
    amount = LedgerLine.amount_cents
    return session.execute(
        select(
            LedgerLine.kind,
            LedgerLine.account,
            func.count().label("lines"),
            func.sum(amount).label("cents"),
            func.min(amount).label("least"),
            func.max(amount).label("most"),
            func.max(LedgerLine.done_on).label("until"),
        )
        .where(LedgerLine.person_id.in_(numbers), LedgerLine.state.in_(UNPAID))
        .group_by(LedgerLine.kind, LedgerLine.account)
        .order_by(LedgerLine.kind, LedgerLine.account)
    ).all()


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


def _paid(numbers: Collection[int], year: int) -> int:
    """What was paid for the acts of a year, in cents."""
    of_year = LedgerLine.done_on.between(date(year, 1, 1), date(year, 12, 31))
    wanted = LedgerLine.person_id.in_(numbers), LedgerLine.state == LineState.PAID, of_year
    return int(session.scalar(select(func.sum(LedgerLine.amount_cents)).where(*wanted)) or 0)
