"""Addresses of figures: the filter of a page, and the rows behind each of its numbers."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from flask import url_for

from cptsapp.activity.queries.figures import Filter
from cptsapp.activity.queries.sheets import TOTAL_KEY
from cptsapp.activity.rules import MEASURES, OF_PATIENTS
from cptsapp.core.tables import Column, SheetRow

OUTSIDE = "hors"
WEEK = timedelta(days=6)


def arguments(wanted: Filter) -> dict[str, Any]:
    """A filter as the words of an address."""
    return {
        "campagne": OUTSIDE if wanted.is_outside else wanted.campaign_id,
        "medecin": wanted.person_id,
        "du": wanted.from_on.isoformat() if wanted.from_on else None,
        "au": wanted.to_on.isoformat() if wanted.to_on else None,
    }


def rows_url(wanted: Filter) -> Callable[[str], str]:
    """`url(code)`: the address of the rows that one measure counts under this filter."""
    return lambda code: url_for("activity.rows", nombre=MEASURES[code].slug, **arguments(wanted))


def row_link(wanted: Filter, grouping: str, *, sees_answers: bool) -> Callable[[SheetRow, Column], str]:
    """`link(row, column)`: the rows behind one cell of a table of figures, or "" when it has none to show."""

    def link(row: SheetRow, column: Column) -> str:
        if column.key not in MEASURES or (column.key in OF_PATIENTS and not sees_answers):
            return ""
        return rows_url(narrowed(wanted, grouping, row))(column.key)

    return link


def statement_link(campaign_id: int, *, sees_answers: bool) -> Callable[[SheetRow, Column], str]:
    """The links of a statement: a name leads to that practitioner's acts, a number to its rows."""
    to_rows = row_link(Filter(campaign_id=campaign_id), "medecin", sees_answers=sees_answers)

    def link(row: SheetRow, column: Column) -> str:
        if column.key == "practitioner" and row.key != TOTAL_KEY:
            return url_for("activity.practitioner", campaign_id=campaign_id, person_id=row.key)
        return to_rows(row, column)

    return link


def narrowed(wanted: Filter, grouping: str, row: SheetRow) -> Filter:
    """The filter of one row of a table; the row of totals is about the whole filter."""
    if row.key == TOTAL_KEY:
        return wanted
    if grouping == "medecin":
        return replace(wanted, person_id=row.key)
    if grouping == "campagne":
        return replace(wanted, campaign_id=row.key, is_outside=row.key is None)
    last = row.key + WEEK if grouping == "semaine" else row.key
    return replace(wanted, from_on=_latest(wanted.from_on, row.key), to_on=_earliest(wanted.to_on, last))


def _latest(first: date | None, second: date) -> date:
    return second if first is None else max(first, second)


def _earliest(first: date | None, second: date) -> date:
    return second if first is None else min(first, second)
