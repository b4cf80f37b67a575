"""Reading the partners: their names whichever number their structure had, their list, the sheet of one."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, case, func, or_, select

from cptsapp.conventions.models import (
    Convention,
    ConventionParty,
    ConventionState,
    Partner,
    PartnerContact,
    PartnerKind,
    Relation,
)
from cptsapp.conventions.queries.register import lines_by_id
from cptsapp.conventions.rules.register import Line, order, words_of
from cptsapp.conventions.rules.states import OPEN
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible
from cptsapp.core.rows import hold
from cptsapp.directory.merged import roots
from cptsapp.directory.models import Organisation, Person, Place, Practice
from cptsapp.directory.permissions import in_force
from cptsapp.directory.queries.membership import organisation_roots
from cptsapp.territory import queries as territory

PAGE = 50

# A structure merged into another is that other; twice merged is rare enough for `organisation_roots` alone.
_Own, _Whole = Organisation.__table__.alias(), Organisation.__table__.alias()
_NAME = func.coalesce(_Whole.c.name, _Own.c.name)
_FOLDED = func.coalesce(_Whole.c.folded, _Own.c.folded)


@dataclass(frozen=True, slots=True)
class Contact:
    """Someone to talk to at a partner's; what the sheet of the directory says fills what was not typed."""

    id: int
    partner_id: int
    person_id: int | None
    name: str
    function: str
    phone: str | None
    mail: str | None
    is_signatory: bool
    ended_on: date | None


@dataclass(frozen=True, slots=True)
class PartnerRow:
    """A partner in the list: its first contact, and how many conventions bind it today or are being written."""

    id: int
    name: str
    kind: PartnerKind
    relation: Relation
    left_on: date | None
    contact: Contact | None
    in_force_count: int
    open_count: int


@dataclass(frozen=True, slots=True)
class Partners:
    """A page of the list, how many answer, and how many there are with us and gone."""

    rows: Sequence[PartnerRow]
    found_count: int
    current_count: int
    left_count: int


@dataclass(frozen=True, slots=True)
class PartnerSheet:
    """The page of a partner: its structure under its present number, who to talk to, what binds it."""

    partner: Partner
    organisation: Organisation
    contacts: Sequence[Contact]
    past_contacts: Sequence[Contact]
    lines: Sequence[Line]
    past_lines: Sequence[Line]


# -- names ------------------------------------------------------------------------------------------------------------


_PARTIES = (
    select(ConventionParty.convention_id, _Own.c.id, _NAME.label("name"), _Whole.c.merged_into_id)
    .join(Partner, Partner.id == ConventionParty.partner_id)
    .join(_Own, _Own.c.id == Partner.organisation_id)
    .outerjoin(_Whole, _Whole.c.id == _Own.c.merged_into_id)
    .where(ConventionParty.convention_id.in_(bindparam("convention_ids", expanding=True)))
    .order_by(ConventionParty.convention_id, ConventionParty.position)
)


def names_of(convention_ids: Collection[int]) -> Mapping[int, list[str]]:
    """The names of the partners of each convention, in the order they sign; three statements at most."""
    rows = session.execute(_PARTIES, {"convention_ids": list(convention_ids)}).all() if convention_ids else []
    twice = _names_now({row.id for row in rows if row.merged_into_id is not None})
    found: dict[int, list[str]] = {}
    for row in rows:
        found.setdefault(row.convention_id, []).append(twice.get(row.id, row.name))
    return found


def _names_now(numbers: Collection[int]) -> dict[int, str]:
    """What structures merged into others are called now, however long the chain."""
    if not numbers:
        return {}
    now = {number: into for number, into in organisation_roots().items() if number in numbers}
    kept = select(Organisation.id, Organisation.name).where(Organisation.id.in_(now.values()))
    names = {row.id: row.name for row in session.execute(kept)}
    return {number: names[into] for number, into in now.items()}


# -- the list ---------------------------------------------------------------------------------------------------------


def partners(typed: str = "", *, has_left: bool = False, page: int = 1) -> Partners:
    """The partners that answer to what is typed, by name; those who have left on their own page."""
    answering = _named(select(Partner.id, Partner.left_on)).where(*_answering(typed)).subquery()
    is_left = answering.c.left_on.is_not(None)
    counts = session.execute(select(_sum(is_left), func.count()).select_from(answering)).one()
    left_count, all_count = counts[0] or 0, counts[1]
    chosen = Partner.left_on.is_not(None) if has_left else Partner.left_on.is_(None)
    wanted = _named(select(Partner, _NAME.label("name"))).where(*_answering(typed), chosen)
    rows = session.execute(wanted.order_by(_FOLDED, Partner.id).limit(PAGE).offset(PAGE * (max(page, 1) - 1))).all()
    current_count = all_count - left_count
    return Partners(_rows(rows), left_count if has_left else current_count, current_count, left_count)


def _named(statement: Any) -> Any:
    own = statement.join(_Own, _Own.c.id == Partner.organisation_id)
    return own.outerjoin(_Whole, _Whole.c.id == _Own.c.merged_into_id)


def _answering(typed: str) -> list[ColumnElement[bool]]:
    return [or_(_FOLDED.startswith(word), _FOLDED.contains(f" {word}")) for word in words_of(typed)]


def _rows(found: Sequence[Any]) -> Sequence[PartnerRow]:
    numbers = [partner.id for partner, _name in found]
    contacts: dict[int, Contact] = {}
    for contact in _contacts(PartnerContact.partner_id.in_(numbers), PartnerContact.ended_on.is_(None)):
        contacts.setdefault(contact.partner_id, contact)
    counts = {
        row.partner_id: row
        for row in session.execute(
            select(
                ConventionParty.partner_id,
                _sum(Convention.state == ConventionState.IN_FORCE).label("in_force"),
                _sum(Convention.state.in_(OPEN)).label("open"),
            )
            .join(Convention, and_(Convention.id == ConventionParty.convention_id, Convention.parent_id.is_(None)))
            .where(ConventionParty.partner_id.in_(numbers))
            .group_by(ConventionParty.partner_id)
        )
    }
    return [_row(partner, name, contacts.get(partner.id), counts.get(partner.id)) for partner, name in found]


def _row(partner: Partner, name: str, contact: Contact | None, counts: Any) -> PartnerRow:
    return PartnerRow(
        id=partner.id,
        name=name,
        kind=partner.kind,
        relation=partner.relation,
        left_on=partner.left_on,
        contact=contact,
        in_force_count=counts.in_force if counts else 0,
        open_count=counts.open if counts else 0,
    )


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


def _contacts(*conditions: ColumnElement[bool]) -> Sequence[Contact]:
    """Contacts, who signs first, then as they were added; someone merged is whom they became."""
    wanted = select(PartnerContact).where(*conditions)
    found = session.scalars(wanted.order_by(PartnerContact.is_signatory.desc(), PartnerContact.id)).all()
    merged = roots()
    numbers = {merged.get(each.person_id, each.person_id) for each in found if each.person_id is not None}
    people = {person.id: person for person in session.scalars(select(Person).where(Person.id.in_(numbers)))}
    return [
        _contact(each, people.get(merged.get(each.person_id, each.person_id)) if each.person_id else None)
        for each in found
    ]


def signatory(partner_id: int) -> Contact | None:
    """Who signs for a partner today, or None when no contact of theirs does."""
    theirs = PartnerContact.partner_id == partner_id, PartnerContact.ended_on.is_(None)
    return next(iter(_contacts(*theirs, PartnerContact.is_signatory.is_(True))), None)


def _contact(each: PartnerContact, person: Person | None) -> Contact:
    return Contact(
        id=each.id,
        partner_id=each.partner_id,
        person_id=person.id if person else None,
        name=person.full_name if person else each.name,
        function=each.function,
        phone=each.phone or (person.phone if person else None),
        mail=each.mail or (person.mail if person else None),
        is_signatory=each.is_signatory,
        ended_on=each.ended_on,
    )


# -- one partner ------------------------------------------------------------------------------------------------------


def partner(partner_id: int) -> Partner:
    """One of them, gone or not; raises Invisible."""
    found = session.get(Partner, partner_id)
    if found is None:
        raise Invisible
    return found


def locked(partner_id: int) -> Partner:
    """The partner to be changed or bound, its row held until the end of the transaction; raises Invisible."""
    return hold(Partner, partner_id)


def organisation_of(found: Partner) -> Organisation:
    """Its structure, under its present number."""
    return session.get_one(Organisation, organisation_roots().get(found.organisation_id, found.organisation_id))


def partner_of(organisation_id: int) -> Partner | None:
    """The partner that a structure is, under any of its numbers, or None."""
    merged = organisation_roots()
    root = merged.get(organisation_id, organisation_id)
    same = [root, *(number for number, into in merged.items() if into == root)]
    wanted = select(Partner).where(Partner.organisation_id.in_(same)).order_by(Partner.left_on.is_not(None), Partner.id)
    return session.scalars(wanted.limit(1)).first()


def sheet(partner_id: int) -> PartnerSheet:
    """The page of a partner; raises Invisible."""
    found = partner(partner_id)
    contacts = _contacts(PartnerContact.partner_id == found.id)
    lines = lines_of(found.id)
    return PartnerSheet(
        partner=found,
        organisation=organisation_of(found),
        contacts=[each for each in contacts if each.ended_on is None],
        past_contacts=[each for each in contacts if each.ended_on is not None],
        lines=[line for line in lines if not line.is_ended],
        past_lines=[line for line in lines if line.is_ended],
    )


def lines_of(partner_id: int) -> list[Line]:
    """The lines in the register of what binds a partner, what is due first before."""
    known = lines_by_id()
    numbers = session.scalars(select(ConventionParty.convention_id).where(ConventionParty.partner_id == partner_id))
    return sorted((known[number] for number in numbers if number in known), key=order)


def contact(contact_id: int) -> PartnerContact:
    """One contact; raises Invisible."""
    found = session.get(PartnerContact, contact_id)
    if found is None:
        raise Invisible
    return found


def people_of(organisation_id: int) -> Sequence[Person]:
    """Who practises at a structure today, by name: those one may choose as contacts."""
    merged = organisation_roots()
    same = [organisation_id, *(number for number, into in merged.items() if into == organisation_id)]
    whole = func.coalesce(Person.merged_into_id, Person.id)
    there = (
        select(whole)
        .select_from(Practice)
        .join(Place, Place.id == Practice.place_id)
        .join(Person, Person.id == Practice.person_id)
        .where(Place.organisation_id.in_(same), in_force(Practice, territory.today()))
    )
    wanted = select(Person).where(Person.id.in_(there), Person.objected_on.is_(None))
    return session.scalars(wanted.order_by(Person.folded, Person.id)).all()


def choosable(organisation_id: int, person_id: int | None) -> Sequence[Person]:
    """The same, and who is chosen already though they no longer practise there."""
    found = list(people_of(organisation_id))
    chosen = session.get(Person, person_id) if person_id is not None else None
    if chosen is not None and chosen.id not in {person.id for person in found}:
        found.append(chosen)
    return found
