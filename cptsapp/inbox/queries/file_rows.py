"""What surrounds a request, read in rows by statements compiled once: its page has forty steps to show (bench)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, select, union_all

from cptsapp.accounts.models import User
from cptsapp.core.prepared import Prepared
from cptsapp.directory.models import Organisation, Person
from cptsapp.inbox.models import Agreement, Request, RequestMerge, RightAsked, Seeker, Step
from cptsapp.outbox.models import Message, MessageState
from cptsapp.outbox.private import MARK
from cptsapp.territory.models import Commune

_Enterer, _Follower, _Canceller = (User.__table__.alias() for _ in range(3))
_THIS = bindparam("request_id", type_=Request.id.type)


class RequestRow:
    """A request as its page reads it: its columns under their names, its seekers. Nothing writes to it."""

    id: int
    seekers: list[Any]

    @classmethod
    def _make(cls, values: Iterable[Any]) -> "RequestRow":
        made = cls()
        made.__dict__.update(zip(_COLUMNS, values, strict=True))
        return made


_COLUMNS = [column.key for column in Request.__table__.columns]
REQUEST = Prepared(
    lambda: select(*Request.__table__.columns).where(
        Request.reference == bindparam("reference", type_=Request.reference.type)
    ),
    row=RequestRow,
)
SEEKERS = Prepared(lambda: select(*Seeker.__table__.columns).where(Seeker.request_id == _THIS).order_by(Seeker.id))

AROUND = Prepared(
    lambda: (
        select(
            Commune.name.label("commune"),
            Organisation.name.label("organisation"),
            _Enterer.c.display_name.label("entered_by"),
            _Follower.c.display_name.label("assigned_to"),
        )
        .select_from(Request)
        .join(Commune, Commune.code == Request.commune_code)
        .outerjoin(Organisation, Organisation.id == Request.organisation_id)
        .outerjoin(_Enterer, _Enterer.c.id == Request.entered_by_id)
        .outerjoin(_Follower, _Follower.c.id == Request.assigned_to_id)
        .where(Request.id == _THIS)
    )
)

STEPS = Prepared(
    lambda: (
        select(
            *(
                Step.id,
                Step.seal_id,
                Step.at,
                Step.kind,
                Step.actor,
                Step.user_id,
                Step.doctor_id,
                Step.data,
                Step.note,
            ),
            Step.cancelled_at,
            User.display_name.label("by"),
            _Canceller.c.display_name.label("cancelled_by"),
            Organisation.name.label("house"),
        )
        .outerjoin(User, User.id == Step.user_id)
        .outerjoin(_Canceller, _Canceller.c.id == Step.cancelled_by_id)
        .outerjoin(Organisation, Organisation.id == Step.organisation_id)
        .where(Step.request_id == _THIS)
        .order_by(Step.at, Step.id)
    )
)

AGREEMENTS = Prepared(
    lambda: (
        select(
            *(
                Agreement.id,
                Agreement.seeker_id,
                Agreement.recipient,
                Agreement.consent,
                Agreement.given_at,
                Agreement.withdrawn_at,
            ),
            User.display_name.label("collected_by"),
        )
        .join(Seeker, Seeker.id == Agreement.seeker_id)
        .outerjoin(User, User.id == Agreement.collected_by_id)
        .where(Seeker.request_id == _THIS)
    )
)


class Delivery(NamedTuple):
    """A message about the request, without its body, as `outbox/_deliveries.html` shows it."""

    id: int
    title: str
    to_address: str
    state: MessageState
    attempts: int
    last_error: str | None
    sent_at: datetime | None
    next_at: datetime

    @property
    def shown_address(self) -> str:
        """As `Message.shown_address`."""
        return "adresse privée" if self.to_address.startswith(MARK) else self.to_address


DELIVERIES = Prepared(
    lambda: (
        select(
            *(Message.id, Message.title, Message.to_address, Message.state, Message.attempts, Message.last_error),
            *(Message.sent_at, Message.next_at),
        )
        .where(Message.subject_type == Request.__tablename__, Message.subject_id == _THIS)
        .order_by(Message.id)
    ),
    row=Delivery,
)

# The doctors that a file names: of its steps, of its household, the one its people had. Few; none is merged, mostly.
DOCTORS = Prepared(
    lambda: select(
        Person.id, Person.title, Person.first_name, Person.last_name, Person.objected_on, Person.merged_into_id
    ).where(
        Person.id.in_(
            select(Step.doctor_id)
            .where(Step.request_id == _THIS, Step.doctor_id.is_not(None))
            .union(
                select(Seeker.doctor_id).where(Seeker.request_id == _THIS, Seeker.doctor_id.is_not(None)),
                select(Request.current_doctor_id).where(Request.id == _THIS, Request.current_doctor_id.is_not(None)),
            )
        )
    )
)

_Mine, _Other = Seeker.__table__.alias(), Seeker.__table__.alias()
_This, _Request = Request.__table__.alias(), Request.__table__.alias()


def _shares(column: str) -> Select[Any]:
    """Someone of another file with the same blind index."""
    mine, other = _Mine.c[column], _Other.c[column]
    found = select(_Other.c.id).select_from(_Mine).join(_Other, other == mine)
    return found.where(_Mine.c.request_id == _THIS, _Other.c.request_id != _THIS)


def _calls(mine: str, other: str) -> Select[Any]:
    """Another file with the same telephone."""
    found = select(_Request.c.id).select_from(_This).join(_Request, _Request.c[other] == _This.c[mine])
    return found.where(_This.c.id == _THIS, _Request.c.id != _THIS)


_PHONES = ("phone_index", "asker_phone_index")

# Whether there may be something to say of duplicates: most files share nothing with any other.
MAY_BE_TWICE = Prepared(
    lambda: union_all(
        *(_shares(column) for column in ("whole_index", "last_index", "first_index", "year_index")),
        *(_calls(mine, other) for mine in _PHONES for other in _PHONES),
        select(RequestMerge.id).where(RequestMerge.kept_id == _THIS),
    ).limit(1)
)
HAS_RIGHTS = Prepared(lambda: select(RightAsked.id).where(RightAsked.request_id == _THIS).limit(1))
