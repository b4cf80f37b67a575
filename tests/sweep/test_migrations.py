"""The migrations make what the models say, and can be taken back."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, text

from cptsapp.accounts.actions import drafts
from cptsapp.calendars.rules import FEED_LASTS
from cptsapp.core import clock
from cptsapp.core.db import db, session
from cptsapp.snp.models import CalendarFeed

pytestmark = pytest.mark.database


def test_models_are_what_migrations_make(app):
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, db.metadata) == []


def test_migrations_go_down_and_up_again(app):
    session.remove()
    downgrade(revision="base")
    assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
    upgrade()
    assert "slot" in inspect(db.engine).get_table_names()


def test_an_address_of_before_is_the_practitioners_own(app, cast):
    number = _add_feed(cast.gp_person.id)
    downgrade(revision="0001")
    assert "created_by_id" not in {column["name"] for column in inspect(db.engine).get_columns("calendar_feed")}
    upgrade()
    assert session.query(CalendarFeed.id, CalendarFeed.created_by_id).one() == (number, None)


def test_going_down_keeps_the_address_a_delegate_made(app, cast):
    number = _add_feed(cast.gp_person.id, created_by_id=cast.secretary.id)
    downgrade(revision="0001")
    assert session.execute(text("SELECT id FROM calendar_feed")).scalar() == number
    session.remove()
    upgrade()


def test_a_kept_text_goes_down_and_up_with_its_path(app, cast):
    author = cast.regulator.id
    drafts.keep(author, "/creneaux/1/reserver?q=x", [("note", "à rappeler")])
    session.commit()
    session.remove()
    downgrade(revision="0001")
    assert session.execute(text("SELECT path FROM draft")).scalar() == "/creneaux/1/reserver?q=x"
    session.remove()
    upgrade()
    kept = drafts.newest_of(author)
    assert (kept.path, kept.fields) == ("/creneaux/1/reserver?q=x", [("note", "à rappeler")])


def _add_feed(person_id: int, **values: int) -> int:
    feed = CalendarFeed(
        person_id=person_id, token_hash=b"x", created_at=clock.now(), expires_at=clock.now() + FEED_LASTS, **values
    )
    session.add(feed)
    session.commit()
    number = feed.id
    session.remove()
    return number
