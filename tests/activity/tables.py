"""Reading tables back: from a page, a CSV, an XLSX; each as rows of texts written as the screen writes them."""

import csv
import io
from datetime import date
from html.parser import HTMLParser

from python_calamine import CalamineWorkbook

from cptsapp.core import french

Rows = list[list[str]]


class _Tables(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tables: list[Rows] = []
        self._cell: list[str] | None = None
        self._skip = 0

    def handle_starttag(self, tag, attrs):
        if tag == "table":
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self._cell = []
        elif tag == "svg":
            self._skip += 1

    def handle_endtag(self, tag):
        if tag in ("td", "th") and self._cell is not None:
            self.tables[-1][-1].append("".join(self._cell).strip())
            self._cell = None
        elif tag == "svg":
            self._skip -= 1

    def handle_data(self, data):
        if self._cell is not None and not self._skip:
            self._cell.append(data)


def page_tables(html: str) -> list[Rows]:
    """Every table of a page."""
    parser = _Tables()
    parser.feed(html)
    return parser.tables


def table_headed(html: str, first_head: str) -> Rows:
    """The table of a page whose first column has this heading."""
    return next(rows for rows in page_tables(html) if rows and rows[0] and rows[0][0] == first_head)


def read_csv(data: bytes) -> Rows:
    """A CSV, as its cells are."""
    text = data.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


def read_xlsx(data: bytes) -> list[list]:
    """The first sheet of a workbook, its empty cells included."""
    return CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()


def as_screen(rows: list[list], heads: list[str]) -> Rows:
    """Cells of a file, written as the screen writes the columns that have these headings."""
    return [[_shown(value, head) for value, head in zip(row, heads, strict=True)] for row in rows]


def _shown(value, head: str) -> str:
    if isinstance(value, date):
        return french.day_numeric(value)
    if head in ("À verser", "Montant"):
        return french.money(round(float(str(value).replace(",", ".")) * 100))
    if head == "Taux":
        return value if isinstance(value, str) else f"{round(value * 100)}\u00a0%"
    if isinstance(value, float):
        return french.number(round(value))
    return french.number(int(value)) if isinstance(value, str) and value.isdigit() and head not in TEXTS else value


TEXTS = ("Médecin", "Au-delà de 20", "État", "Réf.", "Heure", "Campagne")
