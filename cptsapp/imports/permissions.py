"""Why an import may not be decided upon, applied or abandoned now."""

from cptsapp.core import french
from cptsapp.imports.models import Decision, Import, ImportItem, ImportState, ItemKind

ENDED = "Cet import est terminé\u202f: il n’y a plus rien à décider."
NOT_READ = "Le fichier n’est pas encore lu\u202f: la revue vient après."


def why_not_review(import_: Import) -> str | None:
    """Why the review of an import is not open."""
    if import_.state is ImportState.REVIEW:
        return None
    return ENDED if import_.turn is None else NOT_READ


def why_not_decide(import_: Import, item: ImportItem, decision: Decision, commune_code: str | None) -> str | None:
    """Why this cannot be decided of an item."""
    if reason := why_not_review(import_):
        return reason
    if item.kind is ItemKind.UNREADABLE:
        return "Une ligne illisible n’est pas reprise\u202f: il n’y a rien à décider."
    if decision is Decision.SEPARATE and item.person_id is None:
        return "Aucune fiche ne lui ressemble\u202f: il n’y a pas deux personnes à distinguer."
    if decision not in (Decision.TAKE, Decision.SEPARATE):
        return None
    if item.found.get("cannot_take"):
        return str(item.found["cannot_take"])
    choices = [choice["code"] for choice in item.found.get("communes", [])]
    if choices and (commune_code or item.found.get("commune_code")) not in choices:
        return "Choisissez d’abord la commune."
    return None


def why_not_apply(import_: Import, undecided_count: int) -> str | None:
    """Why the review cannot be applied yet."""
    if reason := why_not_review(import_):
        return reason
    if undecided_count:
        return f"Il reste {french.count(undecided_count, 'fiche')} à décider."
    return None


def why_not_abandon(import_: Import) -> str | None:
    """Why an import cannot be abandoned."""
    return None if import_.turn is not None else ENDED
