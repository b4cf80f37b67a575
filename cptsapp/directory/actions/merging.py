"""Making two sheets one, undoing it, and saying that two sheets are not the same (product 51, 68).

No row moves: the sheet merged away points to the other, which is read under both numbers.
"""

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import select

from cptsapp.accounts.identity import CurrentUser
from cptsapp.audit.actions import record
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible, Refusal, refuse_if
from cptsapp.core.text import fold
from cptsapp.directory import keepers
from cptsapp.directory.actions.pins import pin, unpin
from cptsapp.directory.models import Distinct, Merge, OrganisationKind, Person, Profession, SheetKind
from cptsapp.directory.queries import merging as queries
from cptsapp.directory.queries.merging import Sheet
from cptsapp.directory.queries.pins import pins_of
from cptsapp.directory.rules.merging import FIELDS, UNIQUE, WISHES
from cptsapp.directory.rules.words import folded_name

_ENUMS = {"profession": Profession, "kind": OrganisationKind}


def merge(kind: SheetKind, kept_id: int, merged_id: int, take: Collection[str], *, by: CurrentUser) -> Merge:
    """Make two sheets one: the one kept takes the fields named from the other. Raises Invisible, Refusal."""
    kept, merged = _locked(kind, kept_id, merged_id)
    refuse_if(queries.why_not_merge(kind, kept, merged))
    carried = keepers.counted(queries.model_of(kind).__tablename__, queries.numbers_of(kind, merged.id))
    fields = _take(kind, kept, merged, [name for name in FIELDS[kind] if name in take])
    pinned = _pin_again(kind, kept.id, merged.id, fields, by=by)
    made = Merge(sheet_kind=kind, kept_id=kept.id, merged_id=merged.id, merged_at=clock.now(), merged_by_id=by.id)
    made.taken = {"fields": fields, "pins": pinned, "sheets": _point(kind, merged, kept), "carried": carried}
    session.add(made)
    _name_again(kept)
    record(f"{kept.__tablename__}.merge", kept, by=by, other=merged.id)
    return made


def _locked(kind: SheetKind, *numbers: int) -> tuple[Sheet, Sheet]:
    """Both sheets, nobody else merging or correcting them meanwhile; in the order asked for. Raises Invisible."""
    model = queries.model_of(kind)
    wanted = select(model).where(model.id.in_(numbers)).order_by(model.id).with_for_update()
    rows: Any = session.scalars(wanted.execution_options(populate_existing=True)).all()
    found: dict[int, Sheet] = {sheet.id: sheet for sheet in rows}
    if len(found) != 2 or any(getattr(sheet, "objected_on", None) for sheet in found.values()):
        raise Invisible
    return found[numbers[0]], found[numbers[1]]


def _take(kind: SheetKind, kept: Sheet, merged: Sheet, names: Collection[str]) -> dict[str, list[Any]]:
    """Write what the kept sheet takes; gives field → [what it had, what it has]."""
    values = {name: getattr(merged, name) for name in names}
    for name in WISHES[kind]:
        days = [day for day in (getattr(kept, name), getattr(merged, name)) if day is not None]
        values |= {name: min(days)} if days else {}
    values = {name: value for name, value in values.items() if value != getattr(kept, name)}
    for name in UNIQUE & values.keys():
        setattr(merged, name, None)
    session.flush()  # the number is free before the other takes it
    taken = {name: [_plain(getattr(kept, name)), _plain(value)] for name, value in values.items()}
    for name, value in values.items():
        setattr(kept, name, value)
    session.flush()
    return taken


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else getattr(value, "value", value)


def _pin_again(kind: SheetKind, kept_id: int, merged_id: int, fields: Collection[str], *, by: CurrentUser) -> list[str]:
    """What was corrected by hand there stays so here: an import asks before it writes over it."""
    pins = pins_of(kind, [kept_id, merged_id])
    added = [name for name in pins.get(merged_id, {}) if name in fields and name not in pins.get(kept_id, {})]
    for name in added:
        pin(kind, kept_id, name, pins[merged_id][name], by=by)
    return added


def _point(kind: SheetKind, merged: Sheet, kept: Sheet) -> list[int]:
    """The sheet points to the kept one, and so do those merged into it before; gives these."""
    model = queries.model_of(kind)
    rows: Any = session.scalars(select(model).where(model.merged_into_id == merged.id).order_by(model.id)).all()
    for sheet in (*rows, merged):
        sheet.merged_into_id = kept.id
    return [sheet.id for sheet in rows]


def _name_again(sheet: Sheet) -> None:
    if isinstance(sheet, Person):
        sheet.folded, sheet.updated_at = folded_name(sheet.last_name, sheet.first_name), clock.now()
    else:
        sheet.folded = fold(sheet.name)
    session.flush()


# -- undoing ----------------------------------------------------------------------------------------------------------


def undo(done: Merge, *, by: CurrentUser) -> list[str]:
    """Give both sheets back what they were; gives the fields corrected since, which stay. Raises Refusal."""
    session.refresh(done, with_for_update=True)
    if done.undone_at is not None:
        raise Refusal("Cette réunion a déjà été défaite.")
    kept, merged = _locked(done.sheet_kind, done.kept_id, done.merged_id)
    refuse_if(queries.why_not_undo(done, kept))
    left = _give_back(kept, merged, done.taken["fields"])
    for name in done.taken["pins"]:
        if name not in left:
            unpin(done.sheet_kind, kept.id, name)
    _point_back(done, kept, merged)
    done.undone_at, done.undone_by_id = clock.now(), by.id
    _name_again(kept)
    _name_again(merged)
    record(f"{kept.__tablename__}.unmerge", kept, by=by, other=merged.id)
    return left


def _give_back(kept: Sheet, merged: Sheet, fields: dict[str, list[Any]]) -> list[str]:
    left = [name for name, (_, taken) in fields.items() if _plain(getattr(kept, name)) != taken]
    back = {name: before for name, (before, _) in fields.items() if name not in left}
    for name, before in back.items():
        setattr(kept, name, _typed(name, before))
    session.flush()  # the number is free before its owner takes it again
    for name in UNIQUE & back.keys():
        setattr(merged, name, fields[name][1])
    session.flush()
    return left


def _typed(name: str, value: Any) -> Any:
    if name in _ENUMS:
        return _ENUMS[name](value)
    return date.fromisoformat(value) if name.endswith("_on") and value is not None else value


def _point_back(done: Merge, kept: Sheet, merged: Sheet) -> None:
    merged.merged_into_id = None
    model = queries.model_of(done.sheet_kind)
    wanted = select(model).where(model.id.in_(done.taken["sheets"]), model.merged_into_id == kept.id)
    rows: Any = session.scalars(wanted).all()
    for sheet in rows:
        sheet.merged_into_id = merged.id
    session.flush()


# -- two persons ------------------------------------------------------------------------------------------------------


def tell_apart(kind: SheetKind, one_id: int, other_id: int, *, by: CurrentUser) -> None:
    """Say that two sheets are not the same: they are never proposed again. Saying it twice says it once."""
    low, high = sorted((queries.live_sheet(kind, one_id).id, queries.live_sheet(kind, other_id).id))
    _locked(kind, low, high)
    same = (Distinct.sheet_kind == kind, Distinct.low_id == low, Distinct.high_id == high)
    if session.scalar(select(Distinct.id).where(*same)) is not None:
        return
    session.add(Distinct(sheet_kind=kind, low_id=low, high_id=high, said_at=clock.now(), said_by_id=by.id))
    sheet = session.get_one(queries.model_of(kind), low)
    record(f"{sheet.__tablename__}.told_apart", sheet, by=by, other=high)


def propose_again(said: Distinct, *, by: CurrentUser) -> None:
    """Take back that two sheets are not the same."""
    sheet = session.get_one(queries.model_of(said.sheet_kind), said.low_id)
    record(f"{sheet.__tablename__}.propose_again", sheet, by=by, other=said.high_id)
    session.delete(said)
    session.flush()
