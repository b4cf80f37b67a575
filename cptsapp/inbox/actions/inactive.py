"""The alert on files where nothing has moved for months: once a week to each coordinator, by a number (§7)."""

from datetime import datetime

from sqlalchemy import func, select

from cptsapp.audit.actions import record
from cptsapp.core.db import session
from cptsapp.core.local import day_bounds
from cptsapp.core.periods import months_later
from cptsapp.inbox.models import Request, State
from cptsapp.inbox.queries.referrals import office
from cptsapp.inbox.queries.settings import settings
from cptsapp.outbox import texts
from cptsapp.outbox.actions import queue
from cptsapp.territory import queries as territory


def inactive_count(now: datetime) -> int:
    """How many open files, doubtful ones apart, have seen nothing for the months set."""
    last_day = months_later(territory.local(now).date(), -settings().inactive_months)
    still = Request.state != State.CLOSED, Request.last_activity_at < day_bounds(last_day)[1]
    return session.scalar(select(func.count()).where(*still, Request.suspected_at.is_(None))) or 0


def alert(now: datetime) -> int:
    """Queue the alert of the week to the coordinators; gives how many mails were queued, none when nothing sleeps."""
    if territory.current() is None or not (count := inactive_count(now)):
        return 0
    year, week, _day = territory.local(now).isocalendar()
    text = texts.render("inbox/inactive", number=count, months=settings().inactive_months, cpts=territory.settings())
    queued = [
        queue(
            "requests.inactive",
            to_address=user.mail,
            to_user_id=user.id,
            title=text.title,
            body=text.body,
            once_key=f"requests.inactive/{year}-{week:02d}/{user.id}",
        )
        for user in office()
    ]
    sent = sum(message is not None for message in queued)
    if sent:
        record("requests.nudged", None, by=None, count=count)
    return sent
