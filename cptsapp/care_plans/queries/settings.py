"""The settings of the plans; before anyone saved them, what they are by default."""

from dataclasses import replace

from cptsapp.care_plans.models import CarePlanSettings
from cptsapp.care_plans.rules.defaults import DELAYS, RETENTION_MONTHS, STANDARDS, Standard
from cptsapp.core import clock
from cptsapp.core.db import session

SETTINGS_ID = 1


def settings() -> CarePlanSettings:
    """The settings saved, or the defaults: an object that is not in the session, and that nobody should change."""
    return session.get(CarePlanSettings, SETTINGS_ID) or CarePlanSettings(
        id=SETTINGS_ID,
        delays=dict(DELAYS),
        commitments={},
        retention_months=RETENTION_MONTHS,
        updated_at=clock.now(),
    )


def delays() -> dict[str, int]:
    """Every delay in days, those never set at their default."""
    return {**DELAYS, **settings().delays}


def standards() -> list[Standard]:
    """The commitments that a plan begins with, in the words of the CPTS.

    The settings hold, by code, `{"label": …, "expected": …}`; an empty label leaves that commitment out.
    """
    said = settings().commitments
    worded = (replace(one, **said[one.code]) if one.code in said else one for one in STANDARDS)
    return [one for one in worded if one.label]
