"""The mails that go to and come from the partners: a reference, a day, the page to sign in to; no identity (A38)."""

from datetime import datetime

from sqlalchemy import update

from cptsapp.accounts.models import User
from cptsapp.core.db import session
from cptsapp.directory.models import Organisation
from cptsapp.inbox.models import Referral, Request, SearchQuestion
from cptsapp.inbox.queries.referrals import accounts_of, office
from cptsapp.outbox import texts
from cptsapp.outbox.actions import queue
from cptsapp.outbox.models import Message, MessageState
from cptsapp.territory import queries as territory


def tell_partner(name: str, referral: Referral, request: Request, *, not_before: datetime | None = None) -> None:
    """Queue `mail/inbox/<name>` to each account of the organisation; to its own address when it has no account."""
    users = accounts_of([referral.organisation_id])
    for user in users:
        _queue(name, referral, request, user.mail, to_user_id=user.id, not_before=not_before)
    house = session.get(Organisation, referral.organisation_id)
    if not users and house is not None and house.mail:
        _queue(name, referral, request, house.mail, not_before=not_before)


def tell_sender(referral: Referral, request: Request, *, not_before: datetime) -> None:
    """Queue to whoever follows the file that the partner has answered; the answer is read there."""
    number = request.assigned_to_id or referral.sent_by_id
    user = session.get(User, number) if number is not None else None
    if user is not None and user.is_active:
        _queue("partner_answered", referral, request, user.mail, to_user_id=user.id, not_before=not_before)


def _queue(
    name: str,
    referral: Referral,
    request: Request,
    address: str,
    *,
    to_user_id: int | None = None,
    not_before: datetime | None = None,
) -> None:
    text = texts.render(f"inbox/{name}", request=request, referral=referral, cpts=territory.settings())
    queue(
        f"referral.{name}",
        to_address=address,
        to_user_id=to_user_id,
        title=text.title,
        body=text.body,
        about=referral,
        not_before=not_before,
    )


def drop_waiting(*referral_ids: int) -> None:
    """What would still leave about these sendings stays: the answer was taken back, or the sending stopped."""
    waiting = Message.subject_type == "referral", Message.subject_id.in_(referral_ids)
    session.execute(
        update(Message)
        .where(*waiting, Message.state == MessageState.WAITING)
        .values(state=MessageState.DROPPED)
        .execution_options(synchronize_session=False)
    )


# -- questions --------------------------------------------------------------------------------------------------------


def tell_office(name: str, request: Request) -> None:
    """Queue to whoever follows the file, else to the coordinators, that a partner left a message about it."""
    assigned = session.get(User, request.assigned_to_id) if request.assigned_to_id is not None else None
    people = [assigned] if assigned is not None and assigned.is_active else office()
    text = texts.render(f"inbox/{name}", request=request, cpts=territory.settings())
    for user in people:
        queue(
            f"request.{name}",
            to_address=user.mail,
            to_user_id=user.id,
            title=text.title,
            body=text.body,
            about=request,
        )


def tell_asker(question: SearchQuestion, user: User) -> None:
    """Queue that the CPTS has checked: the answer is read once signed in."""
    text = texts.render("inbox/question_checked", question=question, cpts=territory.settings())
    queue(
        "search.checked",
        to_address=user.mail,
        to_user_id=user.id,
        title=text.title,
        body=text.body,
        about=question,
        once_key=f"search.checked/{question.id}",
    )


def tell_alarm(user_id: int, question_id: int) -> None:
    """Queue to the coordinators, once a user and a day, that ten « non » in a row were answered to someone."""
    asker = session.get(User, user_id)
    if asker is None:
        return
    day = territory.today()
    text = texts.render("inbox/search_alarm", asker=asker.display_name, day=day, cpts=territory.settings())
    question = session.get(SearchQuestion, question_id)
    for user in office():
        queue(
            "search.alarm",
            to_address=user.mail,
            to_user_id=user.id,
            title=text.title,
            body=text.body,
            about=question,
            once_key=f"search.alarm/{user_id}/{day.isoformat()}/{user.id}",
        )
