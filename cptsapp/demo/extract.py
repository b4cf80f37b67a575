"""The extracts of the demonstration's territory: two read in the past, the third in the depot to be imported."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import func, select

from cptsapp.accounts.identity import CurrentUser
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.imports import files, generator, queries
from cptsapp.imports.actions import lifecycle
from cptsapp.imports.models import Import, ImportKind
from cptsapp.territory import queries as territory


@dataclass(frozen=True, slots=True)
class Edition:
    """One extract of the same territory: how many persons, who is no longer in it, who has moved; see `generator`."""

    persons: int
    left_out: frozenset[int] = frozenset()
    moved: frozenset[int] = frozenset()
    lines: int = 4_000
    oddities: bool = False


FIRST = Edition(581)
SECOND = Edition(589, left_out=frozenset({61, 140, 305}), moved=frozenset({77, 212}))
# What a coordination finds after some months: new people, people gone, addresses changed, lines that say too little.
THIRD = Edition(
    599,
    left_out=SECOND.left_out | {88, 199, 260, 431, 512},
    moved=SECOND.moved | {95, 130, 178, 244, 317, 402, 466},
    lines=12_000,
    oddities=True,
)
# The publisher's extract is a few days old when a coordination imports it.
AGE = timedelta(days=6)


def read_past(extract_on: date, edition: Edition, *, by: CurrentUser) -> None:
    """Read and apply an extract of that day, what is doubtful left for later. Commits as it goes."""
    draft = _write(files.folder() / f"{files.EXTRACT_STEM}_{extract_on:%Y%m%d}0815.txt", edition)
    stored_as = files.keep(draft)
    size = draft.stat().st_size
    draft.unlink()
    import_ = lifecycle.start(ImportKind.EXTRACT, draft.name, size, stored_as, extract_on, by)
    session.commit()
    lifecycle.read(import_, clock.now())
    lifecycle.put_off(import_)
    lifecycle.apply(import_, by)
    session.commit()


def deposit() -> Path | None:
    """Put the present one in the depot, unless it has a file already; gives where it is."""
    if files.depot():
        return None
    folder = files.folder() / files.DEPOT
    folder.mkdir(mode=0o700, exist_ok=True)
    return _write(folder / f"{files.EXTRACT_STEM}_{territory.today() - AGE:%Y%m%d}0815.txt", THIRD)


def _write(path: Path, edition: Edition) -> Path:
    known = _cast()
    codes = tuple(commune.code for commune in territory.own_communes())
    session.rollback()  # writing a file takes a second
    options = generator.Options(
        edition.lines,
        communes=codes,
        persons=max(edition.persons, len(known)),
        known=tuple(known),
        left_out=edition.left_out,
        moved=edition.moved,
        oddities=edition.oddities,
    )
    draft = path.with_name(f".{path.name}")
    with draft.open("wb") as output:
        generator.generate(output, options)
    os.replace(draft, path)
    return path


def _cast() -> Sequence[generator.Known]:
    """The people whom the directory had before any extract, in the same order each time."""
    first = session.scalar(select(func.min(Import.started_at)))
    return [generator.Known(*row) for row in queries.practising(first)]
