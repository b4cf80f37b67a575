"""What the pages of imports show beside the import itself: words, past counts, how far a reading has come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import func, select

from cptsapp.accounts.models import User
from cptsapp.core.db import session
from cptsapp.core.french import NBSP, count, day_full, hour
from cptsapp.core.local import local
from cptsapp.imports.models import Decision, Import, ImportItem, ImportKind, ImportState, ItemKind

# A worker looks at what waits every few seconds, and a reading beats more often than that.
WORKER_IS_LATE = timedelta(seconds=30)
BEAT_IS_LATE = timedelta(seconds=60)

STATE_WORDS = MappingProxyType(
    {
        ImportState.MAPPING: "colonnes à dire",
        ImportState.WAITING: "attend d’être lu",
        ImportState.READING: "en cours de lecture",
        ImportState.REVIEW: "à revoir",
        ImportState.APPLIED: "appliqué",
        ImportState.ABANDONED: "abandonné",
        ImportState.FAILED: "échoué",
    }
)
STATE_TAGS = MappingProxyType(
    {ImportState.APPLIED: "accent", ImportState.ABANDONED: "muted", ImportState.FAILED: "error"}
)
DECISION_WORDS = MappingProxyType(
    {
        Decision.TAKE: "prendre le fichier",
        Decision.KEEP_OURS: "garder le nôtre",
        Decision.SEPARATE: "deux personnes",
        Decision.LATER: "plus tard",
    }
)
# By kind: its name in the plural, what is done with it, its word in an address.
KIND_WORDS = MappingProxyType(
    {
        ItemKind.NEW: ("Nouveaux", "à ajouter", "nouveaux"),
        ItemKind.CHANGED: ("Changés", "adresse, profession", "changes"),
        ItemKind.GONE: ("Partis", "départ proposé", "partis"),
        ItemKind.DOUBTFUL: ("Douteux", "à décider", "douteux"),
        ItemKind.UNREADABLE: ("Illisibles", "lignes laissées", "illisibles"),
    }
)
KIND_BY_WORD = MappingProxyType({words[2]: kind for kind, words in KIND_WORDS.items()})


@dataclass(frozen=True, slots=True)
class Past:
    """An import of before: who began it, how many were new, changed, gone when it was read."""

    import_: Import
    who: str
    by_kind: dict[ItemKind, int]


def past(imports: Sequence[Import]) -> list[Past]:
    """These imports with their counts and who began each. Two statements, whatever their number."""
    ids = [import_.id for import_ in imports]
    counted = session.execute(
        select(ImportItem.import_id, ImportItem.kind, func.count())
        .where(ImportItem.import_id.in_(ids))
        .group_by(ImportItem.import_id, ImportItem.kind)
    )
    by_import: dict[int, dict[ItemKind, int]] = {import_id: dict.fromkeys(ItemKind, 0) for import_id in ids}
    for import_id, kind, number in counted:
        by_import[import_id][kind] = number
    names = _names({import_.started_by_id for import_ in imports if import_.started_by_id is not None})
    return [
        Past(import_, names.get(import_.started_by_id or 0, "ligne de commande"), by_import[import_.id])
        for import_ in imports
    ]


def _names(user_ids: set[int]) -> dict[int, str]:
    found = session.execute(select(User.id, User.display_name).where(User.id.in_(user_ids)))
    return {row[0]: row[1] for row in found}


def title(import_: Import) -> str:
    """What a page calls it."""
    return "de l’extrait RPPS" if import_.kind is ImportKind.EXTRACT else "de la liste"


def day(value: date) -> str:
    """« 6 juillet 2026 »: nobody acts on the weekday of an extract."""
    return day_full(value).partition(" ")[2]


def size(number: int) -> str:
    """A number of bytes as people read it: « 812 Mo », « 24 Ko »."""
    for unit, bytes_ in (("Go", 10**9), ("Mo", 10**6)):
        if number >= bytes_:
            value = number / bytes_
            said = f"{value:.1f}".replace(".", ",").removesuffix(",0") if value < 10 else f"{value:.0f}"
            return f"{said}{NBSP}{unit}"
    return f"{max(1, round(number / 1000))}{NBSP}Ko"


# -- a reading under way ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a reading has come: lines read, lines in all as its bytes let one expect, seconds left if they tell."""

    line_count: int
    line_total: int
    percent: int
    seconds_left: int | None
    trouble: str


def progress(import_: Import, now: datetime) -> Progress:
    """How far the reading of an import has come at this instant."""
    share = min(import_.read_bytes / import_.file_bytes, 1.0) if import_.file_bytes else 0.0
    total = round(import_.line_count / share) if share else 0
    return Progress(
        import_.line_count, total, int(100 * share), _seconds_left(import_, share, now), trouble(import_, now)
    )


def _seconds_left(import_: Import, share: float, now: datetime) -> int | None:
    """From the pace so far; nothing during the first hundredth, where the pace says little."""
    begun = reading_since(import_)
    if begun is None or share < 0.01:
        return None
    spent = (now - begun).total_seconds()
    return round(spent * (1 - share) / share) if spent > 0 else None


def reading_since(import_: Import) -> datetime | None:
    """When the reading under way began."""
    begun = import_.columns.get("reading_since")
    return datetime.fromisoformat(begun) if begun else None


def trouble(import_: Import, now: datetime) -> str:
    """What keeps a reading from going on, in a sentence; "" when all goes well."""
    if import_.state is ImportState.WAITING and now - import_.started_at > WORKER_IS_LATE:
        return (
            "La lecture n’a pas commencé\u202f: le travail de fond du logiciel semble arrêté. Prévenez la personne qui"
            " administre la machine\u202f; le fichier attend, rien n’est perdu."
        )
    if import_.state is ImportState.READING and import_.beat_at and now - import_.beat_at > BEAT_IS_LATE:
        return "La lecture s’est interrompue\u202f: elle recommence toute seule dès que le travail de fond reprend."
    return ""


def etag(import_: Import, now: datetime) -> str:
    """What changes whenever the page of a reading would."""
    is_troubled = "t" if trouble(import_, now) else ""
    return f"{import_.state.value}-{import_.line_count}-{import_.read_bytes}{is_troubled}"


def duration(seconds: int) -> str:
    """« 40 s », « 3 min »: rounded, since it is a guess."""
    return f"{max(5, 5 * round(seconds / 5))}{NBSP}s" if seconds < 90 else f"{round(seconds / 60)}{NBSP}min"


@dataclass(frozen=True, slots=True)
class Step:
    """A step of an import as the list of steps shows it."""

    title: str
    detail: str
    state: str


def steps(import_: Import) -> list[Step]:
    """What is done, what is under way, what comes next."""
    is_reading = import_.state is ImportState.READING
    columns = import_.columns
    is_known = bool(columns.get("width") or columns.get("headings"))
    begun = reading_since(import_)
    since = f"depuis {hour(local(begun))}" if begun and is_reading else ""
    return [
        Step("Fichier reconnu", _recognised(columns), "done" if is_known or not is_reading else "now"),
        Step("Colonnes rapprochées", _matched(columns), "done" if is_known else "todo"),
        Step("Lecture, seules les communes du territoire sont gardées", since, "now" if is_reading else "todo"),
        Step("Revue", "vous décidez, rien n’est écrit avant", "todo"),
        Step("Application, d’un seul coup", "", "todo"),
    ]


def _recognised(columns: dict[str, Any]) -> str:
    if "headings" in columns:
        return count(len(columns["headings"]), "colonne")
    return f"{columns['width']}{NBSP}colonnes, séparateur |" if "width" in columns else "extrait RPPS"


def _matched(columns: dict[str, Any]) -> str:
    if "headings" in columns:
        return f"{count(len(columns['map']), 'colonne reprise', 'colonnes reprises')}"
    renamed = columns.get("renamed", [])
    if not renamed:
        return "telles quelles" if "width" in columns else ""
    said = ", ".join(f"«{NBSP}{found}{NBSP}»" for _published, found in renamed[:3])
    return f"{count(len(renamed), 'renommée', 'renommées')} : {said}".replace(" :", f"{NBSP}:")


def found_so_far(import_: Import) -> list[tuple[str, int]]:
    """What a reading has met up to now: the lines of the territory, those outside, those it could not read."""
    inside = max(import_.line_count - 1 - import_.outside_count, 0)
    return [("Lignes du territoire", inside), ("Lignes hors territoire, non gardées", import_.outside_count)]


def unlisted_count(import_: Import) -> int:
    """How many unreadable lines are counted and not listed: a file of another kind has nothing but them."""
    return int(import_.columns.get("unreadable_more", 0))


def decided_count(import_: Import) -> int:
    """How many decisions someone has taken."""
    wanted = select(func.count()).where(ImportItem.import_id == import_.id, ImportItem.decided_by_id.is_not(None))
    return session.scalar(wanted) or 0
