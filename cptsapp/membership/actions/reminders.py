"""The reminder before the end: once for each membership, not to who left, has renewed, or has no mail."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

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

# So many in one transaction: at the end of a civil year every member is due on the same day, and writers wait.
BATCH = 100


def remind_due(now: datetime) -> int:
    """Queue the reminders of the memberships that end within the days set, and note each. How many were queued."""
    if territory.current() is None:
        return 0
    due = _ending(local(now).date())
    addresses, renewed = _addresses(due), _renewed(due)
    sent = [m for m in due if m.id in addresses and m.id not in renewed][:BATCH]
    for membership in sent:
        session.add(MembershipReminder(membership_id=membership.id, sent_at=clock.now()))
        session.flush()
        mail.remind(membership, addresses[membership.id])
    if sent:
        record("members.reminded", None, by=None, count=len(sent))
    return len(sent)


def _ending(today: date) -> Sequence[Membership]:
    """The memberships of today that end soon, whose member has not left and has not been reminded."""
    return session.scalars(
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


def _renewed(due: Sequence[Membership]) -> set[int]:
    """Those that another period of the same member follows."""
    people = periods_of(m.person_id for m in due if m.person_id is not None)
    structures = organisation_periods_of(m.organisation_id for m in due if m.organisation_id is not None)
    own = {m.id: people.get(m.person_id or 0, []) + structures.get(m.organisation_id or 0, []) for m in due}
    return {m.id for m in due if any(period.starts_on > m.ends_on for period in own[m.id])}


def _addresses(due: Sequence[Membership]) -> dict[int, str]:
    """The mails of these members today: a merged sheet has the other's, who asked to be kept out has none."""
    person_roots, structure_roots = roots(), organisation_roots()
    people = {m.id: person_roots.get(m.person_id, m.person_id) for m in due if m.person_id is not None}
    structures = {
        m.id: structure_roots.get(m.organisation_id, m.organisation_id) for m in due if m.organisation_id is not None
    }
    mails = _mails(Person, set(people.values())), _mails(Organisation, set(structures.values()))
    found = {number: mails[0].get(who) for number, who in people.items()}
    found |= {number: mails[1].get(who) for number, who in structures.items()}
    return {number: mail for number, mail in found.items() if mail}


def _mails(table: type[Person] | type[Organisation], numbers: set[int]) -> dict[int, str | None]:
    query = select(table.id, table.mail).where(table.id.in_(numbers))
    if table is Person:
        query = query.where(Person.objected_on.is_(None))
    return {row.id: row.mail for row in session.execute(query)}
