"""The mails of adhesion. None says what was typed, nor why an application was refused."""

from cptsapp.directory.models import Membership
from cptsapp.membership.models import Application
from cptsapp.outbox import texts
from cptsapp.outbox.actions import queue
from cptsapp.territory import queries as territory

REMINDER = "membership.reminder"


def tell_received(found: Application) -> None:
    """Queue « nous avons reçu votre demande » with its reference."""
    _tell("received", found)


def tell_approved(found: Application, membership: Membership) -> None:
    """Queue the good news, with the days of the membership and the fee that remains to be paid."""
    _tell("approved", found, membership=membership)


def tell_refused(found: Application) -> None:
    """Queue that the officers did not accept it; whom to ring, never why."""
    _tell("refused", found)


def _tell(name: str, found: Application, **context: object) -> None:
    if not found.mail:
        return
    text = texts.render(f"membership/{name}", application=found, cpts=territory.settings(), **context)
    queue(
        f"application.{name}",
        to_address=found.mail,
        title=text.title,
        body=text.body,
        about=found,
        once_key=f"application.{name}/{found.id}",
    )


def remind(membership: Membership, to_address: str) -> None:
    """Queue that a membership ends soon, once."""
    text = texts.render("membership/reminder", membership=membership, cpts=territory.settings())
    queue(
        REMINDER,
        to_address=to_address,
        title=text.title,
        body=text.body,
        about=membership,
        once_key=f"{REMINDER}/{membership.id}",
    )
