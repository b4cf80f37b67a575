"""The page of an import that has ended, also for who was about to act on it."""

from flask import make_response, render_template, url_for
from werkzeug.wrappers import Response

from cptsapp.http import htmx
from cptsapp.imports import queries, screens
from cptsapp.imports.models import Import

LATE = "termine"


def page(import_: Import, *, is_late: bool = False, status: int = 200) -> Response:
    """What it left behind; `is_late` tells that someone else ended it meanwhile."""
    body = render_template(
        "imports/end.html",
        import_=import_,
        counts=queries.counts(import_),
        words=screens,
        user_name=queries.user_name,
        is_late=is_late,
    )
    return make_response(body, status)


def too_late(import_: Import) -> Response:
    """Someone else has just applied or abandoned it: say so, and change nothing (409)."""
    if htmx.wants_fragment():
        url = url_for("imports.show", import_id=import_.id, **{LATE: "1"})  # type: ignore[arg-type]
        return make_response("", 409, htmx.redirection(url))
    return page(import_, is_late=True, status=409)
