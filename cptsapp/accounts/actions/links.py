"""Private links by mail: an invitation (7 days), a new password (1 hour). A GET shows, a POST consumes (pitfall 24)."""

from datetime import timedelta

from sqlalchemy import select, update

from cptsapp.accounts import mail, queries, rules
from cptsapp.accounts.models import AccessLink, LinkKind, User
from cptsapp.audit.actions import Actor, record
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.core.tokens import new_token, token_hash

LASTS = {LinkKind.INVITATION: timedelta(days=7), LinkKind.RESET: timedelta(hours=1)}
DEAD = "Ce lien ne sert plus : il a déjà servi, ou son délai est passé."


def issue(user: User, kind: LinkKind) -> str:
    """A new link of that kind, the only live one of the account; gives its token."""
    revoke_all(user.id)
    token = new_token()
    now = clock.now()
    session.add(
        AccessLink(
            kind=kind, token_hash=token_hash(token), user_id=user.id, created_at=now, expires_at=now + LASTS[kind]
        )
    )
    session.flush()
    return token


def invite(user: User, *, by: Actor | None) -> None:
    """Send (again) the invitation. Raises Refusal when the account is closed or already has a password."""
    if not user.is_active:
        raise Refusal("Ce compte est fermé : rouvrez-le d’abord.")
    if user.password_hash is not None:
        raise Refusal("Cette personne a déjà choisi son mot de passe : elle peut en demander un nouveau.")
    mail.send_invitation(user, issue(user, LinkKind.INVITATION))
    record("user.invited", user, by=by)


def ask_reset(typed: str) -> None:
    """Send a link for a new password, if the mail is that of an open account; say nothing either way."""
    user = session.scalar(select(User).where(User.mail == rules.fold_mail(typed), User.is_active))
    if user is None:
        return
    if user.password_hash is None:
        mail.send_invitation(user, issue(user, LinkKind.INVITATION))
    else:
        mail.send_reset(user, issue(user, LinkKind.RESET))
    record("user.reset_asked", user, by=None)


def consume(link: AccessLink) -> None:
    """Use the link up. Raises Refusal when another request has just done so."""
    used = (
        update(AccessLink)
        .where(AccessLink.id == link.id, AccessLink.used_at.is_(None), AccessLink.revoked_at.is_(None))
        .values(used_at=clock.now())
    )
    if session.connection().execute(used).rowcount != 1:
        raise Refusal(DEAD)


def revoke_all(user_id: int) -> None:
    """Every live link of the account is dead from now."""
    live = update(AccessLink).where(
        AccessLink.user_id == user_id, AccessLink.used_at.is_(None), AccessLink.revoked_at.is_(None)
    )
    session.execute(live.values(revoked_at=clock.now()))


def tell_addresses(user: User, former: str, *, by: Actor) -> None:
    """Tell the former address and the new one which of them signs in now, and who has changed it."""
    name = session.get_one(User, by.id).display_name
    mail.send_address_changed(user, former, by_name=name)
    mail.send_address_given(user, by_name=name)


def tell_second_factor_reset(user: User) -> None:
    """Warn that the second factor was forgotten on someone's order; an address lately changed is warned too."""
    for address in (user.mail, *queries.former_addresses(user)):
        mail.send_second_factor_reset(user, address)
