"""Errors as French sentences: the whole page for a browser, the sentence alone for htmx."""

from collections.abc import Callable
from typing import Any

from flask import Flask, Response
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, IntegrityError
from werkzeug.exceptions import HTTPException

from cptsapp.core.db import session
from cptsapp.core.refusals import Forbidden, Invisible, Refusal
from cptsapp.http.app import is_resumed
from cptsapp.http.htmx import respond, without_swap

MESSAGES = {
    400: ("Demande incomprise", "La page envoyée n’est pas complète. Revenez en arrière et recommencez."),
    403: (
        "Cela ne vous est pas ouvert",
        "Votre rôle ne permet pas cette action. La page « Qui peut quoi » dit qui le peut.",
    ),
    404: ("Page introuvable", "Cette page n’existe pas, ou plus, ou n’est pas pour vous."),
    405: ("Demande incomprise", "Cette adresse ne s’ouvre pas ainsi. Revenez à l’accueil."),
    413: ("Envoi trop lourd", "Le fichier ou le texte envoyé dépasse la taille permise."),
    429: ("Trop d’essais", "Attendez quelques minutes avant de recommencer."),
    500: ("Une erreur est arrivée", "Rien n’a été changé. Recommencez ; si cela dure, appelez la coordination."),
}
STALE = (
    "Votre page était ouverte depuis trop longtemps, ou dans une autre session. "
    "Rechargez-la et recommencez : rien n’a été changé."
)
NOT_DONE = "Ce que vous aviez commencé n’a pas été fait. Revenez à la page et refaites le geste."
LOST_RACE = "Quelqu’un d’autre vient de faire ce changement. Rechargez la page : rien n’a été perdu."


def page(status: int, message: str | None = None) -> Response:
    """The error page, or its sentence for htmx."""
    title, sentence = MESSAGES.get(status, MESSAGES[500])
    return respond("errors/error.html", "errors/_error.html", status, title=title, message=message or sentence)


def init_app(app: Flask) -> None:
    """Handle refusals, HTTP errors and crashes."""
    app.register_error_handler(Refusal, lambda error: _refused(error.message))
    app.register_error_handler(Invisible, lambda _error: page(404))
    app.register_error_handler(Forbidden, lambda _error: page(403))
    app.register_error_handler(CSRFError, lambda _error: page(400, STALE))
    app.register_error_handler(IntegrityError, lambda _error: _undone(_refused, LOST_RACE))
    app.register_error_handler(DBAPIError, _unwritten)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(500, lambda _error: _undone(page, 500))


def _undone(answer: Callable[[Any], Response], what: Any) -> Response:
    """An answer whose page reads the database again, once the transaction that failed is rolled back."""
    session.rollback()
    return answer(what)


def _refused(message: str) -> Response:
    title = "Ce n’est pas possible"
    return without_swap(respond("errors/error.html", "errors/_error.html", 409, title=title, message=message))


def _unwritten(error: DBAPIError) -> Response:
    """A text found again met a view that acts at once: the database refused. Any other failure stays one."""
    if not is_resumed():
        raise error
    session.rollback()
    return _refused(NOT_DONE)


def _http(error: HTTPException) -> Response:
    return page(error.code or 500)
