"""How migrations run: in batch on SQLite, with foreign keys off (a rebuilt table would delete its children)."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from flask import current_app
from sqlalchemy import Connection, text

from cptsapp.core import stamps
from cptsapp.core.db import Instant, db

config = context.config


def render_item(kind: str, item: Any, autogen_context: AutogenContext) -> str | Literal[False]:
    """Write our types as the plain SQLAlchemy ones: a migration must not change with the models."""
    if kind == "type" and isinstance(item, Instant):
        return "sa.DateTime(timezone=True)"
    return False


def run() -> None:
    """Migrate the application's database."""
    engine = current_app.extensions["migrate"].db.engine
    # The table of stamps may not be there yet; whoever keeps something in memory is started after a migration.
    with engine.connect().execution_options(**stamps.UNSTAMPED) as connection:
        if connection.dialect.name == "sqlite":
            _run_on_sqlite(connection)
        else:
            _migrate(connection)


def _run_on_sqlite(connection: Connection) -> None:
    driver = connection.connection.driver_connection
    assert driver is not None
    driver.execute("PRAGMA foreign_keys=OFF")
    _migrate(connection)
    broken = connection.execute(text("PRAGMA foreign_key_check")).all()
    connection.rollback()
    driver.execute("PRAGMA foreign_keys=ON")
    if broken:
        raise RuntimeError(f"migration left {len(broken)} rows without their parent")


def _migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=db.metadata,
        render_item=render_item,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
