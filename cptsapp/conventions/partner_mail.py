"""The mails about a partner that leaves: its name, the day, the titles of what ends; one a person."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from cptsapp.accounts.models import RoleGrant, User
from cptsapp.accounts.permissions import roles_with
from cptsapp.conventions.mail import Reader, partners_of
from cptsapp.conventions.models import Convention
from cptsapp.conventions.rules.states import is_in_drawer
from cptsapp.core.db import session
from cptsapp.directory.merged import roots
from cptsapp.directory.models import Person
from cptsapp.directory.permissions import in_force
from cptsapp.outbox import texts
from cptsapp.outbox.actions import queue
from cptsapp.territory import queries as territory


@dataclass(frozen=True, slots=True)
class Ended:
    """A convention that ended with its partner: who led it or owed something of it, by number of person."""

    convention: Convention
    person_ids: frozenset[int]


def tell_left(name: str, on: date, ended: Sequence[Ended]) -> None:
    """Queue that a partner has left to whoever led, owed or signed something of what ends, and to the coordination."""
    people = addresses_of({number for each in ended for number in each.person_ids})
    titles: dict[str, list[str]] = defaultdict(list)
    known: dict[str, Reader] = {}
    for each in ended:
        readers = [people[number] for number in sorted(each.person_ids) if number in people]
        for reader in [*readers, *_parties(each.convention), *office()]:
            address = reader.address.strip().lower()
            known.setdefault(address, reader)
            if each.convention.title not in titles[address]:
                titles[address].append(each.convention.title)
    for address, reader in known.items():
        text = texts.render(
            "conventions/partner_left", partner=name, on=on, titles=titles[address], cpts=territory.settings()
        )
        queue(
            "partner.left",
            to_address=reader.address,
            to_user_id=reader.user_id,
            title=text.title,
            body=text.body,
            about=ended[0].convention,
        )


def _parties(convention: Convention) -> list[Reader]:
    """The parties, of a text that they were given to read."""
    is_hidden = is_in_drawer(convention.state, convention.comments_due_on, convention.checksum)
    return [] if is_hidden else partners_of(convention.id)


def addresses_of(person_ids: Collection[int]) -> Mapping[int, Reader]:
    """Where these persons read their mail: their account, else the address of their sheet; who objected has none."""
    merged = roots()
    wanted = {number: merged.get(number, number) for number in person_ids}
    rows = session.execute(
        select(Person.id, Person.mail, User.id.label("user_id"), User.mail.label("account"))
        .outerjoin(User, (User.person_id == Person.id) & User.is_active)
        .where(Person.id.in_(set(wanted.values())), Person.objected_on.is_(None))
        .order_by(Person.id, User.id)
    )
    found: dict[int, Reader] = {}
    for row in rows:
        if address := row.account or row.mail:
            found.setdefault(row.id, Reader(address, row.user_id))
    return {number: found[root] for number, root in wanted.items() if root in found}


def office() -> list[Reader]:
    """Who keeps the conventions, their accounts open today."""
    rows = session.execute(
        select(User.id, User.mail)
        .join(RoleGrant, RoleGrant.user_id == User.id)
        .where(
            User.is_active,
            RoleGrant.role.in_(sorted(roles_with("conventions.manage"))),
            in_force(RoleGrant, territory.today()),
        )
        .distinct()
        .order_by(User.id)
    )
    return [Reader(row.mail, row.id) for row in rows]
