"""Reads of the ledger: lines and balances of an account; in `years`, what each was owed and paid in a year."""

from cptsapp.ledger.queries.lines import (
    Scope,
    Source,
    balances,
    has_settled_lines,
    held_caps,
    held_line,
    held_lines,
    hold_lines_from,
    lines_from,
    lines_of,
    live_line,
    settled_sums,
)
from cptsapp.ledger.queries.years import names

__all__ = [
    "Scope",
    "Source",
    "balances",
    "has_settled_lines",
    "held_caps",
    "held_line",
    "held_lines",
    "hold_lines_from",
    "lines_from",
    "lines_of",
    "live_line",
    "names",
    "settled_sums",
]
