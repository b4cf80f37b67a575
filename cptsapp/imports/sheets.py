"""A list of the CPTS's own, as it comes from a spreadsheet: read once, kept as plain rows until it is compared.

CSV with commas, semicolons or tabs, in UTF-8 or in the signs of Windows; XLSX, XLS and ODS, of which the first sheet is
read, formulas as the values they show.
"""

import csv
import io
import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from cptsapp.core.refusals import Refusal
from cptsapp.core.text import looks_like_nir
from cptsapp.imports import files, workbook

MAX_BYTES = 20 * 1024**2
MAX_ROWS = 20_000
MAX_COLUMNS = 100
UNPACKED_MAX_BYTES = 300 * 1024**2
MEMBERS_MAX = 2000
CELL_MAX = 500
NIR_DIGITS = 13
PREVIEW_ROWS = 5
SEPARATORS = (";", ",", "\t")
_SAMPLE_LINES = 30
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]+")
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
_ROOT = Path(__file__).resolve().parents[2]

EMPTY = "Ce fichier est vide\u202f: il lui faut une ligne de titres et au moins une personne."
NO_TABLE = "Ce fichier n’est pas un tableau\u202f: enregistrez-le en CSV, en XLSX ou en ODS, et recommencez."
TOO_HEAVY = "Ce fichier dépasse 20\u00a0Mo\u202f: une liste de la CPTS n’est pas si lourde."
TOO_MANY_ROWS = "Ce fichier a plus de 20\u202f000 lignes\u202f: coupez-le en plusieurs."
TOO_MANY_COLUMNS = "Ce fichier a plus de 100 colonnes\u202f: gardez celles qui servent."
TOO_LARGE_INSIDE = "Ce classeur est bien plus gros une fois ouvert que ne l’est une liste\u202f: il n’est pas lu."

_REASONS = {workbook.TOO_MANY_ROWS: TOO_MANY_ROWS, workbook.TOO_MANY_COLUMNS: TOO_MANY_COLUMNS}


@dataclass(frozen=True, slots=True)
class Kept:
    """The rows of a list, kept: under what name, the titles of its columns, the first rows, how many."""

    stored_as: str
    headings: list[str]
    preview: list[list[str]]
    row_count: int


def keep_rows(source: Path) -> Kept:
    """Read a list and keep its rows. Raises Refusal with what is wrong with it."""
    if source.stat().st_size > MAX_BYTES:
        raise Refusal(TOO_HEAVY)
    rows = list(_counted(_rows_of(source)))
    filled = [row for row in rows if any(row)]
    if len(filled) < 2:
        raise Refusal(EMPTY)
    stored_as = files.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows))
    return Kept(stored_as, filled[0], filled[1 : 1 + PREVIEW_ROWS], len(filled) - 1)


def _counted(rows: Iterable[list[str]]) -> Iterator[list[str]]:
    for number, row in enumerate(rows, start=1):
        if number > MAX_ROWS + 1:
            raise Refusal(TOO_MANY_ROWS)
        if len(row) > MAX_COLUMNS:
            raise Refusal(TOO_MANY_COLUMNS)
        yield [_clean(cell) for cell in row]


def _clean(cell: str) -> str:
    """One line, of a bounded length; a number of social security is never kept (§6.2)."""
    text = " ".join(_CONTROLS.sub(" ", cell).split())[:CELL_MAX]
    return "" if len(text) >= NIR_DIGITS and looks_like_nir(text) else text


def read_rows(stored_as: str) -> Iterator[tuple[int, list[str]]]:
    """The kept rows after the line of titles, each with its line number in the file people have; blank ones skipped."""
    with files.path_of(stored_as).open(encoding="utf-8") as file:
        rows = ((number, json.loads(line)) for number, line in enumerate(file, start=1))
        filled = ((number, row) for number, row in rows if any(row))
        yield from islice(filled, 1, None)


def _rows_of(source: Path) -> Iterable[list[str]]:
    with source.open("rb") as file:
        start = file.read(4)
    if start.startswith(b"PK\x03\x04"):
        _refuse_bomb(source)
        return _workbook_rows(source)
    return _workbook_rows(source) if start == _OLD_WORKBOOK else _csv_rows(source.read_bytes())


# -- workbooks --------------------------------------------------------------------------------------------------------


def _refuse_bomb(source: Path) -> None:
    """Look at what the archive says of itself before anything is unpacked."""
    try:
        with ZipFile(source) as archive:
            members = archive.infolist()
    except (BadZipFile, NotImplementedError, UnicodeDecodeError) as error:
        raise Refusal(NO_TABLE) from error
    if len(members) > MEMBERS_MAX or sum(member.file_size for member in members) > UNPACKED_MAX_BYTES:
        raise Refusal(TOO_LARGE_INSIDE)


def _workbook_rows(source: Path) -> Iterable[list[str]]:
    bounds = [str(MAX_ROWS + 1), str(MAX_COLUMNS)]
    command = [sys.executable, "-m", workbook.__name__, str(source), *bounds]
    try:
        done = subprocess.run(command, cwd=_ROOT, capture_output=True, timeout=2 * workbook.SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise Refusal(TOO_LARGE_INSIDE) from error
    if done.returncode < 0 or done.returncode not in (0, *_REASONS, workbook.UNREADABLE):
        raise Refusal(TOO_LARGE_INSIDE)  # it met a bound
    if done.returncode:
        raise Refusal(_REASONS.get(done.returncode, NO_TABLE))
    return (json.loads(line) for line in done.stdout.splitlines())


# -- CSV --------------------------------------------------------------------------------------------------------------


def _csv_rows(content: bytes) -> Iterable[list[str]]:
    text = _decoded(content)
    if "\x00" in text:
        raise Refusal(NO_TABLE)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text))
    return _lines_of(reader)


def _lines_of(reader: Iterable[list[str]]) -> Iterator[list[str]]:
    try:
        yield from reader
    except csv.Error as error:
        raise Refusal(NO_TABLE) from error


def _decoded(content: bytes) -> str:
    """UTF-8 (or UTF-16 with its mark), else the signs of Windows, of which latin-1 fills the holes."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1")


def _separator(text: str) -> str:
    """The sign that cuts the first lines into the most columns, and into the same number of them."""
    sample = text.splitlines()[:_SAMPLE_LINES]
    return max(SEPARATORS, key=lambda sign: _regularity(sample, sign))


def _regularity(lines: list[str], sign: str) -> tuple[int, int]:
    try:
        widths = [len(row) for row in csv.reader(lines, delimiter=sign) if row]
    except csv.Error:
        return 0, 0
    first = widths[0] if widths else 0
    return (widths.count(first) if first > 1 else 0), first
