"""A test client that checks every page it fetches, and clients already signed in."""

from html.parser import HTMLParser
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

from cptsapp.accounts import sessions
from cptsapp.accounts.models import User
from cptsapp.core.db import session

UNLABELLED = {"hidden", "submit", "button"}


class _Page(HTMLParser):
    """What the checks need of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.h1_count = 0
        self.title = ""
        self.ids: list[str] = []
        self.labelled: set[str] = set()
        self.fields: list[dict[str, str]] = []
        self.post_forms = 0
        self.tokens = 0
        self.handlers: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self._open.append(tag)
        self.h1_count += tag == "h1"
        if "id" in values:
            self.ids.append(values["id"])
        self.handlers += [n for n in values if n.startswith("on") or n == "style"]
        if tag == "label" and "for" in values:
            self.labelled.add(values["for"])
        if tag in ("input", "select", "textarea") and values.get("type") not in UNLABELLED:
            self.fields.append({**values, "_in_label": "label" if "label" in self._open else ""})
        if tag == "form" and values.get("method", "get").lower() == "post":
            self.post_forms += 1
        if values.get("name") == "csrf_token":
            self.tokens += 1
        if tag in ("input", "meta", "link", "br", "img", "hr"):
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "title" in self._open and "svg" not in self._open:
            self.title += data

    def faults(self, is_whole: bool) -> list[str]:
        found = []
        if is_whole and self.h1_count != 1:
            found.append(f"{self.h1_count} h1")
        if is_whole and not self.title.strip():
            found.append("no title")
        if len(self.ids) != len(set(self.ids)):
            found.append(f"ids twice: {sorted({i for i in self.ids if self.ids.count(i) > 1})}")
        if self.handlers:
            found.append(f"inline {self.handlers}")
        if self.tokens < self.post_forms:
            found.append(f"{self.post_forms} post forms, {self.tokens} tokens")
        for field in self.fields:
            named = field["_in_label"] or field.get("aria-label") or field.get("aria-labelledby")
            if not named and field.get("id") not in self.labelled:
                found.append(f"field without label: {field.get('name')}")
        return found


class CheckedClient(FlaskClient):
    """One h1, a title, labelled fields, unique ids, a token in each form, no inline handler: on every page."""

    def open(self, *args, **kwargs) -> TestResponse:
        session.remove()  # what the test holds open must not lock the request out
        if kwargs.get("method") == "POST":
            kwargs["data"] = self._with_token(kwargs.get("data"))
        with self.application.app_context():  # its own, as in life: no user and no token left over from another request
            response = super().open(*args, **kwargs)
        session.remove()
        if response.mimetype == "text/html" and response.status_code != 204 and not response.is_streamed:
            body = response.get_data(as_text=True)
            page = _Page()
            page.feed(body)
            faults = page.faults(is_whole="<html" in body)
            assert not faults, f"{args}: {faults}"
        return response

    def _with_token(self, data: Any) -> Any:
        """The form with the token its page would have held, unless the test sends its own (or no form at all)."""
        if not isinstance(data, dict | None) or "csrf_token" in (data or {}):
            return data
        with self.session_transaction() as cookie:
            raw = cookie.setdefault("csrf_token", "0123456789abcdef" * 2)
        signer = URLSafeTimedSerializer(self.application.secret_key, salt="wtf-csrf-token")
        return {**(data or {}), "csrf_token": signer.dumps(raw)}


def client_for(app: Flask, user: User, *, desk_id: int | None = None) -> CheckedClient:
    """A client with an open session of that user (opened as the sign-in does, without its screens)."""
    client = app.test_client()
    token = sessions.open_session(session.merge(user), "test", desk_id)
    session.commit()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = token
        cookie["_fresh"] = True
    return client
