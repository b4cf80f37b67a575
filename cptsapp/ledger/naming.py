"""How the features above call what they write in the ledger; `features` plugs them: one statement has it all."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from cptsapp.ledger.models import LedgerLine


@dataclass(frozen=True, slots=True)
class Naming:
    """One kind of lines: its word in addresses, its label, and its names in a fixed number of statements.

    `accounts`: accounts → « Créneaux honorés, été 2026 ». `lines`: lines → (line id → its own name); without it, the
    lines of an account are counted together as so many `unit`. `url`: the page of a person's lines on an account.
    """

    kind: str
    slug: str
    label: str
    accounts: Callable[[Collection[str]], Mapping[str, str]]
    lines: Callable[[Collection[LedgerLine]], Mapping[int, str]] | None = None
    unit: str = "acte"
    url: Callable[[str, int], str] = lambda _account, _person_id: ""


_namings: dict[str, Naming] = {}


def plug(*namings: Naming) -> None:
    """Say what the features above write."""
    _namings.clear()  # one application a process
    _namings.update({naming.kind: naming for naming in namings})


def plugged() -> Sequence[Naming]:
    """Every kind, in the order plugged."""
    return tuple(_namings.values())


def naming_of(kind: str) -> Naming | None:
    """The naming of a kind of lines, or None when no feature has it."""
    return _namings.get(kind)


def by_slug(slug: str) -> Naming | None:
    """The kind an address asks for, or None."""
    return next((naming for naming in _namings.values() if naming.slug == slug), None)
