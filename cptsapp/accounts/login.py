"""Ties sign-in sessions to Flask-Login and answers whoever is not signed in."""

from flask import Flask, current_app, request
from flask_login import LoginManager, current_user

from cptsapp.accounts import sessions
from cptsapp.accounts.identity import CurrentUser, Nobody
from cptsapp.http.app import after_commit

manager = LoginManager()


def init_app(app: Flask) -> None:
    """Load users by session token; note the use of a session at most once a minute."""
    manager.init_app(app, add_context_processor=False)
    manager.anonymous_user = Nobody
    manager.session_protection = None
    manager.user_loader(sessions.find)
    app.context_processor(lambda: {"current_user": current_user})
    app.before_request(_note_use)


def _note_use() -> None:
    """Only what a person does counts as use: a poll says so in its rule and is left out."""
    if request.endpoint is None or getattr(current_app.view_functions[request.endpoint], "is_poll", False):
        return
    if isinstance(user := current_user._get_current_object(), CurrentUser) and sessions.is_stale(user):
        after_commit(lambda: sessions.touch(user))
