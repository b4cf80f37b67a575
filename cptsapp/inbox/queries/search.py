"""The searches that match a name and a birth date, by blind indexes alone: nothing is opened, nothing is told apart.

Whatever the answer the same statements run, on indexed columns; the page is as long (`views.search`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased

from cptsapp.accounts.identity import CurrentUser
from cptsapp.accounts.models import User
from cptsapp.core import clock
from cptsapp.core.db import is_sqlite, session
from cptsapp.core.local import day_bounds
from cptsapp.core.refusals import Invisible
from cptsapp.directory.models import Organisation
from cptsapp.inbox.models import Referral, Request, SearchAnswer, SearchQuestion, Seeker, State
from cptsapp.inbox.patients import Identity, Indexes, names_of, read_seeker, read_text
from cptsapp.inbox.permissions import organisations_of
from cptsapp.inbox.rules.search import IN_A_ROW, NEAR_WORDS, Found, Near, is_alarming
from cptsapp.territory import queries as territory

CHECKED_SHOWN = timedelta(days=7)  # a question the CPTS had to check stays in the asker's list that long


def searches(who: Indexes) -> list[Found]:
    """Every search that matches, wholly or nearly: open requests, and partners' words that they begin."""
    live = aliased(Referral)
    rows = session.execute(
        select(
            Seeker.whole_index,
            Seeker.last_index,
            Seeker.first_index,
            Request.id,
            Request.received_on,
            live.sent_at,
            Organisation.name,
        )
        .join(Request, Request.id == Seeker.request_id)
        .outerjoin(live, (live.request_id == Request.id) & live.answered_at.is_(None) & live.stopped_at.is_(None))
        .outerjoin(Organisation, Organisation.id == live.organisation_id)
        .where(
            Request.state != State.CLOSED,
            Request.suspected_at.is_(None),
            Seeker.outcome.is_(None),
            or_(
                Seeker.whole_index == who.whole,
                Seeker.last_index == who.last,
                Seeker.first_index == who.first,
                Seeker.year_index == who.year,
            ),
        )
    ).all()
    cpts = territory.settings().name
    own = [
        Found(
            row.id,
            row.name or cpts,
            territory.local(row.sent_at).date() if row.sent_at else row.received_on,
            _near(row.whole_index, row.last_index, row.first_index, who),
        )
        for row in rows
    ]
    return own + _begun(who)


def _near(whole: bytes, last: bytes, first: bytes, who: Indexes) -> Near | None:
    if whole == who.whole:
        return None
    if last == who.last:
        return Near.LAST
    return Near.FIRST if first == who.first else Near.YEAR


def _begun(who: Indexes) -> list[Found]:
    """What partners said they begin, while it holds."""
    rows = session.execute(
        select(SearchQuestion.asked_at, Organisation.name)
        .join(Organisation, Organisation.id == SearchQuestion.organisation_id)
        .where(SearchQuestion.whole_index == who.whole, SearchQuestion.begins_until >= territory.today())
    )
    return [Found(None, row.name, territory.local(row.asked_at).date()) for row in rows]


def searched_by(request: Request) -> tuple[str, date]:
    """Who searches for a request now, and since when."""
    live = session.execute(
        select(Referral.sent_at, Organisation.name)
        .join(Organisation, Organisation.id == Referral.organisation_id)
        .where(Referral.request_id == request.id, Referral.answered_at.is_(None), Referral.stopped_at.is_(None))
    ).first()
    if live is None:
        return territory.settings().name, request.received_on
    return live.name, territory.local(live.sent_at).date()


# -- limits -----------------------------------------------------------------------------------------------------------


def counts_today(user_id: int, organisation_ids: Sequence[int]) -> tuple[int, int]:
    """How many questions the user, and their organisation, asked today. Those of one organisation wait for each other.

    SQLite has one writer; PostgreSQL is told to wait.
    """
    if not is_sqlite():
        session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"search {min(organisation_ids)}"))))
    first, last = day_bounds(territory.today())
    day = SearchQuestion.asked_at >= first, SearchQuestion.asked_at < last
    counted = select(func.count()).select_from(SearchQuestion)
    own = session.scalar(counted.where(*day, SearchQuestion.user_id == user_id)) or 0
    together = session.scalar(counted.where(*day, SearchQuestion.organisation_id.in_(organisation_ids))) or 0
    return own, together


def last_answers(user_id: int, how_many: int) -> list[SearchAnswer]:
    """The last answers given to someone, the latest first."""
    asked = select(SearchQuestion.answer).where(SearchQuestion.user_id == user_id)
    return list(session.scalars(asked.order_by(SearchQuestion.id.desc()).limit(how_many)))


def askers_since(instant: datetime) -> list[tuple[int, int]]:
    """Who asked since then: their number and that of their last question."""
    asked = select(SearchQuestion.user_id, func.max(SearchQuestion.id)).where(SearchQuestion.asked_at >= instant)
    return [(row[0], row[1]) for row in session.execute(asked.group_by(SearchQuestion.user_id))]


# -- what was asked ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class QuestionLine:
    """A question as its organisation, the coordination and the person concerned read it: never a name."""

    id: int
    asked_at: datetime
    who: str
    answer: SearchAnswer
    searched_by: str
    since_on: date | None
    begins_until: date | None
    asked_by: str
    organisation: str
    checked_at: datetime | None


def _lines(*where: object, limit: int = 200, first_first: bool = False) -> list[QuestionLine]:
    order = SearchQuestion.id if first_first else SearchQuestion.id.desc()
    rows = session.execute(
        select(SearchQuestion, User.display_name, Organisation.name)
        .join(User, User.id == SearchQuestion.user_id)
        .join(Organisation, Organisation.id == SearchQuestion.organisation_id)
        .where(*where)  # type: ignore[arg-type]
        .order_by(order)
        .limit(limit)
    )
    return [_line(row[0], row[1], row[2]) for row in rows]


def _line(asked: SearchQuestion, asked_by: str, organisation: str) -> QuestionLine:
    return QuestionLine(
        id=asked.id,
        asked_at=asked.asked_at,
        who=read_text(asked.who, asked.seal_id, "who").partition("|")[0] or "—",
        answer=asked.answer,
        searched_by=asked.searched_by or "",
        since_on=asked.since_on,
        begins_until=asked.begins_until,
        asked_by=asked_by,
        organisation=organisation,
        checked_at=asked.checked_at,
    )


def history(user: CurrentUser) -> list[QuestionLine]:
    """The questions of the user's service today, and those that the CPTS checks or has checked this week."""
    first, _ = day_bounds(territory.today())
    week = clock.now() - CHECKED_SHOWN
    return _lines(
        SearchQuestion.organisation_id.in_(organisations_of(user)),
        or_(
            SearchQuestion.asked_at >= first,
            SearchQuestion.checked_at >= week,
            (SearchQuestion.answer == SearchAnswer.CHECKING) & (SearchQuestion.asked_at >= week),
        ),
    )


def question_of(user: CurrentUser, question_id: int) -> SearchQuestion:
    """A question the user asked; raises Invisible for another's."""
    wanted = SearchQuestion.id == question_id, SearchQuestion.user_id == user.id
    found = session.scalar(select(SearchQuestion).where(*wanted))
    if found is None:
        raise Invisible
    return found


# -- the coordination's queue -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ToCheck:
    """A near match to decide: what was asked, what is the same, the file it may be."""

    line: QuestionLine
    why: str
    reference: str
    names: str
    birth_dates: list[date]
    request_id: int


def to_check() -> list[ToCheck]:
    """The near matches that wait, the oldest first, each with the file it may be about."""
    waiting = SearchQuestion.answer == SearchAnswer.CHECKING
    lines = {line.id: line for line in _lines(waiting, first_first=True)}
    rows = session.execute(
        select(SearchQuestion, Request)
        .join(Request, Request.id == SearchQuestion.request_id)
        .where(waiting)
        .order_by(SearchQuestion.id)
    ).all()
    return [_to_check(lines[row[0].id], row[0], row[1]) for row in rows if row[0].id in lines]


def _to_check(line: QuestionLine, asked: SearchQuestion, request: Request) -> ToCheck:
    code = read_text(asked.who, asked.seal_id, "who").partition("|")[2]
    known = _identities(request)
    why = NEAR_WORDS[Near(code)] if code in set(Near) else ""
    return ToCheck(line, why, request.reference, names_of(request), [who.birth_date for who in known], request.id)


def _identities(request: Request) -> list[Identity]:
    return [who for who in map(read_seeker, request.seekers) if who is not None]


def checked(limit: int = 50) -> list[QuestionLine]:
    """What the coordination decided last."""
    return _lines(SearchQuestion.checked_at.is_not(None), limit=limit)


def alarms() -> list[tuple[str, str]]:
    """Who has had ten « non » in a row at their last questions this week: their name and organisation."""
    found = []
    for user_id, question_id in askers_since(clock.now() - CHECKED_SHOWN):
        if is_alarming(last_answers(user_id, IN_A_ROW)):
            found += [(line.asked_by, line.organisation) for line in _lines(SearchQuestion.id == question_id)]
    return found
