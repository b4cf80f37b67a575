"""The settings of the requests; before anyone saved them, what they are by default."""

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.inbox.models import InboxSettings
from cptsapp.inbox.rules.deadlines import DELAYS
from cptsapp.inbox.rules.priority import WEIGHTS

SETTINGS_ID = 1


def settings() -> InboxSettings:
    """The settings saved, or the defaults: an object that is not in the session, and that nobody should change."""
    return session.get(InboxSettings, SETTINGS_ID) or defaults()


def defaults() -> InboxSettings:
    """Open, the delays and weights of the rules, an alert after six months, anonymised twelve months after closing."""
    return InboxSettings(
        id=SETTINGS_ID,
        is_open=True,
        delays=dict(DELAYS),
        weights=dict(WEIGHTS),
        inactive_months=6,
        retention_months=12,
        line_phone=None,
        line_hours="",
        dpo_contact="",
        updated_at=clock.now(),
    )


def delays() -> dict[str, int]:
    """Every delay in days, those never set at their default."""
    return {**DELAYS, **settings().delays}


def weights() -> dict[str, int]:
    """Every weight, those never set at their default."""
    return {**WEIGHTS, **settings().weights}
