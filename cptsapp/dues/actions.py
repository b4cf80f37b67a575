"""Reminding those who owe: a week ahead, the day after, then once a week while it is late; one mail a day at most."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import or_, select

from cptsapp.accounts.identity import CurrentUser
from cptsapp.accounts.models import RoleGrant, User
from cptsapp.audit.actions import record
from cptsapp.checklists.models import Checklist, Commitment
from cptsapp.checklists.rules import OPEN
from cptsapp.checklists.sources import Named, plugged
from cptsapp.core.db import session
from cptsapp.core.local import local
from cptsapp.directory.merged import roots, same_person
from cptsapp.dues import mail
from cptsapp.dues.rules import AHEAD_DAYS, reminds
from cptsapp.outbox.models import Message
from cptsapp.territory import queries as territory

NOT_BEFORE_HOUR = 7
BATCH = 100  # people in one transaction: writers wait


def remind_due(now: datetime) -> int:
    """Queue today's reminders; gives how many. Done again the same day, it writes to nobody twice."""
    if territory.current() is None or local(now).hour < NOT_BEFORE_HOUR:
        return 0
    today = local(now).date()
    due = _due(today)
    concerned = {user: due[number] for user, number in _users(due) if reminds(_days(due[number]), today)}
    written = (user for user in _not_yet(list(concerned), today) if _remind(user, concerned[user], today))
    sent = sum(1 for _ in islice(written, BATCH))  # whoever has nothing to read takes nobody's turn
    if sent:
        record("commitments.reminded", None, by=None, count=sent)
    return sent


def _due(today: date) -> Mapping[int, Sequence[Any]]:
    """What is late or owed within a week, by the person who owes it, under the number they have now."""
    rows = session.execute(
        select(Commitment.owner_id, Commitment.due_on, Commitment.checklist_id, Checklist.kind)
        .join(Checklist, Checklist.id == Commitment.checklist_id)
        .where(
            Commitment.owner_id.is_not(None),
            Commitment.state.in_(OPEN),
            Commitment.due_on <= today + timedelta(days=AHEAD_DAYS),
            Checklist.is_live,
        )
    )
    now_called = roots()
    found: defaultdict[int, list[Any]] = defaultdict(list)
    for one in rows:
        found[now_called.get(one.owner_id, one.owner_id)].append(one)
    return found


def _days(due: Iterable[Any]) -> list[date]:
    return [one.due_on for one in due]


def _users(person_ids: Iterable[int]) -> list[tuple[User, int]]:
    """The accounts in use of these persons, each with its person's number of now; the others have no page to read."""
    now_called = roots()
    wanted = select(User).where(User.is_active, User.person_id.in_(same_person(set(person_ids))))
    users = session.scalars(wanted.order_by(User.id))
    return [(user, now_called.get(user.person_id, user.person_id)) for user in users if user.person_id is not None]


def _not_yet(users: Sequence[User], today: date) -> list[User]:
    """Those who were not written to today."""
    keys = {f"{mail.KIND}/{user.id}/{today.isoformat()}": user for user in users}
    told = set(session.scalars(select(Message.once_key).where(Message.once_key.in_(keys))))
    return [user for key, user in keys.items() if key not in told]


def _remind(user: User, due: Sequence[Any], today: date) -> bool:
    """Write to someone of what they may still read; whether anything was left to write of."""
    reader = _reader(user, today)
    if not reader.can("commitments.own"):
        return False
    named = _named(due, reader)
    seen = [one for one in due if one.checklist_id in named]
    if not reminds(_days(seen), today):
        return False
    counts = Counter(named[one.checklist_id].title for one in seen)
    late = sum(one.due_on < today for one in seen)
    told = mail.remind(user.id, user.mail, late=late, soon=len(seen) - late, titles=sorted(counts.items()), today=today)
    return told is not None


def _reader(user: User, today: date) -> CurrentUser:
    """The person as the sources ask who reads: with the roles of today."""
    held = RoleGrant.starts_on <= today, or_(RoleGrant.ends_on.is_(None), RoleGrant.ends_on >= today)
    roles = session.scalars(select(RoleGrant.role).where(RoleGrant.user_id == user.id, *held))
    return CurrentUser(user.id, user.display_name, user.person_id, frozenset(roles))


def _named(due: Sequence[Any], reader: CurrentUser) -> dict[int, Named]:
    named: dict[int, Named] = {}
    for source in plugged():
        numbers = {one.checklist_id for one in due if one.kind is source.kind}
        if numbers:
            named |= source.named(numbers, reader)
    return named
