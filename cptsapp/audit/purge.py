"""Forgetting old traces: readings and questions after a year (PGSSI-S: six months to a year). Changes stay."""

from datetime import timedelta

from sqlalchemy import delete

from cptsapp.audit.models import AuditEvent, Category
from cptsapp.core import clock
from cptsapp.core.db import session

KEPT = timedelta(days=366)


def purge_old() -> None:
    """Delete readings and questions older than a year."""
    session.execute(
        delete(AuditEvent).where(AuditEvent.category != Category.CHANGE, AuditEvent.at < clock.now() - KEPT)
    )
