"""Ties sign-in sessions to Flask-Login, answers whoever is not signed in, asks for a second factor before all else."""

from typing import Any

from flask import Flask, Response, current_app, request, url_for
from flask_login import LoginManager, current_user
from werkzeug.wrappers import Response as BaseResponse

from cptsapp.accounts import door, sessions
from cptsapp.accounts.actions import drafts
from cptsapp.accounts.identity import CurrentUser, Nobody
from cptsapp.http import htmx
from cptsapp.http.access import NotSignedIn, declared
from cptsapp.http.app import after_commit, run_apart
from cptsapp.http.fields import RESUME_FIELD

manager = LoginManager()


def init_app(app: Flask) -> None:
    """Load users by session token; note the use of a session at most once a minute."""
    manager.init_app(app, add_context_processor=False)
    manager.anonymous_user = Nobody
    manager.session_protection = None
    manager.user_loader(sessions.find)
    app.context_processor(_context)
    app.before_request(_note_use)
    app.before_request(_hold_until_enrolled)
    app.after_request(_drop_found_again)
    app.register_error_handler(NotSignedIn, lambda _error: door.refuse_unknown())


def _context() -> dict[str, Any]:
    """The user, and how they leave: a shared desk is handed over, any other session is left."""
    user = current_user._get_current_object()
    context: dict[str, Any] = {"current_user": user}
    if not isinstance(user, CurrentUser):
        return context
    if user.desk_id is None:
        return context | {"sign_out_url": url_for("accounts.sign_out")}
    return context | {"switch_url": url_for("accounts.switch_desk")}


def _note_use() -> None:
    """Only what a person does counts as use: a poll says so in its rule and is left out."""
    if request.endpoint is None or getattr(current_app.view_functions[request.endpoint], "is_poll", False):
        return
    if isinstance(user := current_user._get_current_object(), CurrentUser) and sessions.is_stale(user):
        after_commit(lambda: sessions.touch(user))


def _hold_until_enrolled() -> BaseResponse | None:
    """Nothing but the enrolment opens to someone whose role asks for a second factor they have not."""
    if request.endpoint is None or not getattr(current_user, "must_enrol", False):
        return None
    view = current_app.view_functions[request.endpoint]
    access = declared(view)
    if (access is not None and access.is_public) or getattr(view, "is_before_enrolment", False):
        return None
    return htmx.redirect(url_for("accounts.enrol"))


def _drop_found_again(response: Response) -> Response:
    """A kept text goes once its author has it on the screen again; after any other answer it still waits."""
    if request.method != "POST" or response.status_code not in (200, 422) or RESUME_FIELD not in request.form:
        return response
    user, draft_id = current_user._get_current_object(), request.form.get("_draft", type=int)
    if isinstance(user, CurrentUser) and draft_id is not None:
        run_apart(lambda: drafts.forget(draft_id, user.id))
    return response
