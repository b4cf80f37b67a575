"""Writing the structures that a review of a list decided, each with its trail."""

from typing import Any

from sqlalchemy import select

from cptsapp.audit.actions import Actor
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.directory.actions.people import create_place
from cptsapp.directory.actions.structures import create_organisation, fill_organisation
from cptsapp.directory.models import Organisation, OrganisationKind
from cptsapp.imports import structures
from cptsapp.imports.models import Decision, Import, ImportItem, ItemKind


def write(import_: Import, by: Actor | None) -> None:
    """Write the structures of a review. Raises Refusal when one has changed since; nothing is written then."""
    wanted = select(ImportItem).where(ImportItem.import_id == import_.id).order_by(ImportItem.id)
    for item in session.scalars(wanted.where(ImportItem.kind.in_((ItemKind.NEW, ItemKind.CHANGED, ItemKind.DOUBTFUL)))):
        if "structure" in item.found and _is_taken(item):
            _carry_out(item, by)


def _is_taken(item: ImportItem) -> bool:
    return item.decision is Decision.TAKE or (item.decision is None and item.kind is not ItemKind.DOUBTFUL)


def _carry_out(item: ImportItem, by: Actor | None) -> None:
    line = structures.from_json(item.found["structure"])
    ops = item.found["ops"]
    if item.organisation_id is None:
        values = {name: getattr(line, name) for name in structures.LABELS}
        found = create_organisation(values, by=by)
    else:
        found = session.get_one(Organisation, item.organisation_id)
        _fill(found, [op for op in ops if op["op"] == "set"], by)
    if any(op["op"] == "place" for op in ops):
        place = {"address": line.address, "commune_code": line.commune_code, "phone": line.phone}
        create_place({**place, "organisation_id": found.id}, by=by)


def _fill(found: Organisation, ops: list[dict[str, Any]], by: Actor | None) -> None:
    for op in ops:
        if getattr(found, op["name"]) != op["before"]:
            raise Refusal(f"La fiche de {found.name} a changé depuis la revue\u202f: importez la liste de nouveau.")
    values = {op["name"]: OrganisationKind(op["after"]) if op["name"] == "kind" else op["after"] for op in ops}
    if values:
        fill_organisation(found, values, by=by)
