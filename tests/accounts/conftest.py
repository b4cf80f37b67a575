"""A shared desk where two regulators have chosen their PIN."""

import pytest
from argon2 import PasswordHasher
from flask import Flask

from cptsapp.accounts import queries, secrets
from cptsapp.accounts.actions import desks
from cptsapp.accounts.door import DESK_COOKIE
from cptsapp.accounts.models import User
from cptsapp.core.db import session
from tests.accounts.tools import PIN
from tests.tools.cast import Cast
from tests.tools.factories import acting


@pytest.fixture(autouse=True)
def _cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same argon2id, in no time."""
    monkeypatch.setattr(secrets, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def cast(cast: Cast) -> Cast:
    """The same people, readable whatever the requests of a test do to its session."""
    for one in vars(cast).values():
        session.refresh(one)
    session.expunge_all()
    return cast


@pytest.fixture
def desk_token(cast: Cast) -> str:
    """The token of « Poste 2 », where Léa and Théo have a PIN."""
    token = desks.enrol_desk("Poste 2", by=acting(session.get(User, cast.administrator.id)))
    desk = queries.desk_of(token)
    for user in (cast.regulator, cast.other_regulator):
        desks.set_pin(acting(session.get(User, user.id)).at_desk(desk.id, desk.name), PIN)
    session.commit()
    return token


@pytest.fixture
def desk_client(app: Flask, desk_token: str):
    """The browser of « Poste 2 »; nobody has taken it yet."""
    client = app.test_client()
    client.set_cookie(DESK_COOKIE, desk_token)
    return client
