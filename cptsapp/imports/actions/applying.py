"""Applying a review: what was decided is written at once, or nothing is.

The directory may have changed since the review was made. Each item is compared again first: those that no longer fit
are put back to be looked at, and the refusal names them.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import func, select

from cptsapp.audit.actions import Actor, record
from cptsapp.core import clock, french
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal, refuse_if
from cptsapp.imports import gone, permissions, queries
from cptsapp.imports.actions import lifecycle, organisations
from cptsapp.imports.actions.writing import Writer
from cptsapp.imports.compare import Verdict, compare
from cptsapp.imports.models import Decision, Import, ImportItem, ImportKind, ImportState, ItemKind
from cptsapp.imports.rows import FoundPerson, person_from_json

AT_ONCE = 300
NAMED_MAX = 3
_WITH_RECORD = (ItemKind.NEW, ItemKind.CHANGED, ItemKind.DOUBTFUL)
# New people first: what is doubtful of someone may be added to the sheet just written.
_ORDER = (ItemKind.NEW, ItemKind.CHANGED, ItemKind.DOUBTFUL, ItemKind.GONE)
TAKEN = (Decision.TAKE, None)


def apply(import_: Import, by: Actor | None) -> None:
    """Write what the review decided. Raises Refusal: something is undecided, or the directory has changed since."""
    found = session.scalar(
        select(Import).where(Import.id == import_.id).with_for_update(), execution_options={"populate_existing": True}
    )
    assert found is not None  # the caller holds it
    refuse_if(permissions.why_not_apply(found, queries.counts(found).undecided_count))
    if names := _refit(found):
        session.commit()  # the refusal undoes what is not kept, and the review must show what has changed
        raise Refusal(_changed_since(names))
    _write(found, by)


def _changed_since(names: Sequence[str]) -> str:
    listed = ", ".join(names[:NAMED_MAX])
    more = f" et {french.count(len(names) - NAMED_MAX, 'autre')}" if len(names) > NAMED_MAX else ""
    return (
        f"L’annuaire a changé depuis la revue\u202f: {listed}{more}. Ces fiches ont été comparées de nouveau,"
        " rien n’est encore appliqué\u202f: regardez-les, puis appliquez."
    )


def _items(import_: Import, kind: ItemKind) -> Iterator[Sequence[ImportItem]]:
    """The items of a kind, a few hundred at a time."""
    last = 0
    wanted = select(ImportItem).where(ImportItem.import_id == import_.id, ImportItem.kind == kind)
    while some := session.scalars(wanted.where(ImportItem.id > last).order_by(ImportItem.id).limit(AT_ONCE)).all():
        last = some[-1].id
        yield some
        session.flush()
        for item in some:
            if item in session:  # one that fits no more has just been deleted
                session.expunge(item)


# -- does the review still fit ----------------------------------------------------------------------------------------


def _refit(import_: Import) -> list[str]:
    """Compare again what would be written; gives the names of the items that had to be made anew."""
    names: list[str] = []
    for kind in _WITH_RECORD:
        for some in _items(import_, kind):
            names += _refit_some(import_, [item for item in some if "record" in item.found and _is_written(item)])
    for some in _items(import_, ItemKind.GONE):
        names += _refit_gone(import_, [item for item in some if _is_written(item)])
    return list(dict.fromkeys(names))


def _is_written(item: ImportItem) -> bool:
    return item.decision in (*TAKEN, Decision.SEPARATE)


def _refit_some(import_: Import, items: Sequence[ImportItem]) -> list[str]:
    if not items:
        return []
    persons = [person_from_json(item.found["record"]) for item in items]
    # An item that someone gave a commune to is compared as it was: the choice is not a change of the directory.
    asked = [_as_read(item, person) for item, person in zip(items, persons, strict=True)]
    by_record = {_record_of(v): v for v in compare(asked, import_.kind, import_.extract_on).verdicts}
    names = []
    for item, person in zip(items, asked, strict=True):
        verdict = by_record.get((item.kind, _who(person)))
        if verdict is not None and verdict.found["signature"] == item.found["signature"]:
            continue
        names.append(item.label)
        _make_anew(item, verdict)
    return names


def _as_read(item: ImportItem, person: FoundPerson) -> FoundPerson:
    before = item.found.get("record_as_read")
    return person_from_json(before) if before else person


def _who(person: FoundPerson) -> tuple[object, ...]:
    return person.rpps, person.adeli, person.last_name, person.first_name, person.profession, person.lines


def _record_of(verdict: Verdict) -> tuple[ItemKind, tuple[object, ...]]:
    return verdict.kind, _who(person_from_json(verdict.found["record"]))


def _make_anew(item: ImportItem, verdict: Verdict | None) -> None:
    """The item as the directory is now; one that has nothing left to change goes."""
    if verdict is None:
        session.delete(item)
        return
    item.reason, item.label, item.person_id = verdict.reason, verdict.label, verdict.person_id
    item.found, item.ours = verdict.found, verdict.ours
    item.needs_decision, item.decision = verdict.needs_decision, None


def _refit_gone(import_: Import, items: Sequence[ImportItem]) -> list[str]:
    due = gone.still_due([item.person_id for item in items if item.person_id is not None], import_.extract_on)
    names = []
    for item in items:
        wanted = {op["id"] for op in item.found["ops"]}
        if wanted != set(due.get(item.person_id or 0, [])):
            names.append(item.label)
            session.delete(item)
    return names


# -- writing ----------------------------------------------------------------------------------------------------------


def _write(import_: Import, by: Actor | None) -> None:
    now = clock.now()
    writer = Writer(import_.id, import_.kind, import_.extract_on, now, by)
    gone_ids = {id_ for some in _items(import_, ItemKind.GONE) for item in some if (id_ := item.person_id)}
    for kind in _ORDER:
        for some in _items(import_, kind):
            _carry_out(some, writer)
    if import_.kind is ImportKind.LIST:
        organisations.write(import_, by)
    writer.see_again(gone_ids)
    writer.trail()
    _end(import_, now, by)


def _carry_out(items: Sequence[ImportItem], writer: Writer) -> None:
    _create([item for item in items if _makes_a_sheet(item)], writer)
    for item in items:
        if item.person_id is None or "ops" not in item.found:
            continue
        ops = item.found["ops"]
        if item.decision is Decision.KEEP_OURS and "record" in item.found:
            writer.keep_ours(item.person_id, ops)
        elif item.kind is ItemKind.GONE and item.decision in TAKEN:
            writer.end([op["id"] for op in ops])
            writer.changed_ids.add(item.person_id)
        elif "record" in item.found and _is_taken(item):
            writer.change(item.person_id, person_from_json(item.found["record"]), ops)


def _is_taken(item: ImportItem) -> bool:
    """Doubtful things are taken when someone says so, the others unless someone says no."""
    return item.decision is Decision.TAKE or (item.decision is None and item.kind is not ItemKind.DOUBTFUL)


def _makes_a_sheet(item: ImportItem) -> bool:
    if "record" not in item.found:
        return False
    return item.decision is Decision.SEPARATE or (item.person_id is None and _is_taken(item))


def _create(items: Sequence[ImportItem], writer: Writer) -> None:
    """New sheets with their practices; next to a sheet they look like, the two are said distinct."""
    persons = [person_from_json(item.found["record"]) for item in items]
    numbers = writer.create(persons)
    starts = []
    for item, person, number in zip(items, persons, numbers, strict=True):
        wanted = {op["practice"] for op in item.found["ops"] if op["op"] == "start"}
        is_whole = item.decision is Decision.SEPARATE
        starts += [(number, practice) for practice in person.practices if is_whole or practice.name in wanted]
        if is_whole and item.person_id is not None:
            writer.say_distinct(item.person_id, number)
    writer.start(starts)


def _end(import_: Import, now: datetime, by: Actor | None) -> None:
    counted = session.execute(
        select(ImportItem.kind, func.count()).where(ImportItem.import_id == import_.id).group_by(ImportItem.kind)
    )
    counts: dict[ItemKind, int] = {row[0]: row[1] for row in counted}
    import_.applied_at, import_.applied_by_id = now, by.id if by else None
    lifecycle.close(import_, ImportState.APPLIED)
    new, changed, left = (counts.get(kind, 0) for kind in (ItemKind.NEW, ItemKind.CHANGED, ItemKind.GONE))
    record("import.applied", import_, by=by, name=import_.file_name, new=new, changed=changed, gone=left)
