"""Private tokens: 128 bits, given once, stored hashed."""

import hashlib
import secrets


def new_token() -> str:
    """128 random bits, as 22 characters fit for a URL."""
    return secrets.token_urlsafe(16)


def token_hash(token: str) -> bytes:
    """What is stored: SHA-256, enough for a value nobody can guess."""
    return hashlib.sha256(token.encode()).digest()
