"""Making and revoking private addresses, linking calendars, choosing which mails to get."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete

from cptsapp.accounts.identity import CurrentUser
from cptsapp.audit.actions import record
from cptsapp.calendars import apart, queries, rules
from cptsapp.calendars.permissions import why_not_add_feed, why_not_add_source
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal, refuse_if
from cptsapp.core.seal import ring
from cptsapp.core.tokens import new_token, token_hash
from cptsapp.directory.models import Person
from cptsapp.snp.models import BusyTime, CalendarFeed, CalendarSource, NotificationChoice, NotificationLevel
from cptsapp.territory import queries as territory

READ_NOTED_EVERY = timedelta(minutes=5)


def create_feed(person: Person, *, by: CurrentUser) -> str:
    """Make a private address of a practitioner's slots; its token is given once. Raises Refusal.

    A delegate's answers as long as they act for the practitioner (`permissions.answering`).
    """
    refuse_if(why_not_add_feed(queries.live_feed_count(person.id)))
    token, now = new_token(), clock.now()
    feed = CalendarFeed(
        person_id=person.id,
        created_by_id=by.id if by.person_id != person.id else None,
        token_hash=token_hash(token),
        created_at=now,
        expires_at=now + rules.FEED_LASTS,
    )
    session.add(feed)
    session.flush()
    record("calendar.feed_created", feed, by=by)
    return token


def revoke_feed(feed: CalendarFeed, *, by: CurrentUser) -> None:
    """Close a private address for good; a second time changes nothing."""
    if feed.revoked_at is None:
        feed.revoked_at = clock.now()
        record("calendar.feed_revoked", feed, by=by)
        session.flush()


def note_read(feed_id: int) -> None:
    """Note that a calendar has read the feed, at most every few minutes."""
    feed, now = session.get(CalendarFeed, feed_id), clock.now()
    if feed is not None and (feed.read_at is None or now - feed.read_at >= READ_NOTED_EVERY):
        feed.read_at = now


def link_address(person: Person, label: str, typed: str, *, by: CurrentUser) -> CalendarSource:
    """Link a calendar by its address; the worker reads it within a minute, then every hour. Raises Refusal."""
    address = rules.secure_address(typed)
    if address is None:
        raise Refusal("Donnez une adresse qui commence par https:// ou webcal://.", "address")
    source = _link(person, label, by)
    source.address = ring().seal(address, source.seal_id, "address")
    source.next_at = clock.now()
    session.flush()
    return source


def link_file(person: Person, label: str, hours: Sequence[rules.Interval], *, by: CurrentUser) -> CalendarSource:
    """Keep the busy hours read from a file, and nothing else of it. Raises Refusal."""
    source = _link(person, label, by)
    keep_hours(source.id, hours)
    return source


def _link(person: Person, label: str, by: CurrentUser) -> CalendarSource:
    refuse_if(why_not_add_source(queries.source_count(person.id)))
    source = CalendarSource(person_id=person.id, label=label)
    session.add(source)
    session.flush()
    record("calendar.source_added", source, by=by)
    return source


def unlink(source: CalendarSource, *, by: CurrentUser) -> None:
    """Forget a linked calendar and its hours."""
    record("calendar.source_removed", source, by=by)
    session.execute(delete(BusyTime).where(BusyTime.source_id == source.id))
    session.delete(source)
    session.flush()


def keep_hours(source_id: int, hours: Sequence[rules.Interval]) -> None:
    """Replace the busy hours of a linked calendar by those just read; it may have been removed meanwhile."""
    source = session.get(CalendarSource, source_id)
    if source is None:
        return
    session.execute(delete(BusyTime).where(BusyTime.source_id == source.id))
    session.add_all(
        BusyTime(source_id=source.id, person_id=source.person_id, starts_at=starts, ends_at=ends)
        for starts, ends in hours
    )
    source.fetched_at, source.failed_at = clock.now(), None
    session.flush()


def note_failure(source_id: int) -> None:
    """The calendar could not be read: its owner sees since when."""
    source = session.get(CalendarSource, source_id)
    if source is not None and source.failed_at is None:
        source.failed_at = clock.now()
        session.flush()


def read_file(content: bytes) -> list[rules.Interval]:
    """The busy hours of a file for the months to come. Raises Refusal with what is wrong with it."""
    now = clock.now()
    try:
        return apart.busy_hours(content, now - timedelta(days=1), now + rules.FILE_HORIZON, territory.zone())
    except rules.NotACalendar as error:
        raise Refusal(str(error), "file") from None


def choose_level(level: NotificationLevel, *, by: CurrentUser) -> None:
    """Choose which acts of others one is told of by mail."""
    before = queries.notification_level(by.id)
    if level is before:
        return
    session.merge(NotificationChoice(user_id=by.id, level=level))
    session.flush()
    record("notifications.chosen", None, by=by, level=[before, level])
