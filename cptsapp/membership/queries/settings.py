"""The settings of the adhesion; before anyone saved them, what they are by default."""

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.membership.models import MembershipSettings, PeriodKind

SETTINGS_ID = 1


def settings() -> MembershipSettings:
    """The settings saved, or the defaults: an object that is not in the session, and that nobody should change."""
    return session.get(MembershipSettings, SETTINGS_ID) or defaults()


def defaults() -> MembershipSettings:
    """Calendar year, no fee, a reminder thirty days before the end, open to applications, members not shown."""
    return MembershipSettings(
        id=SETTINGS_ID,
        period_kind=PeriodKind.CIVIL,
        person_fee_cents=0,
        organisation_fee_cents=0,
        reminder_days=30,
        is_open=True,
        shows_members=False,
        target_percent=None,
        address=None,
        updated_at=clock.now(),
    )


def shows_members() -> bool:
    """Whether practitioners and their secretaries see who is a member."""
    return settings().shows_members
