"""Proving who one is. Attempts are counted and committed first, then the secret is checked outside any transaction.

So sixteen requests at once share the same few attempts, and no write lock is held while argon2 works.
"""

from cptsapp.accounts import rules, secrets
from cptsapp.accounts.actions import desks, second_factor, throttle
from cptsapp.accounts.models import User
from cptsapp.accounts.queries import Credentials, DeskPerson, credentials
from cptsapp.audit.actions import record
from cptsapp.core.db import session
from cptsapp.http.app import after_commit

SENTENCE = "Cette adresse et ce mot de passe ne vont pas ensemble."


class TooManyAttempts(Exception):
    """The limit is reached (429), whether or not the account exists."""


def _note_failure(kind: str, user_id: int | None) -> None:
    def note() -> None:
        record(kind, session.get(User, user_id) if user_id else None, by=None)

    after_commit(note)


def by_password(mail: str, password: str, address: str) -> Credentials | None:
    """The account whose mail and password these are, or None. Raises TooManyAttempts."""
    folded = rules.fold_mail(mail)
    _spend((throttle.SIGN_IN_MAIL, folded), (throttle.SIGN_IN_ADDRESS, address))
    found = credentials(folded)
    session.commit()
    if not secrets.matches(found.password_hash if found else None, password) or found is None:
        _note_failure("sign_in.failed", found.user_id if found else None)
        return None
    if found.password_hash is not None and secrets.is_outdated(found.password_hash):
        _strengthen(found.user_id, password)
    throttle.forget(throttle.SIGN_IN_MAIL, folded)
    throttle.uncount(throttle.SIGN_IN_ADDRESS, address)
    return found


def _strengthen(user_id: int, password: str) -> None:
    """Hash the password again with today's parameters: only now is it known."""
    stronger = secrets.hash_password(password)
    session.get_one(User, user_id).password_hash = stronger


def by_own_password(user_id: int, password: str) -> bool:
    """Whether this is the signed-in user's password. Raises TooManyAttempts."""
    _spend((throttle.CODE, str(user_id)))
    stored = session.get_one(User, user_id).password_hash
    session.commit()
    if not secrets.matches(stored, password):
        _note_failure("password.failed", user_id)
        return False
    throttle.forget(throttle.CODE, str(user_id))
    return True


def by_code(user_id: int, typed: str) -> bool:
    """Whether this is a fresh code or an unused recovery code of the user; it is used up. Raises TooManyAttempts."""
    _spend((throttle.CODE, str(user_id)))
    session.commit()
    is_recovery = len(typed) > rules.TOTP_DIGITS + 2
    use = second_factor.use_recovery_code if is_recovery else second_factor.use_code
    if not use(user_id, typed):
        _note_failure("code.failed", user_id)
        return False
    throttle.forget(throttle.CODE, str(user_id))
    if is_recovery:
        record("user.recovery_code_used", session.get_one(User, user_id), by=None)
    return True


def by_pin(person: DeskPerson, pin: str) -> bool:
    """Whether this is the person's PIN on the desk. Raises TooManyAttempts after five errors."""
    if not desks.count_pin_attempt(person.id):
        raise TooManyAttempts
    session.commit()
    if not secrets.pin_matches(person.pin_hash, pin, person.user_id):
        _note_failure("desk.pin_failed", person.user_id)
        return False
    return True


def _spend(*limits: tuple[throttle.Limit, str]) -> None:
    if any(throttle.is_over(limit, value) for limit, value in limits):
        raise TooManyAttempts
    for limit, value in limits:
        throttle.count(limit, value)


def note_attempt(limit: throttle.Limit, value: str) -> None:
    """Count an attempt that is being refused: the refusal's own transaction keeps nothing."""
    after_commit(lambda: throttle.count(limit, value))
