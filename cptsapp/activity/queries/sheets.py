"""Statements and figures as tables: the page, the CSV, the XLSX and the paper are written from these (pitfall 22)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from cptsapp.activity import rules
from cptsapp.activity.queries.figures import Cell, grouped, names
from cptsapp.activity.queries.statement import PaidAct, Statement, StatementLine
from cptsapp.activity.rules import MEASURES, OF_NO_PRACTITIONER, OF_PATIENTS, Excess, Figures
from cptsapp.core import french
from cptsapp.core.tables import Column, Kind, Rate, Sheet, SheetRow, Value
from cptsapp.core.text import fold
from cptsapp.ledger.rules import STATE_WORDS, Balance
from cptsapp.snp.models import Campaign

TOTAL = "Ensemble"
TOTAL_KEY = "total"
OUTSIDE = "Hors campagne"


def rate(figures: Figures) -> Rate:
    """The fill rate: booked ÷ posted (B50)."""
    return Rate(figures.booked, figures.posted)


# -- statement --------------------------------------------------------------------------------------------------------

_STATEMENT = ("posted", "withdrawn", "booked", "rate", "broadcasts", "awaiting", "no_show", "honoured")


def statement_sheet(campaign: Campaign, statement: Statement) -> Sheet:
    """The payment statement: one row a practitioner, the weeks beyond the cap beside, nothing deducted (B47)."""
    lines = statement.lines
    balance = sum((line.balance for line in lines), Balance())
    return Sheet(
        title=f"Relevé {campaign.name}",
        columns=(
            Column("practitioner", "Médecin", Kind.TEXT),
            *(_column(code) for code in _STATEMENT),
            Column("excess", f"Au-delà de {campaign.weekly_cap}", Kind.NOTE),
            Column("cents", "À verser", Kind.MONEY),
            Column("state", "État", Kind.TEXT),
        ),
        rows=tuple(SheetRow(line.person_id, _statement_values(line)) for line in lines),
        total=SheetRow(
            TOTAL_KEY,
            (
                TOTAL,
                *_values(statement.figures, _STATEMENT),
                excess_total(statement.excess_count),
                statement.cents,
                balance.word(),
            ),
        ),
    )


def _statement_values(line: StatementLine) -> tuple[Value, ...]:
    return (
        line.name,
        *_values(line.figures, _STATEMENT),
        excess_words(line.excess),
        line.cents,
        line.balance.word(),
    )


def excess_words(excess: Iterable[Excess]) -> str:
    """ "sem. du 31/08 : 3 de plus", a week after the other, or "0"."""
    words = [f"sem. du {week.week_on:%d/%m}\u00a0: {week.count} de plus" for week in excess]
    return ", ".join(words) or "0"


def excess_total(count: int) -> str:
    """How many acts in all are beyond the cap."""
    return f"{count} de plus" if count else "0"


def _column(code: str) -> Column:
    return Column("rate", "Taux", Kind.RATE) if code == "rate" else Column(code, MEASURES[code].label)


def _values(figures: Figures, codes: Iterable[str]) -> tuple[Value, ...]:
    return tuple(rate(figures) if code == "rate" else getattr(figures, code) for code in codes)


def acts_sheet(campaign: Campaign, acts: Sequence[PaidAct]) -> Sheet:
    """One practitioner's honoured acts: day, hour, reference, amount, state."""
    return Sheet(
        title=f"Actes {campaign.name}",
        columns=(
            Column("day", "Jour", Kind.DAY),
            Column("hour", "Heure", Kind.TEXT),
            Column("reference", "Réf.", Kind.TEXT),
            Column("cents", "Montant", Kind.MONEY),
            Column("state", "État", Kind.TEXT),
        ),
        rows=tuple(SheetRow(act.booking_id, _act_values(act)) for act in acts),
        total=SheetRow(TOTAL_KEY, (TOTAL, "", french.count(len(acts), "acte"), sum(act.cents for act in acts), "")),
    )


def _act_values(act: PaidAct) -> tuple[Value, ...]:
    state = STATE_WORDS[act.state] if act.state else ""
    return (act.at.date(), french.hour(act.at), act.reference, act.cents, state)


# -- figures ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Grouping:
    """How a table of figures is cut: its word in addresses, its heading, what makes a row."""

    slug: str
    label: str
    column: Column
    key: Callable[[Cell], Any]


GROUPINGS: Mapping[str, Grouping] = {
    grouping.slug: grouping
    for grouping in (
        Grouping("jour", "Par jour", Column("day", "Jour", Kind.DAY), lambda cell: cell.day_on),
        Grouping(
            "semaine", "Par semaine", Column("week", "Semaine du", Kind.DAY), lambda cell: rules.week_of(cell.day_on)
        ),
        Grouping("campagne", "Par campagne", Column("campaign", "Campagne", Kind.TEXT), lambda cell: cell.campaign_id),
        Grouping("medecin", "Par médecin", Column("practitioner", "Médecin", Kind.TEXT), lambda cell: cell.person_id),
    )
}


def columns_of(grouping: Grouping, sees_answers: bool) -> list[str]:
    """The measures of a table. Answers of patients are left out of its rows for whoever may not see bookings."""
    left_out = set() if sees_answers else set(OF_PATIENTS)
    if grouping.slug == "medecin":
        left_out |= OF_NO_PRACTITIONER  # such calls have no practitioner: the rows would not make the total
    codes = [code for code in MEASURES if code not in left_out]
    codes.insert(codes.index("booked") + 1, "rate")
    return codes


def figures_sheet(
    found: Iterable[Cell], grouping: Grouping, campaigns: Mapping[int, str], *, sees_answers: bool
) -> Sheet:
    """Figures cut by day, week, campaign or practitioner, with their total."""
    codes = columns_of(grouping, sees_answers)
    groups = grouped(found, grouping.key)
    if grouping.slug == "medecin":
        groups.pop(None, None)
    labels = _labels(grouping, groups, campaigns)
    rows = [SheetRow(key, (labels[key], *_values(own, codes))) for key, own in groups.items()]
    return Sheet(
        title=f"Chiffres {grouping.label.lower()}",
        columns=(grouping.column, *(_column(code) for code in codes)),
        rows=tuple(sorted(rows, key=_order)),
        total=SheetRow(TOTAL_KEY, (TOTAL, *_values(rules.total(groups.values()), codes))),
    )


def _labels(grouping: Grouping, keys: Iterable[Any], campaigns: Mapping[int, str]) -> Mapping[Any, Value]:
    if grouping.slug == "campagne":
        return {key: OUTSIDE if key is None else campaigns[key] for key in keys}
    return names(keys) if grouping.slug == "medecin" else {key: key for key in keys}


def _order(row: SheetRow) -> tuple[str, str]:
    """Days in order, words as a French reader looks for them."""
    first = row.values[0]
    return (first.isoformat(), "") if isinstance(first, date) else (fold(str(first)), str(row.key))
