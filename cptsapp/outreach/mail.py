"""The mails that calls send: a presentation to who is interested, a wish to join to the office."""

from datetime import timedelta

from sqlalchemy import select, update

from cptsapp.accounts.identity import CurrentUser
from cptsapp.accounts.models import User
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.directory.models import Person
from cptsapp.outbox import texts
from cptsapp.outbox.actions import queue
from cptsapp.outbox.models import Message, MessageState
from cptsapp.outreach.models import Call, CallCampaign
from cptsapp.territory import queries as territory

BROCHURE = "outreach.brochure"
WISH = "outreach.wish"
SENT_LATELY = timedelta(days=1)


def send_brochure(call: Call, address: str) -> None:
    """Queue the presentation of the CPTS; not twice in a day, when a call is corrected. It names nobody."""
    lately = select(Message.id).where(
        Message.kind == BROCHURE,
        Message.to_address == address,
        Message.state != MessageState.DROPPED,
        Message.created_at > clock.now() - SENT_LATELY,
    )
    if session.scalar(lately.limit(1)) is not None:
        return
    communes = [commune.name for commune in territory.own_communes()]
    text = texts.render("outreach/brochure", cpts=territory.settings(), communes=communes)
    queue(BROCHURE, to_address=address, title=text.title, body=text.body, about=call)


def tell_office(call: Call, campaign: CallCampaign, person: Person, by: CurrentUser) -> None:
    """Tell whoever prepared the campaign that someone wishes to join: the caller may not write an application."""
    author = session.get_one(User, campaign.created_by_id)
    text = texts.render(
        "outreach/wish",
        who=person.full_name,
        person_id=person.id,
        caller=by.display_name,
        campaign=campaign,
        cpts=territory.settings(),
    )
    queue(WISH, to_address=author.mail, to_user_id=author.id, title=text.title, body=text.body, about=call)


def withhold(call: Call) -> None:
    """Drop what a call undone would have sent and has not yet."""
    session.execute(
        update(Message)
        .where(
            Message.subject_type == Call.__tablename__,
            Message.subject_id == call.id,
            Message.state == MessageState.WAITING,
            Message.attempts == 0,
        )
        .values(state=MessageState.DROPPED)
    )
