"""`worker`, `backup DIR`, `restore DIR`, `rotate-keys`: each loads what it needs, which the server does not."""

import os
from pathlib import Path

import click
from flask import Flask
from sqlalchemy import text

from cptsapp.core.db import session
from cptsapp.settings import Settings


def init_app(app: Flask) -> None:
    """Add the commands."""
    settings: Settings = app.config["CPTSAPP"]

    @app.cli.command("worker", with_appcontext=False)
    @click.option("--once", is_flag=True, help="Send and do what is due now, then end.")
    def worker(once: bool) -> None:
        """Send the mails that wait and do what is due, until stopped."""
        _work(app, settings, once)

    @app.cli.command("backup")
    @click.argument("directory", type=click.Path(path_type=Path))
    @click.option("--keep", default=0, help="Keep only so many copies in DIRECTORY; 0 keeps all.")
    def backup_command(directory: Path, keep: int) -> None:
        """Copy database, files and keys into DIRECTORY while the application runs, and verify the copy."""
        from cptsapp.operations import backup
        from cptsapp.operations.databases import CopyFailed

        os.umask(0o077)
        try:
            made = backup.make(settings, directory, _revision())
        except CopyFailed as error:
            raise click.ClickException(str(error)) from None
        click.echo(f"{made}: verified, {sum(backup.read_manifest(made).counts.values())} rows.")
        click.echo(f"Its keys are in {made / backup.KEYS}: keep them somewhere else.")
        if keep:
            click.echo(f"{backup.prune(directory, keep)} older copies removed.")

    @app.cli.command("restore")
    @click.argument("directory", type=click.Path(exists=True, path_type=Path))
    @click.option("--force", is_flag=True, help="Replace an instance that is in use. Stop web server and worker first.")
    @click.option("--keys", type=click.Path(exists=True, path_type=Path), help="Where the copy's keys are.")
    def restore_command(directory: Path, force: bool, keys: Path | None) -> None:
        """Put back the copy in DIRECTORY (or the newest there), and erase again what was due."""
        from cptsapp.operations import restore
        from cptsapp.operations.databases import CopyFailed

        os.umask(0o077)
        try:
            done = restore.restore(settings, directory, force=force, keys=keys)
        except CopyFailed as error:
            raise click.ClickException(str(error)) from None
        click.echo(f"The copy of {done.made_at} is in place. Everyone signs in again.")

    _add_rotation(app, settings.keys_path)


def _work(app: Flask, settings: Settings, once: bool) -> None:
    from cptsapp.operations.jobs import READING
    from cptsapp.operations.worker import Worker, transport_of

    made = Worker(app, transport_of(settings))
    if not once:
        made.run()
        return
    made.once()
    READING.wait()


def _add_rotation(app: Flask, path: Path) -> None:
    @app.cli.command("rotate-keys")
    def rotate_keys() -> None:
        """Seal new values with a new key from the next start on; what is sealed already still opens."""
        from cptsapp.core import seal

        number = seal.rotate(path)
        click.echo(f"Key {number} seals from the next start. Copy {path} again, apart from the backups.")


def _revision() -> str:
    """The migration the database stands at."""
    found = session.scalar(text("SELECT version_num FROM alembic_version")) or ""
    session.remove()
    return str(found)
