"""Putting a copy back: verified first, never over a living instance unless asked, and what was erased stays erased."""

import os
import shutil
import tarfile
from datetime import datetime
from pathlib import Path

from flask_migrate import upgrade
from sqlalchemy import inspect, select, update

from cptsapp.accounts.models import SignIn, User
from cptsapp.activity.actions import erase_due
from cptsapp.audit.actions import record
from cptsapp.care_plans.actions import retention as plans
from cptsapp.core import clock, erasures, seal
from cptsapp.core.db import db, session
from cptsapp.inbox.actions import forgetting, retention
from cptsapp.operations import backup, databases
from cptsapp.operations.backup import FILES, FILES_NAME, KEYS, SECRET
from cptsapp.operations.databases import CopyFailed
from cptsapp.settings import Settings
from cptsapp.snp.models import AgendaVersion

# Browsers keep the number of the list they saw: after a step back in time it must not meet theirs again.
VERSION_LEAP = 1_000_000


def restore(settings: Settings, directory: Path, *, force: bool = False, keys: Path | None = None) -> backup.Manifest:
    """Put a copy back in place of the instance. Raises CopyFailed, and then nothing was changed."""
    folder = backup.newest(directory)
    manifest = backup.verify(folder)
    if not force and is_in_use():
        raise CopyFailed("This instance is in use. Stop web server and worker, then ask again with --force.")
    chosen_keys = _keys_of(settings, manifest, keys or folder / KEYS)
    erased = backup.erasures_known(folder)
    _let_go()
    databases.put_back(folder / manifest.database, settings.database_url)
    _put_back_files(settings, folder / FILES_NAME)
    if chosen_keys is not None:
        _put_back_keys(settings, chosen_keys)
    upgrade()
    erasures.append(erased, clock.now())
    _settle(manifest)
    return manifest


def is_in_use() -> bool:
    """Whether the instance holds accounts."""
    if not inspect(db.engine).has_table(User.__tablename__):
        return False
    found = session.scalar(select(User.id).limit(1)) is not None
    session.remove()
    return found


def _let_go() -> None:
    """Close our own connections: the file under them goes."""
    session.remove()
    db.engine.dispose()


def _keys_of(settings: Settings, manifest: backup.Manifest, folder: Path) -> Path | None:
    """The folder of keys to put back, or None when those in place are the right ones. Raises CopyFailed."""
    if settings.keys_path.is_file() and backup.digest(settings.keys_path) == manifest.keys_sha256:
        return None
    kept = folder / "keys.json"
    if not kept.is_file():
        raise CopyFailed(
            "The keys of this copy are not here: give their folder with --keys. Without them no name opens."
        )
    if backup.digest(kept) != manifest.keys_sha256:
        raise CopyFailed("These keys are not those of this copy.")
    return folder


def _put_back_keys(settings: Settings, folder: Path) -> None:
    """Put the copy's keys in place; those they replace are set aside, never thrown away."""
    for name, target in (("keys.json", settings.keys_path), (SECRET, settings.instance / SECRET)):
        if not (folder / name).is_file():
            continue
        if target.exists():
            os.replace(target, target.with_name(f"{target.name}.before-{clock.now():%Y%m%dT%H%M%S}"))
        backup.write_private(target, (folder / name).read_bytes())
    seal.use(seal.load_or_create(settings.keys_path))


def _put_back_files(settings: Settings, archive_path: Path) -> None:
    shutil.rmtree(settings.instance / FILES, ignore_errors=True)
    with tarfile.open(archive_path) as archive:
        for member in archive.getmembers():
            if member.isfile() and _is_within(settings.instance / FILES, settings.instance / member.name):
                archive.extract(member, settings.instance)


def _is_within(folder: Path, path: Path) -> bool:
    """Whether a path leads below the folder: a copy that was tampered with writes nowhere else.

    The archive module's own filters came with Python 3.11.4, and Debian 12 has 3.11.2.
    """
    return path.resolve().is_relative_to(folder.resolve())


def _settle(manifest: backup.Manifest) -> None:
    """Catch up with the time since the copy: erase what was due, end sessions, say it in the trail."""
    now = clock.now()
    erase_due(now)
    _erase_persons(now)
    session.execute(update(SignIn).where(SignIn.ended_at.is_(None)).values(ended_at=now))
    session.execute(update(AgendaVersion).values(version=AgendaVersion.version + VERSION_LEAP))
    record("copy.restored", None, by=None, made_at=manifest.made_at)
    session.commit()
    forgetting.finish()
    session.remove()


def _erase_persons(now: datetime) -> None:
    """The plans and files erased since the copy was made, whatever their age; then those whose time has come."""
    gone = erasures.read()
    plans.erase_again(gone)  # before the requests: those whose person asked for it must not be kept apart
    retention.erase_again(gone)
    while plans.anonymise_due(now) + retention.anonymise_due(now):
        session.commit()
