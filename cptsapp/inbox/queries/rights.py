"""Rights asked for: those of a file, the queue by legal deadline, one of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, func, select

from cptsapp.accounts.models import User
from cptsapp.core.addresses import row_number
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible
from cptsapp.inbox.models import Request, RightAsked
from cptsapp.inbox.patients import names_of, read_text
from cptsapp.inbox.rules import rights as rules
from cptsapp.inbox.rules.deadlines import days_late
from cptsapp.territory import queries as territory

PAGE = 50


@dataclass(frozen=True, slots=True)
class RightLine:
    """A right asked for, as pages show it. `note` is what the person wrote, opened."""

    right: RightAsked
    label: str
    short: str
    article: str
    note: str
    answer: str
    answered_by: str
    days_left: int
    days_late: int

    @property
    def is_waiting(self) -> bool:
        """Whether it still asks for an answer."""
        return self.right.done_at is None


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A right of the queue and the file it is about; `names` only for whoever reads the files."""

    line: RightLine
    request: Request
    names: str


def of_request(request: Request) -> list[RightLine]:
    """Every right asked for about a request, the newest first."""
    wanted = _with_author().where(RightAsked.request_id == request.id)
    rows = session.execute(wanted.order_by(RightAsked.asked_at.desc(), RightAsked.id.desc())).all()
    return [_line(right, by) for right, by in rows]


def waiting_count() -> int:
    """How many rights wait for an answer."""
    return session.scalar(select(func.count()).where(RightAsked.done_at.is_(None))) or 0


def waiting(*, with_names: bool) -> list[QueueRow]:
    """Those that wait, the nearest deadline first. Names are opened for whoever may read them: record the reading."""
    wanted = _with_author().where(RightAsked.done_at.is_(None)).order_by(RightAsked.due_on, RightAsked.id)
    return _rows(wanted, with_names=with_names)


def answered(before: int | None = None) -> list[QueueRow]:
    """One page and one row more of those answered, the last asked first, older than a number. No name."""
    wanted = _with_author().where(RightAsked.done_at.is_not(None)).order_by(RightAsked.id.desc()).limit(PAGE + 1)
    return _rows(wanted.where(RightAsked.id < before) if before else wanted, with_names=False)


def right(right_id: int) -> RightAsked:
    """One of them; raises Invisible."""
    found = session.get(RightAsked, right_id)
    if found is None:
        raise Invisible
    return found


def locked_right(right_id: int) -> RightAsked:
    """The same to be answered, its row held: two people do not answer it twice. Raises Invisible."""
    wanted = select(RightAsked).where(RightAsked.id == right_id).with_for_update()
    found = session.scalar(wanted.execution_options(populate_existing=True))
    if found is None:
        raise Invisible
    return found


def line_of(found: RightAsked) -> RightLine:
    """One right as pages show it."""
    by = session.scalar(select(User.display_name).where(User.id == found.done_by_id)) if found.done_by_id else None
    return _line(found, by)


def key_of(text: str | None) -> int | None:
    """The place of a page in the list of those answered."""
    return row_number(text)


def _with_author() -> Select[RightAsked, str]:
    return select(RightAsked, User.display_name).outerjoin(User, User.id == RightAsked.done_by_id)


def _rows(wanted: Select[RightAsked, str], *, with_names: bool) -> list[QueueRow]:
    found = session.execute(wanted).all()
    requests = _requests([right.request_id for right, _by in found])
    return [
        QueueRow(_line(right, by), request, names_of(request) if with_names else "")
        for right, by in found
        for request in (requests[right.request_id],)
    ]


def _requests(numbers: Sequence[int]) -> dict[int, Request]:
    found = session.scalars(select(Request).where(Request.id.in_(set(numbers))))
    return {request.id: request for request in found}


def _line(found: RightAsked, by: str | None) -> RightLine:
    today = territory.today()
    return RightLine(
        right=found,
        label=rules.KINDS[found.kind],
        short=rules.SHORT[found.kind],
        article=rules.article(found.kind),
        note=read_text(found.note, found.seal_id, "note"),
        answer=rules.answer_words(found.kind, found.answer),
        answered_by=by or "",
        days_left=_days_left(found.due_on, today),
        days_late=days_late(found.due_on, today),
    )


def _days_left(due: date, today: date) -> int:
    return max((due - today).days, 0)
