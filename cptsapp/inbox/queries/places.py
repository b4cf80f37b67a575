"""What doctors offer: the answer in force of each, and its equation; one reading for every screen."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select

from cptsapp.core.db import session
from cptsapp.directory.merged import roots, same_person
from cptsapp.inbox.models import Offer
from cptsapp.inbox.rules.places import Counts, Equation


def equation(offer: Counts) -> Equation:
    """The places of an answer: offered, taken, pending, left."""
    return Equation(offer.offered, offer.taken, offer.pending)


def has_lapsed(offer: Offer, today: date) -> bool:
    """Whether an answer no longer holds: its last day is past, and nobody confirmed it again."""
    return offer.valid_until < today


def offer_of(person_id: int) -> Offer | None:
    """The latest answer of a doctor, lapsed or not, under whichever of their numbers; None before any."""
    found = select(Offer).where(Offer.person_id.in_(sorted(same_person({person_id}))), Offer.replaced_at.is_(None))
    return session.scalar(found.order_by(Offer.answered_at.desc(), Offer.id.desc()).limit(1))


def offers(person_ids: Iterable[int] | None = None) -> dict[int, Offer]:
    """The latest answer of each doctor by the number they have now; of these doctors alone when they are given."""
    found = select(Offer).where(Offer.replaced_at.is_(None)).order_by(Offer.answered_at, Offer.id)
    if person_ids is not None:
        found = found.where(Offer.person_id.in_(sorted(same_person(set(person_ids)))))
    merged = roots()
    return {merged.get(offer.person_id, offer.person_id): offer for offer in session.scalars(found)}
