"""Whose turn it is to read: one worker takes what waits, or what another left when it was killed."""

from datetime import datetime, timedelta

import structlog
from sqlalchemy import and_, bindparam, or_, select, update

from cptsapp.audit.actions import record
from cptsapp.core.db import session
from cptsapp.core.prepared import Prepared
from cptsapp.imports import files
from cptsapp.imports.actions import lifecycle, reading
from cptsapp.imports.models import Import, ImportState

# A reading beats every few seconds: after so long without one its worker is gone.
LOST_AFTER = timedelta(minutes=2)
TRIES_MAX = 3
TRIES = "tries"
GIVEN_UP = (
    "La lecture s’est arrêtée trois fois sans aller au bout. Le fichier est peut-être abîmé\u202f: téléchargez-le de"
    " nouveau\u202f; si cela dure, prévenez la personne qui administre la machine."
)
log = structlog.get_logger()

_FREE = or_(
    Import.state == ImportState.WAITING,
    and_(Import.state == ImportState.READING, Import.beat_at < bindparam("lost_at")),
)
_WAITING = Prepared(lambda: select(Import.id).where(_FREE))


def is_waiting(now: datetime) -> bool:
    """Whether an import waits to be read, or its reader is gone. Asked every few seconds: no transaction."""
    return _WAITING.scalar(lost_at=now - LOST_AFTER) is not None


def read_waiting(now: datetime) -> bool:
    """Read the import that waits, if there is one and no other worker has it; whether there was. Commits as it goes."""
    import_id = _claim(now)
    if import_id is None:
        return False
    tries = _count_try(import_id)
    if tries > TRIES_MAX:
        _give_up(import_id)
        return True
    try:
        reading.read(session.get_one(Import, import_id), now)
    except Exception as error:
        session.rollback()
        log.error("reading failed", import_id=import_id, tries=tries, error=type(error).__name__)
        _put_back(import_id)
    return True


def _claim(now: datetime) -> int | None:
    """Take what waits, or what has not beaten for long: one counted UPDATE, which one worker wins."""
    mine = update(Import).where(_FREE).values(state=ImportState.READING, beat_at=now).returning(Import.id)
    taken = session.scalars(mine, {"lost_at": now - LOST_AFTER}).all()
    session.commit()
    return taken[0] if taken else None


def _count_try(import_id: int) -> int:
    found = session.get_one(Import, import_id, populate_existing=True)
    tries: int = found.columns.get(TRIES, 0) + 1
    found.columns = {**found.columns, TRIES: tries}
    session.commit()
    return tries


def _give_up(import_id: int) -> None:
    found = session.get_one(Import, import_id)
    found.reason = GIVEN_UP
    lifecycle.close(found, ImportState.FAILED)
    record("import.failed", found, by=None, name=found.file_name)
    session.commit()


def _put_back(import_id: int) -> None:
    """Let it be tried again soon, unless someone abandoned it meanwhile."""
    mine = update(Import).where(Import.id == import_id, Import.state == ImportState.READING)
    session.execute(mine.values(state=ImportState.WAITING))
    session.commit()


def sweep_files(now: datetime) -> int:
    """Remove the files that no open import wants; gives how many."""
    wanted = session.scalars(select(Import.stored_as).where(Import.stored_as.is_not(None))).all()
    return files.sweep({name for name in wanted if name}, now)
