"""`flask roles docs`: the permission table as a page of the documentation."""

from pathlib import Path

import click
from flask.cli import AppGroup

from cptsapp.accounts import permissions
from cptsapp.settings import ROOT

roles = AppGroup("roles", help="The permission table.")

PAGE = ROOT / "docs" / "permissions.md"


@roles.command("docs")
@click.option("--to", type=click.Path(path_type=Path), default=PAGE, help="Where to write it.")
def docs(to: Path) -> None:
    """Write docs/permissions.md anew."""
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_text(permissions.as_markdown(), encoding="utf-8")
    print(f"{to} written")
