"""The bench every test stands on: a migrated database copied per test, a clock that stands still, a client that checks.

`--database=postgresql` runs the same tests on the server named by CPTSAPP_TEST_POSTGRESQL.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import hypothesis
import pytest
from flask import Flask
from jinja2 import FileSystemBytecodeCache

from cptsapp import create_app
from cptsapp.core import clock
from tests.tools import databases
from tests.tools.cast import Cast, cast_of, make_cast, numbers_of
from tests.tools.client import CheckedClient
from tests.tools.routes import shared_map
from tests.tools.settings import test_settings

# A slow machine is no fault of a rule: what is slow is told by the bench.
hypothesis.settings.register_profile("house", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("house")

MONDAY = datetime(2026, 7, 20, 12, 32, tzinfo=UTC)  # lundi 20 juillet 2026, 14h32 à Paris


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=("sqlite", "postgresql"), default="sqlite")


@pytest.fixture(scope="session")
def database_kind(request: pytest.FixtureRequest) -> str:
    """Which database this run is on."""
    return request.config.getoption("--database")


@pytest.fixture(scope="session")
def template(database_kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[databases.Template]:
    """A database migrated once."""
    made = databases.make_template(database_kind, tmp_path_factory.mktemp("template"))
    yield made
    made.drop()


@pytest.fixture(scope="session")
def peopled(template: databases.Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple]:
    """The same with the named people in it, written once; and the number of each."""
    numbers: dict[str, int] = {}
    made = databases.make_peopled(
        template, tmp_path_factory.mktemp("peopled"), lambda: numbers.update(numbers_of(make_cast()))
    )
    yield made, numbers
    made.drop()


@pytest.fixture(scope="session")
def static_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Static files compressed once a run."""
    return tmp_path_factory.mktemp("static")


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Templates compiled once a run: each test has an application of its own, that would compile them again."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def instance(tmp_path: Path, static_cache: Path) -> Path:
    """An instance folder of the test's own."""
    path = tmp_path / "instance"
    path.mkdir()
    (path / "static").symlink_to(static_cache)
    return path


@pytest.fixture
def database_url(request: pytest.FixtureRequest, template: databases.Template, instance: Path) -> Iterator[str]:
    """A copy of the migrated database, the cast in it for a test that asks for it."""
    if "cast" in request.fixturenames:
        template = request.getfixturevalue("peopled")[0]
    url = template.copy(instance)
    yield url
    left = databases.close_left_open()
    template.discard(url)
    assert left == 0, f"{left} connections left open: an application made by this test was not disposed of"


@pytest.fixture
def clock_file(tmp_path: Path) -> Path:
    """The file that holds the test's time."""
    path = tmp_path / "clock"
    path.write_text(MONDAY.isoformat())
    return path


@pytest.fixture
def set_clock(clock_file: Path):
    """Move the test's time: `set_clock(datetime)`; aware."""

    def move(instant: datetime) -> None:
        clock_file.write_text(instant.astimezone(UTC).isoformat())
        databases.touch_distinctly(clock_file)

    return move


@pytest.fixture
def app(
    database_url: str, instance: Path, clock_file: Path, compiled_templates: FileSystemBytecodeCache
) -> Iterator[Flask]:
    """The application on that copy, in an application context."""
    with shared_map():
        application = create_app(test_settings(instance, database_url, f"@{clock_file}"))
    application.jinja_env.bytecode_cache = compiled_templates
    application.test_client_class = CheckedClient
    with application.app_context():
        databases.share_compiled(databases.db.engine)
        yield application
        databases.dispose()
    clock.configure(None)


@pytest.fixture
def cast(app: Flask, peopled: tuple) -> Cast:
    """The named people of the tests, in a CPTS that is set up."""
    return cast_of(peopled[1])


@pytest.fixture
def client(app: Flask) -> CheckedClient:
    """Someone who has not signed in."""
    return app.test_client()


@pytest.fixture
def sign_in(app: Flask):
    """`sign_in(user)` gives a client with an open session of that user."""
    from tests.tools.client import client_for

    return lambda user, **kwargs: client_for(app, user, **kwargs)
