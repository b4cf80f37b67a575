"""Agreements of the seekers, recipient by recipient: collected, withdrawn; a withdrawal stops transmissions at once."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import select

from cptsapp.audit.actions import Actor as ByUser
from cptsapp.audit.actions import record
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.inbox.actions import stopping
from cptsapp.inbox.actions.changing import to_change
from cptsapp.inbox.actions.steps import add_step
from cptsapp.inbox.models import Actor, Agreement, Consent, Recipient, Request, Seeker, State
from cptsapp.inbox.queries.requests import agreed

ALREADY = "Cet accord est déjà noté."
NONE = "Aucun accord n’est en cours pour ce destinataire."
NOBODY = "Dites qui est d’accord."
CLOSED = "Cette demande est close\u202f: plus rien n’est transmis."


def collect(
    request_id: int,
    recipient: Recipient,
    consent: Consent,
    seeker_ids: Collection[int] = (),
    *,
    by: ByUser | None,
    actor: Actor = Actor.CPTS,
    version: int | None = None,
) -> Request:
    """Note that seekers (by default all) agree that the request go to a recipient: who collected it, when, how."""
    request = to_change(request_id, version)
    if request.state is State.CLOSED:
        raise Refusal(CLOSED)
    given = _in_force(request, recipient)
    wanted = [seeker for seeker in _chosen(request, seeker_ids) if seeker.id not in {a.seeker_id for a in given}]
    if not wanted:
        raise Refusal(ALREADY)
    now = clock.now()
    session.add_all(
        Agreement(
            seeker_id=seeker.id,
            recipient=recipient,
            consent=consent,
            given_at=now,
            collected_by_id=by.id if by else None,
        )
        for seeker in wanted
    )
    session.flush()
    about: dict[str, Any] = {"recipient": recipient.value, "consent": consent.value}
    add_step(request, "agreement.given", actor=actor, by=by, **about)
    record("agreement.given", request, by=by, recipient=recipient.value)
    return request


def withdraw(
    request: Request,
    recipient: Recipient,
    seeker_ids: Collection[int] = (),
    *,
    by: ByUser | None,
    actor: Actor = Actor.CPTS,
) -> Request:
    """Take back the agreement of seekers (by default all) for a recipient, on a request locked by the caller.

    What was on its way stops in the same transaction: doctors asked are released, the partner does not see the file
    any more. Withdrawn, the agreement stays, with its day.
    """
    chosen = {seeker.id for seeker in _chosen(request, seeker_ids)}
    given = [agreement for agreement in _in_force(request, recipient) if agreement.seeker_id in chosen]
    if not given:
        raise Refusal(NONE)
    now = clock.now()
    for agreement in given:
        agreement.withdrawn_at = now
    session.flush()
    add_step(request, "agreement.withdrawn", actor=actor, by=by, recipient=recipient.value)
    record("agreement.withdrawn", request, by=by, recipient=recipient.value)
    if recipient not in agreed(request):
        _stop(request, recipient, by)
    return request


def _stop(request: Request, recipient: Recipient, by: ByUser | None) -> None:
    if recipient is Recipient.DOCTORS:
        stopping.stop_proposals(request, by=by)
    else:
        stopping.stop_referrals(request, recipient, by=by)


def _chosen(request: Request, seeker_ids: Collection[int]) -> list[Seeker]:
    chosen = [seeker for seeker in request.seekers if not seeker_ids or seeker.id in seeker_ids]
    if not chosen:
        raise Refusal(NOBODY, field="seekers")
    return chosen


def _in_force(request: Request, recipient: Recipient) -> list[Agreement]:
    theirs = select(Agreement).where(
        Agreement.seeker_id.in_([seeker.id for seeker in request.seekers]),
        Agreement.recipient == recipient,
        Agreement.withdrawn_at.is_(None),
    )
    return list(session.scalars(theirs.order_by(Agreement.id)))
