"""The inbox: how many in each queue, a page of one, what would narrow it, the files before and after one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import select
from sqlalchemy.engine import Engine

from cptsapp.accounts.identity import CurrentUser
from cptsapp.accounts.models import User
from cptsapp.core import stamps
from cptsapp.core.db import db, session
from cptsapp.core.prepared import Prepared
from cptsapp.core.refusals import Forbidden
from cptsapp.directory.models import Organisation, Person
from cptsapp.inbox.models import InboxSettings, Label, Request, RequestLabel
from cptsapp.inbox.permissions import reads_all
from cptsapp.inbox.queries import searching
from cptsapp.inbox.queries.list_sql import COUNTS, order_of, prepared, shape_of, statement
from cptsapp.inbox.queries.settings import SETTINGS_ID, defaults
from cptsapp.inbox.rules.priority import CRITERIA
from cptsapp.inbox.rules.queues import MINE, NO_CRITERION, NOBODYS, NUMBERED, QUEUES, SEARCH, Filters
from cptsapp.territory import queries as territory
from cptsapp.territory.models import Commune

PAGE = 50
MONTH_DAYS = 30


@dataclass(frozen=True, slots=True)
class QueueCount:
    """How many files a queue holds, and how many of them are past their deadline."""

    count: int = 0
    late_count: int = 0


@dataclass(frozen=True, slots=True)
class Narrowing:
    """How many files answer, and how many would with one more filter: by name and value, as in addresses.

    `labels` are (id, name, count), by name, whatever label is asked.
    """

    count: int
    counts: Mapping[tuple[str, str], int]
    labels: Sequence[tuple[int, str, int]]


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of one page; the references after which the next begins, and before which the previous ends."""

    rows: Sequence[Any]
    after: str = ""
    before: str = ""


# -- what is counted, kept in memory until a commit changes it -------------------------------------------------------

# All that the rows of a page are made of; a step is never added without its request being changed.
_STAMP = stamps.watch("requests", Request, RequestLabel, Label, InboxSettings, User, Organisation, Person, Commune)
KEPT_MAX = 200
_kept: WeakKeyDictionary[Engine, tuple[tuple[int | None, date], dict[Any, Any]]] = WeakKeyDictionary()
T = TypeVar("T")


def _remembered(key: Any, make: Callable[[], T]) -> T:
    """What was made under the same stamp and on the same day: numbers, never a name."""
    if stamps.is_written(_STAMP):
        return make()
    under, engine = (stamps.value(_STAMP), territory.today()), db.engine
    kept = _kept.get(engine)
    if kept is None or kept[0] != under or len(kept[1]) > KEPT_MAX:
        kept = _kept[engine] = (under, {})
    if key not in kept[1]:
        kept[1][key] = make()
    found: T = kept[1][key]
    return found


def forget() -> None:
    """Ask again: what a change costs is measured so."""
    _kept.pop(db.engine, None)


# -- the queues -------------------------------------------------------------------------------------------------------


def queue_counts() -> dict[str, QueueCount]:
    """By code; « Closes » is not counted."""
    return _remembered("queues", _queue_counts)


def _queue_counts() -> dict[str, QueueCount]:
    rows = COUNTS.all(today=territory.today(), still_since=_still_since())
    found = {queue.code: QueueCount() for queue in QUEUES if queue.code != "closes"}
    by_state = {row.state: QueueCount(row.here, row.late) for row in rows}
    found.update({queue.code: by_state[queue.state] for queue in NUMBERED if queue.state in by_state})
    for code, column in (("sans-activite", "still"), ("reportees", "snoozed"), ("douteuses", "suspect")):
        found[code] = QueueCount(sum(getattr(row, column) for row in rows))
    found["ouvertes"] = QueueCount(sum(row.here for row in rows), sum(row.late for row in rows))
    return found


_MONTHS = Prepared(lambda: select(InboxSettings.inactive_months).where(InboxSettings.id == SETTINGS_ID))


def _still_since() -> datetime:
    """Files that nothing has happened to since then are « sans activité »: a number of months before this day."""
    months = _remembered("months", lambda: _MONTHS.scalar() or defaults().inactive_months)
    day = territory.today() - timedelta(days=MONTH_DAYS * months)
    return datetime.combine(day, time(), UTC)


# -- what is asked ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """One reader's question: the filters, the queue's code, and what a search has found when there is one."""

    user: CurrentUser
    filters: Filters
    code: str
    still_since: datetime
    search: searching.Search | None = None

    def rows(self, kind: str, **more: Any) -> Sequence[Any]:
        """Of a statement below. A queue's are compiled once; a search's list of numbers has any length."""
        shape = shape_of(self.filters)
        values = {**self._values(), **more}
        if self.search is None:
            found: Sequence[Any] = prepared(kind, self.code, shape).all(**values)
            return found
        return session.execute(statement(kind, self.code, shape), {**values, "ids": self.search.ids}).all()

    def _values(self) -> dict[str, Any]:
        filters = self.filters
        return {
            "today": territory.today(),
            "still_since": self.still_since,
            "me": self.user.id,
            "assigned": int(filters.assigned) if filters.assigned.isdigit() else 0,
            "commune": filters.commune,
            "label": int(filters.label or 0),
            "door": filters.door,
            "reason": filters.reason,
        }


def asked(user: CurrentUser, filters: Filters, counts: Mapping[str, QueueCount] | None = None) -> Asked:
    """What an address asks; without a queue nor a search it is the first queue that holds something.

    Raises Forbidden for whoever does not read every request.
    """
    if not reads_all(user):
        raise Forbidden
    typed = searching.opened(filters.cherche, user.id) if filters.cherche else ""
    if typed:
        return Asked(user, filters, SEARCH.code, _still_since(), searching.search(typed))
    if not filters.queue:
        counts = counts or queue_counts()
        first = next((queue.code for queue in NUMBERED if counts[queue.code].count), NUMBERED[0].code)
        filters = replace(filters, queue=first)
    return Asked(user, replace(filters, cherche=""), filters.queue, _still_since())


# -- the list ---------------------------------------------------------------------------------------------------------


def page(wanted: Asked, after: str = "", before: str = "") -> Page:
    """A page: the first, or the one after or before a file of this reference; the first when there is no such file."""
    if wanted.search is not None:
        return _page(wanted, after, before)
    key = ("page", wanted.user.id, wanted.filters, after, before)
    return _remembered(key, lambda: _page(wanted, after, before))


def _page(wanted: Asked, after: str, before: str) -> Page:
    key = _key(wanted.code, after or before)
    is_back = bool(before and key)
    kind = "before" if is_back else "after" if key else "first"
    rows = list(wanted.rows(kind, size=PAGE + 1, **key))
    has_more, rows = len(rows) > PAGE, rows[:PAGE]
    if is_back:
        rows.reverse()
    if not rows:
        return Page(())
    comes_after, comes_before = is_back or has_more, has_more if is_back else bool(key)
    return Page(rows, rows[-1].reference if comes_after else "", rows[0].reference if comes_before else "")


def _key(code: str, reference: str) -> dict[str, Any]:
    """The values of the order for a file, None when an address names one that does not exist or has left the order."""
    if not reference:
        return {}
    columns = [column for column, _goes_down in order_of(code)]
    found = session.execute(select(*columns).where(Request.reference == reference[:20])).one_or_none()
    return _values_of(found or ())


def _values_of(key: Sequence[Any]) -> dict[str, Any]:
    return {} if None in key else {f"key{rank}": value for rank, value in enumerate(key)}


def narrowing(wanted: Asked) -> Narrowing:
    """How many files answer, and how many would answer to one filter more."""
    if wanted.search is not None:  # what a search found is short: its filters have their page, and no chips
        return _narrowing(wanted) if wanted.filters.narrowing else Narrowing(len(wanted.search.ids), {}, ())
    return _remembered(("narrowing", wanted.user.id, wanted.filters), lambda: _narrowing(wanted))


def _narrowing(wanted: Asked) -> Narrowing:
    counts = wanted.rows("counts")[0]
    found = {("suivi", MINE): counts.mine, ("suivi", NOBODYS): counts.nobodys, ("retard", "1"): counts.late}
    found.update({("critere", code): getattr(counts, code) for code in (*CRITERIA, NO_CRITERION)})
    freed = replace(wanted, filters=replace(wanted.filters, label=""))
    by_label = sorted(freed.rows("labels"), key=lambda row: row.name)
    return Narrowing(counts.count, found, [(row.id, row.name, row.count) for row in by_label])


def communes(wanted: Asked) -> list[Any]:
    """(code, name, count) of the communes of what answers, whatever commune is asked, by name."""
    freed = replace(wanted, filters=replace(wanted.filters, commune=""))
    return sorted(freed.rows("communes"), key=lambda row: row.name)


def references(wanted: Asked, size: int) -> list[str]:
    """The references of all that answers, in the order of the list, `size` at most."""
    return [row.reference for row in wanted.rows("references", size=size)]


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The references of the files before and after one in the list it was opened from; empty for none."""

    before: str = ""
    after: str = ""


def neighbours_of(wanted: Asked, request: Request) -> Neighbours:
    """What surrounds a file; one that has left the list keeps the place its deadline gives it."""
    key = _values_of([getattr(request, column.key) for column, _goes_down in order_of(wanted.code)])
    if not key:
        return Neighbours()
    around = [wanted.rows(kind, size=1, **key) for kind in ("previous", "next")]
    before, after = (rows[0].reference if rows else "" for rows in around)
    return Neighbours(before, after)
