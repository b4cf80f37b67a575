"""An import from its beginning to its end: who may begin, what is decided, what is applied or abandoned."""

from datetime import date, datetime

from sqlalchemy import update
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

    `extract_on` is the day of which the file tells. Raises Refusal, naming who, when another import is open; and for
    an extract older than the one the directory follows, which would undo years.
    """
    _refuse_second()
    _refuse_older(kind, extract_on)
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


def _refuse_older(kind: ImportKind, extract_on: date) -> None:
    last = queries.last_applied() if kind is ImportKind.EXTRACT else None
    if last is not None and extract_on < last.extract_on:
        raise Refusal(
            f"L’annuaire suit déjà l’extrait du {french.day_numeric(last.extract_on)}\u202f: celui du"
            f" {french.day_numeric(extract_on)} est plus ancien."
        )


def busy(open_one: Import) -> str:
    """Who is importing since when, in a sentence."""
    since = open_one.started_at
    if territory.current() is not None:
        since = territory.local(since)
    who = queries.user_name(open_one.started_by_id)
    return (
        f"{who[:1].upper()}{who[1:]} importe déjà un fichier, depuis le"
        f" {french.day_numeric(since.date())} à {french.hour(since)}\u202f: un seul import à la fois."
    )


def decide(item: ImportItem, decision: Decision, by: Actor | None, commune_code: str | None = None) -> None:
    """Say what to do with an item; `commune_code` settles a commune that could not be told. Raises Refusal."""
    refuse_if(permissions.why_not_decide(session.get_one(Import, item.import_id), item, decision, commune_code))
    if decision is Decision.TAKE and commune_code:
        as_read = item.found.get("record_as_read") or item.found["record"]
        person = person_from_json(as_read).with_commune(commune_code)
        chosen = {"record": person.to_json(), "record_as_read": as_read, "commune_code": commune_code}
        item.found = {**item.found, **chosen}
    item.decision = decision
    item.decided_by_id = by.id if by else None
    session.flush()


def read(import_: Import, now: datetime) -> None:
    """Read the file and open the review; called by the worker. Commits as it goes."""
    from cptsapp.imports.actions import reading

    reading.read(import_, now)


def put_off(import_: Import) -> None:
    """Leave for later everything that waits for a decision: the command line applies what is sure."""
    refuse_if(permissions.why_not_review(import_))
    waiting = (ImportItem.import_id == import_.id, ImportItem.needs_decision, ImportItem.decision.is_(None))
    session.execute(update(ImportItem).where(*waiting).values(decision=Decision.LATER))


def apply(import_: Import, by: Actor | None) -> None:
    """Write what the review decided, at once. Raises Refusal."""
    from cptsapp.imports.actions import applying

    applying.apply(import_, by)


def abandon(import_: Import, by: Actor | None) -> None:
    """End an import without writing anything in the directory. Raises Refusal."""
    refuse_if(permissions.why_not_abandon(import_))
    close(import_, ImportState.ABANDONED)
    record("import.abandoned", import_, by=by, name=import_.file_name)


def close(import_: Import, state: ImportState) -> None:
    """The turn is free for another; the file is no longer wanted."""
    import_.state, import_.turn = state, None
    forget_cells(import_)
    if import_.stored_as is not None:
        _forget_file(import_)
    session.flush()


def forget_cells(import_: Import) -> None:
    """Of the first rows of a list, shown while its columns are said, only how many columns there were stays."""
    if "headings" in import_.columns:
        blank = [""] * len(import_.columns["headings"])
        import_.columns = {**import_.columns, "headings": blank, "preview": []}


def _forget_file(import_: Import) -> None:
    from cptsapp.imports import files

    assert import_.stored_as is not None  # asked above
    files.remove(import_.stored_as)
    import_.stored_as = None
