"""Who asked to be kept out: known by keyed fingerprints, counted by profession and commune, named nowhere (§6.2)."""

from collections.abc import Hashable, Iterable, Mapping
from typing import TypeVar

from sqlalchemy import select

from cptsapp.core.db import session
from cptsapp.core.seal import ring
from cptsapp.directory.models import Objection
from cptsapp.directory.rules.objections import Identity, told

PURPOSE = "objection"
# Fewer are asked for by name; for a whole import every fingerprint is read, and there are few.
_ASKED_MAX = 100
K = TypeVar("K", bound=Hashable)


def fingerprints(texts: Iterable[str]) -> dict[str, bytes]:
    """The keyed fingerprint of each of these texts."""
    keys = ring()
    return {text: keys.blind_index(PURPOSE, text) for text in texts}


def is_kept_out(identity: Identity) -> bool:
    """Whether this person asked to be kept out: they enter by no file, no form and no application."""
    return bool(kept_out({0: identity}))


def kept_out(identities: Mapping[K, Identity]) -> set[K]:
    """Those of these persons who asked to be kept out: one statement, however many they are."""
    asked = {key: set(fingerprints(told(identity)).values()) for key, identity in identities.items()}
    every = set().union(*asked.values())
    wanted = select(Objection.fingerprint)
    if len(every) <= _ASKED_MAX:
        wanted = wanted.where(Objection.fingerprint.in_(every))
    known = set(session.scalars(wanted))
    return {key for key, prints in asked.items() if prints & known}
