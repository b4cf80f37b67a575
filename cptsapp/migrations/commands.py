"""`flask db …`, loaded when it is first asked for: a server never needs Alembic, a tenth of its start."""

from typing import Any

import click
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

from cptsapp.settings import ROOT

_FOLDER = str(ROOT / "cptsapp" / "migrations")


class _Configuration:
    """Stands for Flask-Migrate's own, which takes its place at the first use."""

    def __init__(self, app: Flask, db: SQLAlchemy) -> None:
        self._app, self._db = app, db

    def __getattr__(self, name: str) -> Any:
        return getattr(load(self._app, self._db), name)


class _Group(click.Group):
    """Gives way to the commands of Flask-Migrate as soon as one is asked for."""

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        from flask_migrate.cli import db

        context: click.Context = db.make_context(*args, **kwargs)
        return context


def load(app: Flask, db: SQLAlchemy) -> Any:
    """Flask-Migrate's configuration of this application."""
    from flask_migrate import Migrate

    own = dict(app.cli.commands)
    Migrate(app, db, directory=_FOLDER, compare_type=True, render_as_batch=True)
    app.cli.commands = own
    return app.extensions["migrate"]


def init_app(app: Flask, db: SQLAlchemy) -> None:
    """Make `flask db` known, and the configuration that it and tests look for."""
    app.extensions["migrate"] = _Configuration(app, db)
    app.cli.add_command(_Group("db", help="Perform database migrations."))
