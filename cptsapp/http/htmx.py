"""The only place that reads or writes HX- headers. Every URL answers a whole page to a plain GET."""

from typing import Any

from flask import Flask, Response, make_response, render_template, request
from flask import redirect as plain_redirect
from werkzeug.wrappers import Response as BaseResponse


def wants_fragment() -> bool:
    """Whether htmx asks for a piece to swap: boosted and history-restoring requests get the whole page."""
    headers = request.headers
    return (
        headers.get("HX-Request") == "true"
        and headers.get("HX-Boosted") != "true"
        and headers.get("HX-History-Restore-Request") != "true"
        and headers.get("HX-Request-Type") != "full"
    )


def respond(page: str, fragment: str, status: int = 200, **context: Any) -> Response:
    """The fragment's template for htmx, else the page's, with the same context."""
    body = render_template(fragment if wants_fragment() else page, **context)
    return make_response(body, status)


def redirect(url: str) -> BaseResponse:
    """See another page: 303 for a browser, HX-Redirect for htmx (which would swap the target of a 303)."""
    if not wants_fragment():
        return plain_redirect(url, 303)
    return Response(status=204, headers={"HX-Redirect": url})


def redirection(url: str) -> dict[str, str]:
    """The header that leads htmx elsewhere, for an answer that is an error as well."""
    return {"HX-Redirect": url}


def without_swap(response: Response) -> Response:
    """An answer that is only a sentence: the page shows it above itself and keeps what was typed."""
    response.headers["HX-Reswap"] = "none"
    return response


def init_app(app: Flask) -> None:
    """Say to caches that the answer depends on HX-Request."""

    @app.after_request
    def _vary(response: Response) -> Response:
        if response.mimetype == "text/html" and response.status_code != 204:
            response.vary.add("HX-Request")
        return response
