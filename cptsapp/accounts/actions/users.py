"""Accounts themselves: created, corrected, closed, reopened; their password."""

from collections.abc import Iterable

from sqlalchemy import column, select, table

from cptsapp.accounts import permissions, queries, rules, secrets, sessions
from cptsapp.accounts.actions import desks, links, roles, second_factor
from cptsapp.accounts.house import house
from cptsapp.accounts.models import Role, User
from cptsapp.audit.actions import Actor, record
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal, refuse_if

MAIL_TAKEN = "Un compte a déjà cette adresse mail."
_PERSON = table("person", column("id"))


def create_user(
    mail: str,
    display_name: str,
    roles_held: Iterable[Role],
    *,
    by: Actor | None,
    person_id: int | None = None,
    password: str | None = None,
) -> User:
    """An account with roles from today; no mail leaves (see `links.invite`).

    Raises Refusal (field mail, password or person_id).
    """
    folded = rules.fold_mail(mail)
    _refuse_taken_mail(folded)
    if person_id is not None:
        _refuse_person(person_id)
    user = User(mail=folded, display_name=display_name.strip(), person_id=person_id, created_at=clock.now())
    session.add(user)
    session.flush()
    record("user.created", user, by=by)
    today = house().today()
    for role in roles_held:
        roles.add_grant(user, role, today, None, by=by)
    if password is not None:
        set_password(user, password)
    return user


def _refuse_taken_mail(mail: str, but: int | None = None) -> None:
    taken = session.scalar(select(User.id).where(User.mail == mail))
    if taken is not None and taken != but:
        raise Refusal(MAIL_TAKEN, "mail")


def _refuse_person(person_id: int) -> None:
    if session.scalar(select(_PERSON.c.id).where(_PERSON.c.id == person_id)) is None:
        raise Refusal("Cette personne n’est pas dans l’annuaire.", "person_id")
    if session.scalar(select(User.id).where(User.person_id == person_id)) is not None:
        raise Refusal("Cette personne a déjà un compte.", "person_id")


def set_password(user: User, password: str) -> None:
    """Give the account this password. Raises Refusal (field password) when it is too weak. Ends no session."""
    reason = rules.why_not_password(password, user.mail, user.display_name)
    if reason is not None:
        raise Refusal(reason, "password")
    user.password_hash = secrets.hash_password(password)
    session.flush()


def change_password(user: User, password: str, *, by: Actor | None, keep_sign_in_id: int | None = None) -> None:
    """Set the password and end the account's other sessions. Raises Refusal."""
    set_password(user, password)
    sessions.end_all(user.id, but=keep_sign_in_id)
    links.revoke_all(user.id)
    record("user.password_changed", user, by=by)


def correct_user(user: User, mail: str, display_name: str, *, by: Actor) -> None:
    """Correct the name or the mail; the former address and the new one are told. Raises Refusal (field mail)."""
    folded = rules.fold_mail(mail)
    _refuse_taken_mail(folded, but=user.id)
    _hold(user)
    former = user.mail
    if folded != former:
        reason = why_not_change_address(user, by=by)
        if reason is not None:
            raise Refusal(reason, "mail")
    user.mail, user.display_name = folded, display_name.strip()
    session.flush()
    if folded != former:
        links.revoke_all(user.id)
        links.tell_addresses(user, former, by=by)
    record("user.corrected", user, by=by, mail_changed=folded != former)


def close_user(user: User, *, by: Actor) -> None:
    """Close the account: no sign-in any more, sessions ended, links dead. Raises Refusal for the last who manages."""
    roles.hold_managers()
    refuse_if(permissions.why_not_close(by, user, roles.managers_without(user.id)))
    user.is_active = False
    sessions.end_all(user.id)
    desks.forget_pins(user.id)
    links.revoke_all(user.id)
    record("user.closed", user, by=by)
    session.flush()


def reopen_user(user: User, *, by: Actor) -> None:
    """Open a closed account again, with the roles it still holds."""
    user.is_active = True
    record("user.reopened", user, by=by)
    session.flush()


def _hold(user: User) -> None:
    """Let nobody else change the account meanwhile: of its address and its second factor each looks at the other."""
    session.refresh(user, with_for_update=True)


def why_not_change_address(user: User, *, by: Actor) -> str | None:
    """Why this manager may not change the account's address now."""
    until = queries.address_kept_until(user, by.id)
    return permissions.why_not_change_address(until, another_may=roles.is_another_manager(by.id, user.id))


def why_not_reset_second_factor(user: User, *, by: Actor) -> str | None:
    """Why this manager may not reset the account's second factor now."""
    until = queries.second_factor_kept_until(user, by.id)
    another_may = roles.is_another_manager(by.id, user.id)
    return permissions.why_not_reset_second_factor(by, user, until, another_may=another_may)


def reset_second_factor(user: User, *, by: Actor) -> None:
    """Forget the account's second factor and recovery codes; it enrols again at its next sign-in. Raises Refusal."""
    _hold(user)
    refuse_if(why_not_reset_second_factor(user, by=by))
    second_factor.forget(user)
    sessions.end_all(user.id)
    desks.forget_pins(user.id)
    links.tell_second_factor_reset(user)
    record("user.second_factor_reset", user, by=by)
