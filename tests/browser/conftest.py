"""A real Chromium against the real server; pages that count what a person does; pictures in tests/browser/out."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from cptsapp.accounts import sessions
from cptsapp.accounts.models import User
from cptsapp.core.db import session
from tests.tools import databases
from tests.tools.server import LiveServer, live_server

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--lang=fr",
]
OUT = Path(__file__).parent / "out"
DESKTOP = {"width": 1280, "height": 860}
PHONE = {"width": 360, "height": 740}
# Each screen is looked at on a dark telephone, where faults show; at the desk too by `make test-long`.
LOOKS = [pytest.param(False, False, marks=pytest.mark.long, id="desk"), pytest.param(True, True, id="telephone")]
DARK = [pytest.param(False, marks=pytest.mark.long, id="light"), pytest.param(True, id="dark")]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the run."""
    with sync_playwright() as playwright:
        french = {**os.environ, "LANGUAGE": "fr"}  # its own fields of dates and hours
        chromium = playwright.chromium.launch(executable_path=CHROMIUM or None, args=FLAGS, env=french)
        yield chromium
        chromium.close()


@pytest.fixture
def server(app: Flask, instance: Path, database_url: str, clock_file: Path, cast) -> Iterator[LiveServer]:
    """The real server, on the database that holds the cast: one process is enough for one browser."""
    databases.dispose()
    with live_server(instance, database_url, f"@{clock_file}", CPTSAPP_WORKERS="1") as running:
        yield running


@pytest.fixture
def open_as(app: Flask, browser: Browser, server: LiveServer):
    """`open_as(user, phone=False, dark=False, javascript=True)` → a page of a browser signed in as that user."""
    contexts: list[BrowserContext] = []

    def open_page(user: User | None, *, phone: bool = False, dark: bool = False, javascript: bool = True) -> Page:
        context = browser.new_context(
            base_url=server.url,
            viewport=PHONE if phone else DESKTOP,
            has_touch=phone,
            color_scheme="dark" if dark else "light",
            java_script_enabled=javascript,
            locale="fr-FR",
        )
        contexts.append(context)
        if user is not None:
            context.add_cookies([{"name": "cptsapp", "value": _cookie(app, user), "url": server.url}])
        page = context.new_page()
        page.set_default_timeout(5000)
        return page

    yield open_page
    for context in contexts:
        context.close()


def _cookie(app: Flask, user: User) -> str:
    """The signed cookie of a session opened for the user."""
    token = sessions.open_session(session.merge(user), "Chromium", None)
    session.commit()
    session.remove()
    signer = app.session_interface.get_signing_serializer(app)
    return signer.dumps({"_user_id": token, "_fresh": True, "_permanent": True})


@pytest.fixture
def picture():
    """`picture(page, "snp-liste-1280")` keeps a screenshot to look at."""
    OUT.mkdir(exist_ok=True)

    def take(page: Page, name: str, *, full: bool = False) -> None:
        page.screenshot(path=OUT / f"{name}.png", full_page=full)

    return take
