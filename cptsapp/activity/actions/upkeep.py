"""What the worker does every so often: remind of outcomes in the evening, erase identities that have served."""

from collections import Counter
from datetime import datetime, timedelta

from sqlalchemy import CursorResult, Delete, Update, delete, or_, update

from cptsapp.activity import mail, rules
from cptsapp.activity.queries import evening
from cptsapp.audit.actions import record
from cptsapp.core.db import session
from cptsapp.regulation.models import Broadcast
from cptsapp.snp.mail import Recipient, recipients
from cptsapp.snp.models import BookingIdentity, NotificationLevel
from cptsapp.territory import queries as territory
from cptsapp.territory.rules import day_of, daytime_of


def remind_outcomes(now: datetime) -> int:
    """After the day's closing, tell each practitioner and secretary how many patients they have to note, once a day.

    Gives the number of mails queued. Whoever asked never to be written to is not.
    """
    settings = territory.current()
    if settings is None:
        return 0
    today = day_of(now, settings.zone)
    hours = daytime_of(today, settings.window, settings.zone, settings.holiday_region)
    if hours is None or now < hours[1]:
        return 0
    counts = _counts_by_recipient(evening.waiting_by_person(now, today - timedelta(days=rules.REMIND_DAYS)))
    return sum(mail.remind(recipient, count, today) for recipient, count in sorted(counts.items(), key=_by_user))


def _counts_by_recipient(by_person: dict[int, int]) -> Counter[Recipient]:
    counts: Counter[Recipient] = Counter()
    for person_id, count in by_person.items():
        for recipient in recipients(person_id, except_user_id=None):
            if recipient.user_id is not None and recipient.level is not NotificationLevel.NEVER:
                counts[recipient] += count
    return counts


def _by_user(item: tuple[Recipient, int]) -> int:
    return item[0].user_id or 0


def erase_due(now: datetime) -> int:
    """Erase the sealed identities whose time has come (§6.4); bookings and broadcasts stay, to be counted.

    Gives how many identities went. The trail keeps the counts, as an act of the software.
    """
    settings = territory.current()
    if settings is None:
        return 0
    today = day_of(now, settings.zone)
    bookings = _count(delete(BookingIdentity).where(BookingIdentity.erase_on <= today))
    sealed = or_(Broadcast.name.is_not(None), Broadcast.birth_year.is_not(None), Broadcast.phone.is_not(None))
    emptied = update(Broadcast).where(Broadcast.erase_on <= today, sealed)
    broadcasts = _count(emptied.values(name=None, birth_year=None, phone=None))
    if bookings or broadcasts:
        record("identities.erased", None, by=None, bookings=bookings, broadcasts=broadcasts)
    return bookings + broadcasts


def _count(statement: Delete | Update) -> int:
    done: CursorResult[object] = session.execute(  # type: ignore[assignment]  # an UPDATE's result has a count
        statement.execution_options(synchronize_session=False)
    )
    return done.rowcount
