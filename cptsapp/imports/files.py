"""Files that wait to be read: a folder of the instance, names of chance, for the application's owner alone.

`imports/` holds what was sent, until it is read; `imports/depot/` what whoever administers the machine put there, so
that nobody sends 800 MB through a browser.
"""

import contextlib
import errno
import lzma
import os
import re
import secrets
import shutil
import zlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import BinaryIO, cast
from zipfile import BadZipFile, ZipFile, ZipInfo

from cptsapp.core.refusals import Refusal

DEPOT = "depot"
EXTRACT_STEM = "PS_LibreAcces_Personne_activite"
EXTRACT_MAX_BYTES = 2 * 1024**3
CHUNK = 1024 * 1024
LEFT_BEHIND = timedelta(days=1)
_STAMP = re.compile(r"_(20\d{2})(\d{2})(\d{2})(?:\d{4})?(?=\D|$)")
_ENCRYPTED = 0x1
_FULL = (errno.ENOSPC, errno.EDQUOT)
# What the library raises of an archive that was cut, spoiled, or written by nobody's program.
_SPOILED = (BadZipFile, NotImplementedError, EOFError, zlib.error, lzma.LZMAError, UnicodeDecodeError)
NOT_ZIP = "Cette archive ne s’ouvre pas : téléchargez-la de nouveau."
NO_MEMBER = f"Cette archive ne contient pas le fichier {EXTRACT_STEM}."
NO_ROOM = "Il n’y a plus assez de place sur le disque du serveur\u202f: prévenez la personne qui l’administre."
TOO_LARGE = "Ce fichier dépasse 2\u00a0Go\u202f: ce n’est pas l’extrait attendu."

_folder: Path | None = None


@dataclass(frozen=True, slots=True)
class Deposited:
    """A file that waits in the depot; its name is how it is chosen."""

    name: str
    bytes: int


def use(folder: Path) -> None:
    """Say where files wait: once, at the start."""
    global _folder  # one instance a process
    _folder = folder


def folder() -> Path:
    """Where files wait; raises RuntimeError before `use`."""
    if _folder is None:
        raise RuntimeError("no folder of imports: create_app sets it")
    _folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return _folder


def path_of(stored_as: str) -> Path:
    """Where a kept file is, by the name an import remembers."""
    return folder() / Path(stored_as).name


def keep(source: Path) -> str:
    """Keep a file under a name of chance, without copying its bytes where the disk allows; gives that name."""
    name = _new_name()
    try:
        os.link(source, folder() / name)
    except OSError:  # another disk, or a file of someone else's
        _copy(source, folder() / name)
    return name


def _new_name() -> str:
    return secrets.token_urlsafe(16)


def _copy(source: Path, target: Path) -> None:
    with source.open("rb") as read, _whole(target) as written:
        shutil.copyfileobj(read, written, CHUNK)


def write_text(text: str) -> str:
    """Keep a text under a name of chance; gives that name."""
    name = _new_name()
    with _whole(folder() / name) as file:
        file.write(text.encode())
    return name


@contextlib.contextmanager
def _whole(target: Path) -> Iterator[BinaryIO]:
    """A new file, written whole or not there. Raises Refusal when the disk is full."""
    try:
        with _create(target) as file:
            yield file
    except OSError as error:
        target.unlink(missing_ok=True)
        if error.errno in _FULL:
            raise Refusal(NO_ROOM) from error
        raise
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _create(target: Path) -> BinaryIO:
    return os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def remove(stored_as: str) -> None:
    """Forget a kept file; one that is gone already is no fault."""
    path_of(stored_as).unlink(missing_ok=True)


def sweep(still_wanted: Collection[str], now: datetime) -> int:
    """Remove what no open import wants and a killed process left behind a day ago; gives how many."""
    oldest = (now - LEFT_BEHIND).timestamp()
    left = [
        path
        for path in folder().iterdir()
        if path.is_file() and path.name not in still_wanted and path.stat().st_mtime < oldest
    ]
    for path in left:
        path.unlink(missing_ok=True)
    return len(left)


# -- the depot --------------------------------------------------------------------------------------------------------


def depot() -> list[Deposited]:
    """What was put there, newest name first: the name of an extract ends with its day."""
    place = folder() / DEPOT
    if not place.is_dir():
        return []
    found = [path for path in place.iterdir() if path.suffix.lower() in (".txt", ".zip") and _is_plain(path)]
    return sorted((Deposited(path.name, path.stat().st_size) for path in found), key=lambda f: f.name, reverse=True)


def _is_plain(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def deposited(name: str) -> Path:
    """Where a file of the depot is. Raises Refusal when there is none of that name."""
    if name not in {file.name for file in depot()}:
        raise Refusal("Ce fichier n’est plus dans le dossier de dépôt.")
    return folder() / DEPOT / name


# -- archives and names -----------------------------------------------------------------------------------------------


def is_zip(path: Path) -> bool:
    """Whether it begins as an archive does, whatever its name."""
    with path.open("rb") as file:
        return file.read(4) == b"PK\x03\x04"


@contextlib.contextmanager
def opened(path: Path) -> Iterator[tuple[BinaryIO, int]]:
    """A file, or the extract inside an archive, as a stream, and how many bytes it has. Raises Refusal."""
    if not is_zip(path):
        with path.open("rb") as file:
            yield file, path.stat().st_size
        return
    try:
        with ZipFile(path) as archive, archive.open(member := _extract_of(archive)) as read:
            yield cast(BinaryIO, read), member.file_size
    except _SPOILED as error:
        raise Refusal(NOT_ZIP) from error


def keep_member(archive: Path) -> tuple[str, str]:
    """Unpack the extract of a downloaded archive as a stream; gives the kept name and the member's. Raises Refusal."""
    name = _new_name()
    try:
        with ZipFile(archive) as opened:
            member = _extract_of(opened)
            with opened.open(member) as read, _whole(folder() / name) as written:
                shutil.copyfileobj(read, written, CHUNK)
    except (*_SPOILED, OSError) as error:
        raise Refusal(NOT_ZIP) from error
    return name, Path(member.filename).name


def _extract_of(archive: ZipFile) -> ZipInfo:
    """The member that is the extract; its declared size bounds what is unpacked."""
    texts = [member for member in archive.infolist() if member.filename.lower().endswith(".txt")]
    named = [member for member in texts if Path(member.filename).name.startswith(EXTRACT_STEM)] or texts
    if len(named) != 1:
        raise Refusal(NO_MEMBER)
    if named[0].flag_bits & _ENCRYPTED:
        raise Refusal("Cette archive est protégée par un mot de passe.")
    if named[0].file_size > EXTRACT_MAX_BYTES:
        raise Refusal(TOO_LARGE)
    return named[0]


def day_in(name: str) -> date | None:
    """The day of the extract, from the end of its name: « …_202607060815.txt » is of 6 July 2026."""
    stamp = _STAMP.search(name)
    with contextlib.suppress(ValueError):
        return date(*(int(part) for part in stamp.groups())) if stamp else None
    return None
