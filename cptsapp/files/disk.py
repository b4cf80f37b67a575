"""Where the bytes of stored files lie: `instance/files/ab/<sha256>`, for the application's owner alone.

What is being received waits beside, under a name that begins with a dot: a backup and a sweep tell it from a file.
"""

import errno
import os
import secrets
from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import IO, BinaryIO

from cptsapp.core.refusals import Refusal
from cptsapp.files.rules import EMPTY, MAX_BYTES, NO_ROOM, TOO_LARGE

WAITING = ".recu-"
CHUNK = 1024 * 1024
_FULL = (errno.ENOSPC, errno.EDQUOT)

_folder: Path | None = None


def use(folder: Path) -> None:
    """Say where the files of this instance are: once, at the start."""
    global _folder  # one instance a process
    _folder = folder


def folder() -> Path:
    """The folder of stored files; raises RuntimeError before `use`."""
    if _folder is None:
        raise RuntimeError("no folder of files: create_app sets it")
    _folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return _folder


def path_of(checksum: str) -> Path:
    """Where the bytes of that checksum are, or would be."""
    return folder() / checksum[:2] / checksum


def receive(stream: IO[bytes]) -> tuple[Path, str, int]:
    """Write a stream beside the files, on the disk for good: where it waits, its SHA-256, its size in bytes.

    Raises Refusal when it is empty, larger than `MAX_BYTES`, or when the disk is full; nothing is left then.
    """
    waiting = folder() / f"{WAITING}{secrets.token_hex(16)}"
    try:
        with os.fdopen(os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            checksum, size = _copy(stream, file)
        if not size:
            raise Refusal(EMPTY)
    except OSError as error:
        waiting.unlink(missing_ok=True)
        if error.errno in _FULL:
            raise Refusal(NO_ROOM) from error
        raise
    except BaseException:
        waiting.unlink(missing_ok=True)
        raise
    return waiting, checksum, size


def _copy(stream: IO[bytes], file: BinaryIO) -> tuple[str, int]:
    """Copy, counting what comes: what a browser announces is no promise."""
    found, size = sha256(), 0
    while chunk := stream.read(CHUNK):
        size += len(chunk)
        if size > MAX_BYTES:
            raise Refusal(TOO_LARGE)
        found.update(chunk)
        file.write(chunk)
    file.flush()
    os.fsync(file.fileno())
    return found.hexdigest(), size


def place(waiting: Path, checksum: str) -> None:
    """Give a received file its name, for good; the same bytes put twice are there once."""
    target = path_of(checksum)
    target.parent.mkdir(mode=0o700, exist_ok=True)
    os.replace(waiting, target)
    for changed in (target.parent, target.parent.parent):
        _sync_folder(changed)


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def kept() -> Iterator[Path]:
    """Each stored file."""
    return (path for path in folder().glob("??/*") if path.is_file() and len(path.name) == 64)


def left_behind(before: datetime) -> Iterator[Path]:
    """What was being received when the process ended, before that instant."""
    oldest = before.timestamp()
    return (path for path in folder().glob(f"{WAITING}*") if path.stat().st_mtime < oldest)
