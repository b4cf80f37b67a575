"""The mails of the requests. None says a name, an age, a criterion nor a reason (§4.7): a reference and a link."""

from cptsapp.inbox.models import LinkPurpose, Request
from cptsapp.inbox.patients import read_contact
from cptsapp.outbox import texts
from cptsapp.outbox.actions import queue
from cptsapp.outbox.private import wrap
from cptsapp.territory import queries as territory

PATHS = {LinkPurpose.PERSON: "/suivi", LinkPurpose.CAPACITY: "/places", LinkPurpose.PROPOSAL: "/proposition"}


def private_link(purpose: LinkPurpose, token: str) -> str:
    """A private link as a body may hold it: sealed until the mail leaves."""
    return wrap(texts.address(f"{PATHS[purpose]}/{token}"))


def tell_received(request: Request, token: str) -> None:
    """Queue the receipt, to the person and to whoever asked, when they left an address."""
    tell_person(
        request, "received", link=private_link(LinkPurpose.PERSON, token), once=f"request.received/{request.id}"
    )


def tell_person(request: Request, name: str, *, once: str | None = None, **context: object) -> None:
    """Queue `mail/inbox/<name>` to the person, else to whoever asked for them; nothing when neither left a mail."""
    contact = read_contact(request)
    address = contact.mail or contact.asker_mail
    if not address:
        return
    text = texts.render(f"inbox/{name}", request=request, cpts=territory.settings(), **context)
    queue(f"request.{name}", to_address=wrap(address), title=text.title, body=text.body, about=request, once_key=once)
