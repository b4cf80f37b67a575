"""Private links: 128 bits, stored hashed, revocable, with an end; made here, opened here (pitfall 24)."""

from datetime import datetime, timedelta

from sqlalchemy import select, update

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible
from cptsapp.core.tokens import new_token, token_hash
from cptsapp.inbox.models import DoctorProposal, InboxLink, LinkPurpose, Request
from cptsapp.inbox.queries.settings import delays

TRIES = 5  # a wrong birth date so many times, and the link is dead


def link_for_person(request: Request) -> str:
    """A new link for who made the request; the former ones are revoked. The token is given once."""
    revoke(InboxLink.request_id == request.id)
    return _new(LinkPurpose.PERSON, request_id=request.id)


def another_for_person(request: Request) -> str:
    """One link more for who made the request: the one they noted still opens. The token is given once."""
    return _new(LinkPurpose.PERSON, request_id=request.id)


def link_for_proposal(proposal: DoctorProposal) -> str:
    """A new link for the doctor asked; the former ones are revoked."""
    revoke(InboxLink.proposal_id == proposal.id)
    return _new(LinkPurpose.PROPOSAL, proposal_id=proposal.id)


def link_for_capacity(person_id: int, expires_at: datetime, campaign_id: int | None = None) -> str:
    """A new link for a doctor to say what they take, until an instant; the former ones of theirs are revoked."""
    revoke(InboxLink.person_id == person_id)
    return _new(LinkPurpose.CAPACITY, person_id=person_id, campaign_id=campaign_id, expires_at=expires_at)


def _new(purpose: LinkPurpose, *, expires_at: datetime | None = None, **about: int | None) -> str:
    token = new_token()
    link = InboxLink(
        purpose=purpose, token_hash=token_hash(token), created_at=clock.now(), expires_at=expires_at, **about
    )
    session.add(link)
    session.flush()
    return token


def opened(token: str, purpose: LinkPurpose) -> InboxLink:
    """The living link of a token. Raises Invisible when it is unknown, revoked, past its end or tried too often."""
    link = session.scalar(
        select(InboxLink).where(InboxLink.token_hash == token_hash(token), InboxLink.purpose == purpose)
    )
    if link is None or not is_alive(link):
        raise Invisible
    return link


def is_alive(link: InboxLink) -> bool:
    """Whether a link still opens."""
    if link.revoked_at is not None or link.failure_count >= TRIES:
        return False
    return link.expires_at is None or clock.now() < link.expires_at


def end_person_links(request: Request) -> None:
    """Let the person's links die some days after the closing (thirty, unless set)."""
    _set_end(request, clock.now() + timedelta(days=delays()["link"]))


def keep_person_links(request: Request) -> None:
    """A request opened again: its links live on."""
    _set_end(request, None)


def _set_end(request: Request, end: datetime | None) -> None:
    theirs = update(InboxLink).where(InboxLink.request_id == request.id, InboxLink.revoked_at.is_(None))
    session.execute(theirs.values(expires_at=end))


def revoke(*where: object) -> None:
    """Revoke the living links that match."""
    session.execute(
        update(InboxLink).where(*where, InboxLink.revoked_at.is_(None)).values(revoked_at=clock.now())  # type: ignore[arg-type]
    )
