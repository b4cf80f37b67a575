"""`flask --app wsgi demo prepare`: a demonstration ready to be shown, and who can sign in. Loaded when asked for."""

import time

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from cptsapp.accounts.permissions import ROLE_LABELS
from cptsapp.core.french import count
from cptsapp.settings import Settings
from cptsapp.territory import queries as territory

group = AppGroup("demo", help="The demonstration CPTS.")


def init_app(app: Flask) -> None:
    """Add the command, in a demonstration only: it writes invented people."""
    if app.config["CPTSAPP"].mode in ("demo", "test"):
        app.cli.add_command(group)


@group.command("prepare")
def prepare() -> None:
    """Migrate, fill what is empty, say who can sign in."""
    from flask_migrate import upgrade

    from cptsapp.demo import extract, story

    settings: Settings = current_app.config["CPTSAPP"]
    upgrade()
    if territory.current() is None:
        began = time.monotonic()
        story.play(settings.clock)
        click.echo(f"Demonstration written in {time.monotonic() - began:.0f} s.")
    else:
        story.go_on(settings.clock)
    extract.deposit()
    _announce()


def _announce() -> None:
    from cptsapp.demo import cast

    click.echo(f"\n  {cast.NAME}, invented people. One password for all: {cast.PASSWORD}")
    click.echo("  The second factor's code is shown on its page. Mails are read at /courrier.\n")
    for member in cast.MEMBERS:
        roles = ", ".join(ROLE_LABELS[role] for role in member.roles)
        click.echo(f"  {roles:<24} {cast.mail_of(member.name)}")
    for doctor in cast.DOCTORS[:2]:
        name = f"{doctor.first_name} {doctor.last_name}"
        click.echo(f"  {'Médecin':<24} {cast.mail_of(name)}")
    others = count(sum(doctor.has_account for doctor in cast.DOCTORS) - 2, "autre", "autres")
    click.echo(f"  {'':<24} et {others} : prenom.nom@{cast.DOMAIN}\n")
