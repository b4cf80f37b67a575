"""The review as its page shows it: a page of items, the one that is open with both sides, the choices it has."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy import Select, func, select

from cptsapp.core.db import session
from cptsapp.core.french import NBSP, count, number
from cptsapp.imports import permissions, queries, screens
from cptsapp.imports.models import Decision, Import, ImportItem, ItemKind

PAGE = 50
LINES_SHOWN = 3
UNCHANGED, OUTSIDE = "inchanges", "hors-territoire"
# Where one looks first: what waits for someone, then what the file brings.
_FIRST = (ItemKind.DOUBTFUL, ItemKind.GONE, ItemKind.CHANGED, ItemKind.NEW, ItemKind.UNREADABLE)

_CHOICES = MappingProxyType(
    {
        ItemKind.NEW: (
            (Decision.TAKE, "Ajouter", "dans l’annuaire"),
            (Decision.KEEP_OURS, "Ne pas ajouter", "la fiche n’est pas créée"),
            (Decision.SEPARATE, "Deux personnes", "créer une seconde fiche"),
            (Decision.LATER, "Plus tard", "revient au prochain import"),
        ),
        ItemKind.CHANGED: (
            (Decision.KEEP_OURS, "Garder le nôtre", "la fiche ne change pas"),
            (Decision.TAKE, "Prendre le fichier", "la fiche devient comme le fichier"),
            (Decision.SEPARATE, "Deux personnes", "créer une seconde fiche"),
            (Decision.LATER, "Plus tard", "revient au prochain import"),
        ),
        ItemKind.GONE: (
            (Decision.TAKE, "Noter le départ", "les exercices prennent fin, la fiche reste"),
            (Decision.KEEP_OURS, "Toujours là", "la fiche ne change pas"),
            (Decision.LATER, "Plus tard", "revient au prochain import"),
        ),
        ItemKind.DOUBTFUL: (
            (Decision.KEEP_OURS, "Garder le nôtre", "rien n’est pris du fichier"),
            (Decision.TAKE, "Prendre le fichier", "tel qu’il est écrit"),
            (Decision.SEPARATE, "Deux personnes", "créer une seconde fiche"),
            (Decision.LATER, "Plus tard", "revient au prochain import"),
        ),
    }
)
_DECIDED = MappingProxyType(
    {
        (ItemKind.NEW, Decision.TAKE): "ajouter",
        (ItemKind.NEW, Decision.KEEP_OURS): "ne pas ajouter",
        (ItemKind.GONE, Decision.TAKE): "noter le départ",
        (ItemKind.GONE, Decision.KEEP_OURS): "toujours là",
    }
)
_BY_ITSELF = MappingProxyType(
    {ItemKind.NEW: "ajouté", ItemKind.CHANGED: "mis à jour", ItemKind.GONE: "départ noté", ItemKind.DOUBTFUL: "laissé"}
)


@dataclass(frozen=True, slots=True)
class Row:
    """An item as a line of the list."""

    id: int
    label: str
    detail: str
    reason: str
    lines: str
    choice: str
    is_decided: bool
    is_undecided: bool


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of items and the keys of its neighbours, None where there is none."""

    rows: Sequence[ImportItem]
    before: int | None
    after: int | None


def first_kind(counts: queries.Counts) -> ItemKind | None:
    """Where a review opens: the first kind that has something; None when the file changes nothing."""
    return next((kind for kind in _FIRST if counts.by_kind[kind]), None)


def listing(import_: Import, kind: ItemKind, after: int | None = None, before: int | None = None) -> Listing:
    """A page of the items of a kind, in the order of the file, after or before a key. One statement."""
    wanted = select(ImportItem).where(ImportItem.import_id == import_.id, ImportItem.kind == kind)
    if before is not None:
        rows = _rows(wanted.where(ImportItem.id < before).order_by(ImportItem.id.desc()))
        shown = rows[:PAGE][::-1]
        return Listing(shown, shown[0].id if len(rows) > PAGE else None, shown[-1].id if shown else None)
    rows = _rows(wanted.where(ImportItem.id > (after or 0)).order_by(ImportItem.id))
    shown = rows[:PAGE]
    return Listing(shown, shown[0].id if after and shown else None, shown[-1].id if len(rows) > PAGE else None)


def _rows(wanted: Select[ImportItem]) -> list[ImportItem]:
    return list(session.scalars(wanted.limit(PAGE + 1)).all())


def every(import_: Import, kind: ItemKind) -> Iterator[ImportItem]:
    """All the items of a kind in the order of the file, a thousand at a time: for an export."""
    wanted = select(ImportItem).where(ImportItem.import_id == import_.id, ImportItem.kind == kind)
    yield from session.scalars(wanted.order_by(ImportItem.id).execution_options(yield_per=1000))


def row_of(item: ImportItem) -> Row:
    """An item as the list shows it."""
    is_undecided = item.needs_decision and item.decision is None
    name, _comma, detail = item.label.partition(", ")
    return Row(
        id=item.id,
        label=name,
        detail=detail,
        reason=item.reason,
        lines=lines_text(item.lines),
        choice=_choice_text(item),
        is_decided=item.decision is not None,
        is_undecided=is_undecided,
    )


def _choice_text(item: ImportItem) -> str:
    if item.decision is not None:
        has_ours = item.person_id is not None or item.organisation_id is not None
        kind = item.kind if has_ours or item.kind is ItemKind.GONE else ItemKind.NEW
        return _DECIDED.get((kind, item.decision), screens.DECISION_WORDS[item.decision])
    return "à décider" if item.needs_decision else _BY_ITSELF.get(item.kind, "laissée")


def lines_text(lines: Sequence[int]) -> str:
    """« 44 871 et 44 872 », « 12, 15, 18 et 4 autres »."""
    shown = [number(line) for line in lines[:LINES_SHOWN]]
    more = len(lines) - len(shown)
    if more:
        return f"{', '.join(shown)} et {count(more, 'autre')}"
    return " et ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


# -- what one chooses -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Choice:
    """A decision that may be taken of an item, in words, and whether it is the one proposed."""

    value: str
    label: str
    detail: str
    is_chosen: bool


def choices(import_: Import, item: ImportItem) -> list[Choice]:
    """The decisions an item has, the proposed one marked: what was decided, else ours when the file is doubted."""
    communes = item.found.get("communes") or []
    code = communes[0]["code"] if communes else None
    offered = [
        (decision, label, detail)
        for decision, label, detail in _CHOICES.get(item.kind, ())
        if permissions.why_not_decide(import_, item, decision, code) is None
    ]
    proposed = item.decision or _proposed(item, [decision for decision, _label, _detail in offered])
    return [
        Choice(decision.value, _label_of(item, decision, label), detail, decision is proposed)
        for decision, label, detail in offered
    ]


def _proposed(item: ImportItem, offered: Sequence[Decision]) -> Decision | None:
    """A value corrected by hand wins by default; what nobody need decide is taken, as it is without opening it.

    Whoever we do not have and whose number is doubted is left for the next file: adding them would be a guess.
    """
    has_ours = item.person_id is not None or item.organisation_id is not None
    wanted = Decision.TAKE
    if item.needs_decision and has_ours:
        wanted = Decision.KEEP_OURS
    elif item.needs_decision and item.found.get("record", {}).get("doubts"):
        wanted = Decision.LATER
    return wanted if wanted in offered else next(iter(offered), None)


def _label_of(item: ImportItem, decision: Decision, label: str) -> str:
    """Nothing of ours is kept, or replaced, where there is nothing of ours."""
    if item.person_id is not None or item.organisation_id is not None:
        return label
    return {Decision.KEEP_OURS: "Ne pas ajouter", Decision.TAKE: "Ajouter"}.get(decision, label)


# -- from one to the next ---------------------------------------------------------------------------------------------


def _alike(item: ImportItem) -> Select[ImportItem]:
    """The items still to decide for the same reason; where a commune must be chosen each is a case of its own."""
    return select(ImportItem).where(
        ImportItem.import_id == item.import_id,
        ImportItem.kind == item.kind,
        ImportItem.reason == item.reason,
        ImportItem.needs_decision,
        ImportItem.decision.is_(None),
        ImportItem.id != item.id,
    )


def alike_count(item: ImportItem) -> int:
    """How many others wait for the same reason."""
    if item.found.get("communes"):
        return 0
    return session.scalar(select(func.count()).select_from(_alike(item).subquery())) or 0


def alike(item: ImportItem) -> Sequence[ImportItem]:
    """Those others."""
    return session.scalars(_alike(item).order_by(ImportItem.id)).all() if not item.found.get("communes") else []


def next_item(item: ImportItem) -> int | None:
    """The item that comes after: the next to decide of the same kind, from the beginning again if need be."""
    same = select(ImportItem.id).where(ImportItem.import_id == item.import_id, ImportItem.kind == item.kind)
    if not item.needs_decision:
        return session.scalar(same.where(ImportItem.id > item.id).order_by(ImportItem.id).limit(1))
    waiting = same.where(ImportItem.needs_decision, ImportItem.decision.is_(None), ImportItem.id != item.id)
    following = session.scalar(waiting.where(ImportItem.id > item.id).order_by(ImportItem.id).limit(1))
    return following or session.scalar(waiting.order_by(ImportItem.id).limit(1))


# -- before one applies -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Consequence:
    """What applying will do, and what it leaves aside, in counted sentences."""

    lines: list[str]
    aside: list[str]


def consequence(import_: Import) -> Consequence:
    """What applying the review will do. One statement."""
    counted = session.execute(
        select(ImportItem.kind, ImportItem.decision, func.count())
        .where(ImportItem.import_id == import_.id)
        .group_by(ImportItem.kind, ImportItem.decision)
    )
    numbers: dict[tuple[ItemKind, Decision | None], int] = {(row[0], row[1]): row[2] for row in counted}

    def total(kind: ItemKind, *decisions: Decision | None) -> int:
        return sum(numbers.get((kind, decision), 0) for decision in decisions)

    taken = (Decision.TAKE, None)
    doubtful = total(ItemKind.DOUBTFUL, Decision.TAKE)
    added = total(ItemKind.NEW, *taken) + sum(total(kind, Decision.SEPARATE) for kind in ItemKind)
    said = (
        (added, "fiche créée", "fiches créées"),
        (total(ItemKind.CHANGED, *taken), "fiche mise à jour", "fiches mises à jour"),
        (doubtful, "fiche douteuse reprise du fichier", "fiches douteuses reprises du fichier"),
        (total(ItemKind.GONE, *taken), "départ noté", "départs notés"),
    )
    kept = sum(total(kind, Decision.KEEP_OURS) for kind in ItemKind)
    later = sum(total(kind, Decision.LATER) for kind in ItemKind)
    left = (
        (kept, "fiche gardée comme elle est", "fiches gardées comme elles sont"),
        (later, "remise à plus tard", "remises à plus tard"),
        (total(ItemKind.DOUBTFUL, None), "fiche douteuse laissée", "fiches douteuses laissées"),
        (
            int(import_.columns.get("kept_out", 0)),
            "personne qui refuse de figurer",
            "personnes qui refusent de figurer",
        ),
        (
            total(ItemKind.UNREADABLE, None) + screens.unlisted_count(import_),
            "ligne illisible laissée",
            "lignes illisibles laissées",
        ),
        (import_.unchanged_count, "fiche inchangée", "fiches inchangées"),
    )
    return Consequence([count(*line) for line in said if line[0]], [count(*line) for line in left if line[0]])


def button_words(undecided_count: int) -> str:
    """« Appliquer » or « Appliquer : 4 à décider »."""
    return f"Appliquer{NBSP}: {undecided_count} à décider" if undecided_count else "Appliquer"
