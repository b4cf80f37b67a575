"""Read a workbook apart: ``python -m cptsapp.imports.workbook FILE`` writes its rows as lines of JSON.

A workbook of a few bytes may say that its last cell is the millionth: the library then asks for more memory than
there is, and the process ends. So it is read in a process of its own, with bounds on memory and time.
"""

import json
import resource
import sys
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

MEMORY_BYTES = 1024**3
SECONDS = 30
# A text that a workbook holds once may be that of each of its cells.
CELL_SIGNS = 2000
SIGNS = 64 * 1024**2
TOO_MANY_ROWS, TOO_MANY_COLUMNS, UNREADABLE, TOO_LARGE = 3, 4, 5, 6


def main(path: str, rows_max: int, columns_max: int) -> int:
    """Write the rows of the first sheet that has some; the exit status says what is wrong."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    from python_calamine import CalamineError, load_workbook

    try:
        rows, signs = _rows(load_workbook(path)), 0
        for number, row in enumerate(rows, start=1):
            cells = _trimmed([_text(value) for value in row])
            if len(cells) > columns_max:
                return TOO_MANY_COLUMNS
            if number > rows_max and cells:
                return TOO_MANY_ROWS
            signs += sum(map(len, cells))
            if signs > SIGNS:
                return TOO_LARGE
            if number <= rows_max:
                sys.stdout.write(json.dumps(cells, ensure_ascii=False) + "\n")
    except (CalamineError, OSError, ValueError, MemoryError):
        return UNREADABLE
    return 0


def _rows(book: Any) -> Iterator[list[Any]]:
    """Every row from the first line of the sheet on, so that a row's number is the one people see."""
    for name in book.sheet_names:
        sheet = book.get_sheet_by_name(name)
        if sheet.start is not None:
            yield from sheet.iter_rows()  # blank ones before it too
            return


def _text(value: Any) -> str:
    """A cell as a person would have typed it: 85100 and not 85100.0."""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return "" if isinstance(value, timedelta) else str(value)[:CELL_SIGNS].strip()


def _trimmed(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells.pop()
    return cells


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
