"""The list of members as a table that leaves: the rows of the screen, no more and no less."""

from collections.abc import Sequence
from datetime import date

from cptsapp.core import french
from cptsapp.core.tables import Column, Kind, Sheet, SheetRow, Value
from cptsapp.directory.rules.membership import COLLEGE_LABELS, STATUS_LABELS
from cptsapp.membership.queries.members import Held, MemberRow

COLUMNS = (
    Column("name", "Nom", Kind.TEXT),
    Column("what", "Profession ou structure", Kind.TEXT),
    Column("college", "Collège", Kind.TEXT),
    Column("status", "État", Kind.TEXT),
    Column("starts_on", "Du", Kind.DAY),
    Column("ends_on", "Au", Kind.DAY),
    Column("fee", "Cotisation", Kind.MONEY),
    Column("paid_on", "Payée le", Kind.DAY),
    Column("receipt", "Reçu n°", Kind.TEXT),
    Column("mail", "Mail", Kind.TEXT),
)


def members_sheet(rows: Sequence[MemberRow], day: date) -> Sheet:
    """The members of the list on a day."""
    lines = tuple(SheetRow(row.member.key, _values(row, row.shown)) for row in rows)
    return Sheet(f"Adhérents au {french.day_numeric(day).replace('/', '-')}", COLUMNS, lines)


def _values(row: MemberRow, shown: Held) -> tuple[Value, ...]:
    return (
        row.name,
        row.what,
        COLLEGE_LABELS[shown.college],
        STATUS_LABELS[row.status],
        shown.starts_on,
        shown.last_day,
        shown.fee_cents,
        shown.paid_on or "",
        str(shown.receipt_number) if shown.has_receipt else "",
        row.mail or "",
    )
