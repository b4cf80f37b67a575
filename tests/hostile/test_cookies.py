"""Cookies over https: for this host alone, out of reach of scripts and of a neighbour's sub-domain."""

from dataclasses import replace

import pytest

from cptsapp import create_app
from cptsapp.accounts.door import DESK_COOKIE, desk_cookie, set_desk_cookie
from tests.tools import databases
from tests.tools.settings import test_settings


@pytest.fixture
def secure_app(database_url, instance, clock_file):
    """The application as people reach it by https."""
    settings = replace(test_settings(instance, database_url, f"@{clock_file}"), base_url="https://cpts.example")
    application = create_app(settings)
    with application.app_context():
        yield application
        databases.dispose()


def test_the_cookie_of_a_session_is_bound_to_the_host(secure_app):
    answer = secure_app.test_client().get("/premier-lancement", base_url="https://cpts.example")
    sent = answer.headers["Set-Cookie"]
    assert sent.startswith("__Host-cptsapp=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(sent.split("; "))
    assert "Domain" not in sent


def test_so_is_that_of_a_desk(secure_app):
    answer = secure_app.response_class()
    set_desk_cookie(answer, "jeton")
    sent = answer.headers["Set-Cookie"]
    assert sent.startswith(f"__Host-{DESK_COOKIE}=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(sent.split("; "))


def test_without_https_browsers_would_refuse_such_names(app):
    assert desk_cookie() == DESK_COOKIE
    assert app.config["SESSION_COOKIE_NAME"] == "cptsapp"
