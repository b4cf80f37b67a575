"""Deciding of one item, and of those that wait for the same reason."""

from cptsapp.audit.actions import Actor
from cptsapp.imports import reviewing
from cptsapp.imports.actions import lifecycle
from cptsapp.imports.models import Decision, ImportItem


def decide(item: ImportItem, decision: Decision, commune_code: str | None, same: bool, *, by: Actor | None) -> int:
    """Decide of an item, and with `same` of those alike; gives how many. Raises Refusal."""
    others = reviewing.alike(item) if same else ()
    for one in (item, *others):
        lifecycle.decide(one, decision, by, commune_code or None)
    return 1 + len(others)
