"""The CPTS in every template, nothing but the first visit until it is set up, then its settings."""

from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, request, url_for
from werkzeug.wrappers import Response

from cptsapp.http import htmx
from cptsapp.territory import queries
from cptsapp.territory.views import first_visit, settings  # noqa: F401  they add their pages to the blueprint
from cptsapp.territory.views.blueprint import blueprint

__all__ = ["blueprint", "init_app"]

_SET_UP = "cpts_is_set_up"
OPEN_BEFORE = frozenset({"territory.first_visit", "territory.verify_code", "territory.set_up", "health.check"})


@dataclass(frozen=True, slots=True)
class NotYet:
    """What the bar shows before there is a CPTS."""

    name: str = "Première installation"
    mark: str = "+"


def init_app(app: Flask) -> None:
    """Give `cpts` to every template; lead every page to the first visit while there is no CPTS."""
    app.before_request(_lead_to_first_visit)
    app.context_processor(_context)


def _context() -> dict[str, Any]:
    return {"cpts": queries.current() or NotYet()}


def _lead_to_first_visit() -> Response | None:
    """Asked of the database until it is set up; a process never asks again afterwards."""
    if current_app.extensions.get(_SET_UP) or request.endpoint in OPEN_BEFORE:
        return None
    if queries.current() is None:
        return htmx.redirect(url_for("territory.first_visit"))
    current_app.extensions[_SET_UP] = True
    return None
