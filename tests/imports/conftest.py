"""Files in the format of the extract, and imports of them from beginning to end."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.imports import files, queries
from cptsapp.imports.actions import lifecycle
from cptsapp.imports.models import Import, ImportKind
from tests.imports.extract import write_extract

DAY = date(2026, 7, 6)
Read = Callable[..., Import]


@pytest.fixture
def read(app, cast, tmp_path: Path) -> Read:
    """`read(lines)`: an extract with these lines, read; its review is open."""

    def read_lines(lines, day: date = DAY, **shape) -> Import:
        path = tmp_path / "PS_LibreAcces_Personne_activite.txt"
        write_extract(path, lines, **shape)
        made = lifecycle.start(ImportKind.EXTRACT, path.name, path.stat().st_size, files.keep(path), day, None)
        session.commit()
        lifecycle.read(made, clock.now())
        return queries.by_id(made.id)

    return read_lines


@pytest.fixture
def apply(read) -> Read:
    """`apply(lines)`: the same, applied; what is doubtful is left for later."""

    def apply_lines(lines, day: date = DAY, **shape) -> Import:
        made = read(lines, day, **shape)
        lifecycle.put_off(made)
        lifecycle.apply(made, None)
        session.commit()
        return made

    return apply_lines
