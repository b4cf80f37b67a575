"""The screens of accounts: the door, one's own account, everyone's accounts, roles, desks."""

from flask import Flask

from cptsapp.accounts import cli
from cptsapp.accounts.views import desks, door, links, mine, people, roles
from cptsapp.accounts.views.blueprint import blueprint

__all__ = ["blueprint", "desks", "door", "init_app", "links", "mine", "people", "roles"]


def init_app(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(cli.roles)
