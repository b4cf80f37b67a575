"""Reads of imports: the one that is open, its review, since when the territory is known."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select, true

from cptsapp.accounts.identity import CurrentUser
from cptsapp.accounts.models import User
from cptsapp.core.db import session
from cptsapp.core.prepared import Prepared
from cptsapp.core.refusals import Invisible
from cptsapp.directory.models import Person, Place, Practice, Profession
from cptsapp.imports.models import Import, ImportItem, ImportKind, ImportState, ItemKind
from cptsapp.territory.models import Commune

PAGE = 50
_KNOWN_SINCE = Prepared(
    lambda: select(func.min(Import.extract_on).label("day")).where(
        Import.kind == ImportKind.EXTRACT, Import.state == ImportState.APPLIED
    )
)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many items of each kind, how many still wait for a decision, and what is not listed."""

    by_kind: dict[ItemKind, int]
    undecided_count: int
    unchanged_count: int
    outside_count: int


def current() -> Import | None:
    """The import that is open, whoever began it, or None."""
    return session.scalar(select(Import).where(Import.turn == 1))


def import_(user: CurrentUser, import_id: int) -> Import:
    """One import. Raises Invisible."""
    found = session.get(Import, import_id) if user.can("directory.import") else None
    if found is None:
        raise Invisible
    return found


def by_id(import_id: int) -> Import:
    """An import, for the command line, which has no user; read anew."""
    return session.get_one(Import, import_id, populate_existing=True)


def imports(page: int = 1) -> Sequence[Import]:
    """Imports, the latest first."""
    wanted = select(Import).order_by(Import.id.desc()).limit(PAGE).offset(PAGE * (max(page, 1) - 1))
    return session.scalars(wanted).all()


def last_applied(kind: ImportKind = ImportKind.EXTRACT) -> Import | None:
    """The latest import of a kind that was applied."""
    wanted = select(Import).where(Import.kind == kind, Import.state == ImportState.APPLIED)
    return session.scalar(wanted.order_by(Import.applied_at.desc(), Import.id.desc()).limit(1))


def items(import_: Import, kind: ItemKind, page: int = 1) -> Sequence[ImportItem]:
    """A page of the review's items of a kind, in the order of the file."""
    wanted = select(ImportItem).where(ImportItem.import_id == import_.id, ImportItem.kind == kind)
    return session.scalars(wanted.order_by(ImportItem.id).limit(PAGE).offset(PAGE * (max(page, 1) - 1))).all()


def item(import_: Import, item_id: int) -> ImportItem:
    """One item of the review. Raises Invisible."""
    found = session.get(ImportItem, item_id)
    if found is None or found.import_id != import_.id:
        raise Invisible
    return found


def counts(import_: Import) -> Counts:
    """What the review counts. Two statements."""
    mine = ImportItem.import_id == import_.id
    by_kind = session.execute(select(ImportItem.kind, func.count()).where(mine).group_by(ImportItem.kind))
    undecided = session.scalar(
        select(func.count()).where(mine, ImportItem.needs_decision, ImportItem.decision.is_(None))
    )
    return Counts(
        by_kind=dict.fromkeys(ItemKind, 0) | {row[0]: row[1] for row in by_kind},
        undecided_count=undecided or 0,
        unchanged_count=import_.unchanged_count,
        outside_count=import_.outside_count,
    )


def known_since() -> date | None:
    """The day of the first extract that was applied: before it, nobody knows who practised here."""
    found: date | None = _KNOWN_SINCE.scalar()
    return found


def user_name(user_id: int | None) -> str:
    """Who began or applied an import; the command line has no account."""
    found = session.get(User, user_id) if user_id is not None else None
    return found.display_name if found else "la ligne de commande"


def practising(known_before: datetime | None = None) -> Sequence[tuple[str, str, Profession, str, str, str]]:
    """Who practises in the territory today: names, profession, commune, address, telephone; one line each.

    `known_before` keeps those whose sheet was there before that instant.
    """
    asked = true() if known_before is None else Person.created_at < known_before
    rows = session.execute(
        select(
            Person.last_name,
            Person.first_name,
            Person.profession,
            Place.commune_code,
            Place.address,
            func.coalesce(Place.phone, ""),
            Person.id,
        )
        .join(Practice, Practice.person_id == Person.id)
        .join(Place, Place.id == Practice.place_id)
        .join(Commune, Commune.code == Place.commune_code)
        .where(Practice.ends_on.is_(None), Person.profession != Profession.STAFF, Person.objected_on.is_(None))
        .where(Person.merged_into_id.is_(None), Commune.is_own, asked)
        .order_by(Person.id, Practice.id)
    )
    first: dict[int, tuple[str, str, Profession, str, str, str]] = {}
    for last_name, first_name, profession, commune_code, address, phone, person_id in rows:
        first.setdefault(person_id, (last_name, first_name, profession, commune_code, address, phone))
    return list(first.values())
