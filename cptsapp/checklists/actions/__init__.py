"""What may be done to checklists, by subject: making them and their states, changing them, evidence, the journal."""

from cptsapp.checklists.actions.changing import Terms, add_by_hand, change, defer, reassign
from cptsapp.checklists.actions.evidence import add_figure, add_file, add_link, withdraw
from cptsapp.checklists.actions.journal import note_event, refuse_nir, sealed, strike, write
from cptsapp.checklists.actions.states import (
    Owed,
    add,
    locked,
    open_checklist,
    refuse_stale,
    set_state,
    tick,
    touch,
)

__all__ = [
    "Owed",
    "Terms",
    "add",
    "add_by_hand",
    "add_figure",
    "add_file",
    "add_link",
    "change",
    "defer",
    "locked",
    "note_event",
    "open_checklist",
    "reassign",
    "refuse_nir",
    "refuse_stale",
    "sealed",
    "set_state",
    "strike",
    "tick",
    "touch",
    "withdraw",
    "write",
]
