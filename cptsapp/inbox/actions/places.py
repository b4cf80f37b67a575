"""Places held, taken and given back: counted UPDATEs, so that of two for the last place one alone passes.

The database refuses taken + pending > offered (CHECK `places_kept`). Who holds places of several doctors in one
transaction goes in the order of the answers' numbers: two who cross would wait for each other.
"""

from typing import Any

from sqlalchemy import ColumnElement, CursorResult, case, update

from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.inbox.models import Offer, Takes
from cptsapp.territory import queries as territory

NO_PLACE = "Ce médecin n’a plus de place\u202f: la dernière vient d’être prise, ou sa réponse n’a plus cours."
NOT_HELD = "Cette place n’est plus retenue\u202f: rechargez la page."

# A doctor who says no keeps what is held, and what is given back is not offered again (CHECK `no_offers_none`).
_SHRINKS = Offer.takes == Takes.NO


def hold(offer_id: int, n: int = 1) -> None:
    """Keep `n` places for a proposal (+ pending). Raises Refusal when fewer are free, or the answer no longer holds."""
    today = territory.today()
    open_today = (Offer.replaced_at.is_(None), Offer.takes != Takes.NO, Offer.valid_until >= today)
    if not _change(offer_id, *open_today, Offer.taken + Offer.pending + n <= Offer.offered, pending=Offer.pending + n):
        raise Refusal(NO_PLACE)


def take(offer_id: int, n: int = 1) -> None:
    """A proposal is accepted: pending → taken. Raises Refusal when they are not held."""
    _or_refuse(_change(offer_id, Offer.pending >= n, pending=Offer.pending - n, taken=Offer.taken + n))


def untake(offer_id: int, n: int = 1) -> None:
    """An acceptance is undone: taken → pending. Raises Refusal when they are not taken."""
    _or_refuse(_change(offer_id, Offer.taken >= n, pending=Offer.pending + n, taken=Offer.taken - n))


def give_back_pending(offer_id: int, n: int = 1) -> None:
    """A proposal is declined, cancelled or lapses: − pending. Raises Refusal when they are not held."""
    _or_refuse(_change(offer_id, Offer.pending >= n, pending=Offer.pending - n, offered=_offered_without(n)))


def give_back_taken(offer_id: int, n: int = 1) -> None:
    """A doctor who accepted is released: − taken. Raises Refusal when they are not taken."""
    _or_refuse(_change(offer_id, Offer.taken >= n, taken=Offer.taken - n, offered=_offered_without(n)))


def _offered_without(n: int) -> ColumnElement[int]:
    return case((_SHRINKS, Offer.offered - n), else_=Offer.offered)


def _or_refuse(is_done: bool) -> None:
    if not is_done:
        raise Refusal(NOT_HELD)


def _change(offer_id: int, *where: ColumnElement[bool], **values: Any) -> bool:
    """Whether the counted UPDATE found its row: that count decides a race. What the session read of it is forgotten."""
    session.flush()
    statement = update(Offer).where(Offer.id == offer_id, *where).values(**values)
    done: CursorResult[Any] = session.execute(  # type: ignore[assignment]  # an UPDATE's result has a count
        statement, execution_options={"synchronize_session": False}
    )
    known = session.identity_map.get(session.identity_key(Offer, offer_id))
    if known is not None:
        session.expire(known)
    return done.rowcount == 1
