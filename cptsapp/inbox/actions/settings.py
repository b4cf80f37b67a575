"""The settings of the requests: written on one row, made the first time they are saved; the trail keeps what was."""

from collections.abc import Mapping
from typing import Any

from cptsapp.audit.actions import Actor, record
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.inbox.actions import priority
from cptsapp.inbox.models import InboxSettings
from cptsapp.inbox.queries.settings import SETTINGS_ID, delays, settings, weights


def save(values: Mapping[str, Any], *, by: Actor) -> None:
    """Write these columns; `delays` and `weights` hold those that are said, the others stay.

    Deadlines that run keep their day. When a weight changes, the order of open requests follows at once.
    """
    kept = session.get(InboxSettings, SETTINGS_ID)
    row = kept or settings()
    wanted = dict(values)
    for name, present in (("delays", delays()), ("weights", weights())):
        if name in wanted:
            wanted[name] = {**present, **wanted[name]}
    changes = _changes(row, wanted)
    if kept is not None and not changes:
        return
    for name, value in wanted.items():
        setattr(row, name, value)
    row.updated_at = clock.now()
    session.add(row)
    session.flush()
    record("inbox.settings", row, by=by, changes=changes)
    if any(name in changes for name in wanted.get("weights", {})):
        priority.refresh_open(clock.now())


def _changes(row: InboxSettings, wanted: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Field → before and after; a delay or a weight is a field of its own."""
    changes: dict[str, list[Any]] = {}
    present = {"delays": delays(), "weights": weights()}
    for name, value in wanted.items():
        if name in present:
            was = present[name]
            changes |= {code: [was.get(code), days] for code, days in value.items() if was.get(code) != days}
        elif getattr(row, name) != value:
            changes[name] = [getattr(row, name), value]
    return changes
