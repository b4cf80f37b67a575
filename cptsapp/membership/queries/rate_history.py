"""The rules of the rate that held one after the other, and what other rules would do to the numbers of a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from cptsapp.accounts.models import User
from cptsapp.core.db import session
from cptsapp.membership.models import RateRules
from cptsapp.membership.queries.rate import counting_rules, facts, is_known
from cptsapp.membership.rules import rate
from cptsapp.membership.rules.rate import Count, CountingRules


@dataclass(frozen=True, slots=True)
class PastRules:
    """Rules, since when they hold and who set them; the first are those of the start."""

    rules: CountingRules
    set_at: datetime | None
    author: str


@dataclass(frozen=True, slots=True)
class Effect:
    """The numbers of a day by the rules in force and by others; none for a day that is not known."""

    before: Count | None
    after: Count | None
    is_same: bool


def history() -> Sequence[PastRules]:
    """The latest first. One statement."""
    wanted = select(RateRules, User.display_name).outerjoin(User, User.id == RateRules.set_by_id)
    rows = session.execute(wanted.order_by(RateRules.id.desc()))
    return [
        *(PastRules(counting_rules(saved), saved.set_at, name or "") for saved, name in rows),
        PastRules(CountingRules(), None, ""),
    ]


def effect(held: CountingRules, wanted: CountingRules, day: date) -> Effect:
    """What other rules would change on a day."""
    if not is_known(day):
        return Effect(None, None, held == wanted)
    people = facts().people
    before, after = (rate.count(rate.counted_on(people, rules, day)) for rules in (held, wanted))
    return Effect(before, after, held == wanted)
