"""The real server, two processes, on the test's own database; what the app under test holds open is let go first."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from cptsapp.accounts.models import Role, User
from cptsapp.core.db import session
from cptsapp.directory.models import Practice
from tests.storms.crowd import CROWD, at_once, name_of
from tests.tools.cast import Cast
from tests.tools.factories import make_practice, make_user
from tests.tools.http_user import HttpUser, http_user
from tests.tools.server import LiveServer, live_server


@pytest.fixture
def server(app: Flask, cast: Cast, instance: Path, database_url: str, clock_file: Path) -> Iterator[LiveServer]:
    """The server, with the cast in its database, at the test's time."""
    session.remove()
    with live_server(instance, database_url, f"@{clock_file}") as running:
        yield running
        _, crash, story = running.log.read_text().partition("Traceback")
        assert not crash, story[:5000]


@pytest.fixture
def come_in(app: Flask, server: LiveServer) -> Iterator[Callable[[User], HttpUser]]:
    """`come_in(user)`: someone signed in over HTTP, whose connection is closed in the end."""
    inside: list[HttpUser] = []

    def open_door(user: User) -> HttpUser:
        inside.append(http_user(app, server.url, user))
        return inside[-1]

    yield open_door
    for someone in inside:
        someone.close()


@pytest.fixture
def crowd(come_in: Callable[[User], HttpUser]) -> Callable[..., list[HttpUser]]:
    """`crowd(16)`: regulators, each with the token of a page."""

    def gather(count: int = CROWD) -> list[HttpUser]:
        users = [make_user(Role.REGULATOR, display_name=name_of(n)) for n in range(count)]
        session.commit()
        clients = [come_in(user) for user in users]
        at_once(lambda client: client.get("/compte"), clients)
        return clients

    return gather


@pytest.fixture
def practices(cast: Cast) -> list[Practice]:
    """Eight doctors, so that no slot overlaps another."""
    made = [make_practice() for _ in range(8)]
    session.commit()
    return made
