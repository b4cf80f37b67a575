"""Reading a stored file: its row, and where its bytes are."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import select

from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible
from cptsapp.files import disk, holders
from cptsapp.files.models import StoredFile


def file_for(user: Any, file_id: int) -> StoredFile:
    """The file; raises Invisible when there is none, or when none of those that hold it shows it to the user."""
    found = session.get(StoredFile, file_id)
    if found is None or not holders.may_read(file_id, user):
        raise Invisible
    return found


def path_of(file: StoredFile) -> Path:
    """Where its bytes are."""
    return disk.path_of(file.checksum)


def files_of(file_ids: Collection[int | None]) -> Mapping[int, StoredFile]:
    """The files of these numbers, by number: one statement for a whole list."""
    wanted = {number for number in file_ids if number is not None}
    if not wanted:
        return {}
    return {file.id: file for file in session.scalars(select(StoredFile).where(StoredFile.id.in_(wanted)))}
