"""What a test leaves open to PostgreSQL is its own failure, not that of the test during which it is collected."""

import pytest
from sqlalchemy import text

from cptsapp import create_app
from cptsapp.core.db import is_sqlite, session
from tests.tools import databases
from tests.tools.settings import test_settings

pytestmark = pytest.mark.database


@pytest.fixture
def another(app, instance, database_url, clock_file):
    """A second application, that has asked its database something."""
    made = create_app(test_settings(instance, database_url, f"@{clock_file}"))
    with made.app_context():
        session.execute(text("SELECT 1"))
        session.remove()
        yield


def test_an_application_not_disposed_of_is_found(another):
    assert databases.close_left_open() == (0 if is_sqlite() else 1)


def test_one_disposed_of_leaves_nothing(another):
    databases.dispose()
    assert databases.close_left_open() == 0
