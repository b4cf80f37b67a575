"""A file among the others: before and after it in the list it was opened from, who follows it, what is stuck on it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import bindparam, select

from cptsapp.accounts.identity import CurrentUser
from cptsapp.accounts.models import User
from cptsapp.core import clock
from cptsapp.core.prepared import Prepared
from cptsapp.inbox.models import Label, Request, RequestLabel, State
from cptsapp.inbox.queries.list import asked, neighbours_of
from cptsapp.inbox.queries.sorters import sorters
from cptsapp.inbox.rules.queues import BY_CODE, BY_STATE, SEARCH, Filters
from cptsapp.territory import queries as territory

_Follower, _Claimer = User.__table__.alias(), User.__table__.alias()

_THIS = bindparam("request_id", type_=Request.id.type)
_WHO = Prepared(
    lambda: (
        select(
            _Follower.c.display_name.label("follower"), _Claimer.c.display_name.label("claimer"), Request.claimed_until
        )
        .select_from(Request)
        .outerjoin(_Follower, _Follower.c.id == Request.assigned_to_id)
        .outerjoin(
            _Claimer,
            (_Claimer.c.id == Request.claimed_by_id) & (_Claimer.c.id != bindparam("user_id", type_=User.id.type)),
        )
        .where(Request.id == _THIS)
    )
)
_LABELS = Prepared(
    lambda: (
        select(Label.id, Label.name, RequestLabel.id.is_not(None).label("is_stuck"))
        .outerjoin(RequestLabel, (RequestLabel.label_id == Label.id) & (RequestLabel.request_id == _THIS))
        .order_by(Label.name)
    )
)


@dataclass(frozen=True, slots=True)
class Place:
    """What the page of a file shows of the list. `filters` are those of that list, `label` its name.

    `before` and `after` are references, empty for none; `claimed_by` is someone else who has the file open now.
    """

    filters: Filters
    label: str
    before: str
    after: str
    follower: str
    follower_id: int | None
    claimed_by: str
    snoozed_until: date | None
    is_open: bool
    labels: Sequence[Any]
    sorters: Sequence[Any]

    @property
    def asked(self) -> str:
        """The filters as addresses carry them."""
        return urlencode(self.filters.pairs())


def place_of(user: CurrentUser, request: Request, filters: Filters) -> Place:
    """The place of a file in the list of these filters; without any, in the queue of its own state."""
    if not (filters.queue or filters.cherche):
        filters = replace(filters, queue=_own_queue(request))
    wanted = asked(user, filters)
    around = neighbours_of(wanted, request)
    follower, claimer, until = _WHO.all(request_id=request.id, user_id=user.id)[0]
    snoozed, is_open = request.snoozed_until, request.state is not State.CLOSED
    return Place(
        filters=wanted.filters,
        label=SEARCH.label if wanted.search else BY_CODE[wanted.code].label,
        before=around.before,
        after=around.after,
        follower=follower or "",
        follower_id=request.assigned_to_id,
        claimed_by=claimer if claimer and until and until > clock.now() else "",
        snoozed_until=snoozed if snoozed and snoozed > territory.today() else None,
        is_open=is_open,
        labels=_labels(request.id),
        sorters=sorters() if is_open else (),
    )


def _own_queue(request: Request) -> str:
    if request.suspected_at is not None:
        return "douteuses"
    return BY_STATE[request.state].code if request.state is not State.CLOSED else "closes"


def _labels(request_id: int) -> Sequence[Any]:
    """(id, name, is_stuck) of every label, by name: those on the file, and those that may be."""
    return _LABELS.all(request_id=request_id)
