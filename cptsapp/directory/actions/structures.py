"""Writing the structures: practice houses, health centres, care homes, communes (C3, C20).

Each change is in the trail.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from cptsapp.accounts.identity import CurrentUser
from cptsapp.audit.actions import Actor, record
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.core.text import fold
from cptsapp.directory.actions.people import changed, write
from cptsapp.directory.actions.pins import pin_changes
from cptsapp.directory.models import Organisation, SheetKind
from cptsapp.territory import queries as territory

_NUMBERS = (("finess", "FINESS"), ("siret", "SIRET"))


def create_organisation(values: Mapping[str, Any], *, by: Actor | None) -> Organisation:
    """A structure from its columns (name, kind, finess…). Raises Refusal (field finess, siret)."""
    _refuse_numbers(values, None)
    made = Organisation(**values, folded=fold(values["name"]), created_at=clock.now())
    session.add(made)
    session.flush()
    record("organisation.create", made, by=by, name=made.name)
    return made


def correct_organisation(found: Organisation, values: Mapping[str, Any], *, by: Actor) -> None:
    """Correct a structure; imports then ask before they write over it. Raises Refusal (field finess, siret)."""
    _refuse_numbers(values, found.id)
    changes = changed(found, values)
    if not changes:
        return
    before = write(found, values)
    found.folded = fold(found.name)
    if found.structure_id is not None:
        pin_changes(SheetKind.ORGANISATION, found.id, before, by=by)
    session.flush()
    record("organisation.correct", found, by=by, changes=changes)


def fill_organisation(found: Organisation, values: Mapping[str, Any], *, by: Actor | None) -> None:
    """Write what a list brought, once someone has reviewed it. Raises Refusal (field finess, siret)."""
    _refuse_numbers(values, found.id)
    changes = changed(found, values)
    write(found, values)
    session.flush()
    record("organisation.correct", found, by=by, changes=changes)


def _refuse_numbers(values: Mapping[str, Any], organisation_id: int | None) -> None:
    for name, label in _NUMBERS:
        if (number := values.get(name)) is None:
            continue
        other = session.scalar(select(Organisation).where(getattr(Organisation, name) == number))
        if other is not None and other.id != organisation_id:
            raise Refusal(f"{other.name} a déjà ce numéro {label}.", name)


def verify_organisation(found: Organisation, *, by: CurrentUser) -> None:
    """Note that everything on the sheet is right today."""
    found.verified_on, found.verified_by = territory.today(), by.display_name
    session.flush()
    record("organisation.verify", found, by=by)
