"""The two sheets of a merge, what they have, and the merges made so far."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from cptsapp.accounts.models import User
from cptsapp.audit import actors
from cptsapp.core import french
from cptsapp.core.db import session
from cptsapp.core.periods import meets
from cptsapp.core.refusals import Invisible
from cptsapp.directory import keepers
from cptsapp.directory.merged import same_person
from cptsapp.directory.models import Distinct, Membership, Merge, Organisation, Person, Place, Practice, SheetKind
from cptsapp.directory.queries.membership import last_day, organisation_roots
from cptsapp.directory.rules import words
from cptsapp.directory.rules.duplicates import are_told_apart
from cptsapp.directory.rules.merging import FIELDS, TELLING, default_choice
from cptsapp.territory.models import Commune

Sheet = Person | Organisation
PAGE = 30


def model_of(kind: SheetKind) -> type[Person] | type[Organisation]:
    """The table of a kind of sheet."""
    return Person if kind is SheetKind.PERSON else Organisation


def numbers_of(kind: SheetKind, number: int) -> set[int]:
    """A sheet under all the numbers it has had."""
    if kind is SheetKind.PERSON:
        return same_person({number})
    return {number, *(one for one, root in organisation_roots().items() if root == number)}


def live_sheet(kind: SheetKind, number: int) -> Sheet:
    """A sheet that is itself, not merged, not kept out. Raises Invisible."""
    found: Sheet | None = session.get(Person, number) if kind is SheetKind.PERSON else session.get(Organisation, number)
    if found is None or found.merged_into_id is not None or getattr(found, "objected_on", None) is not None:
        raise Invisible
    return found


def name_of(sheet: Sheet) -> str:
    """As screens write it."""
    return sheet.full_name if isinstance(sheet, Person) else sheet.name


def label_of(sheet: Sheet) -> str:
    """Its profession, or the sort of structure, in French."""
    if isinstance(sheet, Person):
        return words.PROFESSION_LABELS[sheet.profession]
    return words.ORGANISATION_LABELS[sheet.kind]


# -- the two columns --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Choice:
    """A field of both sheets, and whose value is taken unless someone chooses."""

    name: str
    label: str
    kept: str
    other: str
    default: str

    @property
    def differs(self) -> bool:
        """Whether there is anything to choose."""
        return self.kept != self.other


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two sheets side by side: the one kept, the other, and what the merge would carry."""

    kind: SheetKind
    kept: Sheet
    other: Sheet
    choices: Sequence[Choice]
    where: tuple[Sequence[str], Sequence[str]]
    carries: tuple[Sequence[str], Sequence[str]]
    why_not: str | None


def comparison(kind: SheetKind, kept_id: int, other_id: int) -> Comparison:
    """Both sheets, as the page of a merge shows them. Raises Invisible."""
    kept, other = live_sheet(kind, kept_id), live_sheet(kind, other_id)
    if kept.id == other.id:
        raise Invisible
    where = where_of(kind, [kept_id, other_id])
    table = model_of(kind).__tablename__
    carried = [keepers.counted(table, numbers_of(kind, one)) for one in (kept_id, other_id)]
    return Comparison(
        kind,
        kept,
        other,
        choices(kind, kept, other),
        (where.get(kept_id, []), where.get(other_id, [])),
        (carried[0], carried[1]),
        why_not_merge(kind, kept, other),
    )


def choices(kind: SheetKind, kept: Sheet, other: Sheet) -> list[Choice]:
    """Each field of both sheets, in words."""
    return [
        Choice(name, label, _shown(kept, name), _shown(other, name), _default(name, kept, other))
        for name, label in FIELDS[kind].items()
    ]


def _default(name: str, kept: Sheet, other: Sheet) -> str:
    return default_choice(name, getattr(kept, name), getattr(other, name))


def _shown(sheet: Sheet, name: str) -> str:
    if name in ("profession", "kind"):
        return label_of(sheet)
    value: str | None = getattr(sheet, name)
    return french.phone(value) if value and name == "phone" else value or ""


def where_of(kind: SheetKind, numbers: Iterable[int]) -> dict[int, list[str]]:
    """Where each of these sheets is found, « 12, rue des Écoliers, Talmont »: one statement however many."""
    owner = Practice.person_id if kind is SheetKind.PERSON else Place.organisation_id
    wanted = (
        select(owner, Place.address, Commune.name).select_from(Place).join(Commune, Commune.code == Place.commune_code)
    )
    if kind is SheetKind.PERSON:
        wanted = wanted.join(Practice, Practice.place_id == Place.id)
    found: dict[int, list[str]] = defaultdict(list)
    rows = session.execute(wanted.where(owner.in_(set(numbers))).distinct().order_by(Commune.name, Place.address))
    for number, address, commune in rows:
        if number is not None:
            found[number].append(f"{address}, {commune}")
    return found


# -- what keeps them apart --------------------------------------------------------------------------------------------


def why_not_merge(kind: SheetKind, kept: Sheet, other: Sheet) -> str | None:
    """The French reason why two sheets may not be made one, and what to do first."""
    if any(sheet.merged_into_id is not None for sheet in (kept, other)):
        return "Une de ces fiches a déjà été réunie à une autre : ouvrez l’autre."
    told = [[getattr(sheet, name) for name in TELLING[kind]] for sheet in (kept, other)]
    if are_told_apart(*told):
        return "Ces fiches ont chacune leur numéro, et il est différent : ce sont deux fiches distinctes."
    if reason := _why_not_accounts(kept, other):
        return reason
    if _memberships_meet(kind, kept.id, other.id):
        return (
            "Les deux fiches ont une adhésion pour les mêmes jours : "
            "corrigez d’abord les dates de l’une, sans quoi elle compterait double."
        )
    return None


def _why_not_accounts(kept: Sheet, other: Sheet) -> str | None:
    """Whoever signs in acts under the number of their own sheet: the one that has the account is kept."""
    if not isinstance(kept, Person):
        return None
    wanted = select(User.person_id).where(User.person_id.in_((kept.id, other.id)), User.is_active)
    owners = set(session.scalars(wanted))
    if owners == {kept.id, other.id}:
        return "Les deux fiches ont un compte ouvert : fermez d’abord celui qui ne sert plus."
    if other.id in owners:
        return f"{name_of(other)} se connecte avec la fiche n° {other.id} : gardez cette fiche."
    return None


def _memberships_meet(kind: SheetKind, kept_id: int, other_id: int) -> bool:
    owner = Membership.person_id if kind is SheetKind.PERSON else Membership.organisation_id
    days = [
        session.execute(select(Membership.starts_on, last_day()).where(owner.in_(numbers_of(kind, number)))).all()
        for number in (kept_id, other_id)
    ]
    return any(meets(a[0], a[1], b[0], b[1]) for a in days[0] for b in days[1])


# -- the log ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MergeLine:
    """A merge made: the sheet it left, what it took, by whom."""

    merge: Merge
    name: str
    fields: Sequence[str]
    carried: Sequence[str]
    by: str
    undone_by: str
    why_not_undo: str | None


def merges(page: int) -> tuple[list[MergeLine], bool]:
    """A page of the merges, the last first, and whether there are more."""
    wanted = select(Merge).order_by(Merge.merged_at.desc(), Merge.id.desc())
    rows = session.scalars(wanted.limit(PAGE + 1).offset(PAGE * (page - 1))).all()
    shown = rows[:PAGE]
    names = actors.names(number for row in shown for number in (row.merged_by_id, row.undone_by_id))
    sheets = {kind: _sheets(kind, [row.kept_id for row in shown if row.sheet_kind is kind]) for kind in _KINDS}
    return [_line(row, sheets[row.sheet_kind].get(row.kept_id), names) for row in shown], len(rows) > PAGE


_KINDS = (SheetKind.PERSON, SheetKind.ORGANISATION)


def _sheets(kind: SheetKind, numbers: Sequence[int]) -> dict[int, Sheet]:
    model = model_of(kind)
    found: Sequence[Any] = session.scalars(select(model).where(model.id.in_(numbers))).all() if numbers else []
    return {sheet.id: sheet for sheet in found}


def _line(row: Merge, kept: Sheet | None, names: dict[int, str]) -> MergeLine:
    labels = FIELDS[row.sheet_kind]
    return MergeLine(
        merge=row,
        name=name_of(kept) if kept is not None else "",
        fields=[labels[name] for name in row.taken.get("fields", {}) if name in labels],
        carried=row.taken.get("carried", []),
        by=names.get(row.merged_by_id or 0, "Le logiciel"),
        undone_by=names.get(row.undone_by_id or 0, "Le logiciel"),
        why_not_undo=why_not_undo(row, kept),
    )


def why_not_undo(row: Merge, kept: Sheet | None) -> str | None:
    """The French reason why a merge may not be undone now."""
    if row.undone_at is not None:
        return "Cette réunion a déjà été défaite."
    if kept is None or getattr(kept, "objected_on", None) is not None:
        return "Cette personne a demandé à ne pas figurer : rien de ce qui a été réuni n’est gardé."
    if kept.merged_into_id is not None:
        return "La fiche gardée a été réunie à une autre depuis : défaites d’abord cette autre réunion."
    return None


def merge(merge_id: int) -> Merge:
    """One merge. Raises Invisible."""
    found = session.get(Merge, merge_id)
    if found is None:
        raise Invisible
    return found


# -- told apart -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DistinctLine:
    """Two sheets someone said are not the same."""

    distinct: Distinct
    names: tuple[str, str]
    by: str


def distincts(page: int) -> tuple[list[DistinctLine], bool]:
    """A page of the pairs told apart, the last first, and whether there are more."""
    wanted = select(Distinct).order_by(Distinct.said_at.desc(), Distinct.id.desc())
    rows = session.scalars(wanted.limit(PAGE + 1).offset(PAGE * (page - 1))).all()
    shown = rows[:PAGE]
    by = actors.names(row.said_by_id for row in shown)
    sheets = {
        kind: _sheets(kind, [n for row in shown if row.sheet_kind is kind for n in (row.low_id, row.high_id)])
        for kind in _KINDS
    }
    lines = []
    for row in shown:
        pair = [sheets[row.sheet_kind].get(number) for number in (row.low_id, row.high_id)]
        names = [name_of(sheet) if sheet is not None else "" for sheet in pair]
        lines.append(DistinctLine(row, (names[0], names[1]), by.get(row.said_by_id or 0, "Le logiciel")))
    return lines, len(rows) > PAGE


def distinct(distinct_id: int) -> Distinct:
    """One pair told apart. Raises Invisible."""
    found = session.get(Distinct, distinct_id)
    if found is None:
        raise Invisible
    return found
