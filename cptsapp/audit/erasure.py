"""Blanking what the trail copied of someone who asked to be kept out: that it was changed stays, not what it was."""

from collections.abc import Iterable

from sqlalchemy import select

from cptsapp.audit.models import AuditEvent
from cptsapp.core.db import session

# What is copied of a person, an account or an address and tells who they are.
_TELLING = ("changes", "name", "mail", "label", "phone", "display_name")


def blank_changes(subject_type: str, subject_ids: Iterable[int]) -> None:
    """Keep the names of the fields that were changed on these rows, and nothing of what they held."""
    wanted = AuditEvent.subject_type == subject_type, AuditEvent.subject_id.in_(set(subject_ids))
    for event in session.scalars(select(AuditEvent).where(*wanted)):
        if any(name in event.data for name in _TELLING):
            event.data = {name: _blank(value) if name in _TELLING else value for name, value in event.data.items()}
    session.flush()


def _blank(value: object) -> object:
    return dict.fromkeys(value) if isinstance(value, dict) else None
