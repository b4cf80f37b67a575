"""Counting what the demonstration wrote."""

from sqlalchemy import func, select

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.demo import story
from cptsapp.snp.models import Slot, SlotState
from cptsapp.territory import queries as territory

MONDAY = "2026-07-20T14:32:00+02:00"


def free_ahead() -> int:
    """Free places in the three days of the list."""
    last = territory.today() + 3 * story.DAY
    free = select(func.sum(Slot.free_count)).where(
        Slot.state == SlotState.OPEN, Slot.starts_at > clock.now(), Slot.day_on < last
    )
    return session.scalar(free) or 0


def count(what, *where) -> int:
    """Rows of a table."""
    return session.scalar(select(func.count()).select_from(what).where(*where))
