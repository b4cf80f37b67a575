"""The features in menu order; the only module that imports views."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from flask import Flask, request, url_for
from flask_login import current_user
from flask_migrate import Migrate

from cptsapp.accounts.permissions import CODES
from cptsapp.core.db import db
from cptsapp.http import access
from cptsapp.settings import ROOT


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """A link of the bar: shown to whoever holds the permission."""

    label: str
    endpoint: str
    permission: str


@dataclass(frozen=True, slots=True)
class MenuLink:
    """A menu entry as a template shows it."""

    label: str
    url: str
    is_current: bool


FEATURES = ("audit", "outbox", "accounts", "territory", "directory", "ledger", "snp", "regulation")

MENU: tuple[MenuEntry, ...] = ()


def _modules() -> tuple[Callable[[Flask], None], ...]:
    from cptsapp.accounts import login

    return (login.init_app,)


def _load_models() -> None:
    """Every table must be known before the first query: mappers name each other by string."""
    for feature in FEATURES:
        import_module(f"cptsapp.{feature}.models")


def register(app: Flask) -> None:
    """Register each feature, then the migrations of them all."""
    _load_models()
    for init_app in _modules():
        init_app(app)
    Migrate(app, db, directory=str(ROOT / "cptsapp" / "migrations"), compare_type=True, render_as_batch=True)
    app.context_processor(lambda: {"menu": _menu(), "demo": app.config["CPTSAPP"].mode == "demo"})


def check(app: Flask) -> None:
    """Refuse to start when a view is open by omission."""
    access.refuse_undeclared(app, CODES)


def _menu() -> list[MenuLink]:
    return [
        MenuLink(entry.label, url_for(entry.endpoint), request.endpoint == entry.endpoint)
        for entry in MENU
        if current_user.can(entry.permission)
    ]
