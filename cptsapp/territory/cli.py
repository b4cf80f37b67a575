"""The command that prints the one-time code of the first visit."""

import click
from flask import Flask

from cptsapp.core.db import session
from cptsapp.territory import actions, queries


def init_app(app: Flask) -> None:
    """Add `flask setup-code`."""
    app.cli.add_command(setup_code)


@click.command("setup-code")
def setup_code() -> None:
    """Print a new code for the first visit; nothing once the CPTS is set up."""
    if queries.current() is not None:
        return
    code = actions.new_setup_code()
    session.commit()
    click.echo(f"\n  Première installation : ouvrez /premier-lancement et donnez ce code :  {code}\n")
