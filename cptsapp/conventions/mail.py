"""The mails of a convention: its name, a day, the page to sign in to. They go to the parties and to the board."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from cptsapp.accounts.models import RoleGrant, User
from cptsapp.accounts.permissions import roles_with
from cptsapp.conventions.models import Convention, ConventionParty, FrozenText, Partner, PartnerContact
from cptsapp.core.db import session
from cptsapp.directory.models import Person
from cptsapp.directory.permissions import in_force
from cptsapp.inbox.queries.referrals import accounts_of
from cptsapp.outbox import texts
from cptsapp.outbox.actions import queue
from cptsapp.territory import queries as territory

# Who reads a text for the CPTS without writing it: the board and its bureau.
BOARD = sorted(roles_with("conventions.comment", ("all",)) - roles_with("conventions.manage"))


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom a mail goes to; without account they read the text that the coordination hands them."""

    address: str
    user_id: int | None = None


def partners_of(convention_id: int) -> list[Reader]:
    """The accounts of the parties' organisations, then their contacts who have an address and no account."""
    partners = session.execute(
        select(Partner.id, Partner.organisation_id)
        .join(ConventionParty, ConventionParty.partner_id == Partner.id)
        .where(ConventionParty.convention_id == convention_id)
    ).all()
    users = accounts_of([row.organisation_id for row in partners])
    contacts = session.execute(
        select(PartnerContact.mail, Person.mail.label("own"), User.id.label("user_id"))
        .outerjoin(Person, Person.id == PartnerContact.person_id)
        .outerjoin(User, (User.person_id == Person.id) & User.is_active)
        .where(PartnerContact.partner_id.in_([row.id for row in partners]), PartnerContact.ended_on.is_(None))
    )
    readers = [Reader(user.mail, user.id) for user in users]
    return readers + [Reader(row.mail or row.own, row.user_id) for row in contacts if row.mail or row.own]


def board() -> list[Reader]:
    """Who sits on the board or at its bureau, their accounts open today."""
    rows = session.execute(
        select(User.mail, User.id)
        .join(RoleGrant, RoleGrant.user_id == User.id)
        .where(User.is_active, RoleGrant.role.in_(BOARD), in_force(RoleGrant, territory.today()))
        .distinct()
        .order_by(User.id)
    )
    return [Reader(row.mail, row.id) for row in rows]


def ask_readers(convention: Convention, frozen: FrozenText) -> None:
    """Queue to the parties and to the board that a text is to be read again, once a text, a day and an address."""
    key = f"{convention.id}/{frozen.number}/{convention.comments_due_on}"
    _queue("circulated", convention, [*partners_of(convention.id), *board()], key, number=frozen.number)


def tell_in_force(convention: Convention) -> None:
    """Queue to the parties that all have signed."""
    _queue("in_force", convention, partners_of(convention.id), f"{convention.id}/{convention.checksum}")


def tell_notice(convention: Convention) -> None:
    """Queue to the parties that notice was given: the convention ends on its last day."""
    _queue("notice", convention, partners_of(convention.id), f"{convention.id}/{convention.notice_given_on}")


def _queue(name: str, convention: Convention, readers: Iterable[Reader], key: str, **about: object) -> None:
    told: set[str] = set()
    for reader in readers:
        address = reader.address.strip().lower()
        if address in told:
            continue
        told.add(address)
        has_account = reader.user_id is not None
        text = texts.render(
            f"conventions/{name}", convention=convention, has_account=has_account, cpts=territory.settings(), **about
        )
        queue(
            f"convention.{name}",
            to_address=reader.address,
            to_user_id=reader.user_id,
            title=text.title,
            body=text.body,
            about=convention,
            once_key=f"convention.{name}/{key}/{address}",
        )
