"""Erasing who stood behind closed accounts: what was done under them stays, under a number."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import delete, select

from cptsapp.accounts.models import AccessLink, DeskUser, Draft, RecoveryCode, SignIn, User
from cptsapp.core.db import session

_NO_HOST = "efface.invalid"


@dataclass(frozen=True, slots=True)
class Erased:
    """The accounts that were erased, and what they were called."""

    user_ids: frozenset[int]
    mails: frozenset[str]
    names: frozenset[str]


def erase_accounts(person_ids: Collection[int]) -> Erased:
    """Blank the closed accounts of these persons; an open one is left as it is."""
    wanted = select(User).where(User.person_id.in_(person_ids), User.is_active.is_(False))
    users = session.scalars(wanted).all()
    erased = Erased(
        frozenset(user.id for user in users),
        frozenset(user.mail for user in users),
        frozenset(user.display_name for user in users),
    )
    for table in (AccessLink, DeskUser, Draft, RecoveryCode, SignIn):
        session.execute(delete(table).where(table.user_id.in_(erased.user_ids)))
    for user in users:
        user.mail, user.display_name = f"compte-{user.id}@{_NO_HOST}", f"Compte n° {user.id}"
        user.password_hash = user.totp_secret = None
    session.flush()
    return erased
