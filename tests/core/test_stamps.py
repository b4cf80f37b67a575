"""A stamp changes with each commit that writes in the tables it stands for, and with no other."""

import pytest
from sqlalchemy import text

from cptsapp.core import stamps
from cptsapp.core.db import session
from cptsapp.directory.models import Person
from tests.tools.factories import make_person, make_user


def stamp():
    found = stamps.value("directory")
    session.rollback()
    return found


def test_a_write_changes_it(cast):
    before = stamp()
    make_person()
    session.commit()
    assert stamp() != before


def test_a_statement_of_rows_changes_it(cast):
    before = stamp()
    session.execute(text("UPDATE person SET first_name = 'Anne'"))
    session.commit()
    assert stamp() != before


@pytest.mark.parametrize("statement", ["INSERT OR IGNORE INTO person", 'UPDATE "person" SET', "\n  DELETE FROM person"])
def test_every_way_of_writing_is_known(statement):
    assert stamps._WRITES.match(statement)[1] == "person"


def test_reading_leaves_it(cast):
    before = stamp()
    session.query(Person).all()
    session.commit()
    assert stamp() == before


def test_what_is_written_elsewhere_leaves_it(cast):
    before = stamp()
    make_user()
    session.commit()
    assert stamp() == before


def test_what_is_taken_back_leaves_it(cast):
    before = stamp()
    make_person()
    session.rollback()
    make_user()
    session.commit()
    assert stamp() == before


@pytest.mark.database
def test_it_goes_with_the_transaction(cast, app):
    before = stamp()
    make_person()
    session.flush()
    assert stamps.value("directory") == before
    session.rollback()
