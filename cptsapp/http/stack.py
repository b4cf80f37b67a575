"""Puts the pieces of `http` on the application, in the order they need."""

from collections.abc import MutableMapping
from datetime import timedelta
from typing import Any

from flask import Flask
from flask.templating import Environment
from flask_wtf.csrf import CSRFProtect
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map

from cptsapp.http import access, app, compress, errors, filters, headers, htmx, logs, static, uploads
from cptsapp.http.routes import LazyRule
from cptsapp.settings import ROOT, Settings

UPLOAD_MAX_BYTES = 2 * 1024 * 1024
KEY_MAX = 2**31 - 1


class KeyConverter(IntegerConverter):
    """A number that the key of a row can be: beyond it an address is no page, where a database would fail."""

    regex = "[0-9]+"

    def __init__(self, url_map: Map, **limits: Any) -> None:
        super().__init__(url_map, **{"max": KEY_MAX, **limits})


class Pages(Environment):
    """Jinja whose globals are those of the application when a template is first used.

    Jinja's own map looks through to later changes, which nothing makes here, and pays for it at each import of a macro.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The globals of a template, in one dict."""
        return {**self.globals, **(d or {})}


def cookie_name(name: str, settings: Settings) -> str:
    """The cookie's name; over https one that browsers bind to this very host, so that no sub-domain plants it."""
    return f"__Host-{name}" if settings.is_secure else name


def configure(flask_app: Flask, settings: Settings) -> None:
    """Set Flask up before any feature is registered."""
    flask_app.config.update(
        SECRET_KEY=settings.secret_key,
        CPTSAPP=settings,
        MAX_CONTENT_LENGTH=UPLOAD_MAX_BYTES,
        PERMANENT_SESSION_LIFETIME=timedelta(days=60),
        SESSION_COOKIE_NAME=cookie_name("cptsapp", settings),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.is_secure,
        SESSION_REFRESH_EACH_REQUEST=False,
        TESTING=settings.mode == "test",
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,  # private links send no referrer; the token and SameSite hold
        WTF_I18N_ENABLED=False,  # WTForms' own French, without Flask-Babel
    )
    flask_app.request_class = uploads.Request
    flask_app.url_rule_class = LazyRule
    flask_app.jinja_environment = Pages
    flask_app.url_map.converters["int"] = KeyConverter
    flask_app.jinja_env.undefined = StrictUndefined
    flask_app.jinja_env.trim_blocks = True
    flask_app.jinja_env.lstrip_blocks = True
    flask_app.json.sort_keys = False  # type: ignore[attr-defined]


def install(flask_app: Flask, settings: Settings) -> None:
    """Wrap the features: Flask runs `after_request` functions last registered first, so the transaction ends first."""
    logs.init_app(flask_app)
    CSRFProtect(flask_app)
    access.init_app(flask_app)
    filters.init_app(flask_app)
    errors.init_app(flask_app)
    static.init_app(flask_app, ROOT / "static", settings.instance / "static")
    compress.init_app(flask_app)
    headers.init_app(flask_app, settings.is_secure)
    htmx.init_app(flask_app)
    app.init_app(flask_app)
    if settings.trusted_proxies:
        proxies = settings.trusted_proxies
        flask_app.wsgi_app = ProxyFix(flask_app.wsgi_app, x_for=proxies, x_proto=proxies)  # type: ignore[method-assign]
