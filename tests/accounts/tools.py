"""What the tests of accounts share: a password, the code of the moment, signing in through the screens."""

import re
from datetime import datetime

import pyotp

from cptsapp.accounts.actions import set_password
from cptsapp.accounts.models import User
from cptsapp.core import clock
from cptsapp.core.db import session
from tests.tools.factories import TOTP_SECRET

PASSWORD = "trois bateaux rouges"
PIN = "739154"


def give_password(user: User, password: str = PASSWORD) -> str:
    """Give the user a password; gives their mail."""
    user = session.get(User, user.id)
    set_password(user, password)
    mail = user.mail
    session.commit()
    return mail


def code_of(instant: datetime | None = None) -> str:
    """The code that the telephone of every test shows."""
    return pyotp.TOTP(TOTP_SECRET).at(instant or clock.now())


def token_in(response) -> str:
    """The CSRF token of a page."""
    return re.search(r'name="csrf-token" content="([^"]+)"', response.get_data(as_text=True)).group(1)


def post(client, path: str, data: dict | None = None, *, page: str = "/connexion", **kwargs):
    """Post a form with the token of a page fetched first."""
    token = token_in(client.get(page))
    return client.post(path, data={**(data or {}), "csrf_token": token}, **kwargs)


def pass_door(client, mail: str, *, suite: str = "", code: str | None = None, password: str = PASSWORD):
    """Sign in through the screens, mail and password then code; gives the last answer."""
    answer = post(client, "/connexion", {"mail": mail, "password": password, "suite": suite}, page="/connexion?autre=1")
    if answer.status_code != 303 or not answer.location.endswith("/connexion/code"):
        return answer
    return post(client, "/connexion/code", {"code": code or code_of()}, page="/connexion/code")


def text_of(response) -> str:
    """The page as text."""
    return response.get_data(as_text=True)
