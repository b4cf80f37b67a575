"""Sealed values: a patient's identity is readable only with the keys, which live beside the database, never in it.

AES-GCM with the row's UUID and the column's name as associated data, so that a value moved to another row or column
does not open. Blind indexes are HMACs under one key per purpose, for equality on composites only.
"""

import base64
import contextlib
import fcntl
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cptsapp.settings import create_once

NONCE_BYTES = 12
KEYS_MAX = 255


class SealBroken(Exception):
    """The value does not open: wrong key, wrong row, or altered. The message never holds the value."""


@dataclass(frozen=True)
class KeyRing:
    """Keys by number; new values are sealed with the current one, old ones stay readable."""

    current: int
    seal_keys: dict[int, bytes] = field(repr=False)
    index_keys: dict[str, bytes] = field(repr=False)

    def seal(self, value: str, row: UUID, column: str) -> bytes:
        """The sealed value: one byte for the key's number, the nonce, the ciphertext."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = AESGCM(self.seal_keys[self.current]).encrypt(nonce, value.encode(), _context(row, column))
        return bytes([self.current]) + nonce + sealed

    def unseal(self, sealed: bytes, row: UUID, column: str) -> str:
        """The value as it was; raises SealBroken when it does not open there."""
        key = self.seal_keys.get(sealed[0])
        if key is None:
            raise SealBroken(f"unknown key {sealed[0]}")
        nonce, body = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        try:
            return AESGCM(key).decrypt(nonce, body, _context(row, column)).decode()
        except InvalidTag:
            raise SealBroken(f"{column} of {row}") from None

    def blind_index(self, purpose: str, value: str) -> bytes:
        """Sixteen bytes equal for equal values, under the purpose's own key."""
        return hmac.new(self.index_keys[purpose], value.encode(), hashlib.sha256).digest()[:16]

    def rotated(self) -> "KeyRing":
        """The same ring with a new current key; the former ones stay so that old values open."""
        number = max(self.seal_keys) + 1
        keys = {**self.seal_keys, number: AESGCM.generate_key(256)}
        return KeyRing(number, keys, self.index_keys)


def _context(row: UUID, column: str) -> bytes:
    return f"{row}/{column}".encode()


# « objection » is never rotated: the fingerprints of who asked to be kept out must be found for good.
INDEX_PURPOSES = ("identity", "phone", "token", "throttle", "objection")


def new_ring() -> KeyRing:
    """A ring with one random key and one index key a purpose."""
    index_keys = {purpose: secrets.token_bytes(32) for purpose in INDEX_PURPOSES}
    return KeyRing(1, {1: AESGCM.generate_key(256)}, index_keys)


def load_or_create(path: Path) -> KeyRing:
    """The ring kept in a file readable by its owner alone; made at the first start."""
    path.parent.mkdir(parents=True, exist_ok=True)
    create_once(path, dump(new_ring()).encode())
    ring = _load(path)
    return _with_every_purpose(path) if _missing(ring) else ring


def _missing(ring: KeyRing) -> list[str]:
    return [purpose for purpose in INDEX_PURPOSES if purpose not in ring.index_keys]


def _with_every_purpose(path: Path) -> KeyRing:
    """Give the file of a former version the index keys it lacks: of two processes that start together one does."""
    with _alone(path):
        ring = _load(path)
        if missing := _missing(ring):
            more = {purpose: secrets.token_bytes(32) for purpose in missing}
            ring = KeyRing(ring.current, ring.seal_keys, {**ring.index_keys, **more})
            _replace(path, ring)
    return ring


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Whoever changes the file waits for the others; the lock is on its folder and leaves nothing there."""
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _replace(path: Path, ring: KeyRing) -> None:
    draft = path.with_name(f"{path.name}.new")
    draft.touch(mode=0o600)
    draft.write_text(dump(ring))
    if os.geteuid() == 0:  # a command of the administrator of the machine: the file stays the application's
        owner = path.stat()
        os.chown(draft, owner.st_uid, owner.st_gid)
    draft.replace(path)


def rotate(path: Path) -> int:
    """Add a key to the ring kept in the file and make it current; gives its number. Raises OverflowError past 255."""
    with _alone(path):
        ring = _load(path).rotated()
        if ring.current > KEYS_MAX:
            raise OverflowError(f"a value names its key with one byte: {KEYS_MAX} keys at most")
        _replace(path, ring)
    return ring.current


def dump(ring: KeyRing) -> str:
    """The ring as JSON, for its own file and for the keys' part of a backup."""
    encode = base64.b64encode
    return json.dumps(
        {
            "current": ring.current,
            "seal": {str(n): encode(k).decode() for n, k in ring.seal_keys.items()},
            "index": {p: encode(k).decode() for p, k in ring.index_keys.items()},
        }
    )


def _load(path: Path) -> KeyRing:
    data = json.loads(path.read_text())
    decode = base64.b64decode
    return KeyRing(
        data["current"],
        {int(n): decode(k) for n, k in data["seal"].items()},
        {p: decode(k) for p, k in data["index"].items()},
    )


_ring: KeyRing | None = None


def use(ring: KeyRing) -> None:
    """Make this the process's ring."""
    global _ring  # the keys of one CPTS: one ring a process
    _ring = ring


def ring() -> KeyRing:
    """The process's ring; raises RuntimeError before `use`."""
    if _ring is None:
        raise RuntimeError("no key ring: create_app loads it")
    return _ring
