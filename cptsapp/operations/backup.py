"""A copy of everything while the application runs: database and files, and the keys apart.

`DIR/cptsapp-20260720T123200Z/` holds the database, the stored files, what was erased on request, a manifest, and
`keys/`, which must be kept elsewhere: with both, one reads every patient's name. A copy appears under its name only
once it has been verified.
"""

import hashlib
import json
import os
import shutil
import tarfile
from dataclasses import asdict, dataclass
from pathlib import Path

from cptsapp.core import clock, erasures
from cptsapp.operations import databases
from cptsapp.operations.databases import CopyFailed, Counts
from cptsapp.settings import Settings

FORMAT = 1
MANIFEST = "manifest.json"
KEYS = "keys"
ERASURES = erasures.NAME
FILES = "files"
FILES_NAME = "files.tar"
PREFIX = "cptsapp-"
SECRET = "secret.key"  # noqa: S105  a file's name
CHUNK = 1024 * 1024

NOTICE = """Ce dossier contient les clefs qui ouvrent les identités des patients.
Ne le gardez jamais avec la base de données : qui trouve les deux lit tout.
Sans lui, les identités de cette copie sont perdues ; le reste se lit.

These are the keys that open the patients' identities. Keep them away from the database.
Without them the identities of this copy are lost; the rest can be read.
"""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a copy holds, so that it can be checked without the application."""

    format: int
    made_at: str
    database: str
    revision: str
    counts: Counts
    sha256: dict[str, str]
    keys_sha256: str


def make(settings: Settings, directory: Path, revision: str) -> Path:
    """Write a copy under `directory` and verify it; gives its folder. Raises CopyFailed."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    stamp = clock.now().strftime("%Y%m%dT%H%M%SZ")
    target = directory / f"{PREFIX}{stamp}"
    partial = directory / f".{target.name}.partial"
    if target.exists():
        raise CopyFailed(f"{target.name} exists already.")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(mode=0o700)
    try:
        _fill(settings, partial, revision)
        verify(partial)
        os.replace(partial, target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return target


def _fill(settings: Settings, folder: Path, revision: str) -> None:
    name = databases.copy_name(settings.database_url)
    counts = databases.copy(settings.database_url, folder / name)
    _copy_files(settings.instance / FILES, folder / FILES_NAME)
    _copy_keys(settings, folder / KEYS)
    if settings.erasures_path.is_file():
        write_private(folder / ERASURES, settings.erasures_path.read_bytes())
    manifest = Manifest(
        format=FORMAT,
        made_at=clock.now().isoformat(),
        database=name,
        revision=revision,
        counts=counts,
        sha256={path.name: digest(path) for path in sorted(folder.iterdir()) if path.is_file()},
        keys_sha256=digest(settings.keys_path),
    )
    write_private(folder / MANIFEST, json.dumps(asdict(manifest), indent=1, ensure_ascii=False).encode())
    for path in folder.iterdir():
        path.chmod(0o700 if path.is_dir() else 0o600)


def _copy_files(source: Path, target: Path) -> None:
    """The stored files in one archive, empty when there are none.

    After the database: a file is on the disk before its row is. What is being received begins with a dot, and may be
    gone before it could be copied.
    """
    with tarfile.open(target, "w") as archive:
        for path in sorted(source.rglob("*")) if source.is_dir() else ():
            if path.is_file() and not path.name.startswith("."):
                archive.add(path, arcname=f"{FILES}/{path.relative_to(source)}")


def _copy_keys(settings: Settings, target: Path) -> None:
    target.mkdir(mode=0o700)
    write_private(target / "keys.json", settings.keys_path.read_bytes())
    write_private(target / SECRET, (settings.instance / SECRET).read_bytes())
    write_private(target / "LISEZ-MOI.txt", NOTICE.encode())


def write_private(path: Path, content: bytes) -> None:
    """Readable by its owner alone, from its first byte, and on the disk."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            found.update(chunk)
    return found.hexdigest()


def read_manifest(folder: Path) -> Manifest:
    """What a copy says of itself. Raises CopyFailed."""
    try:
        values = json.loads((folder / MANIFEST).read_text())
        found = Manifest(**values)
    except (OSError, ValueError, TypeError) as error:
        raise CopyFailed(f"{folder} holds no readable {MANIFEST}.") from error
    if found.format != FORMAT:
        raise CopyFailed(f"This copy has format {found.format}; this version reads {FORMAT}.")
    return found


def verify(folder: Path) -> Manifest:
    """Open a copy and compare it with its manifest: sums, integrity, rows of each table. Raises CopyFailed."""
    manifest = read_manifest(folder)
    for name, expected in manifest.sha256.items():
        path = folder / name
        if not path.is_file() or digest(path) != expected:
            raise CopyFailed(f"{name} is missing, or not what was copied.")
    found = databases.check(folder / manifest.database)
    if found != manifest.counts:
        names = sorted(t for t in {*found, *manifest.counts} if found.get(t) != manifest.counts.get(t))
        raise CopyFailed(f"The copy has not the rows that were copied: {', '.join(names)}.")
    return manifest


def newest(directory: Path) -> Path:
    """The copy itself, or the newest one in a folder of copies. Raises CopyFailed."""
    if (directory / MANIFEST).is_file():
        return directory
    copies = sorted(path for path in directory.glob(f"{PREFIX}*") if (path / MANIFEST).is_file())
    if not copies:
        raise CopyFailed(f"There is no copy in {directory}.")
    return copies[-1]


def erasures_known(folder: Path) -> list[erasures.Erased]:
    """What this copy, and those that stand beside it, say was erased: a newer one knows of more."""
    beside = sorted(folder.parent.glob(f"{PREFIX}*/{ERASURES}"))
    return list(dict.fromkeys(erased for path in (folder / ERASURES, *beside) for erased in erasures.read(path)))


def prune(directory: Path, keep: int) -> int:
    """Remove all but the newest `keep` copies; gives how many went."""
    copies = sorted(path for path in directory.glob(f"{PREFIX}*") if (path / MANIFEST).is_file())
    old = copies[:-keep] if keep else []
    for path in old:
        shutil.rmtree(path)
    return len(old)
