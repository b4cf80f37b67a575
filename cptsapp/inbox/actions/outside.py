"""People from outside the territory: a number by commune and month, and nothing about anyone (A59)."""

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from cptsapp.accounts.actions import throttle
from cptsapp.accounts.actions.throttle import HOUR, Limit
from cptsapp.core.db import session
from cptsapp.inbox.models import OutsideCount
from cptsapp.territory import queries as territory

ONCE = Limit("inbox.outside", 1, HOUR)  # pressing the button twice is one person


def count(commune_code: str, address: str) -> None:
    """One more person of this commune this month; the same connection counts once an hour for a commune."""
    sender = f"{address}/{commune_code}"
    if throttle.is_over(ONCE, sender):
        return
    throttle.count(ONCE, sender)
    month = territory.today().replace(day=1)
    if _add_one(commune_code, month):
        return
    try:
        with session.begin_nested():
            session.add(OutsideCount(commune_code=commune_code, month_on=month, count=1))
    except IntegrityError:  # another request began the month in between
        _add_one(commune_code, month)


def _add_one(commune_code: str, month: object) -> bool:
    same = update(OutsideCount).where(OutsideCount.commune_code == commune_code, OutsideCount.month_on == month)
    return session.connection().execute(same.values(count=OutsideCount.count + 1)).rowcount == 1
