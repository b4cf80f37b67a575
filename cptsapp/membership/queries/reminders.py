"""The reminders sent before the end of memberships."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from cptsapp.core.db import session
from cptsapp.membership.models import MembershipReminder


def reminders_of(membership_ids: Sequence[int]) -> dict[int, datetime]:
    """When each of these memberships was reminded of; those that were not are not there."""
    rows = session.execute(
        select(MembershipReminder.membership_id, MembershipReminder.sent_at).where(
            MembershipReminder.membership_id.in_(membership_ids)
        )
    )
    return {row.membership_id: row.sent_at for row in rows}
