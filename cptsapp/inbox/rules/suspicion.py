"""What makes a robot of a sender: signs that are counted, and how many of them set a request apart.

A request that bears a sign is kept, in « Douteuses »; none is thrown away, and its sender reads the same answer.
"""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from types import MappingProxyType

READ_SECONDS = 8  # nobody goes through the five pages faster
TIDE_SECONDS = 30  # while very many come in, a little more is asked of everyone
_LINK = re.compile(r"https?://|www\.|<a\s", re.IGNORECASE)

# Code → words for the coordination, in the order they are shown.
SIGNS = MappingProxyType(
    {
        "bait": "un champ invisible est rempli",
        "quick": "remplie en quelques secondes",
        "replayed": "la même page a déjà servi à une autre demande",
        "link": "un lien dans les réponses",
        "address": "beaucoup de demandes de la même connexion",
        "network": "beaucoup de demandes du même réseau, dans un afflux",
        "phone": "beaucoup de demandes avec le même téléphone",
        "mail": "beaucoup de demandes avec le même mail",
    }
)


@dataclass(frozen=True, slots=True)
class Limits:
    """How many from one sender are read as honest before the next is set apart."""

    address: int
    network: int | None
    seconds: int


CALM = Limits(address=10, network=None, seconds=READ_SECONDS)
TIDE = Limits(address=1, network=3, seconds=TIDE_SECONDS)


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of a sending: how it was filled in, and how many came before it from the same place."""

    has_bait: bool
    seconds: float
    is_replayed: bool
    has_link: bool
    is_address_over: bool
    is_network_over: bool
    is_phone_over: bool
    is_mail_over: bool


def signs(seen: Seen, limits: Limits) -> list[str]:
    """The codes of the signs it bears; empty for a request like any other."""
    found = {
        "bait": seen.has_bait,
        "quick": seen.seconds < limits.seconds,
        "replayed": seen.is_replayed,
        "link": seen.has_link,
        "address": seen.is_address_over,
        "network": seen.is_network_over,
        "phone": seen.is_phone_over,
        "mail": seen.is_mail_over,
    }
    return [code for code in SIGNS if found[code]]


def has_link(texts: Iterable[str]) -> bool:
    """Whether one of the answers holds an address of the web, which no answer of ours asks for."""
    return any(_LINK.search(text) for text in texts)


def network_of(address: str) -> str:
    """The neighbourhood of an address: its /24, or its /48 in IPv6; an address that is none stands for itself."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    length = 24 if found.version == 4 else 48
    return str(ipaddress.ip_network(f"{found}/{length}", strict=False))
