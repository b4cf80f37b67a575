"""The settings of the adhesion: written on one row, made the first time they are saved."""

from collections.abc import Mapping
from typing import Any

from cptsapp.audit.actions import Actor, record
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.membership.models import MembershipSettings
from cptsapp.membership.queries.settings import SETTINGS_ID, settings


def save(values: Mapping[str, Any], *, by: Actor) -> None:
    """Write these columns of the settings; what does not change is not said again."""
    kept = session.get(MembershipSettings, SETTINGS_ID)
    row = kept or settings()
    changes = {name: [_said(getattr(row, name)), _said(v)] for name, v in values.items() if getattr(row, name) != v}
    if kept is not None and not changes:
        return
    for name, value in values.items():
        setattr(row, name, value)
    row.updated_at = clock.now()
    session.add(row)
    session.flush()
    record("adhesion.settings", row, by=by, changes=changes)


def _said(value: Any) -> Any:
    return getattr(value, "value", value)
