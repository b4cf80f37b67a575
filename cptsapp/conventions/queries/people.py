"""Who may follow a convention or owe one of its lines: the people of the house, and the partners' contacts."""

from collections.abc import Collection, Sequence

from sqlalchemy import select

from cptsapp.accounts.models import RoleGrant, User
from cptsapp.accounts.permissions import roles_with
from cptsapp.conventions.models import ConventionParty, Partner, PartnerContact
from cptsapp.core.db import session
from cptsapp.core.text import fold
from cptsapp.directory.models import Organisation, Person
from cptsapp.directory.permissions import in_force
from cptsapp.directory.queries.membership import organisation_roots
from cptsapp.territory import queries as territory


def house_people(kept: int | None = None) -> list[tuple[int, str]]:
    """Numbers and names of those of the house whose account is open today and who have a sheet, by name.

    `kept`: someone who is chosen already, and stays so though their account was shut since.
    """
    roles = sorted(roles_with("commitments.own") - roles_with("conventions.read", ("received",)))
    wanted = (
        select(Person)
        .join(User, User.person_id == Person.id)
        .join(RoleGrant, RoleGrant.user_id == User.id)
        .where(User.is_active, RoleGrant.role.in_(roles), in_force(RoleGrant, territory.today()))
        .distinct()
    )
    people = list(session.scalars(wanted))
    chosen = session.get(Person, kept) if kept is not None else None
    if chosen is not None and chosen not in people:
        people.append(chosen)
    return _named(people)


def partner_people(convention_id: int) -> list[tuple[int, str]]:
    """Numbers and names of the partners' contacts who have a sheet, by name."""
    wanted = (
        select(Person)
        .join(PartnerContact, PartnerContact.person_id == Person.id)
        .join(ConventionParty, ConventionParty.partner_id == PartnerContact.partner_id)
        .where(ConventionParty.convention_id == convention_id, PartnerContact.ended_on.is_(None))
        .distinct()
    )
    return _named(session.scalars(wanted).all())


def name_of(person_id: int | None) -> str:
    """The name on a sheet; nothing for nobody."""
    person = session.get(Person, person_id) if person_id is not None else None
    return person.full_name if person is not None else ""


def _named(people: Sequence[Person]) -> list[tuple[int, str]]:
    ordered = sorted(people, key=lambda person: (person.last_name, person.first_name, person.id))
    return [(person.id, person.full_name) for person in ordered]


def partners_offered(kept: Collection[int] = ()) -> list[tuple[int, str]]:
    """Numbers and names of the partners who have not left, and of these anyway, by name."""
    rows = session.execute(
        select(Partner.id, Organisation.id.label("organisation_id"), Organisation.name)
        .join(Organisation, Organisation.id == Partner.organisation_id)
        .where(Partner.left_on.is_(None) | Partner.id.in_(kept))
    ).all()
    merged = organisation_roots()
    wanted = {merged[row.organisation_id] for row in rows if row.organisation_id in merged}
    names = dict(session.execute(select(Organisation.id, Organisation.name).where(Organisation.id.in_(wanted))).all())
    named = [(row.id, names.get(merged.get(row.organisation_id, 0), row.name)) for row in rows]
    return sorted(named, key=lambda row: (fold(row[1]), row[0]))
