"""What the features above keep of the persons and structures of the directory, as they tell it; `features` plugs it.

A merge counts it, so that it can say what it carries; an objection asks whether it may be honoured now, then erases.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute

from cptsapp.accounts.models import User
from cptsapp.core.db import session
from cptsapp.directory.models import (
    Delegation,
    Exchange,
    Membership,
    Movement,
    Organisation,
    Person,
    Place,
    Practice,
)


@dataclass(frozen=True, slots=True)
class Kept:
    """A column that points to a person or a structure, and what its rows are called; nothing for what nobody counts."""

    column: InstrumentedAttribute[int] | InstrumentedAttribute[int | None]
    one: str = ""
    many: str = ""


def _no_reason(_numbers: set[int]) -> str | None:
    return None


def _nothing(_numbers: set[int]) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Keeper:
    """What a feature keeps: of whom, why a person may not be kept out yet, and how what it knows is erased."""

    kept: tuple[Kept, ...]
    why_not_object: Callable[[set[int]], str | None] = _no_reason
    erase: Callable[[set[int]], None] = _nothing


_OWN = Keeper(
    (
        Kept(Practice.person_id, "exercice", "exercices"),
        Kept(Membership.person_id, "adhésion", "adhésions"),
        Kept(Membership.organisation_id, "adhésion", "adhésions"),
        Kept(User.person_id, "compte", "comptes"),
        Kept(Delegation.practitioner_id, "délégation donnée", "délégations données"),
        Kept(Delegation.delegate_id, "délégation reçue", "délégations reçues"),
        Kept(Movement.person_id, "mouvement", "mouvements"),
        Kept(Movement.replaced_by_id, "remplacement", "remplacements"),
        Kept(Exchange.person_id, "échange", "échanges"),
        Kept(Place.organisation_id, "adresse", "adresses"),
        Kept(Person.merged_into_id, "fiche déjà réunie", "fiches déjà réunies"),
        Kept(Organisation.merged_into_id, "fiche déjà réunie", "fiches déjà réunies"),
    )
)
_keepers: list[Keeper] = [_OWN]


def plug(*keepers: Keeper) -> None:
    """Say what the features above keep; the directory's own comes first."""
    _keepers[:] = [_OWN, *keepers]  # one application a process


def plugged() -> Sequence[Keeper]:
    """Every keeper, the directory's own first."""
    return tuple(_keepers)


def counted(table: str, numbers: set[int]) -> list[str]:
    """What is kept under these numbers of `person` or `organisation`, in French: « 12 créneaux », « 1 compte »."""
    wanted = [kept for keeper in _keepers for kept in keeper.kept if kept.one and _points_to(kept, table)]
    counts = [
        select(func.count()).select_from(kept.column.class_).where(kept.column.in_(numbers)).scalar_subquery()
        for kept in wanted
    ]
    found = session.execute(select(*counts)).one()
    named = zip(found, wanted, strict=True)
    return [f"{count} {kept.one if count == 1 else kept.many}" for count, kept in named if count]


def _points_to(kept: Kept, table: str) -> bool:
    [target] = kept.column.property.columns[0].foreign_keys
    return str(target.column.table.name) == table


def why_not_object(numbers: set[int]) -> str | None:
    """The first French reason a feature above gives why this person may not be kept out now."""
    return next((reason for keeper in _keepers if (reason := keeper.why_not_object(numbers))), None)


def erase(numbers: set[int]) -> None:
    """Have each feature above erase what it knows of this person; what is counted stays."""
    for keeper in _keepers:
        keeper.erase(numbers)
