"""The signatures of the parties: each of the very text that was adopted; the last one puts the convention in force."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import aliased

from cptsapp.audit.actions import Actor, record
from cptsapp.checklists import actions as checklists
from cptsapp.checklists.actions import note_event
from cptsapp.checklists.models import Commitment, Side
from cptsapp.checklists.rules import OPEN
from cptsapp.conventions import mail
from cptsapp.conventions.actions.adoption import FUTURE, live_signatures
from cptsapp.conventions.actions.amending import apply_amendment, held
from cptsapp.conventions.actions.moves import move
from cptsapp.conventions.models import (
    Convention,
    ConventionParty,
    ConventionState,
    Partner,
    PartnerContact,
    Signature,
)
from cptsapp.conventions.queries.conventions import adopted_text
from cptsapp.conventions.rules.states import WORDS
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.french import day_full
from cptsapp.core.periods import months_later
from cptsapp.core.refusals import Invisible, Refusal
from cptsapp.directory.models import Organisation
from cptsapp.territory import queries as territory

ANOTHER_TEXT = (
    "Le texte adopté n’est plus celui que vous aviez sous les yeux\u00a0: relisez-le avant de noter la signature."
)
ENDS_BEFORE = "Son dernier jour est passé avant que tous aient signé\u00a0: reprenez le texte, changez ses dates."


@dataclass(frozen=True, slots=True)
class Signed:
    """What stands at the foot of the signed paper."""

    signer: str
    function: str
    signed_on: date


def sign(
    convention_id: int, party_id: int, signed: Signed, *, checksum: str, file_id: int, by: Actor | None
) -> Signature:
    """Note the signature of a party, with the signed file. `checksum`: of the text that was on the screen.

    Raises Refusal when the adopted text is another one, when the party has signed, for a day to come or before the
    adoption. When every party has signed the convention is in force.
    """
    convention = held(convention_id)
    party = session.get(ConventionParty, party_id)
    if party is None or party.convention_id != convention.id:
        raise Invisible
    _refuse_text(convention, checksum)
    _refuse_day(convention, signed.signed_on)
    _refuse_twice(convention, party.id)
    signature = _signature(convention, party, signed, file_id, by)
    session.add(signature)
    convention.version += 1
    session.flush()
    note_event(
        convention.checklist_id,
        "convention.sign",
        by=by,
        file_id=file_id,
        happened_on=signed.signed_on,
        organisation_id=_organisation(party),
        party=_party_name(party),
    )
    record("convention.sign", convention, by=by, signature=signature.id)
    _enter_when_complete(convention, by)
    return signature


def _signature(
    convention: Convention, party: ConventionParty, signed: Signed, file_id: int, by: Actor | None
) -> Signature:
    text = adopted_text(convention)
    assert text is not None  # a constraint: what is adopted is frozen
    return Signature(
        text_id=text.id,
        party_id=party.id,
        signer=signed.signer,
        function=signed.function,
        signed_on=signed.signed_on,
        file_id=file_id,
        recorded_at=clock.now(),
        recorded_by_id=by.id if by else None,
    )


def _refuse_text(convention: Convention, checksum: str) -> None:
    if convention.state is not ConventionState.ADOPTED:
        words = WORDS[convention.state]
        raise Refusal(f"Cette convention est «\u00a0{words}\u00a0»\u202f: aucune signature n’est attendue.")
    if checksum != convention.checksum:
        raise Refusal(ANOTHER_TEXT)


def _refuse_day(convention: Convention, signed_on: date) -> None:
    if signed_on > territory.today():
        raise Refusal(FUTURE, "signed_on")
    if convention.adopted_on is not None and signed_on < convention.adopted_on:
        adopted = day_full(convention.adopted_on)
        raise Refusal(f"Le conseil n’a adopté ce texte que le {adopted}.", "signed_on")


def _refuse_twice(convention: Convention, party_id: int) -> None:
    known = next((found for found in live_signatures(convention.id) if found.party_id == party_id), None)
    if known is not None:
        raise Refusal(f"Cette signature est déjà notée\u00a0: {known.signer}, le {day_full(known.signed_on)}.")


def _organisation(party: ConventionParty) -> int | None:
    partner = session.get(Partner, party.partner_id) if party.partner_id is not None else None
    return partner.organisation_id if partner else None


def _party_name(party: ConventionParty) -> str:
    """The name that the journal keeps: a structure's, that of the day it signed."""
    organisation_id = _organisation(party)
    house = session.get(Organisation, organisation_id) if organisation_id is not None else None
    return house.name if house else territory.settings().name


def cancel_signature(convention_id: int, signature_id: int, *, by: Actor | None) -> Signature:
    """Take back a signature noted by mistake, before the last one; it stays to be read, struck."""
    convention = held(convention_id)
    if convention.state is not ConventionState.ADOPTED:
        raise Refusal("Toutes les parties ont signé\u00a0: cette signature ne s’annule plus.")
    found = next((one for one in live_signatures(convention.id) if one.id == signature_id), None)
    if found is None:
        raise Refusal("Cette signature est déjà annulée.")
    found.cancelled_at, found.cancelled_by_id = clock.now(), by.id if by else None
    convention.version += 1
    session.flush()
    party = session.get_one(ConventionParty, found.party_id)
    note_event(convention.checklist_id, "convention.unsign", by=by, party=_party_name(party))
    record("convention.unsign", convention, by=by, signature=found.id)
    return found


# -- in force ---------------------------------------------------------------------------------------------------------


def _enter_when_complete(convention: Convention, by: Actor | None) -> None:
    signatures = live_signatures(convention.id)
    if {party.id for party in convention.parties} - {signature.party_id for signature in signatures}:
        return
    last = max(signature.signed_on for signature in signatures)
    convention.starts_on = convention.starts_on or last
    if convention.ends_on is not None and convention.ends_on < max(convention.starts_on, last):
        raise Refusal(ENDS_BEFORE)
    _give_days(convention, max(convention.starts_on, last), by)
    _give_owners(convention, by)
    move(convention, "enter_into_force", by=by, happened_on=last, starts_on=convention.starts_on.isoformat())
    if convention.parent_id is not None:
        apply_amendment(convention, by=by)
    mail.tell_in_force(convention)


def _give_days(convention: Convention, start: date, by: Actor | None) -> None:
    """Each commitment counted in months is owed so many after the start; one that comes again, a period after it."""
    for commitment in _open_lines(convention):
        months = commitment.due_months if commitment.due_months is not None else commitment.every_months
        if commitment.due_on is None and months is not None and not commitment.is_continuous:
            commitment.due_on = months_later(start, months)
            checklists.touch(commitment, by)


def _give_owners(convention: Convention, by: Actor | None) -> None:
    """What nobody was named for is the lead's on the side of the CPTS, the first contact's on the partner's."""
    theirs = _first_contact(convention)
    for commitment in _open_lines(convention):
        owner = convention.lead_id if commitment.side is Side.CPTS else theirs
        if commitment.owner_id is None and owner is not None:
            commitment.owner_id = owner
            checklists.touch(commitment, by)


def _open_lines(convention: Convention) -> list[Commitment]:
    wanted = select(Commitment).where(Commitment.checklist_id == convention.checklist_id, Commitment.state.in_(OPEN))
    return list(session.scalars(wanted.order_by(Commitment.position)))


def _first_contact(convention: Convention) -> int | None:
    party, contact = aliased(ConventionParty), aliased(PartnerContact)
    return session.scalar(
        select(contact.person_id)
        .join(party, party.partner_id == contact.partner_id)
        .where(party.convention_id == convention.id, contact.person_id.is_not(None), contact.ended_on.is_(None))
        .order_by(party.position, contact.id)
        .limit(1)
    )
