"""Pure rules of « Mes engagements »: in which group a day falls, what is ticked there, who is reminded today."""

from calendar import monthrange
from collections.abc import Iterable
from datetime import date, timedelta

LATE, WEEK, AFTER = "En retard", "Cette semaine", "Ce mois-ci et après"
GROUPS = (LATE, WEEK, AFTER)

TICKED_WITHIN = timedelta(days=31)  # what is owed later is ticked on its own page, not by a slip of the thumb
AHEAD_DAYS = 7
EVERY_DAYS = 7


def group_of(due_on: date | None, today: date) -> str:
    """The group a day falls in; the week is that of seven days, today's the first. What has no day comes last."""
    if due_on is None:
        return AFTER
    if due_on < today:
        return LATE
    return WEEK if due_on < today + timedelta(days=7) else AFTER


def order_key(due_on: date | None, today: date) -> date:
    """Where a line stands among the others: by its day, what is owed all along once the month is over."""
    return due_on or date(today.year, today.month, monthrange(today.year, today.month)[1])


def is_ticked_here(due_on: date | None, today: date) -> bool:
    """Whether one tap notes it done from the list; never what is owed all along."""
    return due_on is not None and due_on <= today + TICKED_WITHIN


def is_day_to_remind(due_on: date, today: date) -> bool:
    """Whether a day owed is spoken of today: a week ahead, the day after, then once a week while it is late."""
    ahead = (due_on - today).days
    return ahead == AHEAD_DAYS or (ahead < 0 and (-ahead - 1) % EVERY_DAYS == 0)


def reminds(due: Iterable[date], today: date) -> bool:
    """Whether someone who owes on these days is written to today."""
    return any(is_day_to_remind(day, today) for day in due)
