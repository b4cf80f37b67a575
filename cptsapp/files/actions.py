"""Storing a file, and sweeping what no row holds."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Final

import structlog
from sqlalchemy import select, text

from cptsapp.audit.actions import Actor, record
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import refuse_if
from cptsapp.core.text import looks_like_nir
from cptsapp.files import content, disk
from cptsapp.files.models import StoredFile
from cptsapp.files.rules import NIR_NAMED, safe_name

LEFT_BEHIND: Final = timedelta(days=1)
log = structlog.get_logger()


def store(stream: IO[bytes], name: str, *, by: Actor | None) -> StoredFile:
    """Store what a stream holds, under the name someone gave it made safe. The caller holds it by its number.

    The bytes are on the disk before the transaction can end. Raises Refusal for what is empty, too large, or of a kind
    that is not taken: its content tells, not its name; and for a name that holds what looks like a NIR. What a refusal
    or a rollback leaves, `sweep` removes.
    """
    refuse_if(NIR_NAMED if looks_like_nir(name) else None)
    waiting, checksum, size = disk.receive(stream)
    try:
        file = _row(waiting, name, checksum, size, by)
        disk.place(waiting, checksum)  # after the row: `sweep` waits for whoever has written one
    finally:
        waiting.unlink(missing_ok=True)
    return file


def _row(waiting: Path, name: str, checksum: str, size: int, by: Actor | None) -> StoredFile:
    media_type = content.media_type_of(waiting)
    file = StoredFile(
        checksum=checksum,
        size=size,
        media_type=media_type,
        name=safe_name(name, media_type),
        stored_at=clock.now(),
        stored_by_id=by.id if by else None,
    )
    session.add(file)
    record("file.stored", file, by=by)
    return file


def sweep(now: datetime) -> int:
    """Remove the bytes that no row wants and what was never received whole, a day later; gives how many went.

    Holds the table meanwhile, so that nobody stores again the very bytes that go.
    """
    gone = 0
    for path in disk.left_behind(now - LEFT_BEHIND):
        path.unlink(missing_ok=True)
        gone += 1
    _hold_table()
    wanted = set(session.scalars(select(StoredFile.checksum)))
    oldest = (now - LEFT_BEHIND).timestamp()
    for path in disk.kept():
        if path.name not in wanted and path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
            gone += 1
    if gone:
        log.info("files swept", count=gone)
    return gone


def _hold_table() -> None:
    """SQLite has one writer, which we are; PostgreSQL is told that nobody may add a row before we end."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE stored_file IN SHARE MODE"))
