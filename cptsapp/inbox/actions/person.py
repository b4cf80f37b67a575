"""What a person does from their own page: prove the birth date, correct how to reach them."""

import hmac
from dataclasses import asdict, dataclass, replace
from datetime import date

from sqlalchemy import update

from cptsapp.audit.actions import record
from cptsapp.audit.models import Category
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal, refuse_if
from cptsapp.inbox import mail
from cptsapp.inbox.actions.links import TRIES
from cptsapp.inbox.actions.moves import set_deadline
from cptsapp.inbox.actions.rights import ANONYMISED
from cptsapp.inbox.actions.steps import add_step
from cptsapp.inbox.models import Actor, Deadline, InboxLink, Request, State
from cptsapp.inbox.patients import Contact, read_contact, read_seeker, seal_contact

NOTHING_MISSING = "Il ne manque plus rien à votre demande\u202f: appelez-nous pour nous dire autre chose."
UNREACHABLE = "Laissez au moins un téléphone ou un mail\u202f: sans eux, nous ne pouvons plus vous prévenir."


@dataclass(frozen=True, slots=True)
class Reach:
    """How to reach the person: what they may correct by themselves."""

    phone: str = ""
    mail: str = ""
    call_when: str = ""
    address: str = ""


def prove(link_id: int, request: Request, typed: date) -> bool:
    """Whether this is the birth date of someone of the household; a try is counted before it is compared.

    So many at once count as so many: beyond five no date is looked at any more. A good one sets the count back.
    """
    if not _count_try(link_id):
        return False
    known = [who.birth_date for who in map(read_seeker, request.seekers) if who is not None]
    is_right = any(hmac.compare_digest(day.isoformat(), typed.isoformat()) for day in known)
    if is_right:
        session.execute(update(InboxLink).where(InboxLink.id == link_id).values(failure_count=0))
    kind = "request.person_opened" if is_right else "request.person_failed"
    record(kind, request, by=None, category=Category.READING)
    return is_right


def _count_try(link_id: int) -> bool:
    left = update(InboxLink).where(InboxLink.id == link_id, InboxLink.failure_count < TRIES)
    more = left.values(failure_count=InboxLink.failure_count + 1)
    return session.connection().execute(more).rowcount == 1


def reach_of(request: Request) -> Reach:
    """How the person is reached today."""
    known = asdict(read_contact(request))
    return Reach(**{name: known[name] for name in asdict(Reach())})


def correct_reach(request: Request, reach: Reach) -> list[str]:
    """Write how to reach the person, in a request locked by the caller; gives the fields that changed.

    The former address is told, without a word of what became of it: someone else may have opened the page.
    Raises Refusal when nobody could be reached any more, or for what looks like a NIR.
    """
    refuse_if(ANONYMISED if request.anonymised_at is not None else None)
    former = read_contact(request)
    contact = replace(former, **asdict(reach))
    changed = [name for name, value in asdict(reach).items() if getattr(former, name) != value]
    if not changed:
        return []
    if not _is_reachable(contact):
        raise Refusal(UNREACHABLE, field="phone")
    if "mail" in changed and former.mail:
        mail.tell_person(request, "contact_changed")
    seal_contact(request, contact)
    add_step(request, "person.contact", actor=Actor.PERSON, fields=changed)
    record("request.contact_corrected", request, by=None, fields=changed)
    return changed


def complete(request: Request, answer: str) -> None:
    """Keep, sealed, what the person answers to what was missing, in a request locked by the caller: someone reads it.

    Raises Refusal when nothing is missing any more, or for what looks like a NIR.
    """
    refuse_if(None if request.state is State.TO_COMPLETE else NOTHING_MISSING)
    add_step(request, "person.answered", actor=Actor.PERSON, note=answer)
    set_deadline(request, Deadline.FIRST_ANSWER)
    record("request.person_answered", request, by=None)


def _is_reachable(contact: Contact) -> bool:
    return any((contact.phone, contact.mail, contact.asker_phone, contact.asker_mail))
