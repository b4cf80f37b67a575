"""Who opened which request: one line in the trail, after the page, for a GET writes nothing itself."""

from dataclasses import dataclass

from cptsapp.accounts.identity import CurrentUser
from cptsapp.audit.actions import record, record_reading
from cptsapp.audit.models import Category


@dataclass(frozen=True, slots=True)
class _Opened:
    """The row read, by its number: nothing is asked of the database again to say so."""

    id: int
    __tablename__ = "request"


def note_reading(kind: str, request_id: int, *, by: CurrentUser) -> None:
    """Record that the user read the identities of a request. Call it through `http.app.after_commit`."""
    record_reading(kind, _Opened(request_id), by=by)


def note_listed(queue: str, count: int, *, by: CurrentUser) -> None:
    """Record that the user read the names of a list: which, and how many. Call it through `http.app.after_commit`."""
    record("requests.listed", None, by=by, category=Category.READING, queue=queue, count=count)
