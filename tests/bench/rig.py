"""An application on a copy of an agenda, and someone signed in to it, called in-process as the bare route is."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from sqlalchemy.engine import Engine
from werkzeug.test import Client, TestResponse

from cptsapp import create_app
from cptsapp.accounts import sessions
from cptsapp.accounts.models import RoleGrant, User
from cptsapp.core.db import db, session
from tests.bench import seed
from tests.tools import databases
from tests.tools.http_user import TOKEN
from tests.tools.settings import test_settings

BROKEN_AFTER_SECONDS = 1800


class Person:
    """Someone signed in, in-process; answers are compressed as a browser asks for."""

    def __init__(self, app: Flask, role: str) -> None:
        self._client = Client(app)
        self._client.set_cookie("cptsapp", cookie_of(app, role))
        self.token = ""

    def get(self, path: str, **headers: str) -> TestResponse:
        """Fetch a page; raises AssertionError on an error page."""
        answer = self._client.get(path, headers={"Accept-Encoding": "br", **headers})
        assert answer.status_code < 400, f"{path}: {answer.status}"
        return answer

    def plain(self, path: str) -> str:
        """The page's text; its token serves the posts that follow."""
        text = self._client.get(path).get_data(as_text=True)
        found = TOKEN.search(text)
        self.token = found.group(1) if found else self.token
        return text

    def post(self, path: str, **form: object) -> TestResponse:
        """Send a form as htmx does; raises AssertionError when it is refused."""
        data = {"csrf_token": self.token, **form}
        answer = self._client.post(path, data=data, headers={"HX-Request": "true"})
        assert answer.status_code < 400, f"{path}: {answer.status} {answer.get_data(as_text=True)[:600]}"
        return answer


@dataclass(frozen=True)
class Rig:
    """An application at work on an agenda of its own."""

    app: Flask
    engine: Engine
    instance: Path

    def person(self, role: str) -> Person:
        """Someone who holds this role, signed in."""
        return Person(self.app, role)


def cookie_of(app: Flask, role: str, rank: int = 0) -> str:
    """The signed cookie of a session opened for the holder of a role, the first unless `rank` says another."""
    with app.app_context():
        holders = session.query(User).join(RoleGrant, RoleGrant.user_id == User.id).where(RoleGrant.role == role)
        user = holders.order_by(User.id).offset(rank).limit(1).one()
        token = sessions.open_session(user, "bench")
        session.commit()
        session.remove()
    signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    return str(signer.dumps({"_user_id": token, "_fresh": True, "_permanent": True}))


@contextmanager
def rig(slots: int) -> Iterator[Rig]:
    """An application on a copy of the agenda of that many slots; the copy goes with the block."""
    seed.FOLDER.mkdir(parents=True, exist_ok=True)
    seed.FOLDER.mkdir(parents=True, exist_ok=True)
    _forget_broken_runs()
    folder = Path(tempfile.mkdtemp(dir=seed.FOLDER, prefix="run-"))
    try:
        seed.copy(slots, folder)
        app = create_app(test_settings(folder, f"sqlite:///{folder / 'cptsapp.sqlite'}", f"@{seed.clock_file()}"))
        with app.app_context():
            engine = db.engine
        yield Rig(app, engine, folder)
        with app.app_context():
            databases.dispose()
    finally:
        shutil.rmtree(folder)


def _forget_broken_runs() -> None:
    """Copies that a run cut short has left behind, half a gigabyte each.

    Their age is that of the copy (`st_ctime`): `st_mtime` is that of the seed they were copied from.
    """
    for folder in seed.FOLDER.glob("run-*"):
        if folder.exists() and time.time() - folder.stat().st_ctime > BROKEN_AFTER_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)
