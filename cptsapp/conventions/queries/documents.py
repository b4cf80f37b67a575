"""What the paper of a convention says: the text that holds in its state, who signed it, its amendments."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from cptsapp.conventions.models import Convention, ConventionParty, ConventionState, FrozenText, Signature
from cptsapp.conventions.queries.conventions import adopted_text
from cptsapp.conventions.queries.texts import current_text, latest_text
from cptsapp.conventions.rules.texts import Text, from_json
from cptsapp.core.db import session


@dataclass(frozen=True, slots=True)
class Signed:
    """A party and its signature: blank until it has signed."""

    party: str
    signer: str = ""
    function: str = ""
    signed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """The text to print; `frozen` is None for a draft that nobody was given to read."""

    text: Text
    frozen: FrozenText | None

    @property
    def checksum(self) -> str:
        """The checksum of what was frozen, empty before."""
        return self.frozen.checksum if self.frozen else ""


@dataclass(frozen=True, slots=True)
class Amendment:
    """An amendment as the convention lists it; its text is the one that was adopted."""

    convention: Convention
    text: Text


def paper(convention: Convention) -> Paper:
    """The adopted text once there is one; while it is read again the one in circulation; else what is in the drawer."""
    frozen = adopted_text(convention)
    if frozen is None and convention.state in (ConventionState.CIRCULATED, ConventionState.ENDED):
        frozen = latest_text(convention.id)
    return Paper(from_json(frozen.content) if frozen else current_text(convention), frozen)


def signatures(convention: Convention, on: Paper) -> list[Signed]:
    """Each party of the text in order, with its signature; named as the text names them."""
    parties = session.scalars(
        select(ConventionParty).where(ConventionParty.convention_id == convention.id).order_by(ConventionParty.position)
    ).all()
    live = select(Signature).where(Signature.cancelled_at.is_(None), Signature.text_id == (on.frozen and on.frozen.id))
    found = {signature.party_id: signature for signature in session.scalars(live)}
    names = on.text.parties or current_text(convention).parties
    return [_signed(name, found.get(party.id)) for name, party in zip(names, parties, strict=False)]


def _signed(party: str, signature: Signature | None) -> Signed:
    if signature is None:
        return Signed(party)
    return Signed(party, signature.signer, signature.function, signature.signed_on)


def amendments(convention: Convention) -> Sequence[Amendment]:
    """The amendments that were adopted, in the order of their numbers, those that ended since included."""
    rows = session.execute(
        select(Convention, FrozenText)
        .join(FrozenText, (FrozenText.convention_id == Convention.id) & (FrozenText.checksum == Convention.checksum))
        .where(Convention.parent_id == convention.id)
        .order_by(Convention.amendment_number, FrozenText.number)
    ).all()
    texts = {amendment.id: Amendment(amendment, from_json(frozen.content)) for amendment, frozen in rows}
    return list(texts.values())
