"""A request by the public form: kept once however often its page is sent, apart when it bears the signs of a robot.

The answer is the same whatever is known, of the sender as of the person.
"""

import hashlib
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from cptsapp.accounts.actions import throttle
from cptsapp.accounts.actions.throttle import HOUR, Limit
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.core.seal import ring
from cptsapp.core.text import REFERENCE_DIGITS, REFERENCE_LETTERS, REFERENCE_PATTERN
from cptsapp.inbox.actions import links
from cptsapp.inbox.actions.receive import Intake, receive
from cptsapp.inbox.actions.steps import add_step
from cptsapp.inbox.models import Actor, Request
from cptsapp.inbox.patients import indexes, phone_index, read_contact
from cptsapp.inbox.rules import suspicion
from cptsapp.inbox.rules.suspicion import CALM, TIDE, Limits, Seen

# Beyond, the sender reads that it is too much, and nothing is kept: a town hall sends fewer.
ADDRESS = Limit("inbox.address", 60, HOUR)
# So many in ten minutes from everywhere: an afflux, whose senders are looked at more closely.
EVERYWHERE = Limit("inbox.everywhere", 20, timedelta(minutes=10))
PHONE = Limit("inbox.phone", 3, HOUR)
MAIL = Limit("inbox.mail", 5, HOUR)
NETWORK = "inbox.network"
_ALL = "all"
_SIGNS = REFERENCE_LETTERS + REFERENCE_DIGITS


class TooMany(Refusal):
    """So many came from one connection that no more is kept; it says so, and gives the telephone."""


@dataclass(frozen=True, slots=True)
class Sending:
    """How the form was filled in: its own number, the sender's address, the seconds it took, the trap."""

    once: UUID
    address: str
    seconds: float
    has_bait: bool = False


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the sender reads: a reference, the token of their private link, the day by which someone reads it."""

    reference: str
    token: str
    due_on: date | None


def take(intake: Intake, sending: Sending) -> Receipt:
    """Keep the request. The same page sent twice gives the same reference; another household sent from it, its own.

    Raises TooMany past sixty an hour from an address, and Refusal as `receive` does.
    """
    reference = reference_of(sending.once)
    known = _by_reference(reference)
    if known is not None and _is_same(known, intake):
        return Receipt(reference, links.another_for_person(known), known.due_on)
    if throttle.is_over(ADDRESS, sending.address):
        raise TooMany("Trop de demandes sont venues de cette connexion. Réessayez dans une heure, ou appelez-nous.")
    found = _signs(intake, sending, is_replayed=known is not None)
    try:
        with session.begin_nested():
            request, token = receive(
                intake, by=None, is_suspect=bool(found), reference=None if known is not None else reference
            )
    except IntegrityError:  # the same page, sent at the same instant, was kept first
        twin = _by_reference(reference)
        if twin is None or not _is_same(twin, intake):
            raise
        return Receipt(reference, links.another_for_person(twin), twin.due_on)
    if found:
        add_step(request, "request.suspected", actor=Actor.CLOCK, signs=found)
    _count(intake, sending)
    return Receipt(request.reference, token, request.due_on)


def reference_of(once: UUID) -> str:
    """« D-K7F3M4XX » for a page of the form, always the same: nobody finds it without the keys."""
    seed = ring().blind_index("token", f"inbox.entry/{once}")
    return f"D-{_four(seed, b'left')}{_four(seed, b'right')}"


def _four(seed: bytes, half: bytes) -> str:
    """Four signs as `new_reference` draws them, with a letter and a digit."""
    drawn = hashlib.shake_256(seed + half).digest(4 * 64)
    for start in range(0, len(drawn), 4):
        four = "".join(_SIGNS[byte % len(_SIGNS)] for byte in drawn[start : start + 4])
        if any(c in REFERENCE_LETTERS for c in four) and any(c in REFERENCE_DIGITS for c in four):
            assert REFERENCE_PATTERN.fullmatch(four)
            return four
    raise AssertionError("sixty-four draws without both")


def _by_reference(reference: str) -> Request | None:
    return session.scalar(select(Request).where(Request.reference == reference))


def _is_same(known: Request, intake: Intake) -> bool:
    """Whether it is the very request: same people, same commune, same ways to reach them."""
    theirs = {seeker.whole_index for seeker in known.seekers}
    return (
        theirs == {indexes(answers.who).whole for answers in intake.seekers}
        and known.commune_code == intake.commune_code
        and known.phone_index == phone_index(intake.contact.phone)
        and read_contact(known) == intake.contact
    )


def _signs(intake: Intake, sending: Sending, *, is_replayed: bool) -> list[str]:
    limits = TIDE if throttle.is_over(EVERYWHERE, _ALL) else CALM
    contact = intake.contact
    texts = [*asdict(contact).values(), *(answers.who.full_name for answers in intake.seekers)]
    seen = Seen(
        has_bait=sending.has_bait,
        seconds=sending.seconds,
        is_replayed=is_replayed,
        has_link=suspicion.has_link(texts),
        is_address_over=throttle.is_over(Limit(ADDRESS.purpose, limits.address, HOUR), sending.address),
        is_network_over=_is_network_over(limits, sending.address),
        is_phone_over=bool(contact.phone) and throttle.is_over(PHONE, contact.phone),
        is_mail_over=bool(_mail_of(intake)) and throttle.is_over(MAIL, _mail_of(intake)),
    )
    return suspicion.signs(seen, limits)


def _is_network_over(limits: Limits, address: str) -> bool:
    if limits.network is None:
        return False
    return throttle.is_over(Limit(NETWORK, limits.network, HOUR), suspicion.network_of(address))


def _mail_of(intake: Intake) -> str:
    """Where the receipt would go."""
    return (intake.contact.mail or intake.contact.asker_mail).lower()


def _count(intake: Intake, sending: Sending) -> None:
    throttle.count(ADDRESS, sending.address)
    throttle.count(EVERYWHERE, _ALL)
    throttle.count(Limit(NETWORK, 0, HOUR), suspicion.network_of(sending.address))
    if intake.contact.phone:
        throttle.count(PHONE, intake.contact.phone)
    if _mail_of(intake):
        throttle.count(MAIL, _mail_of(intake))
