"""Guards that SQLAlchemy cannot write: no two open slots of one practitioner, no two memberships of one member overlap.

PostgreSQL has an exclusion constraint for it; on SQLite, where writers come one by one, a trigger holds as well.
"""

from alembic import op

NAME = "slot_no_overlap"

_SQLITE_BODY = """
BEGIN
  SELECT RAISE(ABORT, 'slot_no_overlap')
  WHERE NEW.state = 'open' AND EXISTS (
    SELECT 1 FROM slot
    WHERE person_id = NEW.person_id AND state = 'open' AND id <> NEW.id
      AND starts_at < NEW.ends_at AND ends_at > NEW.starts_at
      AND day_on BETWEEN date(NEW.day_on, '-1 day') AND date(NEW.day_on, '+1 day'));
END
"""

_POSTGRESQL = """
ALTER TABLE slot ADD CONSTRAINT slot_no_overlap
EXCLUDE USING gist (person_id WITH =, tstzrange(starts_at, ends_at) WITH &&) WHERE (state = 'open')
"""


def install_guards() -> None:
    """Add the guards to a fresh database."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"CREATE TRIGGER {NAME}_insert AFTER INSERT ON slot {_SQLITE_BODY}")
        op.execute(
            f"CREATE TRIGGER {NAME}_update AFTER UPDATE OF state, starts_at, ends_at, person_id ON slot {_SQLITE_BODY}"
        )
        return
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    op.execute(_POSTGRESQL)


def remove_guards() -> None:
    """Take them away before the tables go."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"DROP TRIGGER {NAME}_insert")
        op.execute(f"DROP TRIGGER {NAME}_update")
        return
    op.execute(f"ALTER TABLE slot DROP CONSTRAINT {NAME}")


MEMBERSHIP = "membership_no_overlap"

_MEMBERSHIP_BODY = """
BEGIN
  SELECT RAISE(ABORT, 'membership_no_overlap')
  WHERE EXISTS (
    SELECT 1 FROM membership
    WHERE id <> NEW.id
      AND (person_id = NEW.person_id OR organisation_id = NEW.organisation_id)
      AND starts_on <= coalesce(NEW.left_on, NEW.ends_on)
      AND coalesce(left_on, ends_on) >= NEW.starts_on);
END
"""

_MEMBERSHIP_COLUMNS = "person_id, organisation_id, starts_on, ends_on, left_on"


def install_membership_guard() -> None:
    """A member has one period at a time (B14: a person counted twice would make the rate wrong)."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"CREATE TRIGGER {MEMBERSHIP}_insert AFTER INSERT ON membership {_MEMBERSHIP_BODY}")
        op.execute(
            f"CREATE TRIGGER {MEMBERSHIP}_update AFTER UPDATE OF {_MEMBERSHIP_COLUMNS} ON membership {_MEMBERSHIP_BODY}"
        )
        return
    for column in ("person_id", "organisation_id"):
        op.execute(
            f"ALTER TABLE membership ADD CONSTRAINT {MEMBERSHIP}_{column} EXCLUDE USING gist"
            f" ({column} WITH =, daterange(starts_on, coalesce(left_on, ends_on), '[]') WITH &&)"
            f" WHERE ({column} IS NOT NULL)"
        )


def remove_membership_guard() -> None:
    """Take it away before the table goes."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"DROP TRIGGER {MEMBERSHIP}_insert")
        op.execute(f"DROP TRIGGER {MEMBERSHIP}_update")
        return
    for column in ("person_id", "organisation_id"):
        op.execute(f"ALTER TABLE membership DROP CONSTRAINT {MEMBERSHIP}_{column}")
