"""The reminder before the end: once for each membership, not to who left, has renewed, or has no mail."""

from datetime import datetime, timedelta

from sqlalchemy import select

from cptsapp.audit.actions import record
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.local import local
from cptsapp.directory.merged import roots
from cptsapp.directory.models import Membership, Organisation, Person
from cptsapp.directory.queries.membership import organisation_periods_of, organisation_roots, periods_of
from cptsapp.membership import mail
from cptsapp.membership.models import MembershipReminder
from cptsapp.membership.queries.settings import settings
from cptsapp.territory import queries as territory


def remind_due(now: datetime) -> int:
    """Queue the reminders of the memberships that end within the days set, and note each. How many were queued."""
    if territory.current() is None:
        return 0
    today = local(now).date()
    due = session.scalars(
        select(Membership)
        .outerjoin(MembershipReminder, MembershipReminder.membership_id == Membership.id)
        .where(
            MembershipReminder.id.is_(None),
            Membership.left_on.is_(None),
            Membership.starts_on <= today,
            Membership.ends_on >= today,
            Membership.ends_on <= today + timedelta(days=settings().reminder_days),
        )
        .order_by(Membership.id)
    ).all()
    sent = [membership for membership in due if not _is_renewed(membership) and _remind(membership)]
    if sent:
        record("members.reminded", None, by=None, count=len(sent))
    return len(sent)


def _is_renewed(membership: Membership) -> bool:
    if membership.person_id is not None:
        periods = periods_of([membership.person_id])[membership.person_id]
    else:
        number = membership.organisation_id or 0
        periods = organisation_periods_of([number])[number]
    return any(period.starts_on > membership.ends_on for period in periods)


def _remind(membership: Membership) -> bool:
    to_address = _address(membership)
    if to_address is None:
        return False
    session.add(MembershipReminder(membership_id=membership.id, sent_at=clock.now()))
    session.flush()
    mail.remind(membership, to_address)
    return True


def _address(membership: Membership) -> str | None:
    """The member's mail today: that of the sheet it was merged into, none for who asked to be kept out."""
    if membership.person_id is not None:
        person = session.get_one(Person, roots().get(membership.person_id, membership.person_id))
        return person.mail if person.objected_on is None else None
    number = membership.organisation_id or 0
    return session.get_one(Organisation, organisation_roots().get(number, number)).mail
