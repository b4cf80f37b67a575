"""`--review --json`: what an extract holds for a territory, written as it is read, changing nothing."""

import json
from collections.abc import Callable, Iterable
from typing import Any, TextIO

from cptsapp.imports.rules.communes import Territory
from cptsapp.imports.rules.lines import Source
from cptsapp.imports.rules.reader import Reader
from cptsapp.imports.spool import Spool

Progress = Callable[[Reader], None]


def write(source: Source, territory: Territory, output: TextIO, progress: Progress) -> None:
    """Write the review of a file as one JSON object. Raises Refusal, before anything is written."""
    reader = Reader(source, territory, progress)
    spool = Spool()
    try:
        spool.fill(reader)
        output.write("{")
        for name, entries in (
            ("kept", spool.kept()),
            ("unreadable", spool.unreadable()),
            ("doubtful", spool.doubtful()),
        ):
            output.write(f'"{name}": [')
            _write_all(entries, output)
            output.write("], ")
        output.write(f'"outside": {reader.outside_count}}}\n')
    finally:
        spool.close()


def _write_all(entries: Iterable[dict[str, Any]], output: TextIO) -> None:
    separator = ""
    for entry in entries:
        output.writelines((separator, json.dumps(entry, ensure_ascii=False)))
        separator = ", "
