"""The statements of a year as tables: the screen, the CSV and the XLSX have the same rows."""

from collections.abc import Sequence

from cptsapp.core import french
from cptsapp.core.tables import Column, Kind, Sheet, SheetRow, Value
from cptsapp.directory.rules.membership import STATUS_LABELS
from cptsapp.ledger.models import Nature
from cptsapp.ledger.queries.years import Entry, PersonYear, YearStatement
from cptsapp.ledger.rules import NATURE_MARKS, STATE_WORDS, Balance

TOTAL_KEY = "total"
NO_CAP = "sans plafond"


def statement_sheet(found: YearStatement) -> Sheet:
    """Every professional of a year, and the total; the two natures are columns."""
    return Sheet(
        title=f"Sommes {found.year}",
        columns=(
            Column("name", "Professionnel", Kind.TEXT),
            Column("membership", "Adhésion", Kind.TEXT),
            *(Column(nature, NATURE_MARKS[nature], Kind.MONEY) for nature in Nature),
            Column("total", "Total", Kind.MONEY),
            Column("owed", "À approuver", Kind.MONEY),
            Column("approved", "À payer", Kind.MONEY),
            Column("paid", "Payé", Kind.MONEY),
            Column("room", "Reste avant plafond", Kind.MONEY),
        ),
        rows=tuple(SheetRow(row.person_id, _values(row)) for row in found.rows),
        total=SheetRow(TOTAL_KEY, _total(found)) if found.rows else None,
    )


def _values(row: PersonYear) -> tuple[Value, ...]:
    room = row.room
    return (
        row.name,
        STATUS_LABELS[row.membership],
        *(row.natures.get(nature, Balance()).total for nature in Nature),
        *_sums(row.balance),
        NO_CAP if room is None else room,
    )


def _sums(own: Balance) -> tuple[int, int, int, int]:
    return own.total, own.owed, own.approved, own.paid


def _total(found: YearStatement) -> tuple[Value, ...]:
    return ("Ensemble", "", *(found.of_nature(nature) for nature in Nature), *_sums(found.balance), "")


def entries_sheet(title: str, entries: Sequence[Entry]) -> Sheet:
    """What one professional is owed and was paid in a year, line by line."""
    return Sheet(
        title=title,
        columns=(
            Column("label", "Pour", Kind.TEXT),
            Column("count", "Détail", Kind.TEXT),
            Column("done_on", "Fait le", Kind.DAY),
            Column("nature", "Nature", Kind.TEXT),
            Column("cents", "Montant", Kind.MONEY),
            Column("state", "État", Kind.TEXT),
            Column("changed_on", "Depuis le", Kind.DAY),
        ),
        rows=tuple(SheetRow(number, _entry(entry)) for number, entry in enumerate(entries)),
        total=SheetRow(TOTAL_KEY, ("Ensemble", "", "", "", sum(entry.cents for entry in entries), "", ""))
        if entries
        else None,
    )


def _entry(entry: Entry) -> tuple[Value, ...]:
    return (
        entry.label,
        french.count(entry.count, entry.unit) if entry.count else "",
        entry.done_on,
        NATURE_MARKS[entry.nature],
        entry.cents,
        STATE_WORDS[entry.state],
        entry.changed_on,
    )
