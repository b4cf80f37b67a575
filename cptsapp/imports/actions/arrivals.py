"""A file arrives: it is kept, recognised, and an import begins."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from cptsapp.audit.actions import Actor, record
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal, refuse_if
from cptsapp.imports import files, queries, sheets
from cptsapp.imports.actions import lifecycle
from cptsapp.imports.mapping import Field, Subject, guess, why_not_map
from cptsapp.imports.models import Import, ImportKind, ImportState
from cptsapp.imports.rules.columns import read_header
from cptsapp.territory import queries as territory

HEADER_MAX_BYTES = 64 * 1024
EMPTY = "Ce fichier est vide."
NO_LINE = "Ce fichier n’a que la ligne de ses titres\u202f: il ne contient personne."


def release() -> None:
    """Refuse at once while another import is open, then hold no transaction: a large file takes seconds to keep."""
    open_one = queries.current()
    session.rollback()
    if open_one is not None:
        raise Refusal(lifecycle.busy(open_one))


def receive_extract(path: Path, name: str, extract_on: date | None, *, by: Actor | None) -> Import:
    """Keep an extract, or the one inside an archive, and begin its import. Raises Refusal; nothing is kept then.

    `extract_on` is the day it is of; without it the name tells, else it is today's.
    """
    stored_as, name = files.keep_member(path) if files.is_zip(path) else (files.keep(path), name)
    try:
        _recognise(files.path_of(stored_as))
        day = extract_on or files.day_in(name) or territory.today()
        size = files.path_of(stored_as).stat().st_size
        return lifecycle.start(ImportKind.EXTRACT, name, size, stored_as, min(day, territory.today()), by)
    except Exception:
        files.remove(stored_as)
        raise


def _recognise(path: Path) -> None:
    """Raise Refusal when the first line is not that of an extract, or when nothing follows it."""
    with path.open("rb") as file:
        header, following = file.readline(HEADER_MAX_BYTES), file.readline(HEADER_MAX_BYTES)
    if not header.strip():
        raise Refusal(EMPTY)
    read_header(_decoded(header).rstrip("\r\n").split("|"))
    if not following.strip():
        raise Refusal(NO_LINE)


def _decoded(line: bytes) -> str:
    try:
        return line.decode("utf-8-sig")
    except UnicodeDecodeError:
        return line.decode("latin-1")


def receive_list(path: Path, name: str, subject: Subject, *, by: Actor | None) -> Import:
    """Keep the rows of a list and begin its import, columns guessed from their titles. Raises Refusal."""
    kept = sheets.keep_rows(path)
    try:
        size = files.path_of(kept.stored_as).stat().st_size
        made = lifecycle.start(ImportKind.LIST, name, size, kept.stored_as, territory.today(), by)
    except Exception:
        files.remove(kept.stored_as)
        raise
    made.columns = {
        "subject": subject.value,
        "headings": kept.headings,
        "preview": kept.preview,
        "row_count": kept.row_count,
        "map": {field.value: number for field, number in guess(kept.headings, subject).items()},
    }
    session.flush()
    return made


def choose_columns(import_: Import, chosen: Mapping[Field, int], *, by: Actor | None) -> None:
    """Say which column of a list is what: it is then read as the extract is. Raises Refusal."""
    if import_.state is not ImportState.MAPPING:
        raise Refusal("Les colonnes de cette liste sont déjà dites\u202f: elle est lue, ou l’import est terminé.")
    refuse_if(why_not_map(chosen, Subject(import_.columns["subject"])))
    import_.columns = {**import_.columns, "map": {field.value: number for field, number in chosen.items()}}
    lifecycle.forget_cells(import_)
    import_.state = ImportState.WAITING
    import_.started_at = clock.now()
    record("import.mapped", import_, by=by, columns=len(chosen))
