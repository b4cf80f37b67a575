"""Who opened which plan: one line in the trail, after the page, for a GET writes nothing itself."""

from dataclasses import dataclass

from cptsapp.accounts.identity import CurrentUser
from cptsapp.audit.actions import record, record_reading
from cptsapp.audit.models import Category


@dataclass(frozen=True, slots=True)
class _Opened:
    """The row read, by its number: nothing is asked of the database again to say so."""

    id: int
    __tablename__ = "care_plan"


def note_reading(plan_id: int, *, by: CurrentUser) -> None:
    """Record that the user read the initials of a plan. Call it through `http.app.after_commit`."""
    record_reading("plan.read", _Opened(plan_id), by=by)


def note_identity(plan_id: int, *, by: CurrentUser) -> None:
    """Record that the user read whom a plan is about; called by the POST that asks for it."""
    record_reading("plan.identity_read", _Opened(plan_id), by=by)


def note_listed(count: int, *, by: CurrentUser) -> None:
    """Record that the user read the initials of a list: how many. Call it through `http.app.after_commit`."""
    record("plans.listed", None, by=by, category=Category.READING, count=count)


def note_copied(plan_id: int, *, by: CurrentUser) -> None:
    """Record that the user made the copy of all that a plan holds. Call it through `http.app.after_commit`."""
    record_reading("plan.copied", _Opened(plan_id), by=by)
