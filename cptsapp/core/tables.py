"""A table that leaves as it is on screen: one object gives the page its cells, the CSV and the XLSX theirs.

Text that a spreadsheet would take for a formula is made harmless in the CSV, and is plain text in the XLSX.
"""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any

from cptsapp.core import french
from cptsapp.core.sheets import csv_file


class Kind(enum.Enum):
    """What a column holds, and so how it is written."""

    TEXT = "text"
    NOTE = "note"  # words beside numbers, aligned as they are
    COUNT = "count"
    MONEY = "money"  # cents
    RATE = "rate"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Rate:
    """A part of a whole; nothing to divide by gives no rate. `decimals` is how many the screen shows."""

    part: int
    whole: int
    decimals: int = 0


Value = str | int | date | Rate


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its key in the code, its heading, its kind."""

    key: str
    label: str
    kind: Kind = Kind.COUNT

    @property
    def is_number(self) -> bool:
        """Whether the column is aligned to the right."""
        return self.kind not in (Kind.TEXT, Kind.DAY)


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row and what it is about (a person's number, a day…), so that a page can link its cells."""

    key: Any
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A titled table with, maybe, a last row of totals."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[SheetRow, ...]
    total: SheetRow | None = None

    @property
    def all_rows(self) -> Sequence[SheetRow]:
        """The rows and the total, in the order they are written."""
        return [*self.rows, self.total] if self.total else self.rows


def shown(value: Value, kind: Kind) -> str:
    """A value as the screen shows it. Text in a column of numbers (« moins de 5 ») stays text."""
    if isinstance(value, Rate):
        return french.percent(value.part, value.whole, value.decimals)
    if isinstance(value, date):
        return french.day_numeric(value)
    if isinstance(value, str):
        return value
    return french.money(value) if kind is Kind.MONEY else french.number(value)


def _plain(value: Value, kind: Kind) -> str:
    """A value as the CSV has it: no unit but the percentage, a decimal comma, no spaces in numbers."""
    if isinstance(value, int):
        return f"{value // 100},{value % 100:02d}" if kind is Kind.MONEY else str(value)
    return shown(value, kind)


def to_csv(sheet: Sheet) -> bytes:
    """The table as French spreadsheets read it: UTF-8 with its mark, semicolons."""
    heads = [column.label for column in sheet.columns]
    rows = [
        [_plain(value, column.kind) for value, column in zip(row.values, sheet.columns, strict=True)]
        for row in sheet.all_rows
    ]
    return csv_file(heads, rows)


FORMATS = {
    Kind.COUNT: {"num_format": "#,##0"},
    Kind.MONEY: {"num_format": "#,##0.00 €"},
    Kind.RATE: {"num_format": "0 %", "align": "right"},
    Kind.DAY: {"num_format": "dd/mm/yyyy", "align": "left"},
    Kind.TEXT: {},
    Kind.NOTE: {"align": "right"},
}


def to_xlsx(sheet: Sheet) -> bytes:
    """The table as a workbook of one sheet, heading fixed."""
    import xlsxwriter  # a heavy library that few requests need

    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    page = book.add_worksheet(_sheet_name(sheet.title))
    page.freeze_panes(1, 1)
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    for number, column in enumerate(sheet.columns):
        page.write_string(0, number, column.label, bold)
        page.set_column(number, number, 28 if column.kind in (Kind.TEXT, Kind.NOTE) else 12)
    for line, row in enumerate(sheet.all_rows, start=1):
        _write_row(book, page, line, row, sheet)
    book.close()
    return out.getvalue()


def _sheet_name(title: str) -> str:
    """A workbook forbids some characters in the name of a sheet, and more than 31 of them."""
    return "".join(c for c in title if c not in "[]:*?/\\").strip("'")[:31] or "Feuille"


def _write_row(book: Any, page: Any, line: int, row: SheetRow, sheet: Sheet) -> None:
    is_total = row is sheet.total
    for number, (value, column) in enumerate(zip(row.values, sheet.columns, strict=True)):
        style = book.add_format({**FORMATS[column.kind], **_decimals(value), "bold": is_total})
        _write(page, line, number, value, column.kind, style)


def _decimals(value: Value) -> dict[str, str]:
    if not isinstance(value, Rate) or not value.decimals or not value.whole or 100 * value.part % value.whole == 0:
        return {}
    return {"num_format": "0." + "0" * value.decimals + " %"}


def _write(page: Any, line: int, number: int, value: Value, kind: Kind, style: Any) -> None:
    if isinstance(value, Rate) and value.whole:
        page.write_number(line, number, value.part / value.whole, style)
    elif isinstance(value, date):
        page.write_datetime(line, number, value, style)
    elif isinstance(value, int):
        page.write_number(line, number, value / 100 if kind is Kind.MONEY else value, style)
    else:
        page.write_string(line, number, shown(value, kind), style)
