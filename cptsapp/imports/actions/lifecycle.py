"""An import from its beginning to its end: who may begin, what is decided, what is applied or abandoned."""

from datetime import date

from sqlalchemy.exc import IntegrityError

from cptsapp.audit.actions import Actor, record
from cptsapp.core import clock, french
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal, refuse_if
from cptsapp.imports import permissions, queries
from cptsapp.imports.models import Decision, Import, ImportItem, ImportKind, ImportState
from cptsapp.imports.rows import person_from_json
from cptsapp.territory import queries as territory

FIRST_STATES = {ImportKind.EXTRACT: ImportState.WAITING, ImportKind.LIST: ImportState.MAPPING}


def start(
    kind: ImportKind, file_name: str, file_bytes: int, stored_as: str | None, extract_on: date, by: Actor | None
) -> Import:
    """Begin an import: an extract waits to be read, a list for its columns to be mapped.

    `extract_on` is the day of which the file tells. Raises Refusal, naming who, when another import is open.
    """
    _refuse_second()
    made = Import(
        kind=kind,
        state=FIRST_STATES[kind],
        turn=1,
        file_name=file_name,
        file_bytes=file_bytes,
        stored_as=stored_as,
        extract_on=extract_on,
        columns={},
        started_at=clock.now(),
        started_by_id=by.id if by else None,
    )
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:  # another came between the question and the answer
        _refuse_second()
        raise
    record("import.started", made, by=by, name=file_name, extract_on=extract_on.isoformat())
    return made


def _refuse_second() -> None:
    open_one = queries.current()
    if open_one is not None:
        raise Refusal(busy(open_one))


def busy(open_one: Import) -> str:
    """Who is importing since when, in a sentence."""
    since = open_one.started_at
    if territory.current() is not None:
        since = territory.local(since)
    return (
        f"{queries.user_name(open_one.started_by_id)} importe déjà un fichier, depuis le"
        f" {french.day_numeric(since.date())} à {french.hour(since)}\u202f: un seul import à la fois."
    )


def decide(item: ImportItem, decision: Decision, by: Actor | None, commune_code: str | None = None) -> None:
    """Say what to do with an item; `commune_code` settles a commune that could not be told. Raises Refusal."""
    refuse_if(permissions.why_not_decide(session.get_one(Import, item.import_id), item, decision, commune_code))
    if decision is Decision.TAKE and commune_code:
        person = person_from_json(item.found["record"]).with_commune(commune_code)
        item.found = {**item.found, "record": person.to_json(), "commune_code": commune_code}
    item.decision = decision
    item.decided_by_id = by.id if by else None
    session.flush()


def abandon(import_: Import, by: Actor | None) -> None:
    """End an import without writing anything in the directory. Raises Refusal."""
    refuse_if(permissions.why_not_abandon(import_))
    close(import_, ImportState.ABANDONED)
    record("import.abandoned", import_, by=by, name=import_.file_name)


def close(import_: Import, state: ImportState) -> None:
    """The turn is free for another; the file is no longer wanted."""
    import_.state, import_.turn = state, None
    if import_.stored_as is not None:
        _forget_file(import_)
    session.flush()


def _forget_file(import_: Import) -> None:
    from cptsapp.imports import files

    assert import_.stored_as is not None  # asked above
    files.remove(import_.stored_as)
    import_.stored_as = None
