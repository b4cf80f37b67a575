"""Keeping the partners: a structure of the directory becomes one, has contacts, leaves, and may come back.

A partner that leaves takes its conventions with it: each open one is ended that day, what it lists is dropped.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from cptsapp.audit.actions import Actor, record
from cptsapp.checklists.actions import reassign, refuse_nir, set_state
from cptsapp.checklists.models import Commitment, CommitmentState, Side
from cptsapp.checklists.rules import OPEN as OWED
from cptsapp.conventions import partner_mail
from cptsapp.conventions.actions import term
from cptsapp.conventions.models import (
    Convention,
    ConventionParty,
    EndReason,
    Partner,
    PartnerContact,
    PartnerKind,
    Relation,
)
from cptsapp.conventions.queries.conventions import locked as hold_convention
from cptsapp.conventions.queries.partners import locked, organisation_of, partner_of
from cptsapp.conventions.rules.partners import organisation_kind, why_not_bind, why_not_leave
from cptsapp.conventions.rules.states import OPEN
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal, refuse_if
from cptsapp.directory.actions.structures import create_organisation
from cptsapp.directory.merged import same_person
from cptsapp.directory.models import Organisation
from cptsapp.territory import queries as territory

NO_ONE = "Choisissez une personne, ou écrivez son nom."
NO_REASON = "Écrivez la raison\u00a0: elle se lit sur la fiche du partenaire."
GONE = "Cet interlocuteur est déjà retiré."


@dataclass(frozen=True, slots=True)
class ContactTerms:
    """A contact as a form gives it: a person of the directory, or a name alone."""

    person_id: int | None
    name: str
    function: str
    phone: str | None
    mail: str | None
    is_signatory: bool


def add(organisation: Organisation, kind: PartnerKind, relation: Relation, *, by: Actor | None) -> Partner:
    """Make a structure of the directory a partner. Raises Refusal when it is one already, here or gone."""
    known = partner_of(organisation.id)
    if known is not None:
        gone = "\u00a0: notez son retour sur sa fiche" if known.left_on is not None else ""
        raise Refusal(f"{organisation.name} est déjà partenaire{gone}.")
    made = Partner(
        organisation_id=organisation.id,
        kind=kind,
        relation=relation,
        created_at=clock.now(),
        created_by_id=by.id if by else None,
    )
    session.add(made)
    session.flush()
    record("partner.added", made, by=by, name=organisation.name)
    return made


def add_with_structure(
    name: str, kind: PartnerKind, relation: Relation, *, phone: str | None, mail: str | None, by: Actor | None
) -> Partner:
    """The same for a structure that the directory does not have yet. Raises Refusal for what looks like a NIR."""
    refuse_nir(name)
    values: dict[str, Any] = {"name": name.strip(), "kind": organisation_kind(kind), "phone": phone, "mail": mail}
    return add(create_organisation(values, by=by), kind, relation, by=by)


def correct(partner: Partner, kind: PartnerKind, relation: Relation, *, by: Actor | None) -> None:
    """Say otherwise what a partner locked by the caller is to the CPTS; the same again changes nothing."""
    if (partner.kind, partner.relation) == (kind, relation):
        return
    partner.kind, partner.relation = kind, relation
    session.flush()
    record("partner.corrected", partner, by=by)


# -- contacts ---------------------------------------------------------------------------------------------------------


def add_contact(partner: Partner, terms: ContactTerms, *, by: Actor | None) -> PartnerContact:
    """Someone to talk to. Raises Refusal for nobody, for a partner who has left, for what looks like a NIR."""
    refuse_if(why_not_bind(partner.left_on))
    made = PartnerContact(partner_id=partner.id)
    _write(made, terms)
    session.add(made)
    session.flush()
    record("partner_contact.added", made, by=by)
    return made


def correct_contact(contact: PartnerContact, terms: ContactTerms, *, by: Actor | None) -> None:
    """Correct a contact. Raises Refusal for one who was taken off, for nobody, for what looks like a NIR."""
    refuse_if(GONE if contact.ended_on is not None else None)
    _write(contact, terms)
    session.flush()
    record("partner_contact.corrected", contact, by=by)


def _write(contact: PartnerContact, terms: ContactTerms) -> None:
    refuse_nir(terms.name, terms.function)
    if terms.person_id is None and not terms.name.strip():
        raise Refusal(NO_ONE, "name")
    contact.person_id = terms.person_id
    contact.name = "" if terms.person_id is not None else terms.name.strip()
    contact.function, contact.phone, contact.mail = terms.function.strip(), terms.phone, terms.mail
    contact.is_signatory = terms.is_signatory


def end_contact(contact: PartnerContact, *, by: Actor | None) -> None:
    """Take a contact off the sheet: what they signed keeps their name, what they owe for it waits. Twice is once."""
    if contact.ended_on is not None:
        return
    contact.ended_on = territory.today()
    session.flush()
    for commitment in session.scalars(_owed_by(contact).with_for_update()).all():
        reassign(commitment, None, by=by)
    record("partner_contact.ended", contact, by=by)


def _owed_by(contact: PartnerContact) -> Any:
    """What a contact still owes on their partner's side, in the conventions that live."""
    numbers = same_person({contact.person_id}) if contact.person_id is not None else set()
    theirs = Commitment.owner_id.in_(numbers), Commitment.side == Side.PARTNER, Commitment.state.in_(OWED)
    return (
        select(Commitment)
        .join(Convention, Convention.checklist_id == Commitment.checklist_id)
        .join(ConventionParty, ConventionParty.convention_id == Convention.id)
        .where(ConventionParty.partner_id == contact.partner_id, Convention.state.in_(OPEN), *theirs)
        .order_by(Commitment.id)
    )


# -- leaving ----------------------------------------------------------------------------------------------------------


def leave(partner_id: int, on: date, reason: str, *, by: Actor | None) -> Partner:
    """Note that a partner has left: its open conventions end that day, what they list is dropped, its contacts too.

    Whoever leads one or owes one of its commitments is told, and the other parties. Raises Refusal for a day to come or
    before a convention's first day, without a reason, when it is noted already.
    """
    for convention_id in open_conventions(partner_id):
        hold_convention(convention_id)  # before the partner, as whoever changes its parties does
    partner = locked(partner_id)
    why = why_not_leave(partner.left_on, on, territory.today())
    if why is not None:
        raise Refusal(why, "left_on")
    if not reason.strip():
        raise Refusal(NO_REASON, "reason")
    refuse_nir(reason)
    ended = [_end(convention_id, on, by) for convention_id in open_conventions(partner.id)]
    partner_mail.tell_left(organisation_of(partner).name, on, ended)
    for contact in session.scalars(_open_contacts(partner.id)).all():
        contact.ended_on = on
    partner.left_on, partner.left_reason = on, reason.strip()
    session.flush()
    record("partner.left", partner, by=by, left_on=on.isoformat())
    return partner


def open_conventions(partner_id: int) -> list[int]:
    """The numbers of the open conventions that bind a partner, in order; amendments end with what they amend."""
    wanted = (
        select(Convention.id)
        .join(ConventionParty, ConventionParty.convention_id == Convention.id)
        .where(ConventionParty.partner_id == partner_id, Convention.state.in_(OPEN), Convention.parent_id.is_(None))
    )
    return list(session.scalars(wanted.order_by(Convention.id)))


def _open_contacts(partner_id: int) -> Any:
    return select(PartnerContact).where(PartnerContact.partner_id == partner_id, PartnerContact.ended_on.is_(None))


def _end(convention_id: int, on: date, by: Actor | None) -> partner_mail.Ended:
    """End one convention, and drop what it and its amendments still list; gives whom that concerns."""
    owed = session.scalars(_owed(convention_id).with_for_update()).all()
    convention = term.end(convention_id, on, EndReason.PARTNER_LEFT, by=by)
    for commitment in owed:
        set_state(commitment, CommitmentState.DROPPED, by=by, on=on)
    people = {each.owner_id for each in owed} | {convention.lead_id}
    return partner_mail.Ended(convention, frozenset(number for number in people if number is not None))


def _owed(convention_id: int) -> Any:
    theirs = (Convention.id == convention_id) | (Convention.parent_id == convention_id)
    return (
        select(Commitment)
        .join(Convention, Convention.checklist_id == Commitment.checklist_id)
        .where(theirs, Commitment.state.in_(OWED))
        .order_by(Commitment.id)
    )


def come_back(partner_id: int, *, by: Actor | None) -> Partner:
    """Note that a partner who had left is one again; what ended stays ended. Twice is once."""
    partner = locked(partner_id)
    if partner.left_on is None:
        return partner
    partner.left_on = partner.left_reason = None
    session.flush()
    record("partner.came_back", partner, by=by)
    return partner
