"""Hashing what people know: passwords and PINs by argon2id, recovery codes by a keyed hash.

Argon2 takes some tens of milliseconds: callers hold no transaction meanwhile.
"""

import secrets as system_secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from cptsapp.core.seal import ring
from cptsapp.core.text import REFERENCE_DIGITS, REFERENCE_LETTERS

_hasher = PasswordHasher()  # argon2id, RFC 9106 low-memory profile: 64 MiB, three passes

CODE_LETTERS = REFERENCE_LETTERS + REFERENCE_DIGITS
CODE_COUNT = 10


@cache
def _nobodys() -> str:
    """Compared against when the mail is unknown, so that the answer takes as long. Made once, at the first need."""
    return _hasher.hash(system_secrets.token_urlsafe(32))


def hash_password(password: str) -> str:
    """The argon2id hash, with its salt and parameters."""
    return _hasher.hash(password)


def matches(stored: str | None, password: str) -> bool:
    """Whether the password is the one; takes as long when nothing is stored."""
    try:
        return _hasher.verify(stored or _nobodys(), password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(stored: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(stored)


def _peppered(pin: str, user_id: int) -> str:
    # Six digits are found in no time from a stolen database: not without the keys, which live elsewhere.
    return ring().blind_index("token", f"pin/{user_id}/{pin}").hex()


def hash_pin(pin: str, user_id: int) -> str:
    """The hash of a desk's PIN."""
    return _hasher.hash(_peppered(pin, user_id))


def pin_matches(stored: str | None, pin: str, user_id: int) -> bool:
    """Whether the PIN is the one; takes as long when nothing is stored."""
    return matches(stored, _peppered(pin, user_id))


def new_recovery_code() -> str:
    """Twelve characters that cannot be taken for one another: "K7FX-M4R9-TC3H"."""
    parts = ("".join(system_secrets.choice(CODE_LETTERS) for _ in range(4)) for _ in range(3))
    return "-".join(parts)


def recovery_hash(code: str, user_id: int) -> bytes:
    """The keyed hash of a recovery code as typed: spaces, dashes and case do not count."""
    plain = "".join(c for c in code.upper() if c.isalnum())
    return ring().blind_index("token", f"recovery/{user_id}/{plain}")
