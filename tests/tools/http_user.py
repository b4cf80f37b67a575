"""A person over real HTTP, without a browser: a connection kept alive, a cookie, the page's token. One per thread."""

import http.client
import re
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from flask import Flask

from cptsapp.accounts import sessions
from cptsapp.accounts.models import User
from cptsapp.core.db import session

TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')


@dataclass(frozen=True)
class Answer:
    """What came back, and how long it took in seconds."""

    status: int
    headers: dict[str, str]
    text: str
    seconds: float


@dataclass
class HttpUser:
    """Sends forms as a browser without JavaScript does."""

    url: str
    cookie: str
    token: str = ""
    connection: http.client.HTTPConnection | None = field(default=None, repr=False)
    more_headers: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> Answer:
        """Fetch a page and remember its token."""
        answer = self._send("GET", path, None)
        found = TOKEN.search(answer.text)
        if found:
            self.token = found.group(1)
        return answer

    def post(self, path: str, **values: object) -> Answer:
        """Post a form with the token of the last page."""
        if not self.token:
            self.get("/compte")
        body = urlencode({"csrf_token": self.token, **values}, doseq=True)
        return self._send("POST", path, body)

    def _send(self, method: str, path: str, body: str | None) -> Answer:
        headers = {"Cookie": self.cookie, "Accept": "text/html", **self.more_headers}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        started = time.perf_counter()
        connection = self.connection or self._connect()
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            text = response.read().decode()
        except (OSError, http.client.HTTPException):
            self.close()
            raise
        self._keep_cookie(response)
        return Answer(response.status, dict(response.getheaders()), text, time.perf_counter() - started)

    def _keep_cookie(self, response: http.client.HTTPResponse) -> None:
        for value in response.headers.get_all("Set-Cookie") or []:
            if value.startswith("cptsapp="):
                self.cookie = value.split(";", 1)[0]

    def _connect(self) -> http.client.HTTPConnection:
        self.connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=30)
        return self.connection

    def close(self) -> None:
        """Close the connection; the next request opens another."""
        if self.connection is not None:
            self.connection.close()
        self.connection = None


def http_user(app: Flask, url: str, user: User) -> HttpUser:
    """Someone already signed in, with a session of their own."""
    token = sessions.open_session(session.merge(user), "http", None)
    session.commit()
    session.remove()
    signer = app.session_interface.get_signing_serializer(app)
    value = signer.dumps({"_user_id": token, "_fresh": True, "_permanent": True})
    return HttpUser(url, f"cptsapp={value}")
