"""Reading a stored file: its row, and where its bytes are."""

from pathlib import Path
from typing import Any

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
