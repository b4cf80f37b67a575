"""The mails of accounts: invitation, new password, warnings. Texts are in templates/mail/accounts."""

from typing import Any

from flask import current_app

from cptsapp.accounts.house import house
from cptsapp.accounts.models import User
from cptsapp.core import clock
from cptsapp.outbox.actions import queue
from cptsapp.outbox.private import wrap


def send_invitation(user: User, token: str) -> None:
    """Queue the link that lets the person choose a password."""
    _send("invitation", user, f"Votre accès à {house().name}", url=wrap(_url(f"/invitation/{token}")))


def send_reset(user: User, token: str) -> None:
    """Queue the link for a new password."""
    _send("reset", user, "Choisir un nouveau mot de passe", url=wrap(_url(f"/mot-de-passe/{token}")))


def send_address_changed(user: User, former: str, *, by_name: str) -> None:
    """Tell the former address that it signs in no more; the new one is not said. `former_addresses` looks for this."""
    at = house().local(clock.now())
    _send("address_changed", user, "Votre adresse de connexion a changé", to_address=former, by_name=by_name, at=at)


def send_address_given(user: User, *, by_name: str) -> None:
    """Tell the new address that it signs in from now on."""
    at = house().local(clock.now())
    _send("address_given", user, "Votre adresse de connexion a changé", by_name=by_name, at=at)


def send_second_factor_reset(user: User, to_address: str) -> None:
    """Tell an address of the account that the second factor was reset."""
    _send("second_factor_reset", user, "Votre second facteur est à refaire", to_address=to_address)


def _url(path: str) -> str:
    base: str = current_app.config["CPTSAPP"].base_url
    return base + path


def _send(name: str, user: User, title: str, *, to_address: str | None = None, **context: Any) -> None:
    known = house()
    # Without the context processors of pages: a mail may be written where there is no request.
    template = current_app.jinja_env.get_template(f"mail/accounts/{name}.txt")
    body = template.render(user=user, house=known, **context)
    queue(
        f"accounts.{name}", to_address=to_address or user.mail, title=title, body=body, about=user, to_user_id=user.id
    )
