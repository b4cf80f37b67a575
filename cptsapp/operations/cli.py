"""`flask --app wsgi worker`, `backup DIR`, `restore DIR`."""

import click
from flask import Flask

from cptsapp.operations.worker import Worker, transport_of


def init_app(app: Flask) -> None:
    """Add the commands."""

    @app.cli.command("worker", with_appcontext=False)
    @click.option("--once", is_flag=True, help="Send and do what is due now, then end.")
    def worker(once: bool) -> None:
        """Send the mails that wait and do what is due, until stopped."""
        made = Worker(app, transport_of(app.config["CPTSAPP"]))
        made.once() if once else made.run()
