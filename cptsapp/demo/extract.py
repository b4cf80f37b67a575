"""The extract of the demonstration's territory, in the depot of imports: one click reads it."""

import os
from datetime import timedelta
from pathlib import Path

from cptsapp.core.db import session
from cptsapp.imports import files, generator, queries
from cptsapp.territory import queries as territory

LINES = 12_000
PERSONS = 600
# The publisher's extract is a few days old when a coordination imports it.
AGE = timedelta(days=6)


def deposit() -> Path | None:
    """Write it, unless the depot has a file already; gives where it is. The people of the directory are in it."""
    if files.depot():
        return None
    folder = files.folder() / files.DEPOT
    folder.mkdir(mode=0o700, exist_ok=True)
    name = f"{files.EXTRACT_STEM}_{territory.today() - AGE:%Y%m%d}0815.txt"
    known = tuple(generator.Known(*row) for row in queries.practising())
    codes = tuple(commune.code for commune in territory.own_communes())
    session.rollback()  # writing a file takes a second
    options = generator.Options(LINES, communes=codes, persons=max(PERSONS, len(known)), known=known)
    draft = folder / f".{name}"
    with draft.open("wb") as output:
        generator.generate(output, options)
    os.replace(draft, folder / name)
    return folder / name
