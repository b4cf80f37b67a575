"""What surrounds a request, read in rows by statements compiled once: its page has forty steps to show (bench)."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import aliased

from cptsapp.accounts.models import User
from cptsapp.core.prepared import Prepared
from cptsapp.directory.models import Organisation, Person
from cptsapp.inbox.models import Agreement, Request, Seeker, Step
from cptsapp.outbox.models import Message, MessageState
from cptsapp.outbox.private import MARK
from cptsapp.territory.models import Commune

_Enterer, _Follower, _Canceller = aliased(User), aliased(User), aliased(User)
_THIS = bindparam("request_id", type_=Request.id.type)

AROUND = Prepared(
    select(
        Commune.name.label("commune"),
        Organisation.name.label("organisation"),
        _Enterer.display_name.label("entered_by"),
        _Follower.display_name.label("assigned_to"),
    )
    .select_from(Request)
    .join(Commune, Commune.code == Request.commune_code)
    .outerjoin(Organisation, Organisation.id == Request.organisation_id)
    .outerjoin(_Enterer, _Enterer.id == Request.entered_by_id)
    .outerjoin(_Follower, _Follower.id == Request.assigned_to_id)
    .where(Request.id == _THIS)
)

STEPS = Prepared(
    select(
        *(Step.id, Step.seal_id, Step.at, Step.kind, Step.actor, Step.user_id, Step.doctor_id, Step.data, Step.note),
        Step.cancelled_at,
        User.display_name.label("by"),
        _Canceller.display_name.label("cancelled_by"),
        Organisation.name.label("house"),
    )
    .outerjoin(User, User.id == Step.user_id)
    .outerjoin(_Canceller, _Canceller.id == Step.cancelled_by_id)
    .outerjoin(Organisation, Organisation.id == Step.organisation_id)
    .where(Step.request_id == _THIS)
    .order_by(Step.at, Step.id)
)

AGREEMENTS = Prepared(
    select(
        *(Agreement.seeker_id, Agreement.recipient, Agreement.consent, Agreement.given_at, Agreement.withdrawn_at),
        User.display_name.label("collected_by"),
    )
    .join(Seeker, Seeker.id == Agreement.seeker_id)
    .outerjoin(User, User.id == Agreement.collected_by_id)
    .where(Seeker.request_id == _THIS)
    .order_by(Agreement.seeker_id, Agreement.id)
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
    select(
        *(Message.id, Message.title, Message.to_address, Message.state, Message.attempts, Message.last_error),
        *(Message.sent_at, Message.next_at),
    )
    .where(Message.subject_type == Request.__tablename__, Message.subject_id == _THIS)
    .order_by(Message.id),
    row=Delivery,
)

# The doctors that a file names: of its steps, of its household, the one its people had. Few; none is merged, mostly.
DOCTORS = Prepared(
    select(
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
