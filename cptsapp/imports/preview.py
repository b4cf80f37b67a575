"""`--review --json`: what an extract holds for a territory, written as it is read, changing nothing."""

import json
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, TextIO

from cptsapp.core.french import number
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


def lines(source: Source, territory: Territory, progress: Progress, shown: int) -> Iterator[str]:
    """The same in sentences: how many of each, and the first of what needs a look. Raises Refusal."""
    reader = Reader(source, territory, progress)
    spool = Spool()
    try:
        spool.fill(reader)
        persons, doubts, unreadable = spool.count()
        yield f"Colonnes\u00a0: {reader.columns.width}"
        for name, found in reader.columns.renamed:
            yield f"  renommée\u00a0: «\u00a0{found}\u00a0» pour «\u00a0{name}\u00a0»"
        yield f"Lignes\u00a0: {number(reader.line_count)}, dont {number(reader.outside_count)} hors territoire"
        yield f"Personnes du territoire, douteuses comprises\u00a0: {number(persons)}"
        for title, total, entries in (
            ("Lignes douteuses", doubts, spool.doubtful()),
            ("Lignes illisibles", unreadable, spool.unreadable()),
        ):
            yield f"{title}\u00a0: {number(total)}"
            yield from (f"  ligne {number(entry['line'])}\u00a0: {entry['reason']}" for entry in islice(entries, shown))
    finally:
        spool.close()
